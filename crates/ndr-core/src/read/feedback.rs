//! Complaints (feedback reports, RFC 5965): who complained, as far as the report says.

use crate::evidence::{Finding, Findings, Reader};
use crate::mail::headers::Headers;
use crate::mail::{Mail, PartKind};
use crate::page::Page;
use crate::text::address;

/// Whether the page is a complaint.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.mail.parts.iter().any(|part| part.kind == PartKind::Feedback) || !page.is_pasted && page.is_complaint()
}

/// Reads who complained.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    Findings::of(Reader::Feedback, complainants(&page.mail))
}

/// Who complained, as far as the report says.
fn complainants(mail: &Mail<'_>) -> Vec<Finding> {
    let mut found: Vec<String> = Vec::new();
    for part in mail.parts.iter().filter(|part| part.kind == PartKind::Feedback) {
        for line in part.text.lines() {
            if let Some((name, value)) = line.split_once(':')
                && ["original-rcpt-to", "redacted-address", "removal-recipient"]
                    .iter()
                    .any(|known| name.trim().eq_ignore_ascii_case(known))
            {
                let address = address::bare(value).to_string();
                if address.contains('@') && !address.ends_with('@') && !found.contains(&address) {
                    found.push(address);
                }
            }
        }
    }
    if found.is_empty() {
        let original = mail.original.as_deref().map(Headers::of_message);
        // Outlook.com's junk mail reports name the recipient in a field of their own.
        const NAMED: &str = "X-HmXmrOriginalFinding";
        let to = mail
            .headers
            .text(NAMED)
            .or_else(|| original.as_ref().and_then(|original| original.text(NAMED)))
            .or_else(|| original.as_ref().and_then(|original| original.text("To")));
        found.extend(address::find(&to.unwrap_or_default()).map(|one| one.address.to_string()));
    }
    found.into_iter().take(1_000).map(|address| Finding::new(Some(address))).collect()
}
