//! The route of a message, from its header.

use crate::json;
use crate::object::{Reduced, line};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMappingProxy, PyTuple};
use serde_json::Value;

/// The route of a message, from its header.
#[pyclass(frozen, eq, hash, module = "ndr")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Trace {
    json: String,
    html: String,
    text: String,
    found: bool,
}

/// What a pickle holds.
pub(crate) type State = (String, String, String, bool);

impl Trace {
    pub(crate) fn new(trace: &ndr::trace::Trace) -> PyResult<Trace> {
        Ok(Trace {
            json: json::write(trace, false)?,
            html: ndr::render::trace_html(trace),
            text: ndr::render::trace_human(trace, ndr::render::Options::default()),
            found: !trace.is_empty(),
        })
    }

    pub(crate) fn state(&self) -> State {
        (self.json.clone(), self.html.clone(), self.text.clone(), self.found)
    }

    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let fields: Value = json::read(&self.json)?;
        frozen(py, &fields[name])
    }
}

#[pymethods]
impl Trace {
    #[getter]
    fn source<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "source")
    }

    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "message")
    }

    #[getter]
    fn path<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "path")
    }

    #[getter]
    fn chain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "chain")
    }

    #[getter]
    fn authentication<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "authentication")
    }

    #[getter]
    fn antispam<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "antispam")
    }

    #[getter]
    fn exchange_addresses<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "exchange_addresses")
    }

    #[getter]
    fn hints<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.field(py, "hints")
    }

    /// The trace as JSON: as `ndr headers` prints it, without the line end.
    #[pyo3(signature = (*, pretty = false))]
    fn to_json(&self, pretty: bool) -> PyResult<String> {
        if pretty { json::pretty(&self.json) } else { Ok(self.json.clone()) }
    }

    /// The trace as plain dicts, lists, strings and numbers.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::loads(py, &self.json)
    }

    /// Whether a route was found.
    fn __bool__(&self) -> bool {
        self.found
    }

    fn __repr__(&self) -> PyResult<String> {
        let fields: Value = json::read(&self.json)?;
        let hops = fields["path"]["hops"].as_array().map_or(0, Vec::len);
        let words = format!("{hops} {}", if hops == 1 { "hop" } else { "hops" });
        Ok(line("Trace", [Some(words.as_str()), fields["message"]["from"].as_str()]))
    }

    /// The trace for people, on 80 columns.
    fn __str__(&self) -> &str {
        &self.text
    }

    /// The trace as a card, for notebooks.
    fn _repr_html_(&self) -> &str {
        &self.html
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py, State>> {
        Ok((py.import("ndr._ndr")?.getattr("_restore_trace")?, self.state()))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// Unpickles a trace.
#[pyfunction]
pub(crate) fn _restore_trace(json: String, html: String, text: String, found: bool) -> Trace {
    Trace { json, html, text, found }
}

/// A read-only value: lists are tuples, objects are read-only mappings.
fn frozen<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| frozen(py, item)).collect::<PyResult<Vec<_>>>()?;
            PyTuple::new(py, items)?.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, frozen(py, value)?)?;
            }
            PyMappingProxy::new(py, dict.as_mapping()).into_any()
        }
        plain => json::loads(py, &plain.to_string())?,
    })
}
