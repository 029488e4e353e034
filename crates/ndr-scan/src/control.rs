//! Cancelling a scan, and the progress that its threads share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Ends a scan from another thread.
///
/// ```
/// use ndr_scan::{Cancel, Scan};
/// let cancel = Cancel::default();
/// let mut records = Scan::of(["."]).cancel(&cancel).records();
/// cancel.cancel();
/// assert!(records.next().is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends the scan: no thread begins another message, and the results end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the scan was ended.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether the scan is to end: the caller cancelled it, or dropped its results.
pub(crate) struct Stop {
    cancel: Cancel,
    ended: AtomicBool,
}

impl Stop {
    pub(crate) fn new(cancel: Cancel) -> Stop {
        Stop { cancel, ended: AtomicBool::new(false) }
    }

    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.cancel.is_cancelled()
    }
}

/// What all threads of a scan share.
pub(crate) struct Shared {
    pub(crate) stop: Stop,
    /// Bytes read from the inputs.
    pub(crate) read: AtomicU64,
    /// Binaries that were found and left out.
    pub(crate) binaries: AtomicU64,
    /// Bytes of the inputs; `u64::MAX` until they are measured.
    pub(crate) total: AtomicU64,
    /// Bytes of messages that wait for a thread.
    pub(crate) waiting: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(cancel: Cancel) -> Shared {
        Shared {
            stop: Stop::new(cancel),
            read: AtomicU64::new(0),
            binaries: AtomicU64::new(0),
            total: AtomicU64::new(u64::MAX),
            waiting: AtomicUsize::new(0),
        }
    }
}
