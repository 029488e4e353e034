//! Advice that cannot hurt: whether to drop an address, and whether to send again.
//!
//! An entry of the catalogue says what is right for its meaning. One bounce is one case of it: the server may have said
//! it of the sender, for now, or in words that nobody knows. So the entry's values are lowered by [`CAPS`]. This module
//! alone reads them for a diagnosis; every front shows what [`Diagnosis`](crate::Diagnosis) holds.

use crate::evidence::Role;
use crate::phrases::later::says_later;
use crate::report::Recipient;
use crate::text;
use crate::vocabulary::{Action, Kind};
use ndr_resolve::{Basis, Category, Entry, Party, Retry, StatusCode, Suppress, party_of, party_of_command};
use std::collections::HashSet;

/// What is known of one refusal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'c> {
    /// The entry that explains it.
    pub(crate) entry: &'c Entry,
    /// The evidence for the entry.
    pub(crate) basis: Basis,
    /// What the message is.
    pub(crate) kind: Kind,
    /// What was done for this recipient.
    pub(crate) action: Option<Action>,
    /// The SMTP command that was answered.
    pub(crate) command: Option<&'c str>,
    /// The most specific status code.
    pub(crate) status: Option<StatusCode>,
    /// Further codes that the words hold: those of a reply that a wrapper quotes.
    pub(crate) inner: &'c [StatusCode],
    /// The SMTP reply code.
    pub(crate) reply: Option<u16>,
    /// The server's words.
    pub(crate) words: &'c str,
    /// Other words of the report that decided, if the server's did not.
    pub(crate) other: &'c str,
    /// Whose the address is.
    pub(crate) role: Role,
}

/// What to do about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// About whom the refusal speaks.
    pub(crate) about: Option<Party>,
    /// Whether the failure is final.
    pub(crate) permanent: Option<bool>,
    pub(crate) suppress: Suppress,
    pub(crate) retry: Retry,
    /// Why `suppress` or `retry` is not the entry's, if it is not.
    pub(crate) reason: Option<&'static str>,
}

/// One row of the table: where it holds, advice goes no further than this.
struct Cap {
    when: When,
    /// The most that `suppress` may say.
    suppress: Suppress,
    /// What `retry` says in place of "no".
    retry: Option<Retry>,
    reason: &'static str,
}

/// When a cap holds.
#[derive(Clone, Copy, Debug)]
enum When {
    /// The refusal speaks of one of these parties.
    About(&'static [Party]),
    /// It answers a command that comes before any recipient is named.
    BeforeRecipient,
    /// Its codes or words name the sender, the sending host, or a login.
    NamesSendingSide,
    /// The report does not name the address as failed.
    Unnamed,
    /// The message arrived.
    Arrived,
    /// The reply is of class 4, or the message is still being tried.
    Temporary,
    /// The words put the sender off.
    SaysLater,
    /// The evidence is one of these.
    Basis(&'static [Basis]),
    /// A code says that the mailbox is full, whatever else the words say of it.
    FullMailbox,
    /// Only the code is known, and it does not name a mailbox that is gone, or words that no entry knows stand with it.
    UnknownWords,
}

/// The caps. Every row that holds counts; the lowest value of each column wins.
const CAPS: &[Cap] = &[
    Cap {
        when: When::About(&[Party::Sender, Party::SendingHost, Party::Login, Party::Message]),
        suppress: Suppress::No,
        retry: None,
        reason: "the refusal is about the sending side, so the address may be fine",
    },
    Cap {
        when: When::BeforeRecipient,
        suppress: Suppress::No,
        retry: Some(Retry::AfterFix),
        reason: "the server refused before it heard of the recipient",
    },
    Cap {
        when: When::NamesSendingSide,
        suppress: Suppress::No,
        retry: Some(Retry::AfterFix),
        reason: "the reply speaks of the sender, the sending host or a login, so the address may be fine",
    },
    Cap {
        when: When::Unnamed,
        suppress: Suppress::No,
        retry: None,
        reason: "the report does not say that this address failed",
    },
    Cap { when: When::Arrived, suppress: Suppress::No, retry: None, reason: "the message was delivered" },
    Cap {
        when: When::About(&[Party::System, Party::Route]),
        suppress: Suppress::AfterRepeats,
        retry: None,
        reason: "the trouble lies in a mail system or on the way to it, not in the mailbox",
    },
    Cap {
        when: When::Temporary,
        suppress: Suppress::AfterRepeats,
        retry: Some(Retry::AsIs),
        reason: "the reply is temporary, so the message may pass later",
    },
    Cap {
        when: When::SaysLater,
        suppress: Suppress::AfterRepeats,
        retry: Some(Retry::AsIs),
        reason: "the server asks to try again later",
    },
    Cap {
        when: When::FullMailbox,
        suppress: Suppress::AfterRepeats,
        retry: None,
        reason: "the code says that the mailbox is full, so the address exists",
    },
    Cap {
        when: When::Basis(&[Basis::Range, Basis::Class]),
        suppress: Suppress::AfterRepeats,
        retry: None,
        reason: "only the kind of code is known, not what it means here",
    },
    Cap {
        when: When::UnknownWords,
        suppress: Suppress::AfterRepeats,
        retry: None,
        reason: "only the code says so, and servers use it for other things too",
    },
];

/// Why a recipient shares the fate of another.
const SHARED: &str = "the same server refused the sending side, so this recipient was not judged";

/// The advice for one refusal.
pub(crate) fn advice(case: &Case<'_>) -> Advice {
    let entry = case.entry;
    // Where the entry blames the sending side and can be lowered no further, the words are not asked.
    let is_settled =
        entry.suppress == Suppress::No && entry.retry != Retry::No && entry.party().is_some_and(Party::is_sending_side);
    let named = if is_settled { None } else { named(case) };
    let mut advice = Advice {
        about: about(case, named),
        permanent: if case.is_late() { Some(false) } else { entry.is_permanent(case.class()) },
        suppress: case.stated(),
        retry: entry.retry,
        reason: None,
    };
    for cap in CAPS {
        let lowers_retry = advice.retry == Retry::No && cap.retry.is_some();
        // Most entries say what no cap can lower; then nothing is asked.
        if (cap.suppress > advice.suppress || lowers_retry) && case.fits(cap.when, advice.about, named) {
            advice.lower(cap.suppress, cap.retry, cap.reason);
        }
    }
    advice
}

/// About whom the refusal speaks: what the reply shows, else what is usual for the entry's category. `named` is the party
/// that its codes and words name.
fn about(case: &Case<'_>, named: Option<Party>) -> Option<Party> {
    let usual = case.entry.party();
    let tells = match usual {
        // The entry knows better than a word which party of the sending side it is.
        Some(party) if party.is_sending_side() => false,
        // "Sender not authorized for this recipient" is about the recipient's own rules.
        Some(_) if case.entry.category == Category::RecipientRestricted => false,
        Some(_) => named.is_some_and(Party::is_sending_side),
        None => named.is_some(),
    };
    if tells {
        return named;
    }
    match usual {
        // "Insufficient system storage" stays the system's, whatever command it answers.
        Some(party) if party != Party::Recipient => usual,
        _ => case.command.and_then(party_of_command).or(usual),
    }
}

/// The party that the codes and words of a reply name, a party of the sending side before others.
fn named(case: &Case<'_>) -> Option<Party> {
    let said = party_of(None, case.status, case.reply, case.words);
    match said {
        Some(party) if party.is_sending_side() => said,
        _ if case.other.is_empty() => said,
        _ => party_of(None, None, None, case.other).filter(|party| party.is_sending_side()).or(said),
    }
}

impl Case<'_> {
    /// What the entry says of the address. Words that leave a doubt ("mailbox unavailable") leave none beside the code
    /// of a mailbox that does not exist.
    fn stated(&self) -> Suppress {
        let entry = self.entry;
        // An entry with codes of its own has judged them.
        let agrees = entry.codes.is_empty()
            && entry.category == Category::MailboxUnknown
            && self.status.iter().chain(self.inner).any(|code| names_gone_mailbox(*code));
        if agrees && entry.suppress == Suppress::AfterRepeats && self.basis <= Basis::Text {
            Suppress::Yes
        } else {
            entry.suppress
        }
    }

    /// The class digit of the code, 0 where there is none.
    fn class(&self) -> u8 {
        self.status.map(StatusCode::class).or(self.reply.map(|reply| (reply / 100) as u8)).unwrap_or(0)
    }

    /// Whether the message is still being tried. The kind of a pasted text is known only after its words are explained;
    /// till then its reply tells.
    fn is_late(&self) -> bool {
        match (self.action, self.kind) {
            (Some(action), Kind::Other) => action == Action::Delayed,
            (None, Kind::Other) => self.reply.map_or(self.class() == 4, |reply| reply / 100 == 4),
            (action, kind) => action == Some(Action::Delayed) || kind == Kind::Delay,
        }
    }

    fn fits(&self, when: When, about: Option<Party>, named: Option<Party>) -> bool {
        match when {
            When::About(parties) => about.is_some_and(|party| parties.contains(&party)),
            When::BeforeRecipient => self.command.and_then(party_of_command).is_some(),
            When::NamesSendingSide => named.is_some_and(Party::is_sending_side),
            When::Unnamed => self.role != Role::Failed,
            When::Arrived => {
                self.kind == Kind::Success
                    || matches!(self.action, Some(Action::Delivered | Action::Relayed | Action::Expanded))
            }
            When::Temporary => self.is_late() || self.class() == 4 || self.reply.is_some_and(|reply| reply / 100 == 4),
            When::SaysLater => says_later(self.words) || says_later(self.other),
            When::FullMailbox => {
                !matches!(self.entry.category, Category::MailboxFull | Category::MailboxDisabled)
                    && self.status.is_some_and(|code| (code.subject(), code.detail()) == (2, 2))
            }
            When::Basis(bases) => bases.contains(&self.basis),
            When::UnknownWords => {
                self.basis == Basis::Code && (has_words(self.words) || !self.status.is_some_and(names_gone_mailbox))
            }
        }
    }
}

impl Advice {
    fn lower(&mut self, suppress: Suppress, retry: Option<Retry>, reason: &'static str) {
        let before = (self.suppress, self.retry);
        // In the order of their strength, the strongest first.
        self.suppress = self.suppress.max(suppress);
        self.retry = retry.filter(|_| self.retry == Retry::No).unwrap_or(self.retry);
        if (self.suppress, self.retry) != before {
            self.reason = Some(reason);
        }
    }
}

/// Whether a code has one meaning, and that is a mailbox that does not exist any more: no such mailbox (5.1.1, and
/// Microsoft's 5.1.10), or one that moved without a new address (5.1.6).
fn names_gone_mailbox(code: StatusCode) -> bool {
    matches!((code.class(), code.subject(), code.detail()), (5, 1, 1 | 6 | 10))
}

/// Words that say only where a reply comes from.
const FRAME: &[&str] = &[
    "code",
    "command",
    "diagnostic",
    "dns",
    "dsn",
    "error",
    "esmtp",
    "gsmtp",
    "host",
    "in",
    "lmtp",
    "mta",
    "rcpt",
    "remote",
    "reply",
    "response",
    "returned",
    "rfc822",
    "said",
    "server",
    "smtp",
    "status",
    "the",
    "to",
    "unix",
];

/// Whether a reply holds words: more than codes, addresses, hosts, and what programs write around a reply.
fn has_words(reply: &str) -> bool {
    reply.split_whitespace().filter(|chunk| !chunk.contains('@') && !is_host(chunk)).any(|chunk| {
        let mut words =
            chunk.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
        words.any(|word| word.chars().nth(1).is_some() && !FRAME.iter().any(|known| known.eq_ignore_ascii_case(word)))
    })
}

/// Whether a word has the form of a host or a file name.
fn is_host(chunk: &str) -> bool {
    let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric());
    bare.split_once('.').is_some_and(|(head, tail)| !head.is_empty() && tail.starts_with(char::is_alphanumeric))
}

/// Bytes on each side of the words that decided, within a text that holds much else.
const NEAR: usize = 240;

/// The part of a text around the words that decided: what stands elsewhere in a report is not about them.
pub(crate) fn near(words: &str, span: Option<(usize, usize)>) -> &str {
    let (start, end) = span.unwrap_or((0, NEAR));
    let words = text::cap(words, end.saturating_add(NEAR));
    text::from(words, text::ceil(words, start.saturating_sub(NEAR)))
}

/// Applies to all recipients of a report what one of them shows: a server that refused the client or the sender before
/// any recipient was named has judged none of them, and recipients without words of their own share the cause that the
/// words of all others name. Returns the reason where something was lowered.
pub(crate) fn share(recipients: &mut [Recipient]) -> Option<&'static str> {
    if recipients.len() < 2 {
        return None;
    }
    let blames = |one: &Recipient| {
        one.diagnosis.as_ref().and_then(|diagnosis| diagnosis.about).is_some_and(Party::is_sending_side)
    };
    let early = |one: &Recipient| one.command.is_some_and(|command| party_of_command(command).is_some());
    let has_own = |one: &Recipient| one.text.is_some() || one.reply.is_some();
    let closed: HashSet<Option<String>> =
        recipients.iter().filter(|one| early(one) && blames(one)).map(|one| one.remote.clone()).collect();
    let mut stated = recipients.iter().filter(|one| has_own(one)).peekable();
    let is_one_cause = stated.peek().is_some() && stated.all(blames);
    let mut reason = None;
    for one in recipients {
        let is_shared = one.command.is_none() && closed.contains(&one.remote) || is_one_cause && !has_own(one);
        if let Some(diagnosis) = one.diagnosis.as_mut().filter(|_| is_shared)
            && diagnosis.suppress != Suppress::No
        {
            diagnosis.suppress = Suppress::No;
            reason = Some(SHARED);
        }
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Diagnosis;

    fn entry(category: Category, suppress: Suppress, retry: Retry) -> Entry {
        Entry { category, suppress, retry, permanent: None, ..crate::catalog().entries()[0] }
    }

    fn gone() -> Entry {
        entry(Category::MailboxUnknown, Suppress::Yes, Retry::No)
    }

    fn case<'c>(entry: &'c Entry, words: &'c str) -> Case<'c> {
        Case {
            entry,
            basis: Basis::CodeAndText,
            kind: Kind::Failure,
            action: Some(Action::Failed),
            command: None,
            status: "5.1.1".parse().ok(),
            inner: &[],
            reply: Some(550),
            words,
            other: "",
            role: Role::Failed,
        }
    }

    fn of(case: Case<'_>) -> (Suppress, Retry) {
        let advice = advice(&case);
        (advice.suppress, advice.retry)
    }

    #[test]
    fn a_mailbox_that_is_gone_stays_gone() {
        let gone = gone();
        let plain = advice(&case(&gone, "User unknown"));
        assert_eq!((plain.suppress, plain.retry, plain.reason), (Suppress::Yes, Retry::No, None));
        assert_eq!((plain.about, plain.permanent), (Some(Party::Recipient), Some(true)));
        for command in ["RCPT TO", "DATA"] {
            assert_eq!(of(Case { command: Some(command), ..case(&gone, "User unknown") }), (Suppress::Yes, Retry::No));
        }
        for words in ["Returned to sender: no such user", "Please check the address and try again"] {
            assert_eq!(of(case(&gone, words)).0, Suppress::Yes, "{words}");
        }
    }

    #[test]
    fn the_sending_side_costs_no_address() {
        let gone = gone();
        for command in ["CONNECT", "HELO", "EHLO", "AUTH", "MAIL FROM", "STARTTLS"] {
            let advice = advice(&Case { command: Some(command), ..case(&gone, "User unknown") });
            assert_eq!((advice.suppress, advice.retry), (Suppress::No, Retry::AfterFix), "{command}");
            assert!(advice.about.is_some_and(Party::is_sending_side), "{command}");
        }
        for words in [
            "Sender address rejected: user unknown",
            "Client host rejected: no such user",
            "Your IP is blocked: mailbox unavailable",
            "SMTP AUTH required: unknown user",
            "the sending domain has a null MX",
            "Sender over quota: mailbox full",
        ] {
            assert_eq!(of(case(&gone, words)), (Suppress::No, Retry::AfterFix), "{words}");
        }
        for (status, reply) in [("5.1.7", 550), ("5.1.8", 553), ("5.1.1", 530), ("5.1.1", 535)] {
            let case = Case { status: status.parse().ok(), reply: Some(reply), ..case(&gone, "no") };
            assert_eq!(of(case), (Suppress::No, Retry::AfterFix), "{status} {reply}");
        }
        let full = entry(Category::MessageTooLarge, Suppress::Yes, Retry::AfterFix);
        assert_eq!(of(case(&full, "too big")), (Suppress::No, Retry::AfterFix));
        // Words of the report that decided count as the server's own.
        assert_eq!(of(Case { other: "Sender address rejected", ..case(&gone, "550") }).0, Suppress::No);
    }

    #[test]
    fn the_category_tells_which_party_where_the_reply_does_not() {
        let party = |category, command, words| {
            let entry = entry(category, Suppress::No, Retry::AfterFix);
            advice(&Case { command, status: None, ..case(&entry, words) }).about
        };
        use Category::*;
        assert_eq!(party(SystemError, Some("MAIL FROM"), "Insufficient system storage"), Some(Party::System));
        assert_eq!(party(Reputation, Some("MAIL FROM"), "listed"), Some(Party::SendingHost));
        assert_eq!(party(MailboxUnknown, Some("MAIL FROM"), "no"), Some(Party::Sender));
        assert_eq!(party(RecipientRestricted, None, "Sender not authorized for this group"), Some(Party::Recipient));
        assert_eq!(party(HostUnreachable, None, "Sender domain cannot be resolved"), Some(Party::Sender));
        assert_eq!(party(Policy, None, "rejected"), None);
        assert_eq!(party(Policy, None, "your IP is rejected"), Some(Party::SendingHost));
        assert_eq!(party(Policy, None, "recipient rejected"), Some(Party::Recipient));
    }

    #[test]
    fn temporary_is_never_final() {
        let gone = gone();
        let want = (Suppress::AfterRepeats, Retry::AsIs);
        let late = |kind, action| Case { kind, action, ..case(&gone, "User unknown") };
        assert_eq!(of(Case { reply: Some(450), ..case(&gone, "no") }), want);
        assert_eq!(of(Case { status: "4.1.1".parse().ok(), ..case(&gone, "no") }), want);
        assert_eq!(of(late(Kind::Delay, None)), want);
        assert_eq!(of(late(Kind::Failure, Some(Action::Delayed))), want);
        assert_eq!(advice(&late(Kind::Delay, None)).permanent, Some(false));
        assert_eq!(of(case(&gone, "User unknown, try again later")), want);
        // After a fix stays after a fix.
        let closed = entry(Category::MailboxDisabled, Suppress::Yes, Retry::AfterFix);
        assert_eq!(of(Case { reply: Some(450), ..case(&closed, "no") }), (Suppress::AfterRepeats, Retry::AfterFix));
    }

    #[test]
    fn a_code_alone_counts_where_it_names_a_mailbox_and_no_words_stand_with_it() {
        let gone = gone();
        let by_code =
            |status: &str, words| Case { basis: Basis::Code, status: status.parse().ok(), ..case(&gone, words) };
        for words in [
            "",
            "550 5.1.1",
            "smtp; 550 5.1.1 <gone@example.net>",
            "550-5.1.1 https://support.example.net/?p=6596 - gsmtp",
        ] {
            for status in ["5.1.1", "5.1.10"] {
                assert_eq!(of(by_code(status, words)).0, Suppress::Yes, "{status} {words}");
            }
        }
        for words in ["550 5.1.1 refused", "550 5.1.1 Kein Eintrag", "550 5.1.1 受信者なし"] {
            assert_eq!(of(by_code("5.1.1", words)).0, Suppress::AfterRepeats, "{words}");
        }
        for status in ["5.2.1", "5.1.2", "5.0.0"] {
            assert_eq!(of(by_code(status, "")).0, Suppress::AfterRepeats, "{status}");
        }
        for basis in [Basis::Range, Basis::Class] {
            assert_eq!(of(Case { basis, ..case(&gone, "") }).0, Suppress::AfterRepeats);
        }
    }

    #[test]
    fn an_address_that_no_report_names_is_kept() {
        let gone = gone();
        assert_eq!(of(Case { role: Role::Unknown, ..case(&gone, "User unknown") }).0, Suppress::No);
    }

    #[test]
    fn every_cap_lowers_something() {
        for cap in CAPS {
            assert!(cap.suppress != Suppress::Yes && !cap.reason.is_empty(), "{:?}", cap.when);
        }
    }

    /// What advice may never say, for every kind of entry in every case.
    #[test]
    fn no_case_harms() {
        let mut kinds: Vec<Entry> = Vec::new();
        for entry in crate::catalog().entries() {
            let advice = |entry: &Entry| (entry.category, entry.suppress, entry.retry, entry.permanent);
            if !kinds.iter().any(|known| advice(known) == advice(entry)) {
                kinds.push(*entry);
            }
        }
        // What no entry says today, one may say tomorrow.
        kinds.extend(Category::ALL.iter().map(|category| entry(*category, Suppress::Yes, Retry::No)));
        let commands =
            [None, Some("CONNECT"), Some("EHLO"), Some("AUTH"), Some("MAIL FROM"), Some("RCPT TO"), Some("DATA")];
        let words = [
            "550 5.1.1",
            "User unknown",
            "Sender address rejected",
            "Your IP is blocked",
            "Authentication required",
            "your mailbox is full, you cannot send",
            "try again later",
        ];
        let codes = [("", None), ("", Some(450)), ("", Some(550)), ("4.1.1", Some(550)), ("5.1.1", Some(450))]
            .into_iter()
            .chain([("5.1.1", Some(550)), ("5.1.8", Some(550)), ("5.2.2", Some(530)), ("5.1.10", None)]);
        let mut count = 0;
        for (entry, (status, reply)) in kinds.iter().flat_map(|entry| codes.clone().map(move |code| (entry, code))) {
            for (command, words) in
                commands.iter().flat_map(|command| words.iter().map(move |words| (*command, *words)))
            {
                for (basis, kind) in Basis::ALL
                    .iter()
                    .flat_map(|basis| [Kind::Failure, Kind::Delay, Kind::Other].map(|kind| (*basis, kind)))
                {
                    let status: Option<StatusCode> = status.parse().ok();
                    let action = None;
                    let case = Case { basis, kind, action, command, status, reply, ..case(entry, words) };
                    let advice = advice(&case);
                    count += 1;
                    assert!(advice.suppress >= case.stated(), "{case:?}: {advice:?}");
                    let is_sending_side = advice.about.is_some_and(Party::is_sending_side)
                        || command.is_some_and(|command| !matches!(command, "RCPT TO" | "DATA"))
                        || party_of(command, status, reply, words).is_some_and(Party::is_sending_side);
                    let is_temporary =
                        kind == Kind::Delay || case.class() == 4 || reply == Some(450) || words.contains("later");
                    if is_sending_side {
                        assert_eq!(advice.suppress, Suppress::No, "{case:?}: {advice:?}");
                    }
                    if is_temporary || basis >= Basis::Range {
                        assert_ne!(advice.suppress, Suppress::Yes, "{case:?}: {advice:?}");
                    }
                    if is_temporary {
                        assert_ne!(advice.retry, Retry::No, "{case:?}: {advice:?}");
                    }
                    if kind == Kind::Delay {
                        assert_eq!(advice.permanent, Some(false), "{case:?}: {advice:?}");
                    }
                }
            }
        }
        assert!(count > 50_000, "{count} cases");
    }

    #[test]
    fn words_near_those_that_decided() {
        let text = format!("{}User unknown{}", "ä ".repeat(300), " ö".repeat(300));
        let at = text.find("User").unwrap();
        let near = near(&text, Some((at, at + 12)));
        assert!(near.contains("User unknown") && near.len() < 500, "{near}");
        assert_eq!(super::near("short", None), "short");
        assert_eq!(super::near("short", Some((900, 999))), "");
    }

    fn recipient(command: Option<&'static str>, text: Option<&str>, about: Party) -> Recipient {
        let mut one = crate::explain("550 5.1.1 User unknown").recipients.remove(0);
        one.command = command;
        one.text = text.map(str::to_string);
        one.reply = one.reply.filter(|_| text.is_some());
        one.diagnosis = one.diagnosis.map(|diagnosis| Diagnosis { about: Some(about), ..diagnosis });
        one
    }

    #[test]
    fn recipients_of_one_refused_sender_are_all_kept() {
        let kept = |recipients: &mut Vec<Recipient>| -> Vec<Suppress> {
            share(recipients);
            recipients.iter().map(|one| one.diagnosis.as_ref().unwrap().suppress).collect()
        };
        let refused = || recipient(Some("MAIL FROM"), Some("550 no"), Party::Sender);
        let words = || recipient(None, Some("550 Client host rejected"), Party::SendingHost);
        let bare = || recipient(None, None, Party::Recipient);
        let own = || recipient(Some("RCPT TO"), Some("550 5.1.1 User unknown"), Party::Recipient);
        assert_eq!(kept(&mut vec![refused(), bare(), bare()])[1..], [Suppress::No, Suppress::No]);
        assert_eq!(kept(&mut vec![words(), bare()])[1], Suppress::No);
        // A recipient that was refused itself, and one at another server, stand for themselves.
        assert_eq!(kept(&mut vec![refused(), own()])[1], Suppress::Yes);
        assert_eq!(kept(&mut vec![words(), own(), bare()])[2], Suppress::Yes);
        let mut elsewhere = recipient(None, Some("550 5.1.1 User unknown"), Party::Recipient);
        elsewhere.remote = Some("mx.example.net".to_string());
        assert_eq!(kept(&mut vec![refused(), elsewhere])[1], Suppress::Yes);
        assert_eq!(kept(&mut vec![bare()])[0], Suppress::Yes);
    }
}
