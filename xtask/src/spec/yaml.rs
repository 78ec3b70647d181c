//! YAML text to [`Node`]s.
//!
//! Only the part of YAML that JSON can say is taken: one document, plain keys, no tags (aliases are written out). Duplicate
//! keys are an error, because the second one would silently win.

use std::collections::HashMap;
use std::str::FromStr;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::node::{Node, Value};

/// Why a text is no document, and where.
#[derive(Debug)]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The events of the text, and what its anchors (`&name`) stand for.
struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
}

/// Reads one document.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    let mut events = Events { parser: Parser::new_from_str(text), anchors: HashMap::new() };
    let mut document = None;
    while let Some((event, span)) = next(&mut events)? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event if document.is_none() => document = Some(node(&mut events, event, span)?),
            _ => return Err(error(span, "a second document; a spec is one document")),
        }
    }
    document.ok_or(SyntaxError { line: 1, column: 1, message: "the file is empty".to_owned() })
}

fn next<'a>(events: &mut Events<'a>) -> Result<Option<(Event<'a>, Span)>, SyntaxError> {
    events.parser.next_event().transpose().map_err(|problem| SyntaxError {
        line: problem.marker().line(),
        column: problem.marker().col() + 1,
        message: format!("broken YAML: {}", problem.info()),
    })
}

/// The next event of a list or mapping, which the parser always closes.
fn inner<'a>(events: &mut Events<'a>, open: Span) -> Result<(Event<'a>, Span), SyntaxError> {
    next(events)?.ok_or_else(|| error(open, "broken YAML: the file ends inside this value"))
}

fn node<'a>(events: &mut Events<'a>, event: Event<'a>, span: Span) -> Result<Node, SyntaxError> {
    let line = span.start.line();
    let anchor = match &event {
        Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => *anchor,
        _ => 0,
    };
    let value = match event {
        Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
            return Err(error(span, "a YAML tag (`!...`); write the value plainly"));
        }
        // An anchor stands before its aliases, so the only one that is missing is one inside itself.
        Event::Alias(anchor) => match events.anchors.get(&anchor) {
            Some(node) => node.value.clone(),
            None => return Err(error(span, "a YAML alias (`*...`) inside its own anchor")),
        },
        Event::Scalar(text, ScalarStyle::Plain, ..) => plain(&text).map_err(|message| error(span, message))?,
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match inner(events, span)? {
                    (Event::SequenceEnd, _) => break Value::List(items),
                    (event, span) => items.push(node(events, event, span)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut entries: Vec<(String, Node)> = Vec::new();
            loop {
                let (event, key_span) = inner(events, span)?;
                let key = match event {
                    Event::MappingEnd => break Value::Map(entries),
                    Event::Scalar(text, ..) => text.into_owned(),
                    _ => return Err(error(key_span, "a key that is no plain text")),
                };
                if let Some((_, first)) = entries.iter().find(|(name, _)| *name == key) {
                    return Err(error(key_span, format!("duplicate key `{key}`; the first stands in line {}", first.line)));
                }
                let (event, span) = inner(events, key_span)?;
                let mut value = node(events, event, span)?;
                // A reader looks for the key, not for the value that may begin below it.
                value.line = key_span.start.line();
                entries.push((key, value));
            }
        }
        _ => return Err(error(span, "broken YAML: a value is missing here")),
    };
    let node = Node { line, value };
    if anchor > 0 {
        events.anchors.insert(anchor, node.clone());
    }
    Ok(node)
}

/// The YAML 1.2 core schema.
fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" => {
            return Err(format!("`{text}` is no JSON number"));
        }
        text => match number(text) {
            Some(number) => Value::Number(number),
            None => Value::String(text.to_owned()),
        },
    })
}

fn number(text: &str) -> Option<serde_json::Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = i64::from_str(text) {
        return Some(number.into());
    }
    if let Ok(number) = u64::from_str(text) {
        return Some(number.into());
    }
    if !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-')) {
        return None;
    }
    f64::from_str(text).ok().and_then(serde_json::Number::from_f64)
}

fn error(span: Span, message: impl Into<String>) -> SyntaxError {
    SyntaxError { line: span.start.line(), column: span.start.col() + 1, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        serde_json::to_string(&parse(text).unwrap()).unwrap()
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        assert_eq!(
            json(
                "a: 1\nb: 1.5\nc: 3.0.3\nd: 'true'\ne: yes\nf: ~\ng:\nh: 2024-01-01T00:00:00Z\n200: x\ni: -3\nj: |\n  two\n  lines\n"
            ),
            r#"{"a":1,"b":1.5,"c":"3.0.3","d":"true","e":"yes","f":null,"g":null,"h":"2024-01-01T00:00:00Z","200":"x","i":-3,"j":"two\nlines\n"}"#
        );
    }

    #[test]
    fn aliases_are_written_out() {
        assert_eq!(json("a: &x {b: 1}\nc: [*x, &y 2, *y]\n"), r#"{"a":{"b":1},"c":[{"b":1},2,2]}"#);
    }

    #[test]
    fn lines_are_those_of_the_keys() {
        let document = parse("a: 1\nb:\n  c:\n    - x\n    - y\n").unwrap();
        let c = document.get("b").and_then(|b| b.get("c")).unwrap();
        assert_eq!((c.line, c.items()[1].line), (3, 5));
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_its_line() {
        for (text, line, part) in [
            ("a: 1\nb: 2\na: 3\n", 3, "duplicate key `a`"),
            ("a: &x [*x]\n", 1, "alias"),
            ("a: !t 1\n", 1, "tag"),
            ("a: [1\nb: 2\n", 2, "broken YAML"),
            ("a: 1\n---\nb: 2\n", 3, "second document"),
            ("a: .nan\n", 1, "no JSON number"),
            ("", 1, "empty"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(part), "{text:?}: {}", error.message);
            assert_eq!(error.line, line, "{text:?}: {}", error.message);
        }
    }
}
