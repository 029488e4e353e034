//! What to do with an input that is not explained: what it looks like, the way on, and what was perhaps meant.

use super::terminal::{Options, Paint, bullet, heading, wrap};
use crate::looks::Looks;
use crate::sanitize::{html as escape_html, markdown as escape};
use ndr_resolve::Entry;

/// The heading above the nearest entries.
const MEANT: &str = "Did you mean";

/// The space around the fragment.
const HTML_HINT: &str = "margin:10px 0;line-height:1.5";

/// Help for an input that no entry explains.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// What the input looks like, where it is no report.
    pub looks: Option<Looks>,
    /// The nearest entries of the catalogue, best first.
    pub nearest: Vec<&'static Entry>,
}

impl Hints {
    /// For a terminal, to stand behind the answer; empty where there is nothing to say.
    ///
    /// ```
    /// use ndr::render::{Hints, Options};
    /// let hints = Hints { looks: Some(ndr::looks_like(b"hello")), nearest: Vec::new() };
    /// assert!(hints.human(Options::default()).contains("What to do next"));
    /// ```
    pub fn human(&self, options: Options) -> String {
        let paint = Paint(options.color);
        let width = options.width.clamp(40, 200);
        let mut out = String::new();
        if let Some(looks) = self.looks {
            heading(&mut out, "What it looks like", paint);
            for line in wrap(&sentence(looks.what), width - 4) {
                out += &format!("    {line}\n");
            }
            heading(&mut out, "What to do next", paint);
            for line in wrap(looks.next, width - 4) {
                out += &format!("    {line}\n");
            }
        }
        if !self.nearest.is_empty() {
            heading(&mut out, MEANT, paint);
            for entry in &self.nearest {
                bullet(&mut out, &format!("{} (ndr code {})", entry.title, entry.slug), width);
            }
        }
        out
    }

    /// As Markdown, to stand behind the answer.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        if let Some(looks) = self.looks {
            out += &format!("\n**What it looks like**\n\n{}\n", escape(&sentence(looks.what)));
            out += &format!("\n**What to do next**\n\n{}\n", escape(looks.next));
        }
        if !self.nearest.is_empty() {
            out += &format!("\n**{MEANT}**\n\n");
            for entry in &self.nearest {
                out += &format!("- {} (`{}`)\n", escape(entry.title), entry.slug);
            }
        }
        out
    }

    /// As an HTML fragment, to stand behind the answer.
    pub fn html(&self) -> String {
        if self.looks.is_none() && self.nearest.is_empty() {
            return String::new();
        }
        let mut out = format!("<div class=\"ndr\" style=\"{HTML_HINT}\">\n");
        if let Some(looks) = self.looks {
            out += &format!("<p><b>What it looks like:</b> {}</p>\n", escape_html(&sentence(looks.what)));
            out += &format!("<p><b>What to do next:</b> {}</p>\n", escape_html(looks.next));
        }
        if !self.nearest.is_empty() {
            out += &format!("<p><b>{MEANT}:</b></p>\n<ul>\n");
            for entry in &self.nearest {
                out += &format!("<li>{} <code>{}</code></li>\n", escape_html(entry.title), entry.slug);
            }
            out += "</ul>\n";
        }
        out + "</div>\n"
    }
}

/// "an empty input" as a sentence.
fn sentence(what: &str) -> String {
    format!("This looks like {what}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_says_the_same() {
        let nearest = vec![crate::catalog().by_slug("generic-mailbox-full").unwrap()];
        let hints = Hints { looks: Some(crate::looks_like(b"so it is <full>")), nearest };
        let texts = [hints.human(Options::default()), hints.markdown(), hints.html()];
        for text in &texts {
            assert!(text.contains("generic-mailbox-full") && text.contains("looks like"), "{text}");
        }
        assert!(texts[0].lines().all(|line| line.chars().count() <= 80), "{}", texts[0]);
        let none = Hints::default();
        assert!([none.human(Options::default()), none.markdown(), none.html()].iter().all(String::is_empty));
    }
}
