//! Results for people. A renderer decides nothing: it shows what the report and the diagnosis hold.

mod entry;
#[cfg(feature = "trace")]
mod findings;
mod hints;
mod html;
mod human;
mod markdown;
mod terminal;
mod ticket;
#[cfg(feature = "trace")]
mod trace;
#[cfg(feature = "trace")]
mod trace_page;
mod words;

pub use entry::{entry_human, entry_markdown};
pub use hints::Hints;
pub use html::{entries_html, entry_html, html};
pub use human::human;
pub use markdown::markdown;
pub use terminal::Options;
pub use ticket::{Audience, ticket};
#[cfg(feature = "trace")]
pub use trace::trace_human;
#[cfg(feature = "trace")]
pub use trace_page::{trace_html, trace_markdown};
