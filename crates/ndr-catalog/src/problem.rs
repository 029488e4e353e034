//! What is wrong with a catalogue, said so that a person who edits YAML can act on it.

use std::fmt;

/// One mistake, with the place where it stands and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The text of that line.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gutter = self.line.to_string().len();
        writeln!(f, "{}", self.message)?;
        writeln!(f, "{:gutter$}--> {}:{}:{}", "", self.file, self.line, self.column)?;
        writeln!(f, "{:gutter$} |", "")?;
        // A very long line is cut around the place, so that the caret stays in sight.
        let skip = self.column.saturating_sub(70);
        let shown: String = self.excerpt.chars().skip(skip).take(110).collect();
        writeln!(f, "{} | {shown}", self.line)?;
        let caret = self.column.saturating_sub(1).saturating_sub(skip);
        let rest = self.excerpt.chars().count().saturating_sub(self.column - 1).clamp(1, 40);
        write!(f, "{:gutter$} | {:caret$}{}", "", "", "^".repeat(if self.excerpt.is_empty() { 1 } else { rest }))?;
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {help}", "")?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a catalogue, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "error: {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
