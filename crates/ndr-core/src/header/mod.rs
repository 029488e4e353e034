//! Reads a header: the hops that it lists, what servers found when they checked the sender, what filters wrote into it.
//!
//! It knows nothing of reports: [`crate::trace`] joins the two.

pub(crate) mod antispam;
pub(crate) mod auth;
mod block;
pub mod exchange_address;
pub(crate) mod fields;
pub(crate) mod find;
pub(crate) mod hints;
pub(crate) mod hop;
pub(crate) mod hosts;
pub(crate) mod knowledge;
pub(crate) mod organisation;
pub(crate) mod path;
pub(crate) mod received;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;
