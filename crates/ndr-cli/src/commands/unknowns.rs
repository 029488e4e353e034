//! `ndr unknowns`: what no text of the catalogue matched, as entries to finish.

use crate::args::{Format, Unknowns};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::{Action, Basis, Catalog, Kind, Recipient, Report};
use ndr_catalog::{Group, Seen};
use serde_json::{Value, json};

pub(crate) fn unknowns(args: &Unknowns, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let format = out.format(args.format);
    if !matches!(format, Format::Human | Format::Json | Format::Ndjson) {
        let message = "ndr unknowns prints human (YAML), json or ndjson".to_string();
        return Err(Stop { message, exit: Exit::Usage });
    }
    let mut unknowns = ndr_catalog::Unknowns::default();
    let (mut failed, mut seen, mut unreadable) = (0u64, 0u64, false);
    for record in ndr_scan::Scan::of(&args.paths).decoder(decoder.clone()).records() {
        match &record.result {
            Ok(report) => {
                for recipient in failures(report) {
                    failed += 1;
                    seen += u64::from(gather(&mut unknowns, report, recipient, decoder.catalog()));
                }
            }
            Err(error) => {
                unreadable = true;
                let error = error.to_string();
                eprintln!("ndr: {}: {}", ndr::sanitize::terminal(&record.source), ndr::sanitize::terminal(&error));
            }
        }
    }
    let groups: Vec<Group> = unknowns.groups().into_iter().filter(|group| group.count >= args.at_least).collect();
    let text = match format {
        Format::Human if groups.is_empty() => String::new(),
        Format::Human => ndr_catalog::Unknowns::overlay(&groups, &ndr_catalog::today()),
        Format::Ndjson => groups.iter().map(|group| format!("{}\n", view(group))).collect(),
        _ => serde_json::to_string_pretty(&groups.iter().map(view).collect::<Vec<_>>())? + "\n",
    };
    out.print(&text)?;
    eprintln!("{failed} failures, {seen} of them in words that no text matches, {} kinds of them shown", groups.len());
    Ok(match (unreadable, groups.is_empty()) {
        (true, _) => Exit::Unreadable,
        (false, true) => Exit::Nothing,
        (false, false) => Exit::Done,
    })
}

/// The recipients of a report about a failure or a delay that say something.
fn failures(report: &Report) -> impl Iterator<Item = &Recipient> {
    let counts = matches!(report.kind, Kind::Failure | Kind::Delay);
    let failed = |recipient: &&Recipient| {
        recipient.text.is_some()
            && matches!(recipient.action, None | Some(Action::Failed | Action::Delayed))
            && recipient.reply.is_none_or(|reply| reply >= 400)
    };
    report.recipients.iter().filter(move |recipient| counts && failed(recipient))
}

/// Counts one recipient, if no text of the catalogue matched what was said.
fn gather(unknowns: &mut ndr_catalog::Unknowns, report: &Report, recipient: &Recipient, catalog: &Catalog) -> bool {
    let diagnosis = recipient.diagnosis.as_ref();
    let Some(text) = recipient.text.as_deref().filter(|_| diagnosis.is_none_or(|found| found.basis >= Basis::Code))
    else {
        return false;
    };
    let host = recipient.remote.as_deref().or(report.generator.as_deref());
    let hosts: Vec<&str> = host.into_iter().collect();
    let private = private(report, recipient);
    let private: Vec<&str> = private.iter().map(String::as_str).collect();
    // A class says so little that it would only mislead.
    let category = diagnosis.filter(|found| found.basis < Basis::Class).map(|found| found.entry.category);
    let provider = catalog.providers_of(&hosts).next().map(|provider| provider.id);
    unknowns.add(&Seen { text, status: recipient.status, provider, category, private: &private });
    true
}

/// What the report itself shows to be private: its addresses and hosts, and the parts of them.
fn private(report: &Report, recipient: &Recipient) -> Vec<String> {
    /// Names of many mailboxes, which are words of many replies too.
    const ROLES: [&str; 16] = [
        "account",
        "address",
        "admin",
        "contact",
        "email",
        "info",
        "mail",
        "mailbox",
        "message",
        "office",
        "postmaster",
        "recipient",
        "sales",
        "sender",
        "support",
        "user",
    ];
    let mut all = Vec::new();
    let original = &report.original;
    let addresses = [&recipient.address, &recipient.original_address, &original.from, &original.to];
    for text in addresses.into_iter().flatten() {
        for address in text.split([' ', ',', ';', '<', '>', '"']).filter(|part| part.contains('@')) {
            let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
            all.push(domain.to_string());
            if local.len() > 2 && !ROLES.contains(&local.to_ascii_lowercase().as_str()) {
                all.push(local.to_string());
            }
        }
    }
    let hosts = [&recipient.remote, &report.generator, &original.message_id];
    all.extend(hosts.into_iter().flatten().cloned());
    all.retain(|text| !text.is_empty());
    all
}

fn view(group: &Group) -> Value {
    json!({
        "count": group.count, "provider": group.provider, "status": group.status.map(|status| status.to_string()),
        "category": group.category.slug(), "text": group.text, "example": group.example,
    })
}
