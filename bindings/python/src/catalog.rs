//! The catalogue as Python objects, and everything that is done with one.

use crate::error::{CatalogError, InputError, unreadable};
use crate::object::{Reduced, hash, line, object};
use crate::report::{Report, Steps};
use crate::scan::{Options, Scan};
use crate::table::{self, Column};
use crate::trace::Trace;
use crate::values::{List, Pairs};
use crate::{input, json};
use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyString};
use pyo3_arrow::error::PyArrowResult;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Names and texts of the overlays on the built-in catalogue, in their order. They identify a catalogue.
type Overlays = Vec<(String, String)>;

/// The built-in catalogue, or one with overlays.
#[pyclass(frozen, eq, hash, module = "ndr")]
#[derive(Clone)]
pub(crate) struct Catalog {
    catalog: Arc<ndr::Catalog>,
    overlays: Overlays,
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Catalog) -> bool {
        self.overlays == other.overlays
    }
}

impl std::hash::Hash for Catalog {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.overlays.hash(state);
    }
}

impl Catalog {
    pub(crate) fn built_in() -> Catalog {
        Catalog { catalog: Arc::clone(ndr::Decoder::new().catalog()), overlays: Vec::new() }
    }

    /// The built-in catalogue with overlays. Equal catalogues that are in use share one copy, so that entries can be
    /// unpickled without reading the overlays each time.
    fn with(overlays: Overlays) -> Result<Catalog, String> {
        static IN_USE: Mutex<Option<HashMap<Overlays, Weak<ndr::Catalog>>>> = Mutex::new(None);
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        let in_use = in_use.get_or_insert_default();
        if let Some(catalog) = in_use.get(&overlays).and_then(Weak::upgrade) {
            return Ok(Catalog { catalog, overlays });
        }
        let mut catalog = Catalog::built_in().catalog;
        for (name, text) in &overlays {
            let merged = ndr_catalog::load_overlay(&catalog, name, text)
                .map_err(|problems| format!("the catalogue {name} has mistakes\n\n{problems}"))?;
            catalog = Arc::new(merged);
        }
        in_use.retain(|_, known| known.strong_count() > 0);
        in_use.insert(overlays.clone(), Arc::downgrade(&catalog));
        Ok(Catalog { catalog, overlays })
    }

    pub(crate) fn decoder(&self) -> ndr::Decoder {
        ndr::Decoder::new().with_catalog(Arc::clone(&self.catalog))
    }

    fn list(&self, entries: Vec<&'static ndr::Entry>) -> Entries {
        Entries { catalog: self.clone(), entries }
    }

    fn report(&self, py: Python<'_>, bytes: &[u8], source: Option<String>) -> PyResult<Report> {
        let decoder = self.decoder().with_trace(true);
        let mut report = py.detach(|| decoder.decode(bytes));
        report.source = source;
        Report::new(report)
    }

    fn entry(&self, slug: &str) -> PyResult<Entry> {
        let found = self.catalog.by_slug(slug).ok_or_else(|| PyKeyError::new_err(slug.to_string()))?;
        Entry::new(self, found)
    }
}

#[pymethods]
impl Catalog {
    /// Decodes one message.
    #[pyo3(signature = (data, /))]
    fn decode(&self, data: &Bound<'_, PyAny>) -> PyResult<Report> {
        let input = input::read(data)?;
        self.report(data.py(), &input.bytes, input.source)
    }

    /// The route of a message; if the message is a report, of the one that bounced.
    #[pyo3(signature = (data, /, *, domains = Vec::new(), outer = false))]
    fn headers(&self, data: &Bound<'_, PyAny>, domains: Vec<String>, outer: bool) -> PyResult<Trace> {
        let input = input::read(data)?;
        let (decoder, bytes) = (self.decoder().with_domains(domains), &input.bytes[..]);
        let read = || if outer { decoder.trace_of_outer(bytes) } else { decoder.trace_of(bytes) };
        Trace::new(&data.py().detach(read))
    }

    /// Decodes a text: a reply, a log line, a pasted report, a code. With what a client knows of one reply, such as the
    /// command that it answers, the text is that reply.
    #[pyo3(signature = (text, /, *, remote = None, command = None, recipient = None, sender = None))]
    fn explain(
        &self,
        text: &Bound<'_, PyString>,
        remote: Option<&str>,
        command: Option<&str>,
        recipient: Option<&str>,
        sender: Option<&str>,
    ) -> PyResult<Report> {
        let bytes = input::text_bytes(text)?;
        let known = [remote, command, recipient, sender];
        if known.iter().all(Option::is_none) {
            return self.report(text.py(), bytes.as_bytes(), None);
        }
        let words = String::from_utf8_lossy(bytes.as_bytes());
        let reply = ndr::Reply { text: words.trim(), remote, command, recipient, sender };
        let decoder = self.decoder();
        Report::new(text.py().detach(|| decoder.reply(&reply)))
    }

    /// Decodes many messages as a stream of Arrow record batches.
    #[pyo3(signature = (data, /, *, jobs = None, progress = None, steps = false, dictionaries = true))]
    fn scan(
        &self,
        data: &Bound<'_, PyAny>,
        jobs: Option<usize>,
        progress: Option<Py<PyAny>>,
        steps: bool,
        dictionaries: bool,
    ) -> PyResult<Scan> {
        Scan::new(self.decoder(), data, Options { jobs, progress, steps, dictionaries })
    }

    /// The entries of a status code, an SMTP reply code or a slug.
    #[pyo3(signature = (code, /))]
    fn lookup(&self, code: &str) -> Entries {
        self.list(ndr_catalog::look_up(&self.catalog, code.trim()))
    }

    /// Entries by words of their texts and titles, best first.
    #[pyo3(signature = (text, /, *, limit = 10))]
    fn search(&self, py: Python<'_>, text: &str, limit: usize) -> Entries {
        let found = py.detach(|| ndr_catalog::search(&self.catalog, text));
        self.list(found.into_iter().take(limit).map(|(entry, _)| entry).collect())
    }

    /// The entries of a provider, a category and an actor.
    #[pyo3(signature = (*, provider = None, category = None, act = None))]
    fn filter(&self, provider: Option<&str>, category: Option<&str>, act: Option<&str>) -> PyResult<Entries> {
        let found = ndr_catalog::filter(&self.catalog, provider, category, act).map_err(InputError::new_err)?;
        Ok(self.list(found))
    }

    /// Every entry.
    #[getter]
    fn entries(&self) -> Entries {
        self.list(self.catalog.entries().iter().collect())
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        self.entries().__arrow_c_stream__(py, requested_schema)
    }

    /// The providers: their ids and names.
    #[getter]
    fn providers(&self) -> Pairs {
        let providers = self.catalog.providers().iter();
        Pairs(providers.map(|provider| (provider.id.to_string(), provider.name.to_string())).collect())
    }

    fn __len__(&self) -> usize {
        self.catalog.entries().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.entries().__iter__(py)
    }

    fn __contains__(&self, slug: &str) -> bool {
        self.catalog.by_slug(slug).is_some()
    }

    fn __getitem__(&self, slug: &str) -> PyResult<Entry> {
        self.entry(slug)
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.overlays.iter().map(|(name, _)| name.as_str()).collect();
        let origin = if names.is_empty() { "built in".to_string() } else { format!("with {}", names.join(", ")) };
        line("Catalog", [Some(origin.as_str()), Some(&format!("{} entries", self.__len__()))])
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py, (Overlays,)>> {
        Ok((py.import("ndr._ndr")?.getattr("_restore_catalog")?, (self.overlays.clone(),)))
    }
}

/// The built-in catalogue with the overlays of these files.
#[pyfunction]
#[pyo3(signature = (path, /, *more))]
pub(crate) fn load_catalog(path: PathBuf, more: Vec<PathBuf>) -> PyResult<Catalog> {
    let mut overlays = Vec::new();
    for path in std::iter::once(&path).chain(&more) {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        overlays.push((path.display().to_string(), text));
    }
    Catalog::with(overlays).map_err(CatalogError::new_err)
}

/// Unpickles a catalogue.
#[pyfunction]
pub(crate) fn _restore_catalog(overlays: Overlays) -> PyResult<Catalog> {
    Catalog::with(overlays).map_err(CatalogError::new_err)
}

/// The columns of a table of entries.
const COLUMNS: table::Columns<'static> = &[
    ("slug", Column::Text),
    ("provider", Column::Text),
    ("title", Column::Text),
    ("codes", Column::Texts),
    ("replies", Column::Numbers),
    ("texts", Column::Texts),
    ("category", Column::Text),
    ("permanent", Column::Flag),
    ("act", Column::Texts),
    ("suppress", Column::Text),
    ("retry", Column::Text),
    ("security", Column::Flag),
    ("meaning", Column::Text),
    ("steps", Column::Lists(&["sender", "admin"])),
    ("limits", Column::Objects(&["text", "as_of"])),
    ("links", Column::Texts),
    ("examples", Column::Texts),
    ("sources", Column::Objects(&["name", "url", "checked", "trust"])),
    ("was", Column::Texts),
    ("origin", Column::Text),
];

/// Some entries of a catalogue, in an order.
#[pyclass(frozen, module = "ndr", sequence)]
pub(crate) struct Entries {
    catalog: Catalog,
    entries: Vec<&'static ndr::Entry>,
}

impl Entries {
    fn views(&self) -> Vec<ndr::EntryView<'_>> {
        self.entries.iter().map(|entry| ndr::EntryView(entry)).collect()
    }

    fn slugs(&self) -> Vec<&'static str> {
        self.entries.iter().map(|entry| entry.slug).collect()
    }
}

/// A position, or a part of the list.
#[derive(FromPyObject)]
enum At<'py> {
    One(isize),
    Part(Bound<'py, pyo3::types::PySlice>),
}

#[pymethods]
impl Entries {
    /// The entries as JSON: the same bytes that `ndr list --format json` prints, without the line end, if `pretty`.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        json::write(&self.views(), pretty)
    }

    /// The entries as a list of plain dicts.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::loads(py, &json::write(&self.views(), false)?)
    }

    #[pyo3(signature = (requested_schema = None))]
    pub(crate) fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        table::stream(py, table::batch(COLUMNS, &self.views())?, requested_schema)
    }

    fn __len__(&self) -> usize {
        self.entries.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: At<'py>) -> PyResult<Bound<'py, PyAny>> {
        let len = self.entries.len() as isize;
        match index {
            At::One(index) => {
                let at = if index < 0 { index + len } else { index };
                let entry = usize::try_from(at).ok().and_then(|at| self.entries.get(at));
                let entry = entry.ok_or_else(|| PyIndexError::new_err(format!("{index} of {len} entries")))?;
                Ok(Bound::new(py, Entry::new(&self.catalog, entry)?)?.into_any())
            }
            At::Part(slice) => {
                let part = slice.indices(len)?;
                let positions = (0..part.slicelength).map(|n| (part.start + n as isize * part.step) as usize);
                let entries = positions.filter_map(|at| self.entries.get(at).copied()).collect();
                Ok(Bound::new(py, self.catalog.list(entries))?.into_any())
            }
        }
    }

    pub(crate) fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let entries = self.entries.iter().map(|entry| Entry::new(&self.catalog, entry));
        pyo3::types::PyList::new(py, entries.collect::<PyResult<Vec<_>>>()?)?.try_iter()
    }

    fn __repr__(&self) -> String {
        let slugs = self.slugs();
        let shown = slugs.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        let more = if slugs.len() > 4 { ", …" } else { "" };
        line("Entries", [Some(format!("{}:", slugs.len()).as_str()), Some(&format!("{shown}{more}"))])
    }

    /// A table, for notebooks.
    fn _repr_html_(&self) -> String {
        ndr::render::entries_html(&self.entries)
    }

    fn __eq__(&self, other: &Entries) -> bool {
        self.catalog == other.catalog && self.slugs() == other.slugs()
    }

    fn __hash__(&self) -> u64 {
        hash(&(&self.catalog, self.slugs()))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py, (Catalog, Vec<&'static str>)>> {
        Ok((py.import("ndr._ndr")?.getattr("_restore_entries")?, (self.catalog.clone(), self.slugs())))
    }
}

/// Unpickles entries.
#[pyfunction]
pub(crate) fn _restore_entries(catalog: &Catalog, slugs: Vec<String>) -> PyResult<Entries> {
    let found = |slug: &String| {
        catalog
            .catalog
            .by_slug(slug)
            .ok_or_else(|| PyKeyError::new_err(format!("this version of ndr has no entry {slug}")))
    };
    Ok(catalog.list(slugs.iter().map(found).collect::<PyResult<_>>()?))
}

/// One meaning of a bounce.
#[pyclass(frozen, module = "ndr")]
pub(crate) struct Entry {
    catalog: Catalog,
    entry: &'static ndr::Entry,
    json: String,
    fields: EntryFields,
}

#[derive(Deserialize)]
struct EntryFields {
    permanent: Option<bool>,
    meaning: String,
    codes: List<String>,
    steps: Steps,
    limits: List<Limit>,
    sources: List<Source>,
}

object! {
    /// A number that may change, such as a size or a quota.
    Limit {
        text: String,
        as_of: String,
    } {
        fn __repr__(&self) -> String {
            line("Limit", [Some(self.text.as_str()), Some(&self.as_of)])
        }
    }
}

object! {
    /// Where the knowledge comes from.
    Source {
        name: String,
        url: Option<String>,
        checked: String,
        trust: String,
    } {
        fn __repr__(&self) -> String {
            line("Source", [Some(self.name.as_str()), Some(self.checked.as_str()), Some(&self.trust)])
        }
    }
}

impl Entry {
    fn new(catalog: &Catalog, entry: &'static ndr::Entry) -> PyResult<Entry> {
        let json = json::write(&ndr::EntryView(entry), false)?;
        Ok(Entry { catalog: catalog.clone(), entry, fields: json::read(&json)?, json })
    }
}

#[pymethods]
impl Entry {
    #[getter]
    fn slug(&self) -> &str {
        self.entry.slug
    }

    #[getter]
    fn provider(&self) -> &str {
        self.entry.provider
    }

    #[getter]
    fn title(&self) -> &str {
        self.entry.title
    }

    #[getter]
    fn codes(&self) -> List<String> {
        self.fields.codes.clone()
    }

    #[getter]
    fn replies(&self) -> List<u16> {
        List(self.entry.replies.to_vec())
    }

    #[getter]
    fn texts(&self) -> List<&str> {
        List(self.entry.texts.to_vec())
    }

    #[getter]
    fn category(&self) -> &str {
        self.entry.category.slug()
    }

    #[getter]
    fn permanent(&self) -> Option<bool> {
        self.fields.permanent
    }

    #[getter]
    fn act(&self) -> List<&str> {
        List(self.entry.act.iter().map(|actor| actor.slug()).collect())
    }

    #[getter]
    fn suppress(&self) -> &str {
        self.entry.suppress.slug()
    }

    #[getter]
    fn retry(&self) -> &str {
        self.entry.retry.slug()
    }

    #[getter]
    fn security(&self) -> bool {
        self.entry.security
    }

    #[getter]
    fn meaning(&self) -> &str {
        &self.fields.meaning
    }

    #[getter]
    fn steps(&self) -> Steps {
        self.fields.steps.clone()
    }

    #[getter]
    fn limits(&self) -> List<Limit> {
        self.fields.limits.clone()
    }

    #[getter]
    fn links(&self) -> List<&str> {
        List(self.entry.links.to_vec())
    }

    #[getter]
    fn examples(&self) -> List<&str> {
        List(self.entry.examples.to_vec())
    }

    #[getter]
    fn sources(&self) -> List<Source> {
        self.fields.sources.clone()
    }

    #[getter]
    fn was(&self) -> List<&str> {
        List(self.entry.was.to_vec())
    }

    #[getter]
    fn origin(&self) -> Option<&str> {
        self.entry.origin
    }

    /// The entry as JSON; with `pretty` on several lines.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        json::write(&ndr::EntryView(self.entry), pretty)
    }

    /// The entry as plain dicts, lists, strings and numbers.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::loads(py, &self.json)
    }

    fn __repr__(&self) -> String {
        let codes = self.fields.codes.0.join("+");
        line("Entry", [Some(self.entry.slug), Some(codes.as_str()), Some(self.category())])
    }

    /// The entry for people, on 80 columns.
    fn __str__(&self) -> String {
        ndr::render::entry_human(&self.catalog.catalog, self.entry, ndr::render::Options::default())
    }

    /// The entry as a card, for notebooks.
    fn _repr_html_(&self) -> String {
        ndr::render::entry_html(self.entry)
    }

    fn __eq__(&self, other: &Entry) -> bool {
        self.json == other.json
    }

    fn __hash__(&self) -> u64 {
        hash(&self.json)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py, (Catalog, &'static str)>> {
        Ok((py.import("ndr._ndr")?.getattr("_restore_entry")?, (self.catalog.clone(), self.entry.slug)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// Unpickles an entry.
#[pyfunction]
pub(crate) fn _restore_entry(catalog: &Catalog, slug: &str) -> PyResult<Entry> {
    catalog.entry(slug)
}
