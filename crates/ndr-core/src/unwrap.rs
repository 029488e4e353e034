//! Reports within mails: which report is the one that is meant, where somebody forwarded or wrapped one.

use crate::page::daemon::is_daemon;
use crate::page::{self, Page};
use crate::statement::tells;
use std::borrow::Cow;

/// How deep forwarded reports are followed.
pub(crate) const DEPTH: usize = 1;

/// A report within a mail.
pub(crate) struct Inner<'p> {
    /// The report, header first.
    pub(crate) bytes: Cow<'p, [u8]>,
    /// The code and the text of the note that says where it was found.
    pub(crate) note: (&'static str, &'static str),
}

/// The reports that a mail may hold, the likeliest first. The first that reads as a report is the one that is meant.
pub(crate) fn inner<'p>(page: &'p Page<'_>) -> Vec<Inner<'p>> {
    let mut found = Vec::new();
    if !page.is_pasted {
        found.extend(attached(page));
        found.extend(wrapped(page));
    }
    found
}

/// A report that somebody forwarded as an attachment.
fn attached<'p>(page: &'p Page<'_>) -> Option<Inner<'p>> {
    use crate::mail::PartKind::{DeliveryStatus, Disposition, Feedback};
    let mail = &page.mail;
    let has_own_status = || mail.parts.iter().any(|part| matches!(part.kind, DeliveryStatus | Feedback | Disposition));
    let Some(Cow::Borrowed(inner)) = mail.original else { return None };
    (!mail.is_multipart_report && !has_own_status() && page::is_report(inner) && !is_daemon(&mail.headers)).then_some({
        Inner {
            bytes: Cow::Borrowed(inner),
            note: ("forwarded-report", "the report came as an attachment of a mail that forwards it"),
        }
    })
}

/// A report that somebody wrapped in words of their own, header and all.
fn wrapped<'p>(page: &'p Page<'_>) -> Option<Inner<'p>> {
    let returned = page.words.returned.as_deref().filter(|returned| page::is_report(returned.as_bytes()))?;
    (!page.fields_stand_in_words() && !tells(&page.words.text)).then_some(Inner {
        bytes: Cow::Borrowed(returned.as_bytes()),
        note: ("wrapped-report", "the report stands within the text of another mail"),
    })
}
