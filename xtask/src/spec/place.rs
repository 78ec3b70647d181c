//! What is wrong with a spec, and where.

use std::fmt;

use super::Node;

/// A place in the document: the operation or schema that a reader knows, and the JSON pointer.
#[derive(Clone, Debug)]
pub struct Place {
    subject: String,
    pointer: String,
}

impl Place {
    /// The document itself.
    pub fn document() -> Self {
        Self { subject: String::new(), pointer: String::new() }
    }

    /// The same place, in the words of what is checked: "operation `list_images`".
    #[must_use]
    pub fn about(&self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), pointer: self.pointer.clone() }
    }

    /// A member or item of this place.
    #[must_use]
    pub fn at(&self, key: impl fmt::Display) -> Self {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Self { subject: self.subject.clone(), pointer: format!("{}/{key}", self.pointer) }
    }

    /// The JSON pointer, without `#`.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// A problem at this place.
    pub fn problem(&self, node: &Node, message: impl Into<String>) -> Problem {
        Problem {
            line: Some(node.line),
            column: None,
            subject: self.subject.clone(),
            pointer: self.pointer.clone(),
            message: message.into(),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The line in the file, if there is one.
    pub line: Option<usize>,
    /// The column, where the text itself is broken.
    pub column: Option<usize>,
    /// The operation or schema; empty for the document.
    pub subject: String,
    /// The JSON pointer of the place; empty for the document.
    pub pointer: String,
    /// What is wrong and, where that is not plain, what to do.
    pub message: String,
}

impl Problem {
    /// A problem of the file as a whole.
    pub fn of_file(message: impl Into<String>) -> Self {
        Self { line: None, column: None, subject: String::new(), pointer: String::new(), message: message.into() }
    }
}

/// Everything that is wrong with one file; never empty.
#[derive(Debug)]
pub struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Problems {
    /// A single one.
    pub fn one(file: &str, problem: Problem) -> Self {
        Self { file: file.to_owned(), list: vec![problem] }
    }

    /// `Err` if there are any, in the order of the file.
    pub fn check(file: &str, mut list: Vec<Problem>) -> Result<(), Self> {
        if list.is_empty() {
            return Ok(());
        }
        list.sort_by_key(|problem| problem.line);
        Err(Self { file: file.to_owned(), list })
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "error: {}", self.file)?;
            if let Some(line) = problem.line {
                write!(f, ":{line}")?;
            }
            if let Some(column) = problem.column {
                write!(f, ":{column}")?;
            }
            write!(f, ": ")?;
            if !problem.subject.is_empty() {
                write!(f, "{}: ", problem.subject)?;
            }
            write!(f, "{}", problem.message)?;
            if !problem.pointer.is_empty() {
                write!(f, "\n  at #{}", problem.pointer)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
