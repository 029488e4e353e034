//! What both programs of this package need: the files at the top of the repository.

use std::path::PathBuf;

pub(crate) const SLUGS: &str = "catalog.slugs";

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// Reads a file named relative to the top of the repository.
pub(crate) fn read(name: &str) -> Result<String, String> {
    std::fs::read_to_string(root().join(name)).map_err(|error| format!("{name}: {error}"))
}
