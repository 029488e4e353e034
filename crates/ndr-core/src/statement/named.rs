//! The address that a statement names as failed.

use super::role::Roles;
use crate::evidence::Role;
use crate::text::{self, address};
use ndr_resolve::Party;

/// The address that a statement names as failed: `to=<user@example.com>`, `<user@example.com>... no such user`.
pub(crate) fn failed_address(line: &str) -> Option<String> {
    let roles = Roles::of(line);
    // "<a>: Sender address rejected: not owned by user b" speaks of the sending side alone.
    // A login that failed, or a sender over quota, names the sender's own address.
    let is_of_sender = || {
        let reply = ndr_resolve::Reply::parse(line);
        let party = ndr_resolve::party_of(None, reply.status, reply.code, line);
        matches!(party, Some(Party::Sender | Party::Login))
    };
    let speaks_of_sender = || address::find(line).any(|one| roles.is_called_sender(&one));
    let found = address::find(line).find(|one| roles.role(one) == Role::Failed)?;
    let is_labelled = text::upto(line, found.start).trim_end_matches('<').ends_with("to=");
    let is_called_recipient = text::from(line, found.end)
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .get(..9)
        .is_some_and(|word| word.eq_ignore_ascii_case("recipient"));
    let is_recipients = is_labelled || is_called_recipient || !speaks_of_sender() && !is_of_sender();
    is_recipients.then(|| found.address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_failed_is_named() {
        for (line, want) in [
            ("550 5.1.1 <a@example.com>... User unknown", Some("a@example.com")),
            ("550 a@example.com recipient unrecognized", Some("a@example.com")),
            ("from=<b@example.net>, to=<a@example.com>, stat=User unknown", Some("a@example.com")),
            (
                "550 5.1.1 The email account that you tried to reach (a@example.com) does not exist",
                Some("a@example.com"),
            ),
            ("451 4.1.8 <b@example.net>: Sender address rejected: Domain not found", None),
            ("5.7.1 <b@example.net>: Sender address rejected: not owned by user c@example.net", None),
            ("552 5.2.2 <b@example.net>: your mailbox is over quota, you cannot send mail", None),
            ("535 5.7.8 Error: authentication failed for b@example.net: user unknown", None),
            ("554 Bad DNS PTR resource record, contact postmaster@example.net", None),
            ("550 5.7.1 b@example.net is not allowed to send from 192.0.2.1", None),
        ] {
            assert_eq!(failed_address(line).as_deref(), want, "{line}");
        }
    }
}
