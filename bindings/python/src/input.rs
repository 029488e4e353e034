//! What `decode` takes: bytes, a text, a path, or a message of Python's `email` package.

use crate::error::{InputError, ReadError, unreadable};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMemoryView, PyString};
use std::ffi::CString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most bytes of a file that are read; more is no single message.
const LIMIT: u64 = 64 << 20;

/// One message, and the name it is shown by.
pub(crate) struct Input<'py> {
    pub(crate) source: Option<String>,
    pub(crate) bytes: Held<'py>,
}

/// Bytes of Python, or of our own.
pub(crate) enum Held<'py> {
    Python(Bound<'py, PyBytes>),
    Own(Vec<u8>),
}

impl std::ops::Deref for Held<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Held::Python(bytes) => bytes.as_bytes(),
            Held::Own(bytes) => bytes,
        }
    }
}

/// Reads whatever `data` is.
pub(crate) fn read<'py>(data: &Bound<'py, PyAny>) -> PyResult<Input<'py>> {
    let unnamed = |bytes| Ok(Input { source: None, bytes });
    if let Some(bytes) = bytes(data)? {
        return unnamed(bytes);
    }
    if let Ok(text) = data.cast::<PyString>() {
        warn_of_path(text)?;
        return unnamed(Held::Python(text_bytes(text)?));
    }
    if data.hasattr("__fspath__")? {
        return file(data);
    }
    if data.is_instance(message_class(data.py())?)? {
        return unnamed(Held::Python(message_bytes(data)?));
    }
    let kind = data.get_type().qualname()?;
    Err(InputError::new_err(format!(
        "a message is bytes, a str that holds its text, a path (os.PathLike) or an email.message.Message, not {kind}"
    )))
}

/// Anything that holds bytes.
pub(crate) fn bytes<'py>(data: &Bound<'py, PyAny>) -> PyResult<Option<Held<'py>>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(Some(Held::Python(bytes.clone())));
    }
    if let Ok(array) = data.cast::<PyByteArray>() {
        return Ok(Some(Held::Own(array.to_vec())));
    }
    if let Ok(view) = data.cast::<PyMemoryView>() {
        return Ok(Some(Held::Python(view.call_method0("tobytes")?.cast_into()?)));
    }
    Ok(None)
}

/// The bytes of a text. Lone surrogates are what Python makes of bytes that are no UTF-8, so they become those bytes.
pub(crate) fn text_bytes<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(bytes) = text.encode_utf8() {
        return Ok(bytes);
    }
    let encoded = |errors: &str| text.call_method1("encode", ("utf-8", errors));
    Ok(encoded("surrogateescape").or_else(|_| encoded("replace"))?.cast_into()?)
}

/// A text is never taken for a path. Who meant one learns it here.
fn warn_of_path(text: &Bound<'_, PyString>) -> PyResult<()> {
    let Ok(name) = text.to_str() else { return Ok(()) };
    if name.len() > 1024 || name.contains(['\n', '\0']) || !Path::new(name).is_file() {
        return Ok(());
    }
    let message = format!("{name:?} is read as the text of a message; to read the file, give pathlib.Path({name:?})");
    let category = text.py().get_type::<PyUserWarning>();
    // Without a NUL byte, as seen above.
    PyErr::warn(text.py(), &category, &CString::new(message).unwrap_or_default(), 1)
}

/// Reads a file.
fn file<'py>(data: &Bound<'py, PyAny>) -> PyResult<Input<'py>> {
    let path: PathBuf = data.py().import("os")?.call_method1("fsdecode", (data,))?.extract()?;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(&path)?.take(LIMIT).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    if path.is_dir() {
        let reason = "a directory is no message; ndr.scan reads directories";
        return Err(ReadError::new_err((21, reason, path.display().to_string())));
    }
    let bytes = data.py().detach(read).map_err(|error| unreadable(&path, &error))?;
    Ok(Input { source: Some(path.display().to_string()), bytes: Held::Own(bytes) })
}

fn message_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class =
        CLASS.get_or_try_init(py, || Ok::<_, PyErr>(py.import("email.message")?.getattr("Message")?.unbind()))?;
    Ok(class.bind(py))
}

/// The message as it came, its header lines not folded anew.
fn message_bytes<'py>(message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let written = || -> PyResult<Bound<'py, PyBytes>> {
        let policy = message.getattr("policy")?;
        let asked = PyDict::new(message.py());
        asked.set_item("max_line_length", 0)?;
        if policy.hasattr("refold_source")? {
            asked.set_item("refold_source", "none")?;
        }
        let options = PyDict::new(message.py());
        options.set_item("policy", policy.call_method("clone", (), Some(&asked))?)?;
        Ok(message.call_method("as_bytes", (), Some(&options))?.cast_into()?)
    };
    written().map_err(|error| {
        InputError::new_err(format!("Python cannot write this {} as bytes: {error}", message.get_type()))
    })
}
