//! The exceptions of `ndr`. They are defined in Python, because each has two bases.

use pyo3::prelude::*;

pyo3::import_exception!(ndr._errors, CatalogError);
pyo3::import_exception!(ndr._errors, InputError);
pyo3::import_exception!(ndr._errors, ReadError);

/// A file that could not be read, as Python's own `OSError` names it: number, reason, file.
pub(crate) fn unreadable(path: &std::path::Path, error: &std::io::Error) -> PyErr {
    ReadError::new_err((error.raw_os_error(), reason(error), path.display().to_string()))
}

/// The reason alone; Rust adds the number of the error, which Python shows by itself.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => reason.to_string(),
        None => text,
    }
}
