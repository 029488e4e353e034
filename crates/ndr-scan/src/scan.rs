//! A scan: what is read, how it is decoded, and how the work is shared out.
//!
//! One thread reads the inputs and cuts them into batches; the others decode. Where a batch finds no free thread, the
//! reading thread decodes it itself, so that `jobs` threads are busy and no more, and one job needs no hand-over at
//! all. Each batch leaves its slot in a bounded queue before it is decoded; the consumer takes the slots in
//! order. So the order is that of the input for any number of jobs, and memory is bounded by the length of the
//! queues. Threads and channels of the standard library do for that: there is one producer, one consumer, and work so
//! coarse that no scheduler would gain anything.

use crate::control::{Cancel, Shared};
use crate::feed;
use crate::item::{Body, Feed, Flow, Item, Options};
use crate::ordered::{Done, Ordered, Place};
use crate::{ErrorKind, Input, Record, ScanError, ScanLimits};
use ndr::{Decoder, Report};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};

/// Most messages that travel together.
const BATCH: usize = 256;
/// Most bytes of messages in a batch before it is sent on.
const BATCH_BYTES: usize = 1 << 20;
/// A message up to this size is copied next to the others of its batch, in bytes.
const PACKED: usize = 64 << 10;
/// The usual size of a message: what a batch of another length may hold follows from it.
const MESSAGE_BYTES: usize = 4 << 10;
/// The stack of a thread. The decoder bounds nesting, and this leaves it room.
const STACK: usize = 4 << 20;
/// Most threads.
const JOBS: usize = 256;

/// How the names of the threads of a scan begin.
pub const THREADS: &str = "ndr-scan-";

/// Decodes one message.
pub(crate) type Decode = Arc<dyn Fn(&[u8]) -> Report + Send + Sync>;

/// Many messages to be decoded.
///
/// ```
/// use ndr_scan::{Input, Scan};
/// let mbox = "From a@example.com Mon Nov 23 10:00:00 2026\nSubject: x\n\n550 5.1.1 User unknown\n";
/// let input = Input::Reader { name: "inbox".into(), reader: Box::new(mbox.as_bytes()) };
/// let records: Vec<_> = Scan::new([input]).jobs(2).records().collect();
/// assert_eq!(records[0].source, "inbox#1");
/// ```
pub struct Scan {
    inputs: Vec<Input>,
    jobs: usize,
    decode: Decode,
    #[cfg(feature = "arrow")]
    pub(crate) catalog: Arc<ndr::Catalog>,
    limits: ScanLimits,
    cancel: Cancel,
    batch: usize,
    measured: bool,
    options: Options,
}

impl Scan {
    /// A scan of inputs, in their order, on all cores, with the built-in catalogue.
    pub fn new(inputs: impl IntoIterator<Item = Input>) -> Scan {
        let decoder = Decoder::new();
        Scan {
            inputs: inputs.into_iter().collect(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            #[cfg(feature = "arrow")]
            catalog: Arc::clone(decoder.catalog()),
            decode: Arc::new(move |bytes| decoder.decode(bytes)),
            limits: ScanLimits::default(),
            cancel: Cancel::default(),
            batch: BATCH,
            measured: false,
            options: Options::default(),
        }
    }

    /// A scan of paths.
    ///
    /// ```
    /// let scan = ndr_scan::Scan::of(["bounces.mbox", "more/"]);
    /// ```
    pub fn of<P: Into<Input>>(paths: impl IntoIterator<Item = P>) -> Scan {
        Scan::new(paths.into_iter().map(Into::into))
    }

    /// Whether logs and tables of deliveries also give the deliveries that were done. Without it, only those that failed
    /// or are late.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let log = "Mar 1 10:00:00 mx postfix/smtp[1]: 4ABCD: to=<a@example.com>, relay=none, dsn=2.0.0, status=sent (250 ok)\n\
    ///     Mar 1 10:00:01 mx postfix/qmgr[1]: 4ABCD: removed\n";
    /// let scan = || Scan::new([Input::Reader { name: "mail.log".into(), reader: Box::new(log.as_bytes()) }]);
    /// assert_eq!(scan().records().count(), 0);
    /// assert_eq!(scan().all(true).records().count(), 1);
    /// ```
    pub fn all(self, all: bool) -> Scan {
        Scan { options: Options { all, ..self.options }, ..self }
    }

    /// Reads files as tables (CSV) whose column `name` holds messages, replies or events; the values of the columns in
    /// `keep` go along with each record.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let table = "id,reply\n7,550 5.1.1 User unknown\n";
    /// let input = Input::Reader { name: "t.csv".into(), reader: Box::new(table.as_bytes()) };
    /// let records: Vec<_> = Scan::new([input]).column("reply", ["id"]).records().collect();
    /// assert_eq!(records[0].kept, [("id".to_string(), "7".to_string())]);
    /// assert_eq!(records[0].result.as_ref().unwrap().recipients[0].reply, Some(550));
    /// ```
    pub fn column<K: Into<String>>(self, name: impl Into<String>, keep: impl IntoIterator<Item = K>) -> Scan {
        let keep = keep.into_iter().map(Into::into).collect();
        Scan { options: Options { column: Some(name.into()), keep, ..self.options }, ..self }
    }

    /// How many threads are busy, 1 to 256. The results are the same for any number.
    pub fn jobs(self, jobs: usize) -> Scan {
        Scan { jobs: jobs.clamp(1, JOBS), ..self }
    }

    /// Decodes with a custom decoder.
    pub fn decoder(self, decoder: Decoder) -> Scan {
        Scan {
            #[cfg(feature = "arrow")]
            catalog: Arc::clone(decoder.catalog()),
            decode: Arc::new(move |bytes| decoder.decode(bytes)),
            ..self
        }
    }

    /// Decodes with any function. A panic in it loses only the current message.
    ///
    /// ```
    /// use ndr_scan::{ErrorKind, Input, Scan};
    /// let rows = ["one", "two"].map(|text| (text.to_string(), text.as_bytes().to_vec()));
    /// let scan = Scan::new([Input::messages(rows)]).decode_with(|bytes| match bytes {
    ///     b"one" => panic!("no ones"),
    ///     _ => ndr::decode(bytes),
    /// });
    /// let records: Vec<_> = scan.records().collect();
    /// assert_eq!(records[0].result.as_ref().unwrap_err().kind, ErrorKind::Panic);
    /// assert!(records[1].result.is_ok());
    /// ```
    pub fn decode_with(self, decode: impl Fn(&[u8]) -> Report + Send + Sync + 'static) -> Scan {
        Scan { decode: Arc::new(decode), ..self }
    }

    /// The limits of the scan.
    pub fn limits(self, limits: ScanLimits) -> Scan {
        Scan { limits, ..self }
    }

    /// Lets another thread end the scan.
    pub fn cancel(self, cancel: &Cancel) -> Scan {
        Scan { cancel: cancel.clone(), ..self }
    }

    /// Most messages that travel together, 1 or more (default 256): one accumulator of [`fold`](Self::fold) holds so many.
    pub fn batch(self, messages: usize) -> Scan {
        Scan { batch: messages.max(1), ..self }
    }

    /// Measures the total bytes in parallel, for [`Progress::bytes_total`](crate::Progress).
    pub fn measured(self, measured: bool) -> Scan {
        Scan { measured, ..self }
    }

    /// Every record, in order.
    pub fn records(self) -> impl Iterator<Item = Record> + Send {
        self.map_ordered(|record| record)
    }

    /// What `map` makes of every record, in order. It runs on the thread that decodes.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let rows = (0..200).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
    /// let lengths = Scan::new([Input::messages(rows)]).map_ordered(|record| record.source.len());
    /// assert_eq!(lengths.sum::<usize>(), 10 + 90 * 2 + 100 * 3);
    /// ```
    pub fn map_ordered<T, F>(self, map: F) -> impl Iterator<Item = T> + Send
    where
        T: Send + 'static,
        F: Fn(Record) -> T + Send + Sync + 'static,
    {
        self.fold(Vec::new, move |all: &mut Vec<T>, record| all.push(map(record))).flatten()
    }

    /// Gathers the records of each batch, in order, into an accumulator of its own, on the thread that decodes; the
    /// accumulators come in order. This is the cheapest way: a batch costs one hand-over, and a report is dropped on
    /// its thread. How messages are batched depends on the input alone.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let rows = (0..200).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
    /// let batches = Scan::new([Input::messages(rows)]).batch(50).fold(String::new, |text, record| {
    ///     text.push_str(&record.source);
    /// });
    /// assert_eq!(batches.count(), 4);
    /// ```
    pub fn fold<A, I, S>(self, init: I, step: S) -> Ordered<A>
    where
        A: Send + 'static,
        I: Fn() -> A + Send + Sync + 'static,
        S: Fn(&mut A, Record) + Send + Sync + 'static,
    {
        let Scan { inputs, jobs, decode, limits, cancel, batch, measured, options, .. } = self;
        let shared = Arc::new(Shared::new(cancel));
        let (places, order) = sync_channel(jobs * 4 + 4);
        let (send, work) = sync_channel::<Work<A>>((jobs - 1) * 2);
        let work = Arc::new(Mutex::new(work));
        let spare = Mutex::default();
        let worker = Arc::new(Worker { shared: Arc::clone(&shared), limits, options, spare, decode, init, step });
        let mut threads = Vec::new();
        for n in 1..jobs {
            let (worker, work) = (Arc::clone(&worker), Arc::clone(&work));
            threads.extend(spawn(n, move || worker.serve(&work)));
        }
        // Without a worker the channel is closed, and the reading thread decodes everything.
        drop(work);
        if measured && let Some(paths) = paths(&inputs) {
            let shared = Arc::clone(&shared);
            threads.extend(spawn(jobs, move || {
                if let Some(total) = feed::measure(&paths, &limits, &shared.stop) {
                    shared.total.store(total, Ordering::Relaxed);
                }
            }));
        }
        let reader = Reader { worker, places, send, most: batch, batch: Batch::default() };
        // The reading thread is never waited for: it may hang on a silent pipe.
        // If it does not start, its end of the queue is gone, and there are no results.
        let _ = spawn(0, move || reader.run(inputs));
        Ordered::new(order, threads, shared)
    }
}

/// Starts a thread; a system that has none left costs speed, not results.
fn spawn(number: usize, run: impl FnOnce() + Send + 'static) -> Option<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name(format!("{THREADS}{number}")).stack_size(STACK).spawn(run).ok()
}

/// The paths, if the inputs are nothing else.
fn paths(inputs: &[Input]) -> Option<Vec<PathBuf>> {
    inputs.iter().map(|input| if let Input::Path(path) = input { Some(path.clone()) } else { None }).collect()
}

/// Messages that travel together. Their bytes and names are packed together and reused: memory that one thread
/// allocates and another frees makes both wait for each other.
#[derive(Default)]
struct Batch {
    items: Vec<Packed>,
    names: String,
    texts: Vec<u8>,
    bytes: usize,
    /// Bytes read from the inputs when the batch was full.
    position: u64,
}

/// An item in a batch.
struct Packed {
    /// Where its name ends among the names.
    name_end: usize,
    content: Content,
    kept: Vec<(String, String)>,
}

enum Content {
    /// A message that ends there among the texts, and the size that it had before a limit cut it.
    Text { end: usize, size: u64 },
    /// Anything else.
    Apart(Body),
}

impl Batch {
    fn push(&mut self, Item { source, body, kept }: Item) {
        self.bytes += match &body {
            Body::Bytes { bytes, .. } => bytes.len(),
            // Its bytes are not in memory yet, but they will take their time.
            Body::File { size, .. } => usize::try_from(*size).unwrap_or(usize::MAX).min(BATCH_BYTES),
            Body::Error(_) => 0,
        };
        self.names.push_str(&source);
        let content = match body {
            Body::Bytes { bytes, size } if bytes.len() <= PACKED => {
                self.texts.extend_from_slice(&bytes);
                Content::Text { end: self.texts.len(), size }
            }
            body => Content::Apart(body),
        };
        self.items.push(Packed { name_end: self.names.len(), content, kept });
    }

    /// Empties the batch and keeps its memory.
    fn clear(&mut self) {
        self.items.clear();
        self.names.clear();
        self.texts.clear();
        self.bytes = 0;
    }
}

struct Work<A> {
    batch: Batch,
    place: SyncSender<Done<A>>,
}

/// Decodes batches.
struct Worker<I, S> {
    shared: Arc<Shared>,
    limits: ScanLimits,
    options: Options,
    /// Empty batches, whose memory is used again.
    spare: Mutex<Vec<Batch>>,
    decode: Decode,
    init: I,
    step: S,
}

impl<I, S> Worker<I, S> {
    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Batch>> {
        self.spare.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<A, I: Fn() -> A, S: Fn(&mut A, Record)> Worker<I, S> {
    fn serve(&self, work: &Mutex<Receiver<Work<A>>>) {
        loop {
            let next = work.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
            let Ok(Work { batch, place }) = next else { return };
            self.shared.waiting.fetch_sub(batch.bytes, Ordering::Relaxed);
            // The receiver may be gone.
            let _ = place.send(self.run(batch));
        }
    }

    fn run(&self, mut batch: Batch) -> Done<A> {
        let mut done = Done { value: None, messages: 0, errors: 0, skipped: 0, position: batch.position };
        let Batch { items, names, texts, .. } = &mut batch;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut value = (self.init)();
            let (mut name_start, mut start) = (0, 0);
            for Packed { name_end, content, kept } in items.drain(..) {
                let source = names.get(name_start..name_end).unwrap_or_default();
                name_start = name_end;
                let flow = match content {
                    Content::Text { end, size } => {
                        let bytes = texts.get(start..end).unwrap_or_default();
                        start = end;
                        self.text(source, bytes, size, kept, &mut value, &mut done)
                    }
                    Content::Apart(body) => self.item(source, body, kept, &mut value, &mut done),
                };
                if flow.is_break() {
                    break;
                }
            }
            value
        }));
        done.value = Some(outcome);
        batch.clear();
        self.spare().push(batch);
        done
    }

    fn item(&self, source: &str, body: Body, kept: Vec<(String, String)>, value: &mut A, done: &mut Done<A>) -> Flow {
        match body {
            Body::Bytes { bytes, size } => self.text(source, &bytes, size, kept, value, done),
            Body::Error(_) if self.shared.stop.is_set() => ControlFlow::Break(()),
            Body::Error(error) => {
                self.record(Record { source: source.to_string(), date: None, result: Err(error), kept }, value, done);
                ControlFlow::Continue(())
            }
            Body::File { path, size, is_named } => {
                // Its bytes were counted when it was found.
                let read = AtomicU64::new(0);
                let mut give = |Item { source, body, kept }| self.item(&source, body, kept, value, done);
                let (limits, options) = (&self.limits, &self.options);
                let Shared { stop, binaries, .. } = &*self.shared;
                let mut feed = Feed { limits, options, stop, read: &read, binaries, is_named, give: &mut give };
                feed::file(&mut feed, source, &path, size)
            }
        }
    }

    fn text(
        &self,
        source: &str,
        bytes: &[u8],
        size: u64,
        kept: Vec<(String, String)>,
        value: &mut A,
        done: &mut Done<A>,
    ) -> Flow {
        if self.shared.stop.is_set() {
            return ControlFlow::Break(());
        }
        let record = Record { kept, ..Record::of_bytes(source.to_string(), bytes, size, &*self.decode) };
        self.record(record, value, done);
        ControlFlow::Continue(())
    }

    fn record(&self, record: Record, value: &mut A, done: &mut Done<A>) {
        done.messages += 1;
        match &record.result {
            Err(ScanError { kind: ErrorKind::Skipped, .. }) => done.skipped += 1,
            Err(_) => done.errors += 1,
            Ok(_) => {}
        }
        (self.step)(value, record);
    }
}

/// The reading thread.
struct Reader<A, I, S> {
    worker: Arc<Worker<I, S>>,
    places: SyncSender<Place<A>>,
    send: SyncSender<Work<A>>,
    most: usize,
    batch: Batch,
}

impl<A, I: Fn() -> A, S: Fn(&mut A, Record)> Reader<A, I, S> {
    fn run(mut self, inputs: Vec<Input>) {
        let worker = Arc::clone(&self.worker);
        let mut give = |item: Item| self.give(item);
        let Shared { stop, read, binaries, .. } = &*worker.shared;
        let (limits, options) = (&worker.limits, &worker.options);
        let mut feed = Feed { limits, options, stop, read, binaries, is_named: true, give: &mut give };
        if feed::all(inputs, &mut feed).is_continue() {
            let _ = self.flush();
        }
    }

    fn give(&mut self, item: Item) -> Flow {
        self.batch.push(item);
        if self.batch.items.len() >= self.most || self.batch.bytes >= BATCH_BYTES.max(self.most * MESSAGE_BYTES) {
            return self.flush();
        }
        ControlFlow::Continue(())
    }

    /// Gives the batch its place and a thread; this one, if no other is free.
    fn flush(&mut self) -> Flow {
        if self.batch.items.is_empty() {
            return ControlFlow::Continue(());
        }
        let shared = &self.worker.shared;
        let mut batch = std::mem::replace(&mut self.batch, self.worker.spare().pop().unwrap_or_default());
        batch.position = shared.read.load(Ordering::Relaxed);
        let (place, result) = sync_channel(1);
        if self.places.send(result).is_err() {
            return ControlFlow::Break(());
        }
        let bytes = batch.bytes;
        let work = Work { batch, place };
        let before = shared.waiting.fetch_add(bytes, Ordering::Relaxed);
        let refused = match before + bytes > self.worker.limits.waiting_bytes {
            true => Some(work),
            false => match self.send.try_send(work) {
                Ok(()) => None,
                Err(TrySendError::Full(work) | TrySendError::Disconnected(work)) => Some(work),
            },
        };
        if let Some(Work { batch, place }) = refused {
            shared.waiting.fetch_sub(bytes, Ordering::Relaxed);
            let _ = place.send(self.worker.run(batch));
        }
        ControlFlow::Continue(())
    }
}
