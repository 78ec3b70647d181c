//! Values as Python prints them. Error messages of the services quote schemas this way.

use crate::json::Json;

const WIDTH: isize = 72;

/// `repr()` of a value.
pub(crate) fn repr(value: &Json) -> String {
    match value {
        Json::Null => "None".into(),
        Json::Bool(true) => "True".into(),
        Json::Bool(false) => "False".into(),
        Json::Number(n) => n.to_string(),
        Json::Str(s) => repr_str(s),
        Json::List(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Map(members) => {
            let members: Vec<_> = members.iter().map(|(k, v)| format!("{}: {}", repr_str(k), repr(v))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// `repr()` of a string.
pub(crate) fn repr_str(s: &str) -> String {
    let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in s.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// `pprint.pformat(value, width=72, sort_dicts=False)`.
pub(crate) fn pretty(value: &Json) -> String {
    let mut out = String::new();
    layout(&mut out, value, 0, 0, 0);
    out
}

fn length(s: &str) -> isize {
    isize::try_from(s.chars().count()).unwrap_or(isize::MAX)
}

fn break_line(out: &mut String, indent: isize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', usize::try_from(indent).unwrap_or(0)));
}

/// `indent` is the column, `allowance` what still has to fit behind the value on its last line.
fn layout(out: &mut String, value: &Json, indent: isize, allowance: isize, level: usize) {
    let whole = repr(value);
    if length(&whole) <= WIDTH - indent - allowance {
        out.push_str(&whole);
        return;
    }
    match value {
        Json::Map(members) if !members.is_empty() => {
            out.push('{');
            let inner = indent + 1;
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                    break_line(out, inner);
                }
                let key = repr_str(key);
                out.push_str(&key);
                out.push_str(": ");
                let behind = if i + 1 == members.len() { allowance + 1 } else { 1 };
                layout(out, value, inner + length(&key) + 2, behind, level + 1);
            }
            out.push('}');
        }
        Json::List(items) if !items.is_empty() => {
            out.push('[');
            let inner = indent + 1;
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                    break_line(out, inner);
                }
                let behind = if i + 1 == items.len() { allowance + 1 } else { 1 };
                layout(out, item, inner, behind, level + 1);
            }
            out.push(']');
        }
        Json::Str(s) if !s.is_empty() => layout_str(out, s, indent, allowance, level),
        _ => out.push_str(&whole),
    }
}

fn layout_str(out: &mut String, s: &str, indent: isize, allowance: isize, level: usize) {
    let top = level == 0;
    let (indent, allowance) = if top { (indent + 1, allowance + 1) } else { (indent, allowance) };
    let width = WIDTH - indent;
    let lines: Vec<&str> = s.split_inclusive('\n').collect();
    let mut chunks = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let last_line = i + 1 == lines.len();
        let line_width = if last_line { width - allowance } else { width };
        let whole = repr_str(line);
        if length(&whole) <= line_width {
            chunks.push(whole);
            continue;
        }
        let words = words(line);
        let mut current = String::new();
        for (j, word) in words.iter().enumerate() {
            let last = last_line && j + 1 == words.len();
            let room = if last { width - allowance } else { width };
            let candidate = format!("{current}{word}");
            if length(&repr_str(&candidate)) > room {
                if !current.is_empty() {
                    chunks.push(repr_str(&current));
                }
                current = (*word).to_owned();
            } else {
                current = candidate;
            }
        }
        if !current.is_empty() {
            chunks.push(repr_str(&current));
        }
    }
    if chunks.len() == 1 {
        out.push_str(&chunks[0]);
        return;
    }
    if top {
        out.push('(');
    }
    for (i, chunk) in chunks.iter().enumerate() {
        if i > 0 {
            break_line(out, indent);
        }
        out.push_str(chunk);
    }
    if top {
        out.push(')');
    }
}

/// Words, each with the blanks behind it.
fn words(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_blank = false;
    for (at, c) in line.char_indices() {
        if in_blank && !c.is_whitespace() {
            found.push(&line[start..at]);
            start = at;
        }
        in_blank = c.is_whitespace();
    }
    found.push(&line[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_as_pprint_does() {
        let value =
            Json::parse(br#"{"type": ["null", "string"], "description": "Descriptive name for the image", "maxLength": 255}"#)
                .unwrap();
        assert_eq!(
            pretty(&value),
            "{'type': ['null', 'string'],\n 'description': 'Descriptive name for the image',\n 'maxLength': 255}"
        );
        let value =
            Json::parse(br#"{"type": "boolean", "description": "If true, image will not appear in default image list response."}"#)
                .unwrap();
        assert_eq!(
            pretty(&value),
            "{'type': 'boolean',\n 'description': 'If true, image will not appear in default image list '\n                'response.'}"
        );
        assert_eq!(repr_str("it's"), "\"it's\"");
        assert_eq!(pretty(&Json::from("n".repeat(90))), format!("'{}'", "n".repeat(90)));
    }
}
