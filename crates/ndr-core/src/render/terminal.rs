//! Text for a terminal: colours, lines of a given width, lists.

use crate::sanitize::terminal;
use unicode_width::UnicodeWidthStr;

/// How to render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns, 40 to 200.
    pub width: usize,
    /// Whether to use ANSI colours. All colour codes come from here, none from the mail.
    pub color: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { width: 80, color: false }
    }
}

/// Writes colours: the only place with escape sequences.
#[derive(Clone, Copy)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }
    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }
    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("1;31", text)
    }
    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("1;33", text)
    }
    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("1;32", text)
    }
    pub(crate) fn cyan(self, text: &str) -> String {
        self.wrap("36", text)
    }
}

pub(crate) fn heading(out: &mut String, title: &str, paint: Paint) {
    if !out.ends_with("\n\n") && !out.is_empty() {
        out.push('\n');
    }
    *out += &format!("  {}\n", paint.bold(title));
}

pub(crate) fn numbered(out: &mut String, steps: &[String], width: usize) {
    for (i, step) in steps.iter().enumerate() {
        for (at, line) in wrap(&terminal(step), width - 7).iter().enumerate() {
            let lead = if at == 0 { format!("{:>2}. ", i + 1) } else { "    ".to_string() };
            *out += &format!("   {lead}{line}\n");
        }
    }
}

pub(crate) fn bullet(out: &mut String, text: &str, width: usize) {
    for (at, line) in wrap(&terminal(text), width - 6).iter().enumerate() {
        *out += &format!("    {} {line}\n", if at == 0 { "•" } else { " " });
    }
}

/// Breaks a text into lines, and cuts a field of excessive length.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    const LONGEST: usize = 2_000;
    let cut = text.char_indices().nth(LONGEST).map(|(at, _)| format!("{}…", text.get(..at).unwrap_or_default()));
    let text = cut.as_deref().unwrap_or(text);
    let options =
        textwrap::Options::new(width.max(10)).break_words(true).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options)
        .into_iter()
        .map(|line| line.trim_end().to_string())
        .filter(|line| !line.is_empty())
        .collect()
}

/// At most `width` columns, with an ellipsis where something is cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.to_string().width() + 1 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}
