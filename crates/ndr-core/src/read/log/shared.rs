//! What the readers of logs share: limits, and a recipient with its outcome and words.

use crate::evidence::{Finding, Origin};
use crate::statement;
use crate::vocabulary::Action;

/// Most lines of one text.
pub(super) const LINES: usize = 100_000;
/// Longest line that is read, in bytes.
pub(super) const LONGEST: usize = 16_000;

/// A recipient with an outcome and the words about it.
pub(super) fn tell(address: Option<String>, action: Action, words: &str) -> Finding {
    let mut recipient = Finding::new(address);
    recipient.origin = Origin::Field;
    recipient.action = Some(action);
    statement::fill(&mut recipient, words);
    recipient
}
