//! What both programs of this package need: the files at the top of the repository.

use std::path::PathBuf;

pub(crate) const SLUGS: &str = "catalog.slugs";

/// The top of the repository. Cargo names the folder of the package when it runs this program; the one it was compiled
/// in may be another checkout that shares the target folder.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(own);
    root.pop();
    root
}

/// Reads a file named relative to the top of the repository.
pub(crate) fn read(name: &str) -> Result<String, String> {
    std::fs::read_to_string(root().join(name)).map_err(|error| format!("{name}: {error}"))
}
