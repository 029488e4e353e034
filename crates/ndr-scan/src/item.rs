//! What input readers pass on: one message, or why there is none.

use crate::control::Stop;
use crate::{ScanError, ScanLimits};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

/// Break ends the scan.
pub(crate) type Flow = ControlFlow<()>;

/// One message, or why there is none.
pub(crate) struct Item {
    pub(crate) source: String,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    /// A message, and the size that it had before a limit cut it.
    Bytes { bytes: Vec<u8>, size: u64 },
    /// A small file of any kind, or a big one that is a message; it is read on the worker thread.
    File { path: PathBuf, size: u64 },
    /// Something that could not be read.
    Error(ScanError),
}

/// Takes what the readers find.
pub(crate) struct Feed<'f> {
    pub(crate) limits: &'f ScanLimits,
    pub(crate) stop: &'f Stop,
    /// Bytes taken from the inputs so far, compressed as they are.
    pub(crate) read: &'f AtomicU64,
    pub(crate) give: &'f mut dyn FnMut(Item) -> Flow,
}

impl Feed<'_> {
    pub(crate) fn give(&mut self, source: &str, body: Body) -> Flow {
        if self.stop.is_set() {
            return ControlFlow::Break(());
        }
        (self.give)(Item { source: source.to_string(), body })
    }

    pub(crate) fn error(&mut self, source: &str, error: &std::io::Error) -> Flow {
        self.give(source, Body::Error(ScanError::from_io(error)))
    }
}
