//! What people paste around a server's words: frames of a stack, classes of exceptions, marks of Markdown, characters
//! that take no room.

use crate::text;

/// Takes from the text of an exception what is about the program: the class in front, and the frames of the stack.
pub(crate) fn without_frames(text: &str) -> Option<String> {
    let is_frame = |line: &str| {
        let bare = line.trim_start();
        bare.len() < line.len() && (bare.starts_with("at ") && line.contains('(') || bare.starts_with("File \""))
    };
    let class = |line: &str| -> Option<usize> {
        let (name, _) = line.trim_start().split_once(": ")?;
        let known = name.contains('.') && (name.ends_with("Exception") || name.ends_with("Error"));
        (known && !name.contains(' ')).then(|| line.len() - line.trim_start().len() + name.len() + 2)
    };
    if !text.lines().any(|line| is_frame(line) || class(line).is_some()) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !is_frame(line) && !line.starts_with("Traceback (")) {
        out.push_str(class(line).map_or(line, |at| text::from(line, at)));
        out.push('\n');
    }
    Some(out)
}

/// Takes the backslashes of Markdown off a text that has many: `\<a\@example\.com\>`.
pub(crate) fn without_escapes(text: &str) -> Option<String> {
    const FEW: usize = 4;
    let is_mark =
        |c: char| matches!(c, '.' | '-' | '<' | '>' | '(' | ')' | '#' | ',' | '_' | '*' | '[' | ']' | '!' | '@' | '+');
    let escapes = || text.match_indices('\\').filter(|(at, _)| text::from(text, at + 1).starts_with(is_mark));
    if text.starts_with(['{', '[']) || escapes().nth(FEW).is_none() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in escapes() {
        out.push_str(text::between(text, from, at));
        from = at + 1;
    }
    out.push_str(text::from(text, from));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_unescaped_where_there_is_much_of_it() {
        let text = "Sorry\\, no mailbox here\\. \\(\\#5\\.1\\.1\\)";
        assert_eq!(without_escapes(text).as_deref(), Some("Sorry, no mailbox here. (#5.1.1)"));
        assert_eq!(without_escapes("C:\\.ssh and us\\x{E9}r@example.com"), None);
    }
}
