//! YAML text to [`Value`]s, by the rules of PyYAML's safe loader.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::value::{Map, Value};

mod numbers;
mod scalar;

/// How deep lists and mappings may stand in each other.
const DEEPEST: usize = 64;
/// How much a document may hold, its aliases written out, in bytes; every value counts for some.
const HEAVIEST: usize = 16 * 1024 * 1024;
const WEIGHT_OF_ANY: usize = 32;
/// How many oddities are told.
const MOST_NOTES: usize = 8;

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
            } else if own.insert(key.clone(), value).is_some() && self.notes.len() < MOST_NOTES {
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
mod tests;
