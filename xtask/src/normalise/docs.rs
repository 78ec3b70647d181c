//! The spec's prose as documentation comments that rustdoc takes without a warning.

/// Markdown of a description: links that are none, HTML that is none and bare addresses are made harmless.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut fenced = false;
    for (index, line) in text.trim().lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = line.trim_end();
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            out.push_str(line);
        } else if fenced {
            out.push_str(line);
        } else {
            // Four blanks would make a code block, and rustdoc would take it for Rust.
            let indent = line.len() - line.trim_start().len();
            out.push_str(&line[..indent.min(3)]);
            clean_line(line.trim_start(), &mut out);
        }
    }
    out
}

/// The same on one line, for the list of arguments.
pub fn clean_to_line(text: &str) -> String {
    clean(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn clean_line(line: &str, out: &mut String) {
    let mut code = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            code = !code;
        } else if !code {
            if rest.starts_with("http://") || rest.starts_with("https://") {
                let end = rest.find(|c: char| c.is_whitespace() || "<>()[]\"'`|".contains(c)).unwrap_or(rest.len());
                let address = rest[..end].trim_end_matches(['.', ',', ';', ':']);
                let linked = out.ends_with("](") || out.ends_with('<');
                out.push_str(if linked { "" } else { "<" });
                out.push_str(address);
                out.push_str(if linked { "" } else { ">" });
                rest = &rest[address.len()..];
                continue;
            }
            let own_link = c == '[' && is_link(rest) || c == ']' && rest.starts_with("](");
            let own_address = c == '<' && (rest.starts_with("<http://") || rest.starts_with("<https://"));
            if "[]<".contains(c) && !own_link && !own_address {
                out.push('\\');
            }
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

/// Whether `[text](address)` begins here.
fn is_link(rest: &str) -> bool {
    rest.find(']').is_some_and(|end| rest[end..].starts_with("]("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_harmless_markdown() {
        for (text, expected) in [
            ("see https://a.example/b?c=d.", "see <https://a.example/b?c=d>."),
            ("see [the page](https://a.example/b) now", "see [the page](https://a.example/b) now"),
            ("<https://a.example>", "<https://a.example>"),
            ("add /tags/[N] or <id>", "add /tags/\\[N\\] or \\<id>"),
            ("code `a[0] <b>` stays", "code `a[0] <b>` stays"),
            ("  leading\n        deep\n", "leading\n   deep"),
            ("```\nx[0]\n```", "```\nx[0]\n```"),
        ] {
            assert_eq!(clean(text), expected);
        }
    }
}
