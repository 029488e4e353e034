//! What a scan reads: paths, streams, and messages in memory.

use crate::ScanError;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One input of a scan.
pub enum Input {
    /// A file, a directory, a Maildir, an mbox, an archive or a compressed file: found out, never asked. `-` is standard
    /// input.
    Path(PathBuf),
    /// A stream that may hold all that a file may hold.
    Reader {
        /// What records from it are called.
        name: String,
        /// Where the bytes come from.
        reader: Box<dyn Read + Send>,
    },
    /// Messages in memory, each with its source. They are taken as they are, and not searched for containers.
    Messages(Messages),
}

/// Messages with their sources, or why there is none.
pub type Messages = Box<dyn Iterator<Item = (String, Result<Vec<u8>, ScanError>)> + Send>;

impl Input {
    /// Messages in memory.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan};
    /// let rows = (0..3).map(|n| (format!("row {n}"), b"550 5.1.1 User unknown".to_vec()));
    /// let records: Vec<_> = Scan::new([Input::messages(rows)]).records().collect();
    /// assert_eq!(records[2].source, "row 2");
    /// ```
    pub fn messages<I>(messages: I) -> Input
    where
        I: IntoIterator<Item = (String, Vec<u8>)>,
        I::IntoIter: Send + 'static,
    {
        Input::Messages(Box::new(messages.into_iter().map(|(source, bytes)| (source, Ok(bytes)))))
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Input::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Input::Reader { name, .. } => f.debug_struct("Reader").field("name", name).finish_non_exhaustive(),
            Input::Messages(_) => f.debug_tuple("Messages").finish_non_exhaustive(),
        }
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Input {
        Input::Path(path)
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Input {
        Input::Path(path.to_path_buf())
    }
}

impl From<&PathBuf> for Input {
    fn from(path: &PathBuf) -> Input {
        Input::Path(path.clone())
    }
}

impl From<&str> for Input {
    fn from(path: &str) -> Input {
        Input::Path(path.into())
    }
}

impl From<String> for Input {
    fn from(path: String) -> Input {
        Input::Path(path.into())
    }
}
