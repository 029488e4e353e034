//! Which Authentication-Results can be believed (RFC 8601 section 5).
//!
//! A sender can write such a field into a message before sending it. Servers add fields at the top, so the receiving
//! organisation's field is above the first Received field of another organisation; the topmost of these counts.

use super::model::{Authentication, TrustBasis, Trusted};
use super::passages::{Passage, passages, passed};
use super::results::{AuthField, AuthResults, Outcome, client_ip};
use crate::header::organisation::{same_operator, same_organisation};
use crate::header::text::is_microsoft_host;
use crate::mail::headers::Headers;
use crate::vocabulary::Note;

/// Whether Exchange Online added the field when the sender handed the message in: it had no IP address to check, so
/// there is no SPF result or one without an address, and no signature yet.
fn is_submission(field: &AuthResults) -> bool {
    let unchecked_spf = field.method("spf").is_none_or(|spf| {
        spf.outcome == Outcome::None
            && spf.comment.as_deref().is_some_and(|said| said.starts_with("sender IP is"))
            && client_ip(spf).is_none()
    });
    let is_none = |method: &str| field.method(method).is_none_or(|result| result.outcome == Outcome::None);
    field.server.is_none()
        && !field.results.is_empty()
        && unchecked_spf
        && is_none("dkim")
        && is_none("dmarc")
        && field.method("compauth").is_none()
}

fn basis(field: &AuthResults, last: Option<&str>, border: usize, passages: &[Passage]) -> TrustBasis {
    if is_submission(field) {
        return TrustBasis::Submission;
    }
    let above_border = field.position < border;
    match (&field.server, last) {
        (Some(server), Some(last)) if above_border && same_organisation(server, last) => TrustBasis::SameServer,
        (None, Some(last)) if above_border && is_microsoft_host(last) => TrustBasis::MicrosoftForm,
        (Some(server), _) if passed(server, passages) => TrustBasis::EarlierServer,
        // Exchange Online in front of the organisation's own server, as in hybrid organisations.
        (None, _) if received_by_microsoft(field, passages) => TrustBasis::EarlierServer,
        _ => TrustBasis::Topmost,
    }
}

/// Whether the first server below the field is Microsoft's, which wrote the field above its own Received.
fn received_by_microsoft(field: &AuthResults, passages: &[Passage]) -> bool {
    let below = passages.iter().find(|passage| passage.position > field.position);
    below.and_then(|passage| passage.by.as_deref()).is_some_and(is_microsoft_host)
}

/// Chooses the fields to believe, and marks them.
pub(super) fn choose(headers: &Headers<'_>, authentication: &mut Authentication) {
    let passages = passages(headers);
    let last = passages.iter().find_map(|passage| passage.by.clone());
    let foreign = |passage: &&Passage| match (&passage.by, &last) {
        (Some(by), Some(last)) => !same_operator(by, last),
        _ => false,
    };
    let border = passages.iter().find(foreign).map_or(usize::MAX, |passage| passage.position);
    let candidates: Vec<(usize, TrustBasis)> = authentication
        .results
        .iter()
        .enumerate()
        .filter(|(_, field)| field.field == AuthField::Current && !field.results.is_empty())
        .map(|(at, field)| (at, basis(field, last.as_deref(), border, &passages)))
        .collect();
    let strong = |(_, basis): &&(usize, TrustBasis)| basis.is_of_receiver();
    let weak = |(_, basis): &&(usize, TrustBasis)| matches!(basis, TrustBasis::EarlierServer | TrustBasis::Topmost);
    let chosen = candidates.iter().find(strong).or_else(|| candidates.iter().find(weak)).or(candidates.first());
    authentication.border = border;
    let Some(&(chosen, basis)) = chosen else { return };
    let positions = mark(&mut authentication.results, chosen, &passages);
    let server = authentication.results.get(chosen).and_then(|field| field.server.clone());
    let others = candidates.len().saturating_sub(positions.len());
    let words = words(basis, server.as_deref(), last.as_deref(), positions.len(), others);
    if others > 0 {
        note_contradiction(authentication);
    }
    authentication.trusted = Some(Trusted { basis, server, last_server: last, positions, words });
}

/// Marks the chosen field and those that the same organisation wrote directly below it: some write one field for each
/// method, by servers of different names.
fn mark(results: &mut [AuthResults], chosen: usize, passages: &[Passage]) -> Vec<usize> {
    let Some(top) = results.get(chosen) else { return Vec::new() };
    let (server, start) = (top.server.clone(), top.position);
    let next_passage = passages.iter().map(|passage| passage.position).find(|position| *position > start);
    let end = next_passage.unwrap_or(usize::MAX);
    let mut positions = Vec::new();
    for (at, field) in results.iter_mut().enumerate().skip(chosen) {
        let same_server = match (&server, &field.server) {
            (Some(server), Some(other)) => server.eq_ignore_ascii_case(other) || same_organisation(server, other),
            _ => false,
        };
        let states = field.field == AuthField::Current && !field.results.is_empty();
        let joined = states && same_server && field.position < end;
        if at == chosen || joined {
            field.trusted = true;
            positions.push(field.position);
        }
    }
    positions
}

fn words(basis: TrustBasis, server: Option<&str>, last: Option<&str>, joined: usize, others: usize) -> String {
    let server = server.unwrap_or("Exchange Online");
    let last = last.unwrap_or("an unnamed server");
    let mut words = match basis {
        TrustBasis::SameServer => format!("{server} belongs to the organisation of the last server, {last}"),
        TrustBasis::MicrosoftForm => format!("it is in Microsoft's form, and the last server, {last}, is Microsoft's"),
        TrustBasis::EarlierServer => {
            format!("{last}, the last server, wrote none; {server} is a server that the message passed before")
        }
        TrustBasis::Topmost => {
            "it is the topmost one; nothing else in the header speaks for the server that wrote it".to_string()
        }
        TrustBasis::Submission => "Exchange Online added it when the sender handed the message in, before the message \
                                   was signed and sent; it is no receiver's finding"
            .to_string(),
    };
    if joined > 1 {
        words.push_str(&format!("; {joined} fields of this server were read together"));
    }
    if others == 1 {
        words.push_str("; one more field is left out of the verdict, since anybody could have written it");
    } else if others > 1 {
        words.push_str(&format!(
            "; {others} more fields are left out of the verdict, since anybody could have written them"
        ));
    }
    words
}

/// Says so where a field that is not trusted claims a pass that the trusted one denies.
fn note_contradiction(authentication: &mut Authentication) {
    for method in ["dmarc", "dkim", "spf"] {
        let denied = |outcome| matches!(outcome, Outcome::Fail | Outcome::SoftFail | Outcome::None);
        let trusted = authentication.trusted_results(method);
        if trusted.is_empty() || !trusted.iter().all(|result| denied(result.outcome)) {
            continue;
        }
        let claims = authentication.results.iter().find(|field| {
            let claim = field.method(method).is_some_and(|result| result.outcome == Outcome::Pass);
            field.field == AuthField::Current && !field.trusted && claim
        });
        if let Some(field) = claims {
            let server = field.server.as_deref().unwrap_or("an unnamed server");
            let text = format!(
                "an Authentication-Results field further down, in the name of {server}, claims {method}=pass; the \
                 trusted one does not. It is an earlier server's, or forged"
            );
            authentication.notes.push(Note { code: "contradicting-results", text: text.into() });
            return;
        }
    }
}
