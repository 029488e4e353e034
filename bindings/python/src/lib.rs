//! `import ndr`: a thin front over the core. Nothing is parsed or decided here.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A decoded message: the fields of the JSON result as attributes.
#[pyclass(frozen, module = "ndr")]
struct Report {
    json: String,
    html: String,
    line: String,
}

/// Parses JSON with Python's own reader; objects become what `hook` makes of them.
fn loads<'py>(py: Python<'py>, json: &str, attributes: bool) -> PyResult<Bound<'py, PyAny>> {
    let kwargs = PyDict::new(py);
    if attributes {
        let namespace = py.import("types")?.getattr("SimpleNamespace")?;
        let hook = py.eval(c"lambda make: lambda pairs: make(**pairs)", None, None)?.call1((namespace,))?;
        kwargs.set_item("object_hook", hook)?;
    }
    py.import("json")?.call_method("loads", (json,), Some(&kwargs))
}

#[pymethods]
impl Report {
    /// The result as JSON, the same bytes as `ndr explain --format ndjson` prints.
    fn to_json(&self) -> &str {
        &self.json
    }

    /// The result as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loads(py, &self.json, false)
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        loads(py, &self.json, true)?
            .getattr(name)
            .map_err(|_| PyAttributeError::new_err(format!("a report has no attribute {name:?}")))
    }

    fn __repr__(&self) -> &str {
        &self.line
    }

    fn _repr_html_(&self) -> &str {
        &self.html
    }

    fn __eq__(&self, other: &Report) -> bool {
        self.json == other.json
    }
}

fn report(py: Python<'_>, bytes: &[u8], source: Option<String>) -> PyResult<Report> {
    py.detach(|| {
        let mut report = ndr::decode(bytes);
        report.source = source;
        let html = ndr::render::html(&report);
        let slugs: Vec<&str> =
            report.recipients.iter().filter_map(|r| r.diagnosis.as_ref()).map(|d| d.entry.slug).take(3).collect();
        let line = format!("<ndr.Report {} {} recipients {}>", report.kind, report.recipients.len(), slugs.join(" "));
        let json = serde_json::to_string(&report).map_err(|error| error.to_string())?;
        Ok(Report { json, html, line })
    })
    .map_err(|error: String| pyo3::exceptions::PyValueError::new_err(error))
}

/// Decodes a message: its bytes, its text, or the path of a file (any `os.PathLike`).
#[pyfunction]
fn decode(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Report> {
    if let Ok(bytes) = data.extract::<Vec<u8>>() {
        return report(py, &bytes, None);
    }
    if let Ok(text) = data.extract::<String>() {
        return report(py, text.as_bytes(), None);
    }
    let path: std::path::PathBuf = data.extract()?;
    let bytes = std::fs::read(&path)
        .map_err(|error| pyo3::exceptions::PyOSError::new_err(format!("{}: {error}", path.display())))?;
    report(py, &bytes, Some(path.display().to_string()))
}

/// The entries of the catalogue for a status code or slug, as dicts.
#[pyfunction]
fn lookup<'py>(py: Python<'py>, code: &str) -> PyResult<Bound<'py, PyAny>> {
    let catalog = ndr::catalog();
    let entries = match code.trim().parse::<ndr::StatusCode>() {
        Ok(code) => catalog.by_code(code),
        Err(_) => catalog.by_slug(code.trim()).into_iter().collect(),
    };
    let views: Vec<ndr::EntryView<'_>> = entries.into_iter().map(ndr::EntryView).collect();
    let json =
        serde_json::to_string(&views).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    loads(py, &json, false)
}

/// Decodes bounced mail: what a report means, who must act, and what they do next.
#[pymodule(name = "ndr")]
fn ndr_module(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Report>()?;
    module.add_function(wrap_pyfunction!(decode, module)?)?;
    module.add_function(wrap_pyfunction!(lookup, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
