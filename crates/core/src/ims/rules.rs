use crate::error::{Error, ErrorKind, Result};

/// The most tags that an image can have.
const MOST_TAGS: usize = 10;

/// What the service would refuse in a body, found before it is sent: the service clients' checks.
///
/// Only rules on which the references of both clouds agree; where they differ, the looser one stands.
#[derive(Debug)]
pub struct Rules {
    operation: &'static str,
    broken: Vec<String>,
}

impl Rules {
    /// Nothing is broken yet in the body of `operation`.
    #[must_use]
    pub fn of(operation: &'static str) -> Self {
        Self { operation, broken: Vec::new() }
    }

    /// Demands something.
    #[must_use]
    pub fn demand(mut self, kept: bool, rule: &str) -> Self {
        if !kept {
            self.broken.push(rule.to_owned());
        }
        self
    }

    /// From 1 to 128 letters, digits, blanks, `-`, `.` and `_`, without a blank at either end. Letters are those of any script: which ones the
    /// service takes is told of Chinese only.
    #[must_use]
    pub fn name(self, name: Option<&str>) -> Self {
        let Some(name) = name else { return self };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '_');
        self.demand((1..=128).contains(&name.chars().count()), "`name` has from 1 to 128 characters")
            .demand(name.trim() == name, "`name` has no blank at either end")
            .demand(name.chars().all(fits), "`name` has only letters, digits, blanks, `-`, `.` and `_`")
    }

    /// At most 1024 characters on one line, without angle brackets.
    #[must_use]
    pub fn description(self, text: Option<&str>) -> Self {
        let Some(text) = text else { return self };
        self.demand(text.chars().count() <= 1024, "`description` has at most 1024 characters")
            .demand(!text.contains(['\r', '<', '>']), "`description` has no carriage return and no angle brackets")
    }

    /// Either texts or pairs, at most ten, each key once and no longer than it may be.
    #[must_use]
    pub fn tags(self, texts: Option<&[String]>, pairs: Option<&[(&str, &str)]>) -> Self {
        let count = texts.map_or(0, <[String]>::len).max(pairs.map_or(0, <[_]>::len));
        let read: Vec<_> = match (texts, pairs) {
            (Some(texts), _) => texts.iter().map(|text| text.split_once(['.', '=']).unwrap_or((text, ""))).collect(),
            (None, pairs) => pairs.unwrap_or_default().to_vec(),
        };
        self.demand(!(texts.is_some() && pairs.is_some()), "`tags` and `image_tags` exclude each other")
            .demand(count <= MOST_TAGS, "an image has at most 10 tags")
            .keys_and_values(&read)
    }

    /// Keys of 1 to 36 characters, each once, with values of at most 43.
    #[must_use]
    pub fn keys_and_values(self, tags: &[(&str, &str)]) -> Self {
        let mut keys: Vec<_> = tags.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        self.demand(
            tags.iter().all(|(key, _)| (1..=36).contains(&key.chars().count())),
            "the key of a tag has from 1 to 36 characters",
        )
        .demand(tags.iter().all(|(_, value)| value.chars().count() <= 43), "the value of a tag has at most 43 characters")
        .demand(keys.windows(2).all(|pair| pair.first() != pair.last()), "the key of a tag stands there once")
    }

    /// A file in a bucket, as `bucket:object`.
    #[must_use]
    pub fn file(self, member: &str, file: &str) -> Self {
        let parts = file.split_once(':').filter(|(bucket, object)| !bucket.is_empty() && !object.is_empty());
        let fits = parts.is_some_and(|(_, object)| !object.starts_with("//"));
        self.demand(fits, &format!("`{member}` is `bucket:object`, not a URL"))
    }

    /// A file with a data disk of 40 to 2048 GiB.
    #[must_use]
    pub fn data_disk(self, file: &str, min_disk: i32) -> Self {
        self.file("image_url", file).within("min_disk", Some(min_disk), 40..=2048)
    }

    /// Where to export to, and either a format or the fast way.
    #[must_use]
    pub fn export(self, file: &str, has_format: bool, is_quick: Option<bool>) -> Self {
        self.file("bucket_url", file)
            .demand(has_format != (is_quick == Some(true)), "either `file_format` is there or `is_quick_export` is true")
    }

    /// A number within bounds, where there is one.
    #[must_use]
    pub fn within(self, member: &str, value: Option<i32>, bounds: std::ops::RangeInclusive<i32>) -> Self {
        let fits = value.is_none_or(|value| bounds.contains(&value));
        self.demand(fits, &format!("`{member}` is from {} to {}", bounds.start(), bounds.end()))
    }

    /// Whether all were kept.
    ///
    /// # Errors
    /// `InvalidRequest` that names each rule that was not.
    pub fn kept(self) -> Result<()> {
        if self.broken.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidRequest, self.broken.join("; ")).with_operation(self.operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(rules: Rules) -> String {
        rules.kept().err().map(|error| error.message().to_owned()).unwrap_or_default()
    }

    fn rules() -> Rules {
        Rules::of("create_image")
    }

    #[test]
    fn names_and_descriptions_are_held_to_their_length_and_characters() {
        for good in ["a", "My image-1.0_x", "映像", &"x".repeat(128)] {
            assert_eq!(broken(rules().name(Some(good))), "", "{good}");
        }
        assert_eq!(broken(rules().name(Some(&"x".repeat(129)))), "`name` has from 1 to 128 characters");
        assert_eq!(broken(rules().name(Some(" x"))), "`name` has no blank at either end");
        assert!(broken(rules().name(Some("a/b"))).starts_with("`name` has only letters"));
        assert_eq!(broken(rules().name(None).description(Some("fine, so\nit is"))), "");
        assert!(broken(rules().description(Some("<b>"))).contains("angle brackets"));
        assert!(broken(rules().description(Some(&"x".repeat(1025)))).contains("1024"));
    }

    #[test]
    fn tags_are_texts_or_pairs_and_not_too_many() {
        let texts = |n: usize| (0..n).map(|n| format!("key{n}.value")).collect::<Vec<_>>();
        assert_eq!(broken(rules().tags(Some(&texts(10)), None)), "");
        assert_eq!(broken(rules().tags(Some(&texts(11)), None)), "an image has at most 10 tags");
        assert_eq!(broken(rules().tags(Some(&texts(1)), Some(&[("a", "b")]))), "`tags` and `image_tags` exclude each other");
        assert!(broken(rules().tags(None, Some(&[("a", "b"), ("a", "c")]))).contains("once"));
        assert!(broken(rules().tags(None, Some(&[("", "b")]))).contains("key of a tag"));
        assert!(broken(rules().tags(None, Some(&[("a", &"x".repeat(44))]))).contains("at most 43"));
    }

    #[test]
    fn several_broken_rules_are_one_error() {
        let error = rules().file("image_url", "https://bucket/object").within("min_disk", Some(0), 1..=1024).kept().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.to_string(), "create_image: `image_url` is `bucket:object`, not a URL; `min_disk` is from 1 to 1024");
        assert!(rules().file("image_url", "bucket:folder/object.qcow2").within("min_disk", None, 1..=9).kept().is_ok());
    }
}
