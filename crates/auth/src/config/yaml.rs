//! YAML text to [`Value`]s, by the rules of PyYAML's safe loader.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::scalar;
use super::value::{Map, Value};

/// How deep lists and mappings may stand in each other.
const DEEPEST: usize = 64;
/// How much a document may hold, its aliases written out, in bytes; every value counts for some.
const HEAVIEST: usize = 16 * 1024 * 1024;
const WEIGHT_OF_ANY: usize = 32;

/// What a file says, and what is odd about it.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) notes: Vec<String>,
}

/// Why a text gives no document.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    /// It is not what its name says: the next place is looked at.
    Broken(String),
    /// Nobody means such a file: there is no going on.
    Refused(String),
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// What each anchor stands for, and its weight.
    anchors: HashMap<usize, (Value, usize)>,
    weight: usize,
    notes: Vec<String>,
}

/// Reads one document; an empty text is nothing.
pub(crate) fn read(text: &str) -> Result<Document, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_characters(text)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let parser = Parser::new_from_str(&text);
    let mut reader = Reader { parser, anchors: HashMap::new(), weight: 0, notes: Vec::new() };
    let mut document = None;
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event if document.is_none() => document = Some(reader.value(event, span, 0)?),
            _ => return Err(broken(span, "a second document begins here; only one is read")),
        }
    }
    Ok(Document { value: document.unwrap_or(Value::Null), notes: reader.notes })
}

/// Characters that YAML forbids: most controls.
fn check_characters(text: &str) -> Result<(), Failure> {
    let forbidden = |c: char| {
        let allowed = matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        !allowed
    };
    let Some((at, c)) = text.char_indices().find(|(_, c)| forbidden(*c)) else { return Ok(()) };
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Err(Failure::Broken(format!("line {line}, column {column}: the character U+{:04X}, which YAML forbids", u32::from(c))))
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Failure> {
        self.parser.next_event().transpose().map_err(|problem| {
            let at = format!("line {}, column {}", problem.marker().line(), problem.marker().col() + 1);
            match problem.info() {
                // The parser's own limit, for brackets that it sees before it tells of them.
                "recursion limit exceeded" => Failure::Refused(too_deep(&at)),
                info => Failure::Broken(format!("{at}: {info}")),
            }
        })
    }

    /// The next event within a list or mapping.
    fn inner(&mut self, open: Span) -> Result<(Event<'a>, Span), Failure> {
        self.next()?.ok_or_else(|| broken(open, "the file ends inside this value"))
    }

    fn weigh(&mut self, weight: usize, span: Span) -> Result<(), Failure> {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > HEAVIEST {
            return Err(Failure::Refused(format!(
                "{}: the file holds more than {} MiB once its aliases (`*name`) are written out",
                place(span),
                HEAVIEST / 1024 / 1024
            )));
        }
        Ok(())
    }

    fn value(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Value, Failure> {
        if depth > DEEPEST {
            return Err(Failure::Refused(too_deep(&place(span))));
        }
        let before = self.weight;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some((value, weight)) = self.anchors.get(&anchor).cloned() else {
                    return Err(Failure::Refused(format!("{}: an alias stands inside of what it names", place(span))));
                };
                self.weigh(weight, span)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.weigh(WEIGHT_OF_ANY + text.len(), span)?;
                (anchor, scalar_of(&text, style, tag.as_deref()).map_err(|problem| broken(span, &problem))?)
            }
            Event::SequenceStart(anchor, tag) => {
                self.weigh(WEIGHT_OF_ANY, span)?;
                check_tag(tag.as_deref(), "seq", span)?;
                let mut items = Vec::new();
                loop {
                    match self.inner(span)? {
                        (Event::SequenceEnd, _) => break (anchor, Value::List(items)),
                        (event, span) => items.push(self.value(event, span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.weigh(WEIGHT_OF_ANY, span)?;
                check_tag(tag.as_deref(), "map", span)?;
                (anchor, Value::Map(self.mapping(span, depth)?))
            }
            _ => return Err(broken(span, "a value is missing here")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.weight - before));
        }
        Ok(value)
    }

    /// A mapping: what `<<` brings stands before its own keys, which win.
    fn mapping(&mut self, open: Span, depth: usize) -> Result<Map, Failure> {
        let (mut merged, mut own) = (Map::new(), Map::new());
        loop {
            let (event, span) = self.inner(open)?;
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, _, anchor, _) => {
                    self.weigh(WEIGHT_OF_ANY + text.len(), span)?;
                    if anchor > 0 {
                        self.anchors.insert(anchor, (Value::text(text.as_ref()), WEIGHT_OF_ANY + text.len()));
                    }
                    text.into_owned()
                }
                event @ Event::Alias(_) => match self.value(event, span, depth + 1)?.to_text() {
                    Some(text) => text.to_string(),
                    None => return Err(broken(span, "a key must be text")),
                },
                _ => return Err(broken(span, "a key must be text")),
            };
            let (event, at) = self.inner(span)?;
            let value = self.value(event, at, depth + 1)?;
            if merges {
                merge(&mut merged, value, at)?;
            } else if own.insert(key.clone(), value).is_some() {
                self.notes.push(format!("{}: the key `{key}` stands there again; the last one counts", place(span)));
            }
        }
        if merged.is_empty() {
            return Ok(own);
        }
        merged.extend(own);
        Ok(merged)
    }
}

fn merge(merged: &mut Map, value: Value, span: Span) -> Result<(), Failure> {
    match value {
        Value::Map(map) => merged.extend(map),
        // Of several mappings the first wins.
        Value::List(items) => {
            for item in items.into_iter().rev() {
                match item {
                    Value::Map(map) => merged.extend(map),
                    _ => return Err(broken(span, "`<<` merges mappings only")),
                }
            }
        }
        _ => return Err(broken(span, "`<<` merges mappings only")),
    }
    Ok(())
}

fn scalar_of(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { scalar::plain(text) } else { Ok(Value::text(text)) };
    };
    let unknown = || format!("the tag `{tag}` is not known");
    if !tag.is_yaml_core_schema() {
        return if tag.handle.is_empty() && tag.suffix == "!" { Ok(Value::text(text)) } else { Err(unknown()) };
    }
    match (tag.suffix.as_str(), scalar::plain(text)?) {
        ("str", _) => Ok(Value::text(text)),
        ("null", _) => Ok(Value::Null),
        ("bool", value @ Value::Bool(_)) | ("int", value @ Value::Integer(_)) | ("float", value @ Value::Real(_)) => Ok(value),
        ("float", Value::Integer(digits)) => digits.parse().map(Value::Real).map_err(|_| unknown()),
        ("bool" | "int" | "float", _) => Err(format!("`{text}` is no {}", tag.suffix)),
        _ => Err(unknown()),
    }
}

fn check_tag(tag: Option<&Tag>, wanted: &str, span: Span) -> Result<(), Failure> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == wanted) => {
            Err(broken(span, &format!("the tag `{tag}` is not known")))
        }
        _ => Ok(()),
    }
}

fn too_deep(place: &str) -> String {
    format!("{place}: values stand in each other more than {DEEPEST} deep")
}

fn place(span: Span) -> String {
    format!("line {}, column {}", span.start.line(), span.start.col() + 1)
}

fn broken(span: Span, message: &str) -> Failure {
    Failure::Broken(format!("{}: {message}", place(span)))
}

#[cfg(test)]
mod tests {
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
}
