//! Lists of phrases and tables of mailers, logs and events: all that readers know of the world, as data.

mod atlas;
pub(crate) mod events;
pub(crate) mod exchange;
pub(crate) mod files;
pub(crate) mod forwards;
pub(crate) mod kinds;
pub(crate) mod later;
pub(crate) mod logs;
pub(crate) mod looks;
pub(crate) mod mailers;
pub(crate) mod outcome;
pub(crate) mod returned;
pub(crate) mod roles;
pub(crate) mod signs;

pub(crate) use atlas::{PhraseMatch, PhraseMatches, Topic};
