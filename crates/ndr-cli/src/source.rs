//! Reading one input.

use crate::{Exit, Stop};
use std::io::Read;
use std::path::{Path, PathBuf};

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
            let path = Path::new(text);
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

/// The paths to scan: those that were given, patterns that no shell expanded, and those of `--files-from`.
pub(crate) fn paths(given: &[PathBuf], from: Option<&Path>) -> Result<Vec<PathBuf>, Stop> {
    let mut paths = Vec::with_capacity(given.len());
    for path in given {
        match path.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists()) {
            Some(pattern) => paths.extend(expand(pattern)?),
            None => paths.push(path.clone()),
        }
    }
    if let Some(from) = from {
        let name = from.display().to_string();
        let list = if from == Path::new("-") {
            let mut list = Vec::new();
            std::io::stdin().lock().take(LIMIT).read_to_end(&mut list).map(|_| list)
        } else {
            std::fs::read(from)
        };
        let list = list.map_err(|error| unreadable(&name, &error))?;
        let list = String::from_utf8(list)
            .map_err(|_| Stop { message: format!("{name}: the list of paths is not UTF-8"), exit: Exit::Unreadable })?;
        let end = if list.contains('\0') { '\0' } else { '\n' };
        let lines = list.split(end).map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty());
        paths.extend(lines.map(PathBuf::from));
    }
    Ok(paths)
}

/// The files that a pattern names, in order.
fn expand(pattern: &str) -> Result<Vec<PathBuf>, Stop> {
    let stop = |message: String| Stop { message: format!("{pattern}: {message}"), exit: Exit::Unreadable };
    let mut found = Vec::new();
    for path in glob::glob(pattern).map_err(|error| stop(error.to_string()))? {
        found.push(path.map_err(|error| stop(error.to_string()))?);
    }
    if found.is_empty() { Err(stop("no file has such a name".to_string())) } else { Ok(found) }
}

pub(crate) fn unreadable(name: &str, error: &std::io::Error) -> Stop {
    Stop { message: format!("{name}: {error}"), exit: Exit::Unreadable }
}
