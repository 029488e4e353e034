//! Whose an address is, by the words around it on its line.

use crate::evidence::Role;
use crate::phrases::roles::{BEFORE, BEHIND, BEHIND_SENDER, role_before};
use crate::text::address::Found;
use crate::text::search::Hit;
use crate::text::{self, cap};

/// How far behind an address words are still about it, in bytes.
const BEHIND_REACH: usize = 120;

/// A line with the places of the phrases that tell whose an address is.
pub(crate) struct Roles<'l> {
    line: &'l str,
    before: Vec<Hit>,
}

impl<'l> Roles<'l> {
    /// Looks for the phrases of a line.
    pub(crate) fn of(line: &'l str) -> Roles<'l> {
        let mut before: Vec<Hit> = BEFORE.find(line).filter(|hit| begins_word(line, hit.start)).collect();
        before.sort_unstable_by_key(|hit| (hit.start, hit.end));
        Roles { line, before }
    }

    /// The role that the words in front of an address give it: the nearest decide, of those that overlap the longest.
    pub(crate) fn before(&self, one: &Found<'_>) -> Option<Role> {
        let in_front = || self.before.iter().filter(|hit| hit.end <= one.start);
        let nearest = in_front().max_by_key(|hit| hit.end)?;
        let widest = in_front().filter(|hit| hit.start <= nearest.start && hit.end > nearest.start);
        let hit = widest.min_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)))?;
        Some(role_before(hit.number))
    }

    /// The role that the words behind an address give it.
    pub(crate) fn behind(&self, one: &Found<'_>) -> Option<Role> {
        role_behind(text::from(self.line, one.end))
    }

    /// The role of an address, by the words in front of it, then by those behind it.
    pub(crate) fn role(&self, one: &Found<'_>) -> Role {
        match (self.before(one), self.behind(one)) {
            // "<a@example.com>: Sender address rejected" says outright whose address it is.
            (Some(Role::Failed) | None, Some(Role::Sender)) => Role::Sender,
            (Some(role), _) => role,
            (None, Some(role)) => role,
            (None, None) => Role::Unknown,
        }
    }
}

/// The role that words behind an address give it, up to the next address.
pub(crate) fn role_behind(words: &str) -> Option<Role> {
    let words = cap(words, BEHIND_REACH);
    let words = words.split_once('@').map_or(words, |(words, _)| words);
    let first = BEHIND.find(words).min_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)))?;
    Some(if BEHIND_SENDER.contains(&first.number) { Role::Sender } else { Role::Failed })
}

/// Whether no letter stands right in front of a place, so that a word begins there. Scripts without spaces have no
/// such mark.
fn begins_word(line: &str, at: usize) -> bool {
    let starts_ascii = line.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
    !starts_ascii || !text::upto(line, at).ends_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::address;

    fn roles(line: &str) -> Vec<Role> {
        let roles = Roles::of(line);
        address::find(line).map(|one| roles.role(&one)).collect()
    }

    #[test]
    fn words_around_an_address_tell_whose_it_is() {
        for (line, want) in [
            ("RCPT TO:<a@example.com>", Role::Failed),
            ("550 5.1.1 <a@example.com>: Recipient address rejected: User unknown", Role::Failed),
            ("Your message to a@example.com couldn't be delivered.", Role::Failed),
            ("Адрес получателя: a@example.com", Role::Failed),
            ("The following address failed: a@example.com", Role::Failed),
            ("Dear a@example.com, your mail could not be delivered", Role::Sender),
            ("Sorry a@example.com. Your mail was refused", Role::Sender),
            ("451 4.1.8 <a@example.com>: Sender address rejected: Domain not found", Role::Sender),
            ("The message from (<a@example.com>) with the subject", Role::Sender),
            ("Адрес отправителя: a@example.com", Role::Sender),
            ("5.1.0 <1234@mail.example.com> sender rejected", Role::Sender),
            ("Ask your postmaster or contact tosa@rx.example.net to clarify", Role::Contact),
            ("For help, write to help@example.com", Role::Contact),
            ("Bei Fragen: admin@example.com", Role::Contact),
            ("Message-ID: <20260301@mail.example.com>", Role::Identifier),
            ("Cc: boss@example.com", Role::Identifier),
            ("see a@example.com", Role::Unknown),
        ] {
            assert_eq!(roles(line), [want], "{line}");
        }
        assert_eq!(roles("from=<a@example.com>, to=<b@example.com>"), [Role::Sender, Role::Failed]);
    }
}
