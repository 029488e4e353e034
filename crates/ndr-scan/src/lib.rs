//! Many bounces at once: files, directories, Maildir, mbox, archives, compressed files, streams and messages in memory,
//! decoded in parallel, given in order, in memory that does not grow with the input.
//!
//! ```
//! use ndr_scan::{Input, Scan};
//!
//! let rows = (1..=3).map(|n| (format!("row {n}"), b"550 5.1.1 User unknown".to_vec()));
//! for record in Scan::new([Input::messages(rows)]).records() {
//!     let report = record.result.unwrap();
//!     println!("{}: {}", record.source, report.recipients[0].diagnosis.as_ref().unwrap().entry.title);
//! }
//! ```
//!
//! Nothing of a report is read here: each message goes to [`ndr::Decoder`] as it is. A bad message is a record with an
//! error, never the end.

// Nothing that a message holds may end the process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod addresses;
#[cfg(feature = "arrow")]
pub mod arrow;
mod container;
mod control;
mod counts;
mod date;
mod feed;
mod incident;
mod input;
mod item;
mod limits;
mod lines;
mod mbox;
mod mmdf;
mod ordered;
mod record;
mod row;
mod scan;
mod summary;
#[cfg(feature = "arrow")]
mod table;

pub use addresses::{Again, Suppressed};
pub use container::is_container;
pub use control::Cancel;
pub use counts::{Counts, Top};
pub use date::rfc3339;
pub use incident::{Incident, Remedy, Shared};
pub use input::{Input, Messages};
pub use limits::ScanLimits;
pub use ordered::{Ordered, Progress, Step};
pub use record::{ErrorKind, Record, ScanError};
pub use scan::{Scan, THREADS};
pub use summary::{Day, Summary};
#[cfg(feature = "arrow")]
pub use table::TableSummary;
