//! Many messages as a stream of Arrow record batches.

use crate::error::InputError;
use crate::gate;
use crate::input;
use crate::object::line;
use crate::table;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use ndr_scan::arrow::{Batches, Columns};
use ndr_scan::{Cancel, ErrorKind, Input, ScanError, Step};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyString, PyTuple};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::to_schema_pycapsule;
use pyo3_arrow::input::AnyArray;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The interval between looks at signals and progress.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is scanned.
enum Source {
    Paths(Vec<PathBuf>),
    Column(Vec<ArrayRef>),
    /// Messages of any collection, and whether they were taken.
    Items(Py<PyAny>, AtomicBool),
}

/// Many messages, decoded as their results are consumed.
#[pyclass(frozen, module = "ndr")]
pub(crate) struct Scan {
    source: Source,
    decoder: ndr::Decoder,
    columns: Columns,
    jobs: Option<usize>,
    progress: Option<Py<PyAny>>,
}

/// How far a scan is.
#[pyclass(frozen, eq, hash, get_all, module = "ndr")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Progress {
    messages: u64,
    errors: u64,
    bytes: u64,
    bytes_total: Option<u64>,
    finished: bool,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        format!("<ndr.Progress {} messages, {} errors, {} bytes>", self.messages, self.errors, self.bytes)
    }
}

/// What `ndr.scan` and the `scan` of a catalogue take.
pub(crate) struct Options {
    pub(crate) jobs: Option<usize>,
    pub(crate) progress: Option<Py<PyAny>>,
    pub(crate) steps: bool,
    pub(crate) dictionaries: bool,
}

impl Scan {
    pub(crate) fn new(decoder: ndr::Decoder, data: &Bound<'_, PyAny>, options: Options) -> PyResult<Scan> {
        if options.jobs == Some(0) {
            return Err(InputError::new_err("jobs is the number of threads, 1 or more, not 0"));
        }
        let mut columns = Columns::default();
        if options.steps {
            columns = columns.with_steps();
        }
        if !options.dictionaries {
            columns = columns.without_dictionaries();
        }
        let Options { jobs, progress, .. } = options;
        let progress = progress.filter(|asked| !asked.bind(data.py()).is(pyo3::types::PyBool::new(data.py(), false)));
        Ok(Scan { source: source(data)?, decoder, columns, jobs, progress })
    }

    /// A scan that begins now.
    pub(crate) fn start(&self, py: Python<'_>, cancel: &Cancel, failure: &Failure) -> PyResult<ndr_scan::Scan> {
        let inputs = match &self.source {
            Source::Paths(paths) => paths.iter().map(|path| Input::Path(path.clone())).collect(),
            Source::Column(chunks) => vec![Input::Messages(Box::new(cells(chunks.clone())))],
            Source::Items(items, taken) => {
                let items = items.bind(py);
                let iterator = items.try_iter()?;
                if taken.swap(true, Ordering::Relaxed) && iterator.is(items) {
                    return Err(InputError::new_err(
                        "the messages of this scan were taken already; scan a list to take them twice",
                    ));
                }
                let (failure, cancel) = (failure.clone(), cancel.clone());
                vec![Input::Messages(Box::new(Items { iterator: iterator.unbind(), count: 0, failure, cancel }))]
            }
        };
        let scan = ndr_scan::Scan::new(inputs).decoder(self.decoder.clone()).cancel(cancel);
        let scan = scan.measured(self.progress.is_some());
        Ok(match self.jobs {
            Some(jobs) => scan.jobs(jobs),
            None => scan,
        })
    }

    pub(crate) fn teller(&self, py: Python<'_>) -> PyResult<Teller> {
        Teller::new(py, self.progress.as_ref())
    }
}

#[pymethods]
impl Scan {
    /// The stream of record batches (the Arrow PyCapsule interface).
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let (cancel, failure) = (Cancel::default(), Failure::default());
        let scan = self.start(py, &cancel, &failure)?;
        let stream = Stream {
            schema: self.columns.schema(),
            columns: self.columns,
            scan: Some(scan),
            batches: None,
            cancel,
            failure,
            teller: self.teller(py)?,
        };
        table::capsule(py, Box::new(stream), requested_schema)
    }

    /// The schema of the record batches.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.columns.schema().as_ref())
    }

    fn __repr__(&self) -> String {
        match &self.source {
            Source::Paths(paths) => {
                let names: Vec<String> = paths.iter().take(3).map(|path| path.display().to_string()).collect();
                let more = if paths.len() > 3 { ", …" } else { "" };
                line("Scan", [Some("of"), Some(format!("{}{more}", names.join(", ")).as_str())])
            }
            Source::Column(chunks) => {
                format!("<ndr.Scan of {} rows>", chunks.iter().map(|chunk| chunk.len()).sum::<usize>())
            }
            Source::Items(..) => "<ndr.Scan of messages>".to_string(),
        }
    }
}

/// What is scanned, by what it is: one path, a column, or a collection of paths or messages.
fn source(data: &Bound<'_, PyAny>) -> PyResult<Source> {
    if data.is_instance_of::<PyString>() || data.hasattr("__fspath__")? {
        return Ok(Source::Paths(vec![path(data)?]));
    }
    if data.hasattr("__arrow_c_stream__")? || data.hasattr("__arrow_c_array__")? {
        return column(data);
    }
    if input::bytes(data)?.is_some() {
        return Err(InputError::new_err("these bytes are one message: use ndr.decode, or scan a list of such"));
    }
    let kind = data.get_type().qualname()?;
    if data.try_iter().is_err() {
        let message = format!("a scan takes a path, paths, messages or a column of messages, not {kind}");
        return Err(InputError::new_err(message));
    }
    // Paths are few, and who gives a list of them may want to take the results twice.
    if let Ok(items) = data.cast::<pyo3::types::PySequence>() {
        let is_path = |item: &Bound<'_, PyAny>| Ok(item.is_instance_of::<PyString>() || item.hasattr("__fspath__")?);
        let items = items.to_tuple()?;
        if items.iter().map(|item| is_path(&item)).collect::<PyResult<Vec<_>>>()?.iter().all(|is| *is) {
            return Ok(Source::Paths(items.iter().map(|item| path(&item)).collect::<PyResult<_>>()?));
        }
    }
    Ok(Source::Items(data.clone().unbind(), AtomicBool::new(false)))
}

fn path(data: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    data.py().import("os")?.call_method1("fsdecode", (data,))?.extract()
}

fn column(data: &Bound<'_, PyAny>) -> PyResult<Source> {
    let kind = data.get_type().qualname()?;
    let reader = data.extract::<AnyArray>()?.into_reader()?;
    let field = reader.field();
    match field.data_type() {
        DataType::Struct(_) => {
            return Err(InputError::new_err(format!(
                "this {kind} is a table; scan the column that holds the messages, such as table[\"raw\"]"
            )));
        }
        held if !arrow_cast::can_cast_types(held, &DataType::LargeBinary) || held.is_numeric() => {
            return Err(InputError::new_err(format!("a column of messages holds bytes or text, not {held}")));
        }
        _ => {}
    }
    let chunks = reader.collect::<Result<_, ArrowError>>().map_err(|error| InputError::new_err(error.to_string()))?;
    Ok(Source::Column(chunks))
}

/// A message with its place, or why there is none.
type Message = (String, Result<Vec<u8>, ScanError>);

/// The cells of a column. A chunk is brought into one form when its turn comes.
fn cells(chunks: Vec<ArrayRef>) -> impl Iterator<Item = Message> + Send {
    let cell = |chunk: &Result<ArrayRef, ArrowError>, row: usize| match chunk {
        Ok(chunk) if chunk.is_null(row) => Err(unreadable("the value is null")),
        Ok(chunk) => Ok(chunk.as_binary::<i64>().value(row).to_vec()),
        Err(error) => Err(unreadable(error.to_string())),
    };
    let of_chunk = move |chunk: ArrayRef| {
        let len = chunk.len();
        let chunk = arrow_cast::cast(&chunk, &DataType::LargeBinary);
        (0..len).map(move |row| cell(&chunk, row))
    };
    chunks.into_iter().flat_map(of_chunk).enumerate().map(|(row, message)| (row.to_string(), message))
}

fn unreadable(message: impl Into<String>) -> ScanError {
    ScanError { kind: ErrorKind::Unreadable, message: message.into() }
}

/// The first exception that stopped a scan.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<PyErr>>>);

impl Failure {
    fn set(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The items of an iterable of Python.
struct Items {
    iterator: Py<PyIterator>,
    count: usize,
    failure: Failure,
    cancel: Cancel,
}

impl Iterator for Items {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        gate::enter(|py| {
            let place = self.count.to_string();
            self.count += 1;
            match self.iterator.bind(py).clone().next()?.and_then(|item| message(&item, place)) {
                Ok(message) => Some(message),
                Err(error) => {
                    self.failure.set(error);
                    self.cancel.cancel();
                    None
                }
            }
        })
        .flatten()
    }
}

/// A message of an iterable: anything that `decode` takes, alone or in a pair with its name.
fn message(item: &Bound<'_, PyAny>, place: String) -> PyResult<Message> {
    let (place, item) = match item.cast::<PyTuple>() {
        Ok(pair) if pair.len() == 2 => (pair.get_item(0)?.str()?.to_string_lossy().into_owned(), pair.get_item(1)?),
        _ => (place, item.clone()),
    };
    if item.is_none() {
        return Ok((place, Err(unreadable("the value is null"))));
    }
    if item.is_instance_of::<PyString>() || item.hasattr("__fspath__")? {
        return Err(InputError::new_err(format!(
            "item {place} is a path or a text among messages; scan paths and messages apart, and give a text as bytes"
        )));
    }
    let read = input::read(&item)?;
    Ok((place, Ok(read.bytes.to_vec())))
}

/// The stream of batches. The scan starts with the first.
struct Stream {
    schema: SchemaRef,
    columns: Columns,
    scan: Option<ndr_scan::Scan>,
    batches: Option<Batches>,
    cancel: Cancel,
    failure: Failure,
    teller: Teller,
}

impl Stream {
    fn step(&mut self, py: Python<'_>) -> Step<Result<RecordBatch, ArrowError>> {
        let (scan, columns) = (&mut self.scan, self.columns);
        let batches = &mut self.batches;
        let step = py.detach(|| {
            if let Some(scan) = scan.take() {
                *batches = Some(scan.record_batches(columns));
            }
            batches.as_mut().map_or(Step::End, |batches| batches.next_within(PATIENCE))
        });
        let outcome = py.check_signals().and_then(|()| match &self.batches {
            Some(batches) => self.teller.tell(py, batches.progress(), matches!(step, Step::End)),
            None => Ok(()),
        });
        match outcome.err().or_else(|| self.failure.take()) {
            Some(error) => {
                self.cancel.cancel();
                self.batches = None;
                Step::Next(Err(raised(py, &error)))
            }
            None => step,
        }
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // The consumer may or may not hold the interpreter.
            match Python::attach(|py| self.step(py)) {
                Step::Next(batch) => return Some(batch),
                Step::Waiting => {}
                Step::End => return None,
            }
        }
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// An exception as an error that an Arrow stream can hand on. It takes a text only, so an interrupt is set once more:
/// Python raises it as soon as the one who took the stream returns.
fn raised(py: Python<'_>, error: &PyErr) -> ArrowError {
    if error.is_instance_of::<PyKeyboardInterrupt>(py)
        && let Err(error) = py.import("_thread").and_then(|thread| thread.call_method0("interrupt_main"))
    {
        error.write_unraisable(py, None);
    }
    ArrowError::ExternalError(error.to_string().replace('\0', " ").into())
}

/// Reports the progress of a scan.
pub(crate) enum Teller {
    /// No progress was asked for.
    Silent,
    /// A bar like that of tqdm: its `update` takes the number of new messages.
    Bar { update: Py<PyAny>, told: u64 },
    /// A function of `ndr.Progress`.
    Function { function: Py<PyAny>, told: Option<Progress> },
}

impl Teller {
    fn new(py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<Teller> {
        let Some(asked) = progress.map(|progress| progress.bind(py)) else { return Ok(Teller::Silent) };
        if asked.is(pyo3::types::PyBool::new(py, true)) {
            let bar = py.import("ndr._progress")?.call_method0("bar")?;
            return Ok(Teller::Function { function: bar.unbind(), told: None });
        }
        if asked.hasattr("update")? {
            return Ok(Teller::Bar { update: asked.getattr("update")?.unbind(), told: 0 });
        }
        if asked.is_callable() {
            return Ok(Teller::Function { function: asked.clone().unbind(), told: None });
        }
        let kind = asked.get_type().qualname()?;
        Err(InputError::new_err(format!("progress is True, a function, or a bar with `update`, not {kind}")))
    }

    pub(crate) fn tell(&mut self, py: Python<'_>, progress: ndr_scan::Progress, finished: bool) -> PyResult<()> {
        match self {
            Teller::Silent => {}
            Teller::Bar { update, told } => {
                let new = progress.messages.saturating_sub(*told);
                *told = progress.messages;
                if new > 0 {
                    update.call1(py, (new,))?;
                }
            }
            Teller::Function { function, told } => {
                let ndr_scan::Progress { messages, errors, bytes, bytes_total, .. } = progress;
                let now = Progress { messages, errors, bytes, bytes_total, finished };
                if told.as_ref() != Some(&now) {
                    *told = Some(now.clone());
                    function.call1(py, (now,))?;
                }
            }
        }
        Ok(())
    }
}
