//! From facts to meaning: each recipient's words are resolved against the catalogue, and what disagrees is noted.

use crate::advice::{self, Case};
use crate::evidence::{Finding, STATEMENT};
use crate::merge::Merged;
use crate::page::Page;
use crate::phrases::exchange::QUOTES;
use crate::report::{Diagnosis, Evidence, Recipient};
use crate::text;
use crate::vocabulary::{Certainty, Kind, Note};
use ndr_resolve::{Basis, Catalog, Entry, Query, Reply, Resolution, StatusCode, find_reply};
use std::borrow::Cow;

/// The recipients of a report with their meaning. Adds to `notes` what disagrees.
pub(crate) fn diagnose(
    merged: &mut Merged,
    kind: Kind,
    page: &Page<'_>,
    catalog: &Catalog,
    notes: &mut Vec<Note>,
) -> Vec<Recipient> {
    let explains = matches!(kind, Kind::Failure | Kind::Delay) || page.is_pasted;
    let findings = std::mem::take(&mut merged.recipients);
    let mut recipients = Vec::with_capacity(findings.len());
    for finding in findings {
        // Somebody who pastes a reply of success asks what it means.
        let is_asked = !finding.arrived() || page.is_pasted && kind == Kind::Success;
        let meaning = (explains && is_asked).then(|| meaning(&finding, merged, kind, page, catalog, notes));
        let (diagnosis, others) = meaning.unwrap_or_default();
        recipients.push(Recipient {
            address: finding.address,
            original_address: finding.original_address,
            action: finding.action,
            status: finding.status,
            reply: finding.reply,
            text: finding.text,
            remote: finding.remote,
            command: finding.command,
            attempts: finding.attempts,
            diagnosis,
            others,
        });
    }
    notes.extend(advice::share(&mut recipients).map(lowered));
    recipients
}

/// Says why the advice is not the entry's.
fn lowered(reason: &'static str) -> Note {
    Note { code: "lowered-advice", text: reason.into() }
}

/// The diagnosis of one recipient, and the slugs of further candidates.
fn meaning(
    recipient: &Finding,
    merged: &Merged,
    kind: Kind,
    page: &Page<'_>,
    catalog: &Catalog,
    notes: &mut Vec<Note>,
) -> (Option<Diagnosis>, Vec<&'static Entry>) {
    let mut note = |code: &'static str, text: Cow<'static, str>| notes.push(Note { code, text });
    let generator = merged.generator.as_deref();
    let dialect = merged.dialect;
    let text = recipient.text.as_deref().unwrap_or_default();
    let remote = recipient.remote.as_deref();
    let host = remote.or(generator);
    let mut inner = recipient.inner.clone();
    if let Some(field) = recipient.status_field
        && Some(field) != recipient.status
    {
        inner.push(field);
    }
    // The generator's own words are its provider's. Exchange quotes a remote's words within its own, so its entries
    // stay in play for those too.
    let exchange = matches!(merged.provider, Some("exchange-online" | "exchange-server"));
    let providers: &[&str] = match &merged.provider {
        Some(_) if exchange => &["exchange-online", "hve", "outlook-com", "exchange-server"],
        provider @ Some(_) if remote.is_none() => provider.as_slice(),
        _ if remote.is_some() => &[],
        // Whoever wrote the report is known, so nobody else's codes count.
        _ => dialect.as_slice(),
    };
    let query = Query {
        text,
        status: recipient.status,
        inner: &inner,
        reply: recipient.reply,
        hosts: host.as_slice(),
        providers,
        command: recipient.command,
        party: None,
        is_reported: recipient.address.is_some() || dialect.is_some(),
    };
    let mut answer = catalog.resolve(&query);
    let mut from_context = None;
    let entry_of = |answer: &Resolution| answer.entry.and_then(|entry| catalog.entries().get(entry));
    let weak = |answer: &Resolution| {
        answer.basis.is_none_or(|basis| basis >= Basis::Code) || entry_of(answer).is_some_and(|entry| entry.is_vague())
    };
    if weak(&answer) {
        // Each statement is asked by itself: words of two of them side by side would say what nobody said.
        let codes = [inner.as_slice(), &Reply::parse(&recipient.context).inner[..]].concat();
        for context in recipient.context.split(STATEMENT).filter(|context| !context.trim().is_empty()) {
            let context = match memchr::memchr2(b'\n', b'\r', context.as_bytes()) {
                Some(_) => Cow::Owned(context.replace(['\n', '\r'], " ")),
                None => Cow::Borrowed(context),
            };
            // That was asked already.
            if context == text && codes.iter().all(|code| inner.contains(code)) {
                continue;
            }
            let wider = catalog.resolve(&Query { text: &context, inner: &codes, ..query });
            let vague = entry_of(&wider).is_none_or(|entry| entry.is_vague());
            let better = wider.basis.is_some_and(|basis| basis < Basis::Code)
                && (!vague || answer.basis.is_none_or(|basis| basis >= Basis::Range));
            if better {
                answer = wider;
                from_context = Some(context);
            }
            if better && !vague {
                break;
            }
        }
    }
    // "Cannot connect [Message=550 words]": what the remote server said tells more than that it hung up.
    let mut command = recipient.command;
    if let Some(at) = quoted_reply(text)
        && answer.phrase.is_none_or(|(_, end)| from_context.is_none() && end <= at)
    {
        let said = text::from(text, at);
        let reply = Reply::parse(said);
        let at_connect = command.or(Some("CONNECT"));
        let asked =
            Query { text: said, status: reply.status, reply: reply.code, command: at_connect, ..Query::default() };
        let quoted = catalog.resolve(&asked);
        if !weak(&quoted) {
            answer = quoted;
            from_context = Some(Cow::Borrowed(said));
            command = at_connect;
        }
    }
    // The input's own class counts where no words tell more than a code's class does; where it agrees with the code, it
    // confirms it.
    let (mut is_classed, mut is_confirmed) = (false, false);
    if let Some(reading) = recipient.reading {
        let reply = Reply::parse(reading);
        let asked = Query { text: reading, status: reply.status, inner: &[], reply: reply.code, ..query };
        let is_poor = entry_of(&answer).is_none_or(|entry| entry.is_vague()) || answer.basis == Some(Basis::Class);
        if is_poor {
            let classed = catalog.resolve(&asked);
            if classed.entry.is_some() {
                answer = classed;
                is_classed = true;
            }
        } else if answer.basis == Some(Basis::Code) {
            let category = |answer: &Resolution| entry_of(answer).map(|entry| entry.category);
            is_confirmed = category(&catalog.resolve(&asked)) == category(&answer);
        }
    }
    let others: Vec<&'static Entry> = answer.others.iter().filter_map(|other| catalog.entries().get(*other)).collect();
    let Some(entry) = entry_of(&answer) else {
        if !others.is_empty() {
            note("ambiguous-code", "several entries share this code, and no text tells which is meant".into());
        }
        return (None, others);
    };
    let words = from_context.as_deref().unwrap_or(text);
    let evidence = if is_classed { None } else { evidence(&answer, words, recipient, page) };
    let Some(basis) = answer.basis else { return (None, others) };
    let span = |of: &str| answer.phrase.filter(|_| of == words);
    let advice = advice::advice(&Case {
        entry,
        basis: if is_confirmed { Basis::CodeAndText } else { basis },
        kind,
        action: recipient.action,
        command,
        status: recipient.status,
        inner: &inner,
        reply: recipient.reply,
        words: advice::near(text, span(text)),
        other: from_context.as_deref().map_or("", |context| advice::near(context, span(context))),
        role: recipient.role,
    });
    // A mail service that keeps a list of suppressed addresses says outright why an address is on it.
    let suppress = recipient.suppressed.unwrap_or(advice.suppress);
    let certainty = match Certainty::of(basis) {
        // Another entry has the same words.
        Certainty::Sure if answer.tied => Certainty::Likely,
        certainty => certainty,
    };
    let diagnosis = Diagnosis {
        entry,
        permanent: advice.permanent,
        suppress,
        retry: advice.retry,
        about: advice.about,
        values: answer.values,
        basis,
        certainty,
        evidence,
    };
    if answer.tied {
        note(
            "ambiguous-text",
            "several entries share this text; the one of the lowest code is shown, the others are listed".into(),
        );
    }
    conflicts(recipient, &mut note);
    if let Some(lowered) = advice.reason.map(lowered)
        && !notes.contains(&lowered)
    {
        notes.push(lowered);
    }
    (Some(diagnosis), others)
}

/// Where the reply begins that a remote server gave at the connection, within Exchange's words about it.
fn quoted_reply(text: &str) -> Option<usize> {
    let mut quotes = QUOTES.iter().filter_map(|mark| text.find(mark).map(|at| at + mark.len()));
    quotes.find(|at| find_reply(text::from(text, *at)).is_some_and(|(code, offset)| offset == 0 && code >= 400))
}

/// The words that decided, and where they stand.
fn evidence(answer: &Resolution, words: &str, recipient: &Finding, page: &Page<'_>) -> Option<Evidence> {
    let phrase = match answer.phrase {
        Some((from, to)) => words.get(from..to)?.to_string(),
        None => match answer.basis? {
            Basis::Code | Basis::Range => recipient.status?.to_string(),
            _ => {
                recipient.reply.map(|reply| reply.to_string()).or(recipient.status.map(|status| status.to_string()))?
            }
        },
    };
    // The text of the result is on one line; in the part it may be wrapped. Look for it there, first where it came from.
    let parts: Vec<_> = page.parts().collect();
    let first = recipient.part.min(parts.len().saturating_sub(1));
    for (mime, text) in parts.iter().cycle().skip(first).take(parts.len()) {
        if let Some(span) = find_wrapped(text, &phrase) {
            return Some(Evidence { phrase, part: (*mime).clone(), span: Some(span) });
        }
    }
    let part = parts.get(first).map_or(Cow::Borrowed("text"), |(mime, _)| (*mime).clone());
    Some(Evidence { phrase, part, span: None })
}

/// What stands between the spaces of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (word, behind) = text::cut(rest?, b' ').map_or((rest?, None), |(word, behind)| (word, Some(behind)));
        rest = behind;
        Some(word)
    })
}

/// Finds `phrase` in `text`, where any run of white space may stand for a space. Linear for all but hostile text, and
/// capped for that.
fn find_wrapped(text: &str, phrase: &str) -> Option<(usize, usize)> {
    let phrase = phrase.trim();
    let first = words(phrase).next().filter(|word| !word.is_empty())?;
    let mut tries = 0;
    for start in memchr::memchr_iter(*first.as_bytes().first()?, text.as_bytes()) {
        if !text.as_bytes().get(start..).is_some_and(|rest| rest.starts_with(first.as_bytes())) {
            continue;
        }
        tries += 1;
        if tries > 2_000 {
            return None;
        }
        let mut at = start;
        let mut whole = true;
        for (i, word) in words(phrase).enumerate() {
            if i > 0 {
                at += gap(text.get(at..)?, word);
            }
            if !text.get(at..).is_some_and(|rest| rest.starts_with(word)) {
                whole = false;
                break;
            }
            at += word.len();
        }
        if whole {
            return Some((start, at));
        }
    }
    None
}

/// The bytes between two words of a phrase: white space, marks of quoting, and at the start of a line the prefix that
/// each line of a reply repeats (`550-5.1.1 `).
fn gap(text: &str, word: &str) -> usize {
    const BLANK: [char; 6] = [' ', '\t', '\r', '\n', '>', '|'];
    let rest = text.trim_start_matches(BLANK);
    let blank = text::upto(text, text.len() - rest.len());
    if blank.contains('\n') && !rest.starts_with(word) && is_reply_prefix(rest) {
        let tail = text::from(rest, 4).trim_start();
        let status = tail.split_whitespace().next().filter(|token| token.parse::<StatusCode>().is_ok());
        let tail = status.map_or(tail, |token| text::from(tail, token.len()).trim_start());
        return text.len() - tail.len();
    }
    blank.len()
}

/// Whether `text` begins with `550-` or `550 `.
fn is_reply_prefix(text: &str) -> bool {
    matches!(text.as_bytes(), [b'2' | b'4' | b'5', a, b, b' ' | b'-', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Names what disagrees.
fn conflicts(recipient: &Finding, note: &mut impl FnMut(&'static str, Cow<'static, str>)) {
    if let (Some(status), Some(field)) = (recipient.status, recipient.status_field)
        && status != field
        && !field.is_bare()
    {
        note("conflicting-codes", format!("the server's words say {status}, the Status field says {field}").into());
    }
    if let (Some(status), Some(reply)) = (recipient.status, recipient.reply)
        && u16::from(status.class()) != reply / 100
    {
        note(
            "conflicting-classes",
            format!("the reply code {reply} and the status code {status} are of different classes").into(),
        );
    }
    let inner: Vec<String> = recipient.inner.iter().map(ToString::to_string).collect();
    if !inner.is_empty() && Some(inner.join(", ")) != recipient.status_field.map(|field| field.to_string()) {
        note("inner-codes", format!("the words also hold {}", inner.join(", ")).into());
    }
}
