//! Every row of Microsoft's two tables: its text alone, its code with the text, and the text within a whole report lead
//! to the row's entry. And every example of the catalogue, from whatever host.

use ndr::{Basis, Report};
use std::collections::HashMap;

struct Row {
    place: String,
    code: Option<&'static str>,
    reply: &'static str,
    text: &'static str,
    slug: &'static str,
}

fn rows() -> Vec<Row> {
    let table = include_str!("microsoft_rows.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [table, row, code, reply, text, slug] = cells[..] else { panic!("{line}") };
        Row { place: format!("{table} {row}"), code: (!code.is_empty()).then_some(code), reply, text, slug }
    });
    rows.collect()
}

fn slug(report: &Report) -> Option<&'static str> {
    report.recipients.first()?.diagnosis.as_ref().map(|diagnosis| diagnosis.entry.slug)
}

#[test]
fn all_rows_are_there() {
    let places: std::collections::BTreeSet<String> = rows().into_iter().map(|row| row.place).collect();
    assert_eq!(places.len(), 91);
}

/// What Microsoft came to say later, bare and with the reply, whoever is known to have said it.
#[test]
fn later_texts() {
    for line in include_str!("microsoft_2026.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [code, reply, text, expected] = cells[..] else { panic!("{line}") };
        let words = [reply, code, text].into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ");
        let report = ndr::explain(&words);
        assert_eq!(slug(&report), Some(expected), "{words}");
        let diagnosis = report.recipients[0].diagnosis.as_ref().unwrap();
        assert_eq!(diagnosis.entry.suppress.slug(), "no", "{words}");
    }
}

/// Links, numbers and commands that must not get lost when an entry is edited.
#[test]
fn kept() {
    for line in include_str!("microsoft_kept.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (slug, kept) = line.split_once('\t').unwrap();
        let entry = ndr::catalog().by_slug(slug).unwrap_or_else(|| panic!("{slug}"));
        let sentences = [entry.steps_sender, entry.steps_admin].concat();
        let limits = entry.limits.iter().map(|limit| limit.text);
        let all = std::iter::once(entry.meaning).chain(sentences).chain(limits).chain(entry.links.iter().copied());
        assert!(all.into_iter().any(|words| words.contains(kept)), "{slug} no longer says: {kept}");
    }
}

#[test]
fn code_with_text() {
    for row in rows() {
        let Some(code) = row.code else { continue };
        for line in [format!("{} {code} {}", row.reply, row.text), format!("{code} {}", row.text)] {
            let report = ndr::explain(&line);
            assert_eq!(slug(&report), Some(row.slug), "{}: {line}", row.place);
            let basis = report.recipients[0].diagnosis.as_ref().map(|d| d.basis);
            assert!(
                matches!(basis, Some(Basis::CodeAndText | Basis::RangeAndText)),
                "{}: {line}: {basis:?}",
                row.place
            );
        }
    }
}

#[test]
fn text_alone() {
    let mut sharing: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in rows() {
        let slugs = sharing.entry(row.text).or_default();
        if !slugs.contains(&row.slug) {
            slugs.push(row.slug);
        }
    }
    for row in rows() {
        let report = ndr::explain(row.text);
        let recipient = &report.recipients[0];
        assert_eq!(recipient.diagnosis.as_ref().map(|d| d.basis), Some(Basis::Text), "{}", row.place);
        let shared = &sharing[row.text];
        if shared.len() == 1 {
            assert_eq!(slug(&report), Some(row.slug), "{}: {}", row.place, row.text);
        } else {
            // Nothing but the code tells these rows apart: all of them are named, and a note says so.
            let named: Vec<&str> =
                slug(&report).into_iter().chain(recipient.others.iter().map(|entry| entry.slug)).collect();
            assert!(shared.iter().all(|slug| named.contains(slug)), "{}: {named:?}", row.place);
            assert!(report.notes.iter().any(|note| note.code == "ambiguous-text"), "{}", row.place);
        }
    }
}

#[test]
fn text_within_a_whole_report() {
    for row in rows() {
        let words = match row.code {
            Some(code) => format!("{} {code} {}", row.reply, row.text),
            None => row.text.to_string(),
        };
        let mail = format!(
            "From: postmaster@contoso.onmicrosoft.com\r\nTo: kim@contoso.com\r\nSubject: Undeliverable: Plans\r\n\
             MIME-Version: 1.0\r\nX-MS-Exchange-Message-Is-Ndr:\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nDelivery has failed to these recipients or groups:\r\n\r\nlee@fabrikam.com\r\n\
             Something went wrong.\r\n\r\nDiagnostic information for administrators:\r\n\r\n\
             Generating server: AM6PR01MB1234.eurprd01.prod.exchangelabs.com\r\n\r\nlee@fabrikam.com\r\nRemote Server returned '{words}'\r\n\r\n\
             Original message headers:\r\n\r\nFrom: kim@contoso.com\r\nTo: lee@fabrikam.com\r\nSubject: Plans\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;AM6PR01MB1234.eurprd01.prod.exchangelabs.com\r\n\r\n\
             Final-Recipient: rfc822;lee@fabrikam.com\r\nAction: failed\r\nStatus: {}\r\nDiagnostic-Code: smtp;{words}\r\n\r\n--b--\r\n",
            row.code.unwrap_or("5.0.0"),
        );
        let report = ndr::decode(mail.as_bytes());
        assert_eq!(report.dialect, Some("exchange-online"), "{}", row.place);
        assert_eq!(slug(&report), Some(row.slug), "{}: {words}", row.place);
    }
}

#[test]
fn a_shared_code_alone_lists_all_its_entries() {
    let mut by_code: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in rows() {
        if let Some(code) = row.code {
            let slugs = by_code.entry(code).or_default();
            if !slugs.contains(&row.slug) {
                slugs.push(row.slug);
            }
        }
    }
    for (code, slugs) in by_code {
        let report = ndr::explain(code);
        let recipient = &report.recipients[0];
        let named: Vec<&str> =
            slug(&report).into_iter().chain(recipient.others.iter().map(|entry| entry.slug)).collect();
        for slug in slugs {
            assert!(named.contains(&slug), "{code} alone does not name {slug}: {named:?}");
        }
    }
}

#[test]
fn slugs_are_permanent() {
    // A slug that goes missing here breaks those who rely on it: give the new entry `was: [old-slug]`.
    for slug in include_str!("../crates/ndr-catalog/generated/catalog.slugs").lines().filter(|line| !line.is_empty()) {
        assert!(ndr::catalog().by_slug(slug).is_some(), "the slug {slug} vanished");
    }
}
