//! Phrases that every format uses, and groups of recipients that share an answer.

use crate::report::{Diagnosis, Recipient, Report};
use crate::vocabulary::{Action, Kind};
use ndr_resolve::{Actor, Basis, Retry, Suppress};

/// Recipients with the same outcome, shown once.
pub(crate) struct Group<'r> {
    first: &'r Recipient,
    pub(crate) recipients: Vec<&'r Recipient>,
}

impl<'r> Group<'r> {
    pub(crate) const fn first(&self) -> &'r Recipient {
        self.first
    }
}

/// Whether two recipients have the same diagnosis, values and advice.
fn same_meaning(one: &Recipient, other: &Recipient) -> bool {
    match (&one.diagnosis, &other.diagnosis) {
        (Some(one), Some(other)) => {
            one.entry.slug == other.entry.slug
                && one.values == other.values
                && (one.suppress, one.retry) == (other.suppress, other.retry)
        }
        (None, None) => true,
        _ => false,
    }
}

/// Groups recipients with the same diagnosis and the same values.
pub(crate) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for recipient in &report.recipients {
        let same = |group: &&mut Group<'_>| {
            let known = group.first;
            same_meaning(known, recipient)
                && known.status == recipient.status
                && known.action == recipient.action
                && (recipient.diagnosis.is_some() || known.text == recipient.text)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.recipients.push(recipient),
            None => groups.push(Group { first: recipient, recipients: vec![recipient] }),
        }
    }
    groups
}

/// An actor in words, for the person who reads.
pub(crate) const fn actor_words(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "the sender",
        Actor::SenderAdmin => "the sender's admin",
        Actor::Recipient => "the recipient",
        Actor::RecipientAdmin => "the recipient's admin",
        Actor::Provider => "the provider",
        Actor::Wait => "nobody yet: it is tried again",
    }
}

/// Who must act, in one phrase.
pub(crate) fn act_words(diagnosis: &Diagnosis) -> String {
    let words: Vec<&str> = diagnosis.entry.act.iter().map(|actor| actor_words(*actor)).collect();
    match words.as_slice() {
        [] => "not known".to_string(),
        [one] => (*one).to_string(),
        [first, rest @ ..] => format!("{first}, then {}", rest.join(", then ")),
    }
}

/// Permanent or temporary, in a word.
pub(crate) const fn permanence_words(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.permanent {
        Some(true) => "permanent",
        Some(false) => "temporary",
        None => "permanence unknown",
    }
}

pub(crate) const fn suppress_words(suppress: Suppress) -> &'static str {
    match suppress {
        Suppress::Yes => "stop sending to this address",
        Suppress::AfterRepeats => "drop the address only if this keeps happening",
        Suppress::No => "keep the address, it is not the problem",
    }
}

pub(crate) const fn retry_words(retry: Retry) -> &'static str {
    match retry {
        Retry::AsIs => "sending again later can work",
        Retry::AfterFix => "send again after the fix",
        Retry::No => "sending again does not help",
    }
}

/// The kind of a report in one phrase.
pub(crate) const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Failure => "Delivery failed",
        Kind::Delay => "Delivery is late; it is still being tried",
        Kind::Success => "Delivery succeeded",
        Kind::AutoReply => "An automatic answer, no bounce",
        Kind::ReadReceipt => "A read receipt, no bounce",
        Kind::Feedback => "A complaint: a recipient marked the message as spam",
        Kind::Other => "Not recognised as a report",
    }
}

/// The outcome for one recipient; each of several has its own.
pub(crate) const fn fate(report: &Report, recipient: &Recipient) -> Kind {
    match (recipient.action, report.kind) {
        _ if recipient.arrived() => Kind::Success,
        (Some(Action::Delayed), _) | (_, Kind::Delay) => Kind::Delay,
        _ => Kind::Failure,
    }
}

/// The outcome in one phrase, for a recipient without an entry.
pub(crate) const fn fate_words(report: &Report, recipient: &Recipient) -> &'static str {
    match (fate(report, recipient), recipient.action) {
        (Kind::Success, Some(Action::Relayed)) => "Passed on to a system that sends no reports",
        (Kind::Success, Some(Action::Expanded)) => "Passed on to the members of a list",
        (Kind::Success, _) => "Delivered",
        (Kind::Delay, _) => "Delivery is late, for a reason that ndr does not know",
        _ => "Delivery failed for a reason that ndr does not know",
    }
}

/// The name of the report's generator.
pub(crate) fn generator_name(report: &Report) -> String {
    match (report.dialect, &report.generator) {
        (Some("exchange-online"), _) => "Microsoft 365".to_string(),
        (Some("exchange-server"), _) => "Exchange Server".to_string(),
        (Some(dialect), _) => report.writer.unwrap_or(dialect).to_string(),
        (None, Some(host)) => host.clone(),
        (None, None) => "mail server".to_string(),
    }
}

/// How sure the answer is, and by which evidence, in words.
pub(crate) fn certainty_words(diagnosis: &Diagnosis) -> String {
    let evidence = match diagnosis.basis {
        Basis::CodeAndText => "the code and the words both say so",
        Basis::RangeAndText => "the words say so, and the code lies in the range",
        Basis::Text => "the words say so",
        Basis::Code => "by the code alone, the words are not known",
        Basis::Range => "by the range of the code",
        Basis::Class => "only the class or reply code is known",
    };
    format!("{}: {evidence}", diagnosis.certainty)
}
