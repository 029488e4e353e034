//! Mails and texts that speak of refusals and report none: lures that look like a bounce, a server's settings, tests of a
//! program, letters about what is settled.

use crate::evidence::{Finding, Origin};
use crate::page::Page;
use crate::page::daemon::null_sender;
use crate::phrases::kinds::{self, LURES as LURE_WORDS};
use crate::statement;
use crate::text;
use crate::text::search::{Phrases, phrases};

/// How much of the words tells what a report is, in bytes.
pub(super) const WORDS_READ: usize = 20_000;

/// Whether a mail looks like a report and speaks of mail to its own reader, who shall click or sign in: it comes from an
/// ordinary address, returns no message, and names nobody but its reader. The name of a mail system is no proof of one.
pub(super) fn is_lure(page: &Page<'_>, said: &[Finding]) -> bool {
    let is_proven = page.is_exchange
        || page.mail.original.is_some()
        || page.words.returned.is_some()
        || !page.failed.is_empty()
        || page.has_fields_in_text;
    if is_proven {
        return false;
    }
    let headers = &page.mail.headers;
    let subject = headers.text("Subject").unwrap_or_default();
    let words = text::cap(&page.words.text, WORDS_READ);
    let lures = lures(&[&subject, words]);
    let own = |one: &Finding| {
        let is_own = |address: &str| page.addresses.iter().any(|known| known.eq_ignore_ascii_case(address));
        one.address.as_deref().is_none_or(is_own)
    };
    let is_prose = |one: &Finding| one.origin == Origin::Prose && one.status.is_none();
    match lures {
        _ if page.mailer.is_some() && null_sender(headers) => false,
        0 => !null_sender(headers) && !said.is_empty() && said.iter().all(|one| own(one) && is_prose(one)),
        1 => !null_sender(headers) && said.iter().all(own),
        _ => !null_sender(headers) || said.iter().all(own),
    }
}

/// How many kinds of words in the texts tell a reader of their own mail.
fn lures(texts: &[&str]) -> usize {
    static LURES: Phrases = phrases!(LURE_WORDS);
    let mut kinds: Vec<usize> = texts.iter().flat_map(|text| LURES.find(text)).map(|hit| hit.number).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len()
}

/// Whether a pasted text speaks of mail to its own reader and is neither a reply nor in the words of a mail system.
fn is_pasted_lure(page: &Page<'_>, words: &str, has_item: bool) -> bool {
    let is_reply = || has_item || statement::stated(words) == Some(statement::Stated::Coded);
    let begins = |words: &str| ndr_resolve::find_reply(words).is_some_and(|(_, at)| at == 0);
    page.mailer.is_none()
        && !page.is_exchange
        && lures(&[text::cap(words, WORDS_READ)]) >= 2
        && !is_reply()
        && !begins(words)
}

/// What a reader found in a pasted text besides its words.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    /// A log, a dialogue or an event.
    pub(crate) is_structured: bool,
    /// A recipient in an item of its own.
    pub(crate) has_item: bool,
}

/// Whether a pasted text only speaks of refusals: a server's settings, a program's test, a letter about what is settled, a
/// lure.
pub(super) fn only_speaks_of_refusals(page: &Page<'_>, found: Found) -> bool {
    let words = text::cap(text::trim(&page.words.text), WORDS_READ);
    let is_framed = found.is_structured || found.has_item || page.is_exchange || page.mailer.is_some();
    is_settings(words)
        || is_test(words)
        || !is_framed && is_settled(words)
        || !found.is_structured && is_pasted_lure(page, words, found.has_item)
}

/// Whether each line of a text is one of a server's settings or of a lookup table.
fn is_settings(words: &str) -> bool {
    /// So many settings are no accident.
    const SOME: usize = 2;
    let is_name = |name: &str| {
        name.contains('_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let is_action = |word: &str| {
        let begins = |action: &&str| word.get(..action.len()).is_some_and(|head| head.eq_ignore_ascii_case(action));
        kinds::TABLE_ACTIONS.iter().any(|action| if action.ends_with(':') { begins(action) } else { word == *action })
    };
    let (mut settings, mut actions, mut names_file) = (0, 0, false);
    for line in words.lines().filter(|line| !line.trim().is_empty()) {
        let bare = line.trim();
        let mut pieces = bare.split_whitespace();
        let (key, value) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
        if bare.starts_with('#') {
            names_file |= bare.contains("/etc/") || bare.contains(".cf");
        } else if value == "=" && is_name(key) {
            settings += 1;
        } else if key.contains(['@', '.']) && is_action(value) {
            actions += 1;
        } else if !(line.starts_with([' ', '\t']) && settings > 0 || is_entry(key, value)) {
            return false;
        }
    }
    actions > 0 || settings >= SOME || names_file
}

/// Whether a line begins as one of an access table: an address, then a reply.
fn is_entry(key: &str, reply: &str) -> bool {
    key.contains('@') && !key.starts_with('<') && reply.len() == 3 && reply.starts_with(['4', '5'])
}

/// Whether a text is a program that makes up a refusal. One that ran left the frames of a stack, or an error of its own.
fn is_test(words: &str) -> bool {
    static MARKS: Phrases = phrases!(kinds::MADE_UP);
    let has_run = || {
        words.lines().map(str::trim_start).any(|line| {
            let named = line.split_once(": ").map_or("", |(name, _)| name);
            line.starts_with("Traceback (")
                || line.starts_with("at ")
                || line.starts_with(|c: char| c.is_ascii_digit())
                || !named.contains(' ') && (named.ends_with("Error") || named.ends_with("Exception"))
        })
    };
    MARKS.any(words) && words.contains('(') && !has_run()
}

/// Whether a letter quotes a refusal amid its sentences, and says that it is over.
fn is_settled(words: &str) -> bool {
    static SETTLED: Phrases = phrases!(kinds::SETTLED);
    static NOT_YET: Phrases = phrases!(kinds::NOT_YET);
    let is_item = |line: &str| line.trim_start_matches(['>', ' ', '\t', '<']).starts_with(|c: char| c.is_ascii_digit());
    let is_condition = |start: usize| {
        let (line, _) = text::line_at(words, start);
        let in_front = text::between(words, line, start);
        let sentence = in_front.rsplit(['.', '!', '?']).next().unwrap_or_default();
        NOT_YET.find(sentence).any(|hit| !text::upto(sentence, hit.start).ends_with(char::is_alphanumeric))
    };
    SETTLED.find(words).any(|hit| !is_condition(hit.start)) && !words.lines().any(is_item)
}
