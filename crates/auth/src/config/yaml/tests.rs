use super::*;

/// As JSON would say it.
fn shown(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            format!("{{{}}}", map.iter().map(|(k, v)| format!("{k}:{}", shown(v))).collect::<Vec<_>>().join(","))
        }
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Text(text) => format!("'{}'", text.as_str()),
        other => other.to_text().unwrap().to_string(),
    }
}

fn said(text: &str) -> String {
    match read(text) {
        Ok(document) => shown(&document.value),
        Err(Failure::Broken(message)) => format!("broken: {message}"),
        Err(Failure::Refused(message)) => format!("refused: {message}"),
    }
}

#[test]
fn documents_are_read() {
    for (text, wanted) in [
        ("", "None"),
        ("# nothing\n", "None"),
        ("\u{feff}a: 1\r\nb: 'no'\r\nc: no\r\n", "{a:1,b:'no',c:False}"),
        ("a: 012\nb: \"012\"\nc: |\n  two\n  lines\n", "{a:10,b:'012',c:'two\nlines\n'}"),
        ("a: !!str 12\nb: !!float 3\nc: !!int '4'\nd: ! yes\n", "{a:'12',b:3.0,c:4,d:'yes'}"),
        ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n", "{x:{a:1,b:2},y:{a:1,b:3}}"),
        ("x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {b: 3, <<: [*x, *z]}\n", "{x:{a:1},z:{a:2,c:3},y:{a:1,c:3,b:3}}"),
        ("x: &x {a: 1}\ny: {a: 0, <<: *x}\n", "{x:{a:1},y:{a:0}}"),
        ("x: {'<<': {a: 1}}\n", "{x:{<<:{a:1}}}"),
        ("- &a word\n- *a\n- {*a : 1}\n", "['word','word',{word:1}]"),
    ] {
        assert_eq!(said(text), wanted, "{text:?}");
    }
    let twice = read("a: 1\nb: 2\na: 3\n").unwrap();
    assert_eq!(shown(&twice.value), "{a:3,b:2}");
    assert_eq!(twice.notes, ["line 3, column 1: the key `a` stands there again; the last one counts"]);
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    for (text, wanted) in [
        ("clouds: [unclosed\n", "broken: line 2"),
        ("a: 1\n\tb: 2\n", "broken: line 1"),
        ("a: b: c\n", "broken: line 1"),
        ("a: \u{0}\n", "broken: line 1, column 4: the character U+0000"),
        ("a: 1\n---\nb: 2\n", "broken: line 3, column 1: a second document"),
        ("a: !!python/object x\n", "broken: line 1"),
        ("a: !mine x\n", "broken: line 1"),
        ("a: *nowhere\n", "broken: line 1"),
        ("a: 2024-02-30\n", "broken: line 1, column 4: `2024-02-30` is no date"),
        ("? [a]\n: 1\n", "broken: line 1, column 3: a key must be text"),
        ("a: {<<: 1}\n", "broken: line 1, column 9: `<<` merges mappings only"),
        ("a: &x [*x]\n", "refused: line 1, column 8: an alias stands inside"),
    ] {
        assert!(said(text).starts_with(wanted), "{text:?}: {}", said(text));
    }
}

#[test]
fn abuse_ends_at_once() {
    let started = std::time::Instant::now();
    for open in ["[", "{a: ", "- "] {
        let text = said(&open.repeat(200_000));
        assert!(text.starts_with("refused") && text.contains("more than 64 deep"), "{text}");
    }
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..20 {
        let aliases = vec![format!("*a{}", at - 1); 10].join(", ");
        bomb += &format!("a{at}: &a{at} [{aliases}]\n");
    }
    assert!(said(&bomb).contains("more than 16 MiB once its aliases"), "{}", said(&bomb));
    let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(10_000));
    assert!(said(&long).starts_with("refused"), "{}", said(&long));
    let merges = format!("a: &a {{k: 1}}\nb: {{{}}}\n", "<<: *a, ".repeat(50_000));
    assert_eq!(said(&merges), "{a:{k:1},b:{k:1}}");
    let keys: String = (0..60_000).map(|at| format!("key{at}: 1\n")).collect();
    assert!(read(&keys).is_ok());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn no_text_takes_long() {
    let length = 128 * 1024;
    let started = std::time::Instant::now();
    let parts = [
        "? ",
        "!",
        "!!a ",
        "%TAG ! x\n",
        "a\n ",
        "a: &b c\n",
        "&a ",
        "*a ",
        "'",
        "\"\\x41",
        "a, ",
        "{a, ",
        "\t",
        "#\n",
        ": ",
        "|\n",
        "---\n",
    ];
    for part in parts.into_iter().chain(["é", "a: {b: c}\n", "<<: {a: 1}\n", "\"a\n\n"]) {
        for front in ["", "[", "{", "a: ", "- \""] {
            let told = said(&format!("{front}{}", part.repeat(length / part.len())));
            assert!(told.len() <= length + 64, "{front:?} {part:?}");
        }
    }
    assert!(started.elapsed().as_secs() < 50, "{:?}", started.elapsed());
    // What is odd a thousand times is told a few times.
    assert_eq!(read(&"a: 1\n".repeat(1000)).unwrap().notes.len(), 8);
}
