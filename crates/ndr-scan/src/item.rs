//! What input readers pass on: one message, or why there is none.

use crate::control::Stop;
use crate::{ErrorKind, ScanError, ScanLimits};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Break ends the scan.
pub(crate) type Flow = ControlFlow<()>;

/// What is taken from inputs that hold many records.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Whether deliveries that were done are records too.
    pub(crate) all: bool,
    /// The column of a table that holds messages.
    pub(crate) column: Option<String>,
    /// Columns whose values go along.
    pub(crate) keep: Vec<String>,
}

/// One message, or why there is none.
pub(crate) struct Item {
    pub(crate) source: String,
    pub(crate) body: Body,
    /// Values of the columns that are kept, with their names.
    pub(crate) kept: Vec<(String, String)>,
}

pub(crate) enum Body {
    /// A message, and the size that it had before a limit cut it.
    Bytes { bytes: Vec<u8>, size: u64 },
    /// A small file of any kind, or a big one that is a message; it is read on the worker thread.
    File { path: PathBuf, size: u64, is_named: bool },
    /// Something that could not be read.
    Error(ScanError),
}

/// Takes what the readers find.
pub(crate) struct Feed<'f> {
    pub(crate) limits: &'f ScanLimits,
    pub(crate) options: &'f Options,
    pub(crate) stop: &'f Stop,
    /// Bytes taken from the inputs so far, compressed as they are.
    pub(crate) read: &'f AtomicU64,
    /// Binaries that were found and left out.
    pub(crate) binaries: &'f AtomicU64,
    /// Whether the user named what is read now; the contents of a directory or archive were found.
    pub(crate) is_named: bool,
    pub(crate) give: &'f mut dyn FnMut(Item) -> Flow,
}

impl Feed<'_> {
    pub(crate) fn give(&mut self, source: &str, body: Body) -> Flow {
        self.give_kept(source, body, Vec::new())
    }

    /// Like [`Feed::give`], with values of columns that are kept.
    pub(crate) fn give_kept(&mut self, source: &str, body: Body, kept: Vec<(String, String)>) -> Flow {
        if self.stop.is_set() {
            return ControlFlow::Break(());
        }
        (self.give)(Item { source: source.to_string(), body, kept })
    }

    /// A file that is neither mail nor text: an error if the user named it, or if it may hold mail; else only counted.
    pub(crate) fn not_read(&mut self, source: &str, what: ndr::NotRead) -> Flow {
        if self.is_named || what.may_hold_mail {
            return self.give(source, Body::Error(ScanError::new(ErrorKind::NotMail, what.to_string())));
        }
        self.binaries.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    /// Reads what was found and not named.
    pub(crate) fn unnamed(&mut self, read: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let was = std::mem::replace(&mut self.is_named, false);
        let flow = read(self);
        self.is_named = was;
        flow
    }

    pub(crate) fn error(&mut self, source: &str, error: &std::io::Error) -> Flow {
        self.give(source, Body::Error(ScanError::from_io(error)))
    }
}
