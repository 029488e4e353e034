//! Reading one input.

use crate::{Exit, Stop};
use std::io::Read;

/// An input and the name it is shown by.
pub(crate) struct Input {
    pub(crate) name: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// The most bytes that `ndr explain` reads; more is no single report.
const LIMIT: u64 = 64 << 20;

/// Reads a file, standard input (`-` or nothing), or takes the text itself.
pub(crate) fn read(input: Option<&str>) -> Result<Input, Stop> {
    match input {
        None | Some("-") => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .take(LIMIT)
                .read_to_end(&mut bytes)
                .map_err(|error| unreadable("standard input", &error))?;
            Ok(Input { name: None, bytes })
        }
        Some(text) => {
            let path = std::path::Path::new(text);
            match std::fs::metadata(path) {
                Ok(meta) if meta.is_dir() => Err(Stop {
                    message: format!("{text} is a directory; `ndr scan` reads directories"),
                    exit: Exit::Unreadable,
                }),
                Ok(_) => {
                    let file = std::fs::File::open(path).map_err(|error| unreadable(text, &error))?;
                    let mut bytes = Vec::new();
                    file.take(LIMIT).read_to_end(&mut bytes).map_err(|error| unreadable(text, &error))?;
                    Ok(Input { name: Some(text.to_string()), bytes })
                }
                // A text without spaces that looks like a path was surely meant as one.
                Err(error) if looks_like_path(text) => Err(unreadable(text, &error)),
                Err(_) => Ok(Input { name: None, bytes: text.as_bytes().to_vec() }),
            }
        }
    }
}

fn looks_like_path(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && !text.contains('@')
        && (text.starts_with(['/', '.', '~'])
            || text.contains('/')
            || [".eml", ".msg", ".txt", ".html", ".mbox", ".json"].iter().any(|end| text.ends_with(end)))
}

pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> Stop {
    Stop { message: format!("{name}: {error}"), exit: Exit::Unreadable }
}
