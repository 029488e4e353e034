//! The results of a scan, in order.

use crate::control::Shared;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The slot of a batch among the results: its result arrives there.
pub(crate) type Place<A> = Receiver<Done<A>>;

/// The result of a batch.
pub(crate) struct Done<A> {
    /// The accumulator, or the panic of the function that filled it.
    pub(crate) value: Option<std::thread::Result<A>>,
    pub(crate) messages: u64,
    pub(crate) errors: u64,
    pub(crate) skipped: u64,
    pub(crate) position: u64,
}

/// How far a scan is, counted over the results that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages, with those that could not be read.
    pub messages: u64,
    /// Messages that could not be read, and those that a limit or a fault of ndr stopped.
    pub errors: u64,
    /// What was not opened on purpose, such as a device.
    pub skipped: u64,
    /// Binaries that were found in directories and archives, and left out. They are no records.
    pub binaries: u64,
    /// Bytes of the inputs that were read; of a compressed file, its compressed bytes.
    pub bytes: u64,
    /// Bytes of the inputs, where [`Scan::measured`](crate::Scan::measured) asked for it and it is known by now.
    pub bytes_total: Option<u64>,
}

/// What [`Ordered::next_within`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// The next result.
    Next(T),
    /// Nothing yet.
    Waiting,
    /// There are no more.
    End,
}

/// The results of a scan in the order of its input. Dropping it ends the scan.
pub struct Ordered<A> {
    order: Option<Receiver<Place<A>>>,
    /// The slot whose wait timed out.
    open: Option<Place<A>>,
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    progress: Progress,
}

impl<A> Ordered<A> {
    pub(crate) fn new(order: Receiver<Place<A>>, threads: Vec<JoinHandle<()>>, shared: Arc<Shared>) -> Ordered<A> {
        Ordered { order: Some(order), open: None, threads, shared, progress: Progress::default() }
    }

    /// How far the scan is.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let rows = (0..10).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
    /// let mut batches = Scan::new([Input::messages(rows)]).fold(|| (), |_, _| ());
    /// batches.next();
    /// assert_eq!((batches.progress().messages, batches.progress().bytes), (10, 220));
    /// ```
    pub fn progress(&self) -> Progress {
        let total = self.shared.total.load(Ordering::Relaxed);
        let binaries = self.shared.binaries.load(Ordering::Relaxed);
        Progress { bytes_total: (total < u64::MAX).then_some(total), binaries, ..self.progress }
    }

    /// The next result if it comes within that time, for those who must look at something else now and then, such as
    /// signals.
    ///
    /// # Panics
    /// Where the function that gathers records panicked, with its panic.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan, Step};
    /// let rows = [("a".to_string(), b"550 5.1.1 User unknown".to_vec())];
    /// let mut batches = Scan::new([Input::messages(rows)]).fold(|| 0, |count, _| *count += 1);
    /// let first = loop {
    ///     match batches.next_within(std::time::Duration::from_millis(10)) {
    ///         Step::Waiting => {} // look at signals
    ///         step => break step,
    ///     }
    /// };
    /// assert_eq!(first, Step::Next(1));
    /// ```
    pub fn next_within(&mut self, time: Duration) -> Step<A> {
        let until = Instant::now() + time;
        let left = || until.saturating_duration_since(Instant::now());
        if self.shared.stop.is_set() {
            return self.close();
        }
        let Some(order) = &self.order else { return Step::End };
        let place = match self.open.take() {
            Some(place) => place,
            None => match order.recv_timeout(left()) {
                Ok(place) => place,
                Err(RecvTimeoutError::Timeout) => return Step::Waiting,
                Err(RecvTimeoutError::Disconnected) => return self.finish(),
            },
        };
        match place.recv_timeout(left()) {
            Ok(done) => self.take(done),
            Err(RecvTimeoutError::Timeout) => {
                self.open = Some(place);
                Step::Waiting
            }
            Err(RecvTimeoutError::Disconnected) => self.close(),
        }
    }

    fn take(&mut self, done: Done<A>) -> Step<A> {
        self.progress.messages += done.messages;
        self.progress.errors += done.errors;
        self.progress.skipped += done.skipped;
        self.progress.bytes = done.position;
        match done.value {
            Some(Ok(value)) => Step::Next(value),
            Some(Err(cause)) => {
                self.close();
                std::panic::resume_unwind(cause)
            }
            None => self.close(),
        }
    }

    /// Ends the scan. Its threads end by themselves, at once but for one that waits for input.
    fn close(&mut self) -> Step<A> {
        self.shared.stop.end();
        self.order = None;
        self.open = None;
        Step::End
    }

    /// All is done: the threads have nothing more to do.
    fn finish(&mut self) -> Step<A> {
        self.close();
        for thread in self.threads.drain(..) {
            // A panic of theirs has been handed over already.
            let _ = thread.join();
        }
        Step::End
    }
}

impl<A> Iterator for Ordered<A> {
    type Item = A;

    fn next(&mut self) -> Option<A> {
        loop {
            match self.next_within(Duration::from_secs(1)) {
                Step::Next(value) => return Some(value),
                Step::Waiting => {}
                Step::End => return None,
            }
        }
    }
}

impl<A> Drop for Ordered<A> {
    fn drop(&mut self) {
        self.close();
    }
}
