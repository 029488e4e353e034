//! What the Python objects share: JSON, pickles, one-line texts, hashes.

use pyo3::prelude::*;

/// What every object of a result can do.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* } { $($methods:tt)* }) => {
        $(#[$meta])*
        #[pyclass(frozen, eq, hash, get_all, module = "ndr")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) struct $name { $($fields)* }

        #[pymethods]
        impl $name {
            /// The object as JSON; with `pretty` on several lines.
            #[pyo3(signature = (*, pretty = false))]
            fn to_json(&self, pretty: bool) -> PyResult<String> {
                $crate::json::write(self, pretty)
            }

            /// The object as plain dicts, lists, strings and numbers.
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                $crate::json::loads(py, &$crate::json::write(self, false)?)
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (&'static str, String))> {
                Ok(($crate::object::restore(py)?, (stringify!($name), $crate::json::write(self, false)?)))
            }

            fn __copy__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
                slf
            }

            $($methods)*
        }
    };
}
pub(crate) use object;

/// How an object is made again: a function and its arguments.
pub(crate) type Reduced<'py, State> = (Bound<'py, PyAny>, State);

pub(crate) fn restore(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("ndr._ndr")?.getattr("_restore")
}

/// An object on one line, at most 120 columns of it, without what a terminal would obey.
pub(crate) fn line<'a>(class: &str, words: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let words: Vec<&str> = words.into_iter().flatten().collect();
    let text = ndr::sanitize::terminal(&words.join(" ")).replace(['\n', '\r', '\t'], " ");
    let cut: String = text.chars().take(100).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("<ndr.{class} {cut}{dots}>")
}

/// A hash for Python.
pub(crate) fn hash(value: &impl std::hash::Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
