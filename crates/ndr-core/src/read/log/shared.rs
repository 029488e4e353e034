//! What all readers of lines have in common.

use crate::evidence::{Finding, Origin, Role};
use crate::statement;
use crate::statement::role::Roles;
use crate::text::address;
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

/// The address that a server's words name as failed.
pub(super) fn failed_in(words: &str) -> Option<String> {
    let roles = Roles::of(words);
    address::find(words).find(|one| roles.role(one) == Role::Failed).map(|one| one.address.to_string())
}
