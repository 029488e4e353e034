//! What people paste around a server's words: frames of a stack and classes of exceptions.

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
