//! URLs with placeholders that the token fills: `https://image.example/%(project_id)s`.

use cloudimg_core::{Error, ErrorKind, Result};

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    Project,
    User,
}

impl Placeholder {
    /// keystoneauth knows `project_id` and `user_id`; `tenant_id` is what they called a project before, as Keystone still does in its
    /// templates.
    fn named(name: &str) -> Option<Self> {
        match name {
            "project_id" | "tenant_id" => Some(Self::Project),
            "user_id" => Some(Self::User),
            _ => None,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::User => "user",
        }
    }
}

/// A text with placeholders, taken apart.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    /// Text and the placeholder after it.
    parts: Vec<(&'a str, Placeholder)>,
    last: &'a str,
}

impl<'a> Template<'a> {
    /// Placeholders are `%(name)s`, and `$(name)s` as Keystone's own templates have it.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = ["%(", "$("].iter().filter_map(|mark| rest.find(mark)).min() {
            let (before, from) = rest.split_at(at);
            let Some((name, after)) = from[2..].split_once(")s") else {
                return Err(problem(format!("the placeholder `{from}` does not end in `)s`")));
            };
            let Some(placeholder) = Placeholder::named(name) else {
                return Err(problem(format!("the placeholder `{name}` is not known; known are {KNOWN}")));
            };
            parts.push((check(before)?, placeholder));
            rest = after;
        }
        Ok(Self { parts, last: check(rest)? })
    }

    /// The whole text, if it has no placeholder.
    pub(crate) fn plain(&self) -> Option<&'a str> {
        self.parts.is_empty().then_some(self.last)
    }

    /// The text with what `value` has for each placeholder.
    pub(crate) fn fill(&self, value: impl Fn(Placeholder) -> Option<String>) -> Result<String> {
        let mut filled = String::new();
        for (text, placeholder) in &self.parts {
            filled.push_str(text);
            let what = placeholder.what();
            let value = value(*placeholder).filter(|value| !value.is_empty());
            filled.push_str(&value.ok_or_else(|| problem(format!("the token is for no {what}, so `%({what}_id)s` has no value")))?);
        }
        Ok(filled + self.last)
    }
}

const KNOWN: &str = "`%(project_id)s`, `%(tenant_id)s` and `%(user_id)s`";

/// Braces have no place in a URL: who writes them means a placeholder of another kind, which would be sent as it is.
fn check(text: &str) -> Result<&str> {
    match text.split_once('{') {
        None => Ok(text),
        Some((_, after)) => {
            let name = after.split('}').next().unwrap_or(after);
            Err(problem(format!("the placeholder `{{{name}}}` is not known; known are {KNOWN}")))
        }
    }
}

fn problem(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String> {
        Template::parse(text)?.fill(|placeholder| Some(format!("<{}>", placeholder.what())))
    }

    #[test]
    fn placeholders_are_filled_wherever_they_stand() {
        assert_eq!(filled("http://h/%(project_id)s").unwrap(), "http://h/<project>");
        assert_eq!(filled("http://h/$(tenant_id)s/%(user_id)s/v2").unwrap(), "http://h/<project>/<user>/v2");
        assert_eq!(filled("http://h/a%20b").unwrap(), "http://h/a%20b");
        assert_eq!(Template::parse("http://h/v2").unwrap().plain(), Some("http://h/v2"));
    }

    #[test]
    fn others_are_named() {
        let told = |text: &str| filled(text).unwrap_err().to_string();
        assert!(told("http://h/%(domain_id)s").contains("`domain_id` is not known; known are `%(project_id)s`"));
        assert!(told("http://h/{project_id}").contains("`{project_id}` is not known"));
        assert!(told("http://h/%(project_id)s/{x").contains("`{x}`"));
        assert!(told("http://h/%(project_id)").contains("does not end"));
        assert!(told("http://h/%(project_id)d").contains("does not end"));
        let error = Template::parse("%(project_id)s").unwrap().fill(|_| None).unwrap_err();
        assert!(error.to_string().contains("the token is for no project"), "{error}");
    }
}
