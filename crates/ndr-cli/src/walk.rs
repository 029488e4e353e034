//! Many inputs as a stream of messages: files, directories, Maildir, mbox, archives, compressed files, standard input.
//! Memory stays flat: a message at a time, a file at a time.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The most bytes of one message; what is longer is cut, and the decoder's own limit says so.
const MESSAGE_LIMIT: usize = 33 << 20;
/// The most bytes that one archive may unpack to.
const ARCHIVE_LIMIT: u64 = 16 << 30;
/// The deepest directory.
const DEPTH: usize = 64;

/// One message, or why there is none.
pub(crate) enum Item {
    /// A file that holds one message; whoever decodes it reads it.
    File(PathBuf),
    /// A message out of a container.
    Message { source: String, bytes: Vec<u8> },
    /// Something that could not be read.
    Unreadable { source: String, error: String },
}

/// Calls `give` for every message under `paths`, in order. `give` returns false to stop.
pub(crate) fn walk(paths: &[PathBuf], give: &mut dyn FnMut(Item) -> bool) {
    let mut seen = HashSet::new();
    for path in paths {
        let go_on = if path.as_os_str() == "-" {
            stream(Box::new(std::io::stdin().lock()), "-", give)
        } else {
            visit(path, 0, &mut seen, give)
        };
        if !go_on {
            return;
        }
    }
}

fn fail(path: &Path, error: impl ToString, give: &mut dyn FnMut(Item) -> bool) -> bool {
    give(Item::Unreadable { source: path.display().to_string(), error: error.to_string() })
}

fn visit(path: &Path, depth: usize, seen: &mut HashSet<PathBuf>, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) => return fail(path, error, give),
    };
    if meta.is_dir() {
        // A link that leads back up would never end.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if depth > DEPTH || !seen.insert(real) {
            return true;
        }
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return fail(path, error, give),
        };
        let mut names: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        // Directory order is the file system's whim; names are not.
        names.sort();
        return names.iter().all(|name| visit(name, depth + 1, seen, give));
    }
    if !meta.is_file() {
        return true;
    }
    match container(path) {
        Ok(None) => give(Item::File(path.to_path_buf())),
        Ok(Some(kind)) => {
            let file = match File::open(path) {
                Ok(file) => file,
                Err(error) => return fail(path, error, give),
            };
            open(kind, file, path, give)
        }
        Err(error) => fail(path, error, give),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Mbox,
    Gzip,
    Zstd,
    Zip,
    Tar,
}

/// What kind of container a file is, by its first bytes.
fn container(path: &Path) -> std::io::Result<Option<Kind>> {
    let mut head = [0; 512];
    let mut file = File::open(path)?;
    let mut len = 0;
    while len < head.len() {
        match file.read(&mut head[len..])? {
            0 => break,
            n => len += n,
        }
    }
    Ok(kind_of(&head[..len]))
}

fn kind_of(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"From ") {
        Some(Kind::Mbox)
    } else if head.starts_with(&[0x1F, 0x8B]) {
        Some(Kind::Gzip)
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Some(Kind::Zstd)
    } else if head.starts_with(b"PK\x03\x04") {
        Some(Kind::Zip)
    } else if head.get(257..262) == Some(b"ustar") {
        Some(Kind::Tar)
    } else {
        None
    }
}

fn open(kind: Kind, file: File, path: &Path, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let name = path.display().to_string();
    match kind {
        Kind::Mbox => mbox(&mut BufReader::with_capacity(1 << 18, file), &name, give),
        Kind::Gzip => {
            stream(Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)).take(ARCHIVE_LIMIT)), &name, give)
        }
        Kind::Zstd => match ruzstd::decoding::StreamingDecoder::new(BufReader::new(file)) {
            Ok(decoder) => stream(Box::new(decoder.take(ARCHIVE_LIMIT)), &name, give),
            Err(error) => fail(path, error, give),
        },
        Kind::Zip => zip(file, path, give),
        Kind::Tar => tar(Box::new(file), &name, give),
    }
}

/// A stream of unknown content: one message, an mbox, or a tar.
fn stream(reader: Box<dyn Read + '_>, name: &str, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    // A reader may give its first bytes a few at a time; the kind needs 512 of them.
    let mut head = Vec::new();
    if let Err(error) = (&mut reader).take(512).read_to_end(&mut head) {
        return give(Item::Unreadable { source: name.to_string(), error: error.to_string() });
    }
    let kind = kind_of(&head);
    let mut whole = std::io::Cursor::new(head).chain(reader);
    match kind {
        Some(Kind::Mbox) => mbox(&mut BufReader::with_capacity(1 << 18, whole), name, give),
        Some(Kind::Tar) => tar(Box::new(whole), name, give),
        Some(Kind::Gzip) => {
            stream_again(Box::new(flate2::read::MultiGzDecoder::new(whole).take(ARCHIVE_LIMIT)), name, give)
        }
        _ => {
            let mut bytes = Vec::new();
            match (&mut whole).take(MESSAGE_LIMIT as u64).read_to_end(&mut bytes) {
                Ok(_) => give(Item::Message { source: name.to_string(), bytes }),
                Err(error) => give(Item::Unreadable { source: name.to_string(), error: error.to_string() }),
            }
        }
    }
}

/// The content of a compressed stream on standard input; it is not unpacked a third time.
fn stream_again(reader: Box<dyn Read + '_>, name: &str, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    let is_mbox = reader.fill_buf().is_ok_and(|head| head.starts_with(b"From "));
    if is_mbox {
        return mbox(&mut reader, name, give);
    }
    let mut bytes = Vec::new();
    match reader.take(MESSAGE_LIMIT as u64).read_to_end(&mut bytes) {
        Ok(_) => give(Item::Message { source: name.to_string(), bytes }),
        Err(error) => give(Item::Unreadable { source: name.to_string(), error: error.to_string() }),
    }
}

/// An mbox: messages begin at a `From ` line that holds a date and that a header line follows. Quoted lines (`>From `)
/// lose one mark, as mboxrd writes them.
fn mbox(reader: &mut dyn BufRead, name: &str, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let mut count = 0;
    let mut message: Vec<u8> = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    let mut open = false;
    let mut blank = true;
    let mut whole_line = true;
    // A `From ` line that only counts if a header follows it.
    let mut pending: Option<Vec<u8>> = None;
    let flush = |message: &mut Vec<u8>, count: &mut usize, give: &mut dyn FnMut(Item) -> bool| -> bool {
        *count += 1;
        give(Item::Message { source: format!("{name}#{count}"), bytes: std::mem::take(message) })
    };
    loop {
        line.clear();
        match reader.take(1 << 20).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                if open && !flush(&mut message, &mut count, give) {
                    return false;
                }
                return give(Item::Unreadable { source: name.to_string(), error: error.to_string() });
            }
        }
        let begins = whole_line;
        whole_line = line.ends_with(b"\n");
        if let Some(from) = pending.take() {
            if is_header(&line) {
                if open && !flush(&mut message, &mut count, give) {
                    return false;
                }
                open = true;
            } else {
                push(&mut message, &from);
            }
        }
        if begins && (blank || !open) && is_from_line(&line) {
            pending = Some(line.clone());
            blank = false;
            continue;
        }
        blank = begins && line.iter().all(|b| matches!(b, b'\n' | b'\r'));
        if begins
            && line.starts_with(b">")
            && line.iter().position(|b| *b != b'>').is_some_and(|at| line[at..].starts_with(b"From "))
        {
            push(&mut message, &line[1..]);
        } else {
            push(&mut message, &line);
        }
    }
    if let Some(from) = pending {
        push(&mut message, &from);
    }
    if open || !message.is_empty() { flush(&mut message, &mut count, give) } else { true }
}

fn push(message: &mut Vec<u8>, line: &[u8]) {
    let room = MESSAGE_LIMIT.saturating_sub(message.len());
    message.extend_from_slice(&line[..line.len().min(room)]);
}

/// `From sender date`: the date has a time and a year.
fn is_from_line(line: &[u8]) -> bool {
    if !line.starts_with(b"From ") || line.len() > 400 {
        return false;
    }
    let text = String::from_utf8_lossy(line);
    let has_time = text.split_whitespace().any(|word| {
        let parts: Vec<&str> = word.split(':').collect();
        (2..=3).contains(&parts.len())
            && parts.iter().all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()))
    });
    let has_year = text.split_whitespace().any(|word| {
        word.len() == 4
            && (word.starts_with("19") || word.starts_with("20"))
            && word.bytes().all(|b| b.is_ascii_digit())
    });
    has_time && has_year
}

/// `Name: value`, or a stray `>From ` that some tools put there.
fn is_header(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|b| *b == b':') else {
        return line.starts_with(b">From ");
    };
    colon > 0 && line[..colon].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn zip(file: File, path: &Path, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let name = path.display().to_string();
    let mut archive = match zip::ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return fail(path, error, give),
    };
    let mut left = ARCHIVE_LIMIT;
    for n in 0..archive.len() {
        let source = format!("{name}#{}", n + 1);
        let mut member = match archive.by_index(n) {
            Ok(member) => member,
            Err(error) => {
                if !give(Item::Unreadable { source, error: error.to_string() }) {
                    return false;
                }
                continue;
            }
        };
        if !member.is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        // Members are read, never written to disk: their names lead nowhere.
        let read = (&mut member).take((MESSAGE_LIMIT as u64).min(left)).read_to_end(&mut bytes);
        left = left.saturating_sub(bytes.len() as u64);
        let item = match read {
            Ok(_) if left == 0 => Item::Unreadable { source, error: "the archive unpacks to more than 16 GiB".into() },
            Ok(_) => Item::Message { source, bytes },
            Err(error) => Item::Unreadable { source, error: error.to_string() },
        };
        if !give(item) || left == 0 {
            return left == 0;
        }
    }
    true
}

fn tar(reader: Box<dyn Read + '_>, name: &str, give: &mut dyn FnMut(Item) -> bool) -> bool {
    let mut archive = tar::Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => {
            return give(Item::Unreadable { source: name.to_string(), error: error.to_string() });
        }
    };
    let mut count = 0;
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            // A broken archive gives no further entries.
            Err(error) => {
                return give(Item::Unreadable { source: name.to_string(), error: error.to_string() });
            }
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        count += 1;
        let source = format!("{name}#{count}");
        let mut bytes = Vec::new();
        let item = match (&mut entry).take(MESSAGE_LIMIT as u64).read_to_end(&mut bytes) {
            Ok(_) => Item::Message { source, bytes },
            Err(error) => Item::Unreadable { source, error: error.to_string() },
        };
        if !give(item) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        mbox(&mut text.as_bytes(), "m", &mut |item| {
            if let Item::Message { source, bytes } = item {
                found.push((source, String::from_utf8(bytes).unwrap()));
            }
            true
        });
        found
    }

    #[test]
    fn from_lines_in_bodies_do_not_split() {
        let text = "From a@example.com Mon Nov 23 10:00:00 2026\nSubject: one\n\nFrom here on it is text.\n\n>From quoted\n\
                    From somebody Mon Nov 23 10:00:00 2026\nwith no header after it\n\nFrom b@example.com Mon Nov 23 11:00:00 2026\nSubject: two\n\nx\n";
        let found = messages(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].0, "m#1");
        assert!(found[0].1.contains("\nFrom quoted\n") && found[0].1.contains("From somebody"));
        assert!(found[1].1.starts_with("Subject: two"));
    }

    #[test]
    fn an_endless_line_stays_within_the_limit() {
        let text = format!("From a@example.com Mon Nov 23 10:00:00 2026\nSubject: x\n\n{}", "a".repeat(5 << 20));
        assert_eq!(messages(&text).len(), 1);
    }
}
