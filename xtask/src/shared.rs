//! Paths and file access that both programs of this package need.

use std::path::PathBuf;

/// The list of every slug that was ever released.
pub(crate) const SLUGS: &str = "crates/ndr-catalog/generated/catalog.slugs";

/// Returns the root of the repository.
///
/// Cargo sets `CARGO_MANIFEST_DIR` when it runs this program. The compiled-in value is only a fallback: it may name
/// another checkout that shares the target folder.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(package);
    root.pop();
    root
}

/// Reads a file; `name` is relative to the root of the repository.
pub(crate) fn read(name: &str) -> Result<String, String> {
    std::fs::read_to_string(root().join(name)).map_err(|error| format!("{name}: {error}"))
}
