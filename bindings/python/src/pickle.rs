//! Unpickles the small objects, by the names of their classes.

use crate::catalog::{Limit, Source};
use crate::error::InputError;
use crate::json;
use crate::report::{Attempt, Diagnosis, Evidence, Note, Original, Recipient, Steps};
use pyo3::prelude::*;

/// Unpickles a part of a report or an entry.
#[pyfunction]
pub(crate) fn _restore<'py>(py: Python<'py>, class: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
    fn made<'py, T>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>>
    where
        T: serde::de::DeserializeOwned + pyo3::PyClass + Into<PyClassInitializer<T>>,
    {
        Ok(Bound::new(py, json::read::<T>(json)?)?.into_any())
    }
    match class {
        "Recipient" => made::<Recipient>(py, json),
        "Attempt" => made::<Attempt>(py, json),
        "Diagnosis" => made::<Diagnosis>(py, json),
        "Steps" => made::<Steps>(py, json),
        "Evidence" => made::<Evidence>(py, json),
        "Original" => made::<Original>(py, json),
        "Note" => made::<Note>(py, json),
        "Limit" => made::<Limit>(py, json),
        "Source" => made::<Source>(py, json),
        _ => Err(InputError::new_err(format!("this version of ndr knows no {class}"))),
    }
}
