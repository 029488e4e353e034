//! The fields of a delivery status, as findings. [`crate::mail::status`] parses them.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::mail::status::FieldRecipient;
use crate::page::Page;
use crate::statement::{self, Marked, quoted, tells};

/// Whether the page holds a delivery status, or its fields.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    !page.fields.recipients.is_empty() || page.fields.reporting_mta.is_some()
}

/// Reads the fields.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let part = usize::from(!page.has_fields_in_text);
    let recipients = page.fields.recipients.iter().map(|group| finding(group, part)).collect();
    Findings { generator: page.fields.reporting_mta.clone(), ..Findings::of(Reader::Fields, recipients) }
}

/// What the fields of one recipient say.
fn finding(group: &FieldRecipient, part: usize) -> Finding {
    let (address, original) = group.addresses();
    let mut found = Finding::new(address.map(str::to_string));
    found.origin = Origin::Field;
    found.original_address =
        original.filter(|original| original.contains('@') && !found.is_about(original)).map(str::to_string);
    found.action = group.action;
    found.remote = group.remote_mta.clone();
    found.status_field = group.status;
    if let Some(words) = &group.diagnostic {
        diagnostic(&mut found, words);
        found.part = part;
    }
    if let Some(supplement) = &group.supplement {
        found.add_context(supplement);
        if found.text.as_deref().is_none_or(|text| !tells(text)) {
            found.status = None;
            statement::set_text(&mut found, Marked::new(supplement).reply_part());
        }
    }
    found
}

/// Reads the value of Diagnostic-Code: a reply, with or without words around it.
fn diagnostic(found: &mut Finding, words: &str) {
    quoted::state(found, words);
    let line = found.text.take().unwrap_or_default();
    let marked = Marked::new(&line);
    let part = marked.reply_part();
    if found.remote.is_none() {
        found.remote = marked.remote();
    }
    found.command = found.command.or_else(|| marked.command());
    if part.len() < line.len() {
        let status = found.status.take();
        statement::set_text(found, part);
        found.status = found.status.or(status);
    } else {
        found.text = Some(line);
    }
}
