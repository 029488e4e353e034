//! Text from mail made safe to show. Mail is written by attackers: it holds escape sequences, invisible characters and
//! markup.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character may change what a terminal or reader shows of the text around it: C0 and C1 controls, and the
/// marks that reorder or hide text.
const fn is_dangerous(c: char) -> bool {
    matches!(c as u32,
        0..=0x1F | 0x7F..=0x9F | 0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB
        | 0xE0000..=0xE0FFF)
}

/// One line for a terminal: every control and invisible character is written out, as in `\u{1b}`.
///
/// ```
/// use ndr::sanitize::terminal;
/// assert_eq!(terminal("plain"), "plain");
/// assert_eq!(terminal("a\u{1b}]52;c;x\u{7}b"), "a\\u{1b}]52;c;x\\u{7}b");
/// assert_eq!(terminal("exe\u{202e}gpj"), "exe\\u{202e}gpj");
/// assert_eq!(terminal("a\tb\nc"), "a b c");
/// ```
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => out.push(' '),
            c if is_dangerous(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text for HTML, in elements and in quoted attributes.
///
/// ```
/// use ndr::sanitize::html;
/// assert_eq!(html("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
/// ```
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Text for Markdown, so that nothing in it is markup: punctuation is escaped, HTML and links stay text.
///
/// ```
/// use ndr::sanitize::markdown;
/// assert_eq!(markdown("[x](javascript:y) <b>"), "\\[x\\]\\(javascript\\:y\\) \\<b\\>");
/// assert_eq!(markdown("user@example.com"), "user\\@example.com");
/// assert_eq!(markdown("www.example.com"), "www\\.example.com");
/// ```
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        // A colon, an at sign or `www.` may begin an autolink; the rest is markup of CommonMark or GFM.
        if "\\`*_{}[]()<>#+!|~&:@$".contains(c)
            || (c == '.' && out.ends_with("www"))
            || (out.is_empty() && "-=.0123456789".contains(c) && text.len() > 1 && c == '-')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text for a Markdown code span or block: fences that the text cannot close.
///
/// ```
/// use ndr::sanitize::markdown_code;
/// assert_eq!(markdown_code("a `b`"), "`` a `b` ``");
/// ```
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    if longest > 0 || text.starts_with(' ') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A CSV cell that no spreadsheet runs as a formula: a leading `= + - @`, tab or carriage return gets a quote in front.
///
/// ```
/// use ndr::sanitize::csv;
/// assert_eq!(csv("=HYPERLINK(1)"), "'=HYPERLINK(1)");
/// assert_eq!(csv("550 5.1.1"), "550 5.1.1");
/// ```
pub fn csv(text: &str) -> Cow<'_, str> {
    let blank = |c: char| matches!(c, ' ' | '\u{a0}') || (is_dangerous(c) && !matches!(c, '\t' | '\r' | '\n'));
    let first = text.trim_start_matches(blank).chars().next();
    if matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    ) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A word for PowerShell, in single quotes. Typographic quotes count as quotes there, so they are doubled too.
///
/// ```
/// use ndr::sanitize::powershell;
/// assert_eq!(powershell("a'; Remove-Item x"), "'a''; Remove-Item x'");
/// ```
pub fn powershell(text: &str) -> String {
    let mut out = String::from("'");
    for c in terminal(text).chars() {
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    out
}
