//! Every phrase that some reader looks for in the whole of a report's words, found in one pass. Each list stands in the
//! module that knows what it means; here they only meet.

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

use crate::mail::status;
use crate::text::search::Grams;
use std::sync::LazyLock;

/// The line above the transcript of an SMTP session.
const TRANSCRIPT_HEADINGS: &[&str] = &["Transcript of session follows"];

/// Which list a phrase belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// A line that begins the returned message.
    Opener,
    /// The same, if the line holds nothing else.
    ExactOpener,
    /// The same, wherever it stands in a short line.
    WithinOpener,
    /// The first field of a returned header.
    HeaderStart,
    /// A field that only a delivery status has.
    Field,
    /// Words that only an Exchange report has.
    Exchange,
    /// Words of Exchange's latest style.
    ExchangeLatest,
    /// Words of a warning that delivery is late.
    Delay,
    /// Words that take such a warning back.
    Gone,
    /// Words of a report that all went well.
    Done,
    /// Words that only a report of a failure has.
    Failure,
    /// The heading of the transcript of an SMTP session.
    Transcript,
    /// A sign of a mailer. Case matters.
    Mailer,
}

use Topic::*;

/// A phrase that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhraseMatch {
    pub(crate) topic: Topic,
    /// Its number within its list.
    pub(crate) number: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The phrases of all lists.
struct Atlas {
    phrases: Vec<&'static str>,
    /// Of each, its list, its number there, and the phrase.
    origin: Vec<(Topic, usize, &'static str)>,
    grams: Grams,
    /// Bytes of the longest phrase.
    longest: usize,
}

static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
    let mailers = signs::texts();
    let lists: [(Topic, &[&'static str]); 13] = [
        (Opener, returned::OPENERS),
        (ExactOpener, returned::EXACT),
        (WithinOpener, returned::WITHIN),
        (HeaderStart, returned::HEADER_STARTS),
        (Field, status::TELLING),
        (Exchange, exchange::MARKS),
        (ExchangeLatest, exchange::LATEST_MARKS),
        (Delay, outcome::DELAY),
        (Gone, outcome::GONE),
        (Done, outcome::DONE),
        (Failure, outcome::FAILURE),
        (Transcript, TRANSCRIPT_HEADINGS),
        (Mailer, mailers),
    ];
    let mut phrases = Vec::new();
    let mut origin = Vec::new();
    for (topic, list) in lists {
        for (number, phrase) in list.iter().enumerate() {
            phrases.push(*phrase);
            origin.push((topic, number, *phrase));
        }
    }
    let grams = Grams::build(&phrases, true);
    let longest = phrases.iter().map(|phrase| phrase.len()).max().unwrap_or(0);
    Atlas { phrases, origin, grams, longest }
});

/// The phrase matches of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseMatches {
    found: Vec<PhraseMatch>,
}

impl PhraseMatches {
    /// Finds those of `text`, in one pass, up to the match that `opens` the returned message. The rest is not looked at:
    /// a report's words come first, and what follows is often longer than they are.
    pub(crate) fn of(text: &str, opens: fn(&str, &PhraseMatch, &PhraseMatches) -> bool) -> PhraseMatches {
        PhraseMatches::find(text, Some(opens))
    }

    /// Finds those of all of `text`.
    pub(crate) fn of_all(text: &str) -> PhraseMatches {
        PhraseMatches::find(text, None)
    }

    fn find(text: &str, opens: Option<fn(&str, &PhraseMatch, &PhraseMatches) -> bool>) -> PhraseMatches {
        let atlas = &*ATLAS;
        let mut marks = PhraseMatches { found: Vec::with_capacity(16) };
        let mut stop = usize::MAX;
        for hit in atlas.grams.find(&atlas.phrases, text.as_bytes()) {
            if hit.start > stop {
                break;
            }
            let Some(&(topic, number, phrase)) = atlas.origin.get(hit.number) else { continue };
            if topic == Mailer && text.get(hit.start..hit.end) != Some(phrase) {
                continue;
            }
            let mark = PhraseMatch { topic, number, start: hit.start, end: hit.end };
            marks.found.push(mark);
            if stop == usize::MAX && opens.is_some_and(|opens| opens(text, &mark, &marks)) {
                // Hits come in the order of their grams: one that begins before this may follow it.
                stop = hit.end + atlas.longest;
            }
        }
        marks.found.sort_unstable_by_key(|mark| (mark.start, mark.topic, mark.number));
        marks
    }

    /// Those of one list, in the order of the text.
    pub(crate) fn of_topic(&self, topic: Topic) -> impl Iterator<Item = &PhraseMatch> {
        self.found.iter().filter(move |mark| mark.topic == topic)
    }

    /// All, in the order of the text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &PhraseMatch> {
        self.found.iter()
    }

    /// Whether one of a list stands within the first `limit` bytes.
    pub(crate) fn any(&self, topic: Topic, limit: usize) -> bool {
        self.of_topic(topic).any(|mark| mark.end <= limit)
    }

    /// Forgets those behind byte `end`, where the text was cut.
    pub(crate) fn truncate(&mut self, end: usize) {
        self.found.retain(|mark| mark.end <= end);
    }
}
