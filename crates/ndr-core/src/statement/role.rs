//! Whose an address is, by the words around it on its line.

use crate::evidence::Role;
use crate::phrases::outcome;
use crate::phrases::roles::{BEFORE, BEHIND, BEHIND_SENDER, FAILED, GREETING, role_before};
use crate::text::address::Found;
use crate::text::search::{Hit, Phrases, phrases};
use crate::text::{self, cap};
use ndr_resolve::{Party, party_of};

/// How far in front of an address words may call it the recipient, in bytes.
const NEAR: usize = 64;

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
        // "could not be delivered" in front of an address says as much as "recipient".
        static UNDELIVERED: Phrases = phrases!(outcome::FAILURE);
        let undelivered = UNDELIVERED.find(line).filter(|hit| hit.number < outcome::FRAMES);
        let cues = BEFORE.find(line).filter(|hit| begins_word(line, hit.start));
        let mut before: Vec<Hit> = cues.chain(undelivered.map(|hit| Hit { number: FAILED.start, ..hit })).collect();
        before.sort_unstable_by_key(|hit| (hit.start, hit.end));
        Roles { line, before }
    }

    /// The role that the words in front of an address give it: the nearest decide, of those that overlap the longest.
    pub(crate) fn before(&self, one: &Found<'_>) -> Option<Role> {
        // A greeting is for the address right behind it.
        let greets = |hit: &&Hit| !GREETING.contains(&hit.number) || one.start - hit.end <= 2;
        // "User unknown ... a@example.com" far behind is another sentence.
        let is_near = |hit: &&Hit| !FAILED.contains(&hit.number) || one.start - hit.end <= NEAR;
        let in_front = || self.before.iter().filter(|hit| hit.end <= one.start).filter(greets).filter(is_near);
        let nearest = in_front().max_by_key(|hit| hit.end)?;
        let widest = in_front().filter(|hit| hit.start <= nearest.start && hit.end > nearest.start);
        let hit = widest.min_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)))?;
        Some(role_before(hit.number))
    }

    /// The role that the words behind an address give it.
    pub(crate) fn behind(&self, one: &Found<'_>) -> Option<Role> {
        role_behind(text::from(self.line, one.end))
    }

    /// `550 <a@example.com>... words`: Sendmail puts the recipient of its reply there, whatever the words say.
    fn is_item_of_sendmail(&self, one: &Found<'_>) -> bool {
        let in_front = text::upto(self.line, one.start).trim_start_matches(['<', '>', ' ', '\t']);
        let is_code = in_front.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' ' | b'-' | b'<'));
        let behind = text::from(self.line, one.end).trim_start_matches('>');
        let speaks_of_sender = || party_of(None, None, None, behind) == Some(Party::Sender);
        is_code && behind.starts_with("...") && !speaks_of_sender()
    }

    /// Whether the words right behind an address call it the sender's.
    pub(crate) fn is_called_sender(&self, one: &Found<'_>) -> bool {
        const RIGHT_BEHIND: usize = 4;
        let behind = cap(text::from(self.line, one.end), BEHIND_REACH);
        BEHIND.find(behind).any(|hit| hit.start <= RIGHT_BEHIND && BEHIND_SENDER.contains(&hit.number))
    }

    /// The role of an address, by the words in front of it, then by those behind it.
    pub(crate) fn role(&self, one: &Found<'_>) -> Role {
        match (self.before(one), self.behind(one)) {
            // "<a@example.com>: Sender address rejected" says outright whose address it is.
            (Some(Role::Failed), Some(Role::Sender)) if self.is_called_sender(one) => Role::Sender,
            (Some(role), _) => role,
            (None, Some(Role::Sender)) => Role::Sender,
            (None, _) if self.is_item_of_sendmail(one) => Role::Failed,
            (None, Some(role)) => role,
            (None, None) => Role::Unknown,
        }
    }
}

/// The role of an address that stands alone on the line below a label: `Adresse de l'expéditeur :`, a cell `Cc`.
/// A line without a colon is a label only where it is nothing but one.
pub(crate) fn role_of_label(line: &str) -> Option<Role> {
    const LONGEST: usize = 60;
    const MOST_WORDS: usize = 6;
    let bare = text::trim(line);
    if bare.is_empty() || bare.len() > LONGEST || bare.contains('@') || bare.split_whitespace().count() > MOST_WORDS {
        return None;
    }
    let label = bare.trim_end_matches([':', '：', ' ', '\u{3000}']).trim_start_matches(['*', '-', '>', '|', ' ']);
    // "抄　送" is written with room between its letters.
    let label: String = match label.is_ascii() {
        true => label.to_ascii_lowercase(),
        false => label.chars().filter(|c| *c != '\u{3000}').flat_map(char::to_lowercase).collect(),
    } + ":";
    let has_colon = label.len() <= bare.len() && bare.ends_with([':', '：']);
    let whole = |hit: &Hit| hit.start == 0 && hit.end + 1 >= label.len();
    let hits = BEFORE.find(&label).filter(|hit| begins_word(&label, hit.start)).filter(|hit| has_colon || whole(hit));
    // Of the longest phrase that ends last: "sender address" is the sender's.
    let last =
        hits.max_by_key(|hit| (role_before(hit.number) != Role::Failed, hit.end, std::cmp::Reverse(hit.start)))?;
    Some(role_before(last.number))
}

/// The role that words behind an address give it, up to the next address.
pub(crate) fn role_behind(words: &str) -> Option<Role> {
    let words = cap(words, BEHIND_REACH);
    let words = words.split([';', ']', '@']).next().unwrap_or_default();
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
    fn a_label_on_the_line_above_tells_whose_an_address_is() {
        for (line, want) in [
            ("Adresse de l'expéditeur :", Some(Role::Sender)),
            ("Dirección del remitente:", Some(Role::Sender)),
            ("Adres van afzender:", Some(Role::Sender)),
            ("Indirizzo mittente:", Some(Role::Sender)),
            ("Absenderadresse:", Some(Role::Sender)),
            ("Sender address:", Some(Role::Sender)),
            ("发件人", Some(Role::Sender)),
            ("抄\u{3000}送", Some(Role::Identifier)),
            ("Cc", Some(Role::Identifier)),
            ("Cc:", Some(Role::Identifier)),
            ("To", Some(Role::Failed)),
            ("Dirección del destinatario:", Some(Role::Failed)),
            ("Empfängeradresse:", Some(Role::Failed)),
            ("收件人", Some(Role::Failed)),
            ("Delivery has failed to these recipients or groups:", None),
            ("The following addresses had permanent errors, says the sender's server:", None),
            ("Your sender was kind", None),
            ("Presupuesto", None),
            ("", None),
        ] {
            assert_eq!(role_of_label(line), want, "{line}");
        }
    }

    #[test]
    fn words_around_an_address_tell_whose_it_is() {
        for (line, want) in [
            ("RCPT TO:<a@example.com>", Role::Failed),
            ("Could not send e-mail to a@example.com: 550 5.1.1 User unknown", Role::Failed),
            ("Please send e-mail to a@example.com", Role::Contact),
            ("550 5.7.1 Unable to relay for a@example.com", Role::Failed),
            ("550 5.1.1 <a@example.com>: Recipient address rejected: User unknown", Role::Failed),
            ("Your message to a@example.com couldn't be delivered.", Role::Failed),
            ("Адрес получателя: a@example.com", Role::Failed),
            ("The following address failed: a@example.com", Role::Failed),
            ("Delivery to a@example.com failed with error: 550: 5.7.1 rejected due to DMARC policy", Role::Failed),
            ("Tu mensaje no se ha entregado a a@example.com porque no existe", Role::Failed),
            ("550 5.7.1 <a@example.com>... Message rejected: policy 17", Role::Failed),
            ("553 <a@example.com>... Domain of sender address does not exist", Role::Sender),
            ("hello, it could not be delivered <a@example.com>.", Role::Failed),
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
