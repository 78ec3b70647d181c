//! Texts of services, made fit for one line of a terminal or a log.

use std::borrow::Cow;

/// `text` on one line, without what a terminal would obey: escape sequences, control characters, marks that turn the direction of writing.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() || breaks(c) || turns(c)) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // The control sequence introducer, in two characters or in one.
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => skip_sequence(&mut chars),
            '\u{9b}' => skip_sequence(&mut chars),
            '\u{1b}' => {}
            c if turns(c) => {}
            c if c.is_control() || breaks(c) => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    Cow::Owned(line)
}

/// Parameters, and the letter that ends them.
fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

/// What some take for the end of a line.
fn breaks(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// What makes the rest of a line look like another.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_find_nothing_to_obey() {
        for (text, line) in [
            ("plain é", "plain é"),
            ("two\r\nlines\n", "two lines"),
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{9b}2Jclear", "clear"),
            ("\u{1b}]0;title\u{7}rest", "]0;title rest"),
            ("a\u{2028}b\u{85}c\td", "a b c d"),
            ("gnp.\u{202e}exe", "gnp.exe"),
            ("end\u{1b}", "end"),
            ("end\u{1b}[", "end"),
            ("\0", ""),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
        }
    }
}
