//! The reading side: everything that the inputs hold, one item after the other.

use crate::container::{self, Kind};
use crate::control::Stop;
use crate::item::{Body, Feed, Flow};
use crate::{ErrorKind, Input, ScanError, ScanLimits};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A file up to this size is read on the worker thread, whatever it contains.
const SMALL: u64 = 256 << 10;

/// A path as text.
fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Counts the bytes that are read, and ends when the scan ends.
struct Tapped<'f, R> {
    inner: R,
    read: &'f AtomicU64,
    stop: &'f Stop,
}

impl<R: Read> Read for Tapped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.stop.is_set() {
            return Ok(0);
        }
        let n = self.inner.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Gives everything that the inputs hold, in order.
pub(crate) fn all(inputs: Vec<Input>, feed: &mut Feed<'_>) -> Flow {
    for input in inputs {
        match input {
            Input::Path(path) if path.as_os_str() == "-" => stream(feed, std::io::stdin().lock(), "-")?,
            Input::Path(path) => Walk { feed, seen: HashSet::new() }.path(&path, 0)?,
            Input::Reader { name, reader } => stream(feed, reader, &name)?,
            Input::Messages(messages) => {
                for (source, bytes) in messages {
                    let body = match bytes {
                        Ok(mut bytes) => {
                            let size = bytes.len() as u64;
                            feed.read.fetch_add(size, Ordering::Relaxed);
                            bytes.truncate(feed.limits.message_bytes);
                            Body::Bytes { bytes, size }
                        }
                        Err(error) => Body::Error(error),
                    };
                    feed.give(&source, body)?;
                }
            }
        }
    }
    ControlFlow::Continue(())
}

fn stream(feed: &mut Feed<'_>, reader: impl Read, name: &str) -> Flow {
    let (read, stop) = (feed.read, feed.stop);
    container::stream(feed, &mut Tapped { inner: reader, read, stop }, name, 0)
}

/// A walk below one path.
struct Walk<'w, 'f> {
    feed: &'w mut Feed<'f>,
    /// Directories that were read: a link may lead back up, or to the same place many times.
    seen: HashSet<PathBuf>,
}

impl Walk<'_, '_> {
    fn path(&mut self, path: &Path, depth: usize) -> Flow {
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => return self.feed.error(&name(path), &error),
        };
        if meta.is_dir() {
            return self.directory(path, depth);
        }
        if meta.is_file() {
            return self.file(path, meta.len());
        }
        // A pipe named on the command line is meant to be read: `ndr scan <(zcat old.gz)`.
        match special(meta.file_type()) {
            "pipe" if depth == 0 => match File::open(path) {
                Ok(file) => stream(self.feed, file, &name(path)),
                Err(error) => self.feed.error(&name(path), &error),
            },
            what => {
                let message = format!("a {what}, not a file; it was not opened");
                self.feed.give(&name(path), Body::Error(ScanError::new(ErrorKind::Skipped, message)))
            }
        }
    }

    fn directory(&mut self, path: &Path, depth: usize) -> Flow {
        if depth > self.feed.limits.directory_depth {
            let message = format!("directories lie more than {depth} deep");
            return self.feed.give(&name(path), Body::Error(ScanError::new(ErrorKind::Limit, message)));
        }
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if !self.seen.insert(real) {
            return ControlFlow::Continue(());
        }
        let mut names = Vec::new();
        let mut errors = Vec::new();
        match std::fs::read_dir(path) {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => names.push(entry.path()),
                        Err(error) => errors.push(error),
                    }
                }
            }
            Err(error) => errors.push(error),
        }
        for error in errors {
            self.feed.error(&name(path), &error)?;
        }
        // The order of a directory depends on the file system, so names are sorted.
        names.sort();
        let is_maildir = ["cur", "new"].iter().all(|folder| names.contains(&path.join(folder)));
        for name in names {
            // Beside its messages a Maildir holds halves of messages (`tmp`), and files of its server.
            if is_maildir && (name.ends_with("tmp") || !name.is_dir()) {
                continue;
            }
            let was = std::mem::replace(&mut self.feed.is_named, false);
            let flow = self.path(&name, depth + 1);
            self.feed.is_named = was;
            flow?;
        }
        ControlFlow::Continue(())
    }

    fn file(&mut self, path: &Path, size: u64) -> Flow {
        if size <= SMALL {
            return self.whole(path, size);
        }
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return self.feed.error(&name(path), &error),
        };
        let (head, error) = container::head(&mut file);
        if let Some(error) = error.or_else(|| file.rewind().err()) {
            return self.feed.error(&name(path), &error);
        }
        match container::kind(&head) {
            Kind::Message if self.feed.options.column.is_none() => self.whole(path, size),
            Kind::Zip => {
                let flow = container::zip(self.feed, BufReader::new(file), size, &name(path), 0);
                self.feed.read.fetch_add(size, Ordering::Relaxed);
                flow
            }
            _ => stream(self.feed, file, &name(path)),
        }
    }

    fn whole(&mut self, path: &Path, size: u64) -> Flow {
        self.feed.read.fetch_add(size, Ordering::Relaxed);
        let is_named = self.feed.is_named;
        self.feed.give(&name(path), Body::File { path: path.to_path_buf(), size, is_named })
    }
}

/// Gives what a file holds, on the thread that decodes it.
pub(crate) fn file(feed: &mut Feed<'_>, source: &str, path: &Path, size: u64) -> Flow {
    let read = || -> std::io::Result<Vec<u8>> {
        let limit = feed.limits.message_bytes as u64;
        let mut bytes = Vec::with_capacity(size.min(limit) as usize + 1);
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = match read() {
        Ok(bytes) => bytes,
        Err(error) => return feed.error(source, &error),
    };
    match container::kind(bytes.get(..container::HEAD).unwrap_or(&bytes)) {
        Kind::Message if feed.options.column.is_none() => {
            let size = size.max(bytes.len() as u64);
            feed.give(source, Body::Bytes { bytes, size })
        }
        Kind::Zip => {
            let size = bytes.len() as u64;
            container::zip(feed, std::io::Cursor::new(bytes), size, source, 0)
        }
        _ => container::stream(feed, &mut bytes.as_slice(), source, 0),
    }
}

/// The kind of a directory entry that is not a file.
#[cfg(unix)]
fn special(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
fn special(_: std::fs::FileType) -> &'static str {
    "device"
}

/// The total bytes below the paths, as far as known without opening files.
pub(crate) fn measure(paths: &[PathBuf], limits: &ScanLimits, stop: &Stop) -> Option<u64> {
    let mut total = 0;
    let mut seen = HashSet::new();
    let mut open: Vec<(PathBuf, usize)> = paths.iter().map(|path| (path.clone(), 0)).collect();
    while let Some((path, depth)) = open.pop() {
        if stop.is_set() || path.as_os_str() == "-" {
            return None;
        }
        let Ok(meta) = std::fs::metadata(&path) else { continue };
        if meta.is_file() {
            total += meta.len();
        } else if meta.is_dir() {
            let new = std::fs::canonicalize(&path).is_ok_and(|real| seen.insert(real));
            if let (true, true, Ok(entries)) = (new, depth <= limits.directory_depth, std::fs::read_dir(&path)) {
                open.extend(entries.flatten().map(|entry| (entry.path(), depth + 1)));
            }
        } else if depth == 0 {
            return None;
        }
    }
    Some(total)
}
