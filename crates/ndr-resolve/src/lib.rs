//! The catalogue of bounce meanings as data, and the resolver over it.
//!
//! An [`Entry`] is one meaning. A [`Catalog`] holds all of them with an index, and [`Catalog::resolve`] finds the
//! entry that explains a server's words. The macro crate builds the catalogue of `catalog.yaml` at compile time with
//! the same code that an overlay uses at run time, so both answer alike.

// Nothing that a message holds may end the process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod code;
mod entry;
mod frequencies;
mod index;
mod intern;
mod marks;
mod party;
mod reply;
mod resolve;
mod template;
mod words;

pub use code::{CodeError, CodePattern, FoundCode, StatusCode, class_means, find_codes, subject_means};
pub use entry::{
    Actor, Category, Command, Entry, Limit, Provider, ProviderKind, Retry, Source, Suppress, Trust, Usual,
};
pub use frequencies::weight as word_weight;
#[doc(hidden)]
pub use index::{Facts, Index, Slot};
pub use intern::{intern, intern_text};
pub use party::{Party, party_of, party_of_command};
pub use reply::{Reply, find_reply, unfold_reply};
pub use resolve::{Basis, Catalog, Query, Resolution};
pub use template::{Hole, Template, TemplateError, fill, sentence_holes};
