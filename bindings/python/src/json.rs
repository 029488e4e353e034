//! JSON: the form in which the core hands over its results.

use crate::error::InputError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn write(value: &impl Serialize, pretty: bool) -> PyResult<String> {
    let written = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    written.map_err(wrong)
}

pub(crate) fn read<T: DeserializeOwned>(json: &str) -> PyResult<T> {
    serde_json::from_str(json).map_err(wrong)
}

/// The same JSON on several lines, its fields in their order.
pub(crate) fn pretty(json: &str) -> PyResult<String> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_transcode::transcode(&mut reader, &mut serde_json::Serializer::pretty(&mut out)).map_err(wrong)?;
    // A serialiser of JSON writes UTF-8.
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Plain Python objects, as Python's own reader makes them.
pub(crate) fn loads<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LOADS.import(py, "json", "loads")?.call1((json,))
}

fn wrong(error: serde_json::Error) -> PyErr {
    InputError::new_err(format!("this is no JSON of ndr {}: {error}", env!("CARGO_PKG_VERSION")))
}
