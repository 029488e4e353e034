//! A summary of many bounces, as tables.

use crate::catalog::Catalog;
use crate::error::InputError;
use crate::json;
use crate::scan::{Failure, Scan};
use crate::table::{Column, Columns, Table};
use ndr_scan::{Cancel, Step, TableSummary};
use pyo3::prelude::*;
use pyo3_arrow::input::AnyRecordBatch;
use serde::Serialize;
use std::time::Duration;

const INCIDENTS: Columns<'static> = &[
    ("count", Column::Number),
    ("sentence", Column::Text),
    ("one", Column::Flag),
    ("slug", Column::Text),
    ("provider", Column::Text),
    ("title", Column::Text),
    ("category", Column::Text),
    ("act", Column::Texts),
    ("security", Column::Flag),
    ("shared", Column::Object(&["name", "value"])),
    ("first", Column::Time),
    ("last", Column::Time),
    ("domains_distinct", Column::Number),
    ("remotes_distinct", Column::Number),
    ("remedy", Column::Object(&["reader", "step"])),
];

const SUPPRESS: Columns<'static> = &[
    ("address", Column::Text),
    ("reason", Column::Text),
    ("slug", Column::Text),
    ("title", Column::Text),
    ("category", Column::Text),
    ("failures", Column::Number),
    ("first", Column::Time),
    ("last", Column::Time),
    ("source", Column::Text),
];

const RETRY: Columns<'static> = &[
    ("address", Column::Text),
    ("retry", Column::Text),
    ("act", Column::Texts),
    ("slug", Column::Text),
    ("title", Column::Text),
    ("category", Column::Text),
    ("failures", Column::Number),
    ("last", Column::Time),
    ("source", Column::Text),
];

const DAYS: Columns<'static> =
    &[("day", Column::Day), ("failures", Column::Number), ("delays", Column::Number), ("others", Column::Number)];

/// Most incidents of the card for notebooks.
const SHOWN: usize = 8;

/// A summary of many bounces.
#[pyclass(frozen, module = "ndr")]
pub(crate) struct Summary(ndr_scan::Summary);

/// A name and how often it was met.
#[derive(Serialize)]
struct Count<'s> {
    name: &'s str,
    count: u64,
}

#[derive(Serialize)]
struct Day<'s> {
    day: &'s str,
    failures: u64,
    delays: u64,
    others: u64,
}

fn counts<'s>(rows: impl IntoIterator<Item = (&'s str, u64)>) -> PyResult<Table> {
    let mut rows: Vec<Count<'_>> = rows.into_iter().map(|(name, count)| Count { name, count }).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then(a.name.cmp(b.name)));
    Table::new(&[("name", Column::Text), ("count", Column::Number)], &rows)
}

#[pymethods]
impl Summary {
    #[getter]
    fn messages(&self) -> u64 {
        self.0.messages()
    }

    #[getter]
    fn errors(&self) -> u64 {
        self.0.errors()
    }

    #[getter]
    fn skipped(&self) -> u64 {
        self.0.skipped()
    }

    /// Failures by root cause.
    #[getter]
    fn incidents(&self) -> PyResult<Table> {
        Table::new(INCIDENTS, &self.0.incidents())
    }

    /// Messages by what they are.
    #[getter]
    fn kinds(&self) -> PyResult<Table> {
        counts(self.0.kinds())
    }

    /// Failures by category.
    #[getter]
    fn categories(&self) -> PyResult<Table> {
        counts(self.0.categories())
    }

    /// Failures by who must act first.
    #[getter]
    fn acts(&self) -> PyResult<Table> {
        counts(self.0.acts())
    }

    /// Failures by the domain of the recipient.
    #[getter]
    fn domains(&self) -> PyResult<Table> {
        counts(self.0.domains().top(usize::MAX).0)
    }

    /// Messages by day.
    #[getter]
    fn days(&self) -> PyResult<Table> {
        let days = self.0.days().map(|(day, counts)| {
            let ndr_scan::Day { failures, delays, others } = counts;
            Day { day, failures, delays, others }
        });
        Table::new(DAYS, &days.collect::<Vec<_>>())
    }

    /// Addresses to drop from lists.
    #[pyo3(signature = (*, repeats = 3))]
    fn suppress(&self, repeats: u64) -> PyResult<Table> {
        Table::new(SUPPRESS, &self.0.suppress(repeats))
    }

    /// Addresses to send to again.
    #[pyo3(signature = (*, repeats = 3))]
    fn retry(&self, repeats: u64) -> PyResult<Table> {
        Table::new(RETRY, &self.0.retry(repeats))
    }

    /// The summary as JSON: as `ndr summary --format json` prints it, if `pretty`.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        json::write(&self.0, pretty)
    }

    /// The summary as plain dicts, lists, strings and numbers.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::loads(py, &json::write(&self.0, false)?)
    }

    fn __repr__(&self) -> String {
        format!("<ndr.Summary {} messages, {} incidents>", self.0.messages(), self.0.incidents().len())
    }

    /// The summary for people.
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    /// The largest incidents, for notebooks.
    fn _repr_html_(&self) -> PyResult<String> {
        let mut incidents = self.0.incidents();
        let all = incidents.len();
        incidents.truncate(SHOWN);
        let columns = [
            ("count", Column::Number),
            ("sentence", Column::Text),
            ("act", Column::Texts),
            ("remedy", Column::Object(&["reader", "step"])),
        ];
        let table = Table::new(&columns, &incidents)?;
        let unreadable = if self.0.errors() > 0 { format!(", {} unreadable", self.0.errors()) } else { String::new() };
        let head =
            format!("<strong>{} messages{unreadable}; {all} causes, the largest first</strong>", self.0.messages());
        Ok(format!("<div class=\"ndr\">\n<div>{head}</div>\n{}</div>\n", table.html()))
    }
}

/// Summarises the messages of a scan or the rows of a table.
#[pyfunction]
#[pyo3(signature = (data, /, *, catalog = None))]
pub(crate) fn summary(data: &Bound<'_, PyAny>, catalog: Option<&Catalog>) -> PyResult<Summary> {
    if let Ok(scan) = data.cast::<Scan>() {
        if catalog.is_some() {
            return Err(InputError::new_err(
                "a scan has a catalogue already; a table needs one if it was made with another",
            ));
        }
        return of_scan(data.py(), scan.get());
    }
    if !data.hasattr("__arrow_c_stream__")? && !data.hasattr("__arrow_c_array__")? {
        let kind = data.get_type().qualname()?;
        return Err(InputError::new_err(format!(
            "a summary is of ndr.scan(...) or of a table that it gave, not of {kind}"
        )));
    }
    let built_in = Catalog::built_in();
    let mut table = TableSummary::new(catalog.unwrap_or(&built_in).decoder().catalog().clone());
    for batch in data.extract::<AnyRecordBatch>()?.into_reader()? {
        let added = batch.and_then(|batch| data.py().detach(|| table.add(&batch)));
        added.map_err(|error| InputError::new_err(error.to_string()))?;
        data.py().check_signals()?;
    }
    Ok(Summary(table.finish()))
}

fn of_scan(py: Python<'_>, scan: &Scan) -> PyResult<Summary> {
    let (cancel, failure) = (Cancel::default(), Failure::default());
    let started = scan.start(py, &cancel, &failure)?;
    let mut teller = scan.teller(py)?;
    let mut all = ndr_scan::Summary::with_addresses();
    let mut parts = py.detach(|| started.fold(ndr_scan::Summary::with_addresses, |part, record| part.add(&record)));
    loop {
        let step = py.detach(|| parts.next_within(Duration::from_millis(100)));
        py.check_signals()?;
        let ended = matches!(step, Step::End);
        if let Step::Next(part) = step {
            all.merge(part);
        }
        teller.tell(py, parts.progress(), ended)?;
        if let Some(error) = failure.take() {
            return Err(error);
        }
        if ended {
            return Ok(Summary(all));
        }
    }
}
