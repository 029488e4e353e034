//! `ndr scan`: many messages, in parallel, in order.

use super::batch;
use crate::args::{Format, Scan};
use crate::output::{Csv, Output};
use crate::{Exit, Outcome, Stop, source};
use ndr::{Kind, Report};
use ndr_scan::{Record, Summary};
use std::io::Write;

pub(crate) fn scan(args: &Scan, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let format = out.batch_format(args.format);
    if matches!(format, Format::Markdown | Format::Html) {
        return Err(Stop { message: "ndr scan prints human, json, ndjson or csv".into(), exit: Exit::Usage });
    }
    let paths = source::paths(&args.inputs.paths, args.inputs.files_from.as_deref())?;
    let decoder = &decoder.clone().with_trace(args.trace);
    let mut stdout = std::io::BufWriter::with_capacity(1 << 17, std::io::stdout().lock());
    stdout.write_all(&match format {
        Format::Json => b"[".to_vec(),
        Format::Csv => csv_header(&args.keep, out.csv()),
        _ => Vec::new(),
    })?;
    let mut first = true;
    let csv = out.csv();
    let step = move |record: &Record, text: &mut Vec<u8>| write(record, format, csv, text);
    let total = batch::run(
        &args.inputs,
        paths,
        decoder,
        &args.keep,
        (!args.inputs.quiet).then_some(Summary::new),
        step,
        |text| {
            // Records of JSON carry their comma in front; the first one has none.
            let rest = if first && format == Format::Json { text.strip_prefix(b",").unwrap_or(text) } else { text };
            first &= text.is_empty();
            stdout.write_all(rest)
        },
    )?;
    if format == Format::Json {
        stdout.write_all(b"\n]\n")?;
    }
    stdout.flush()?;
    if !args.inputs.quiet {
        eprint!("{}", total.summary);
    }
    Ok(total.exit())
}

/// One record in the format asked for.
fn write(record: &Record, format: Format, csv: Csv, text: &mut Vec<u8>) {
    match (format, &record.result) {
        (Format::Ndjson, _) => {
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut *text, record);
            text.push(b'\n');
        }
        (Format::Json, _) => {
            text.extend_from_slice(b",\n");
            let _ = serde_json::to_writer(&mut *text, record);
        }
        (Format::Csv, Ok(report)) => {
            for row in csv_rows(report, csv).split_inclusive("\r\n") {
                text.extend_from_slice(kept(record, csv).as_bytes());
                text.extend_from_slice(row.as_bytes());
            }
        }
        (Format::Csv, Err(error)) => {
            let mut cells: [String; 20] = Default::default();
            cells[0] = record.source.clone();
            cells[1] = Kind::Other.to_string();
            cells[17] = format!("{}: {error}", error.kind.slug());
            text.extend_from_slice(kept(record, csv).as_bytes());
            text.extend_from_slice(csv.line(&cells).as_bytes());
        }
        (_, Ok(report)) => text.extend_from_slice(line(report).as_bytes()),
        (_, Err(error)) => {
            let line = format!(
                "{}: {}: {}\n",
                ndr::sanitize::terminal(&record.source),
                error.kind.slug(),
                ndr::sanitize::terminal(&error.message)
            );
            text.extend_from_slice(line.as_bytes());
        }
    }
}

/// The header line of a table, the kept columns first.
fn csv_header(keep: &[String], csv: Csv) -> Vec<u8> {
    let mut header = String::new();
    for name in keep {
        header += csv.line(std::slice::from_ref(name)).trim_end();
        header += ",";
    }
    (header + CSV_HEADER).into_bytes()
}

/// The values of kept columns, as the first cells of a row.
fn kept(record: &Record, csv: Csv) -> String {
    record.kept.iter().map(|(_, value)| csv.line(std::slice::from_ref(value)).trim_end().to_string() + ",").collect()
}

/// One short line per recipient.
fn line(report: &Report) -> String {
    let source = report.source.as_deref().unwrap_or("-");
    let mut out = String::new();
    if report.recipients.is_empty() {
        out += &format!("{}: {}\n", ndr::sanitize::terminal(source), report.kind);
    }
    for recipient in &report.recipients {
        let address = recipient.address.as_deref().unwrap_or("-");
        let status = recipient
            .status
            .map(|status| status.to_string())
            .or(recipient.reply.map(|reply| reply.to_string()))
            .unwrap_or_else(|| "-".into());
        let title = recipient.diagnosis.as_ref().map_or("unknown", |diagnosis| diagnosis.entry.title);
        out += &format!(
            "{}: {} {} {status} {title}\n",
            ndr::sanitize::terminal(source),
            report.kind,
            ndr::sanitize::terminal(address)
        );
    }
    out
}

pub(crate) const CSV_HEADER: &str = "source,kind,dialect,generator,address,original_address,action,status,reply,text,remote,slug,category,permanent,act,suppress,retry,notes,about,certainty\r\n";

/// One row per recipient.
pub(crate) fn csv_rows(report: &Report, csv: Csv) -> String {
    let notes: Vec<&str> = report.notes.iter().map(|note| note.code).filter(|code| *code != "kind").collect();
    let row = |recipient: Option<&ndr::Recipient>| -> String {
        let text = |value: Option<&str>| value.unwrap_or_default().to_string();
        let diagnosis = recipient.and_then(|r| r.diagnosis.as_ref());
        csv.line(&[
            text(report.source.as_deref()),
            report.kind.to_string(),
            text(report.dialect),
            text(report.generator.as_deref()),
            text(recipient.and_then(|r| r.address.as_deref())),
            text(recipient.and_then(|r| r.original_address.as_deref())),
            text(recipient.and_then(|r| r.action).map(|action| action.slug())),
            recipient.and_then(|r| r.status).map(|status| status.to_string()).unwrap_or_default(),
            recipient.and_then(|r| r.reply).map(|reply| reply.to_string()).unwrap_or_default(),
            text(recipient.and_then(|r| r.text.as_deref())),
            text(recipient.and_then(|r| r.remote.as_deref())),
            text(diagnosis.map(|d| d.entry.slug)),
            text(diagnosis.map(|d| d.entry.category.slug())),
            diagnosis.and_then(|d| d.permanent).map(|permanent| permanent.to_string()).unwrap_or_default(),
            diagnosis
                .map(|d| d.entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>().join(" "))
                .unwrap_or_default(),
            text(diagnosis.map(|d| d.suppress.slug())),
            text(diagnosis.map(|d| d.retry.slug())),
            notes.join(" "),
            text(diagnosis.and_then(|d| d.about).map(|party| party.slug())),
            text(diagnosis.map(|d| d.certainty.slug())),
        ])
    };
    if report.recipients.is_empty() {
        row(None)
    } else {
        report.recipients.iter().map(|recipient| row(Some(recipient))).collect()
    }
}
