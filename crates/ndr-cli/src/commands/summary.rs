//! `ndr summary`: the causes behind many bounces.

use super::batch;
use crate::args::{Format, List, Summary};
use crate::output::{Csv, Output};
use crate::{Exit, Outcome, Stop, source};
use ndr::sanitize;
use ndr_scan::{Again, Suppressed};

pub(crate) fn summary(args: &Summary, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let format = out.format(args.format);
    let fits = match args.list {
        None => matches!(format, Format::Human | Format::Json),
        Some(_) => !matches!(format, Format::Markdown | Format::Html),
    };
    if !fits {
        let message = match args.list {
            None => "ndr summary prints human or json",
            Some(_) => "ndr summary --list prints human, json, ndjson or csv",
        };
        return Err(Stop { message: message.into(), exit: Exit::Usage });
    }
    let paths = source::paths(&args.inputs.paths, args.inputs.files_from.as_deref())?;
    let start = if args.list.is_some() { ndr_scan::Summary::with_addresses } else { ndr_scan::Summary::new };
    let found = batch::run(&args.inputs, paths, decoder, &[], Some(start), |_, _| (), |_| Ok(()))?;
    let total = &found.summary;
    let text = match args.list {
        None if format == Format::Json => serde_json::to_string_pretty(total)? + "\n",
        None => total.to_string(),
        Some(List::Suppress) => list(&total.suppress(args.repeats), format, out.csv(), SUPPRESS_HEADER, suppressed)?,
        Some(List::Retry) => list(&total.retry(args.repeats), format, out.csv(), RETRY_HEADER, again)?,
    };
    out.print(&text)?;
    Ok(found.exit())
}

const SUPPRESS_HEADER: &str = "address,reason,slug,category,failures,first,last,source\r\n";
const RETRY_HEADER: &str = "address,retry,act,slug,category,failures,last,source\r\n";

fn suppressed(row: &Suppressed) -> (String, [String; 8]) {
    let times = if row.failures == 1 { "once".into() } else { format!("{} times", row.failures) };
    let person = format!("{}: failed {times}: {} ({})", row.address, row.entry.title, row.source);
    let cells = [
        row.address.clone(),
        row.reason.to_string(),
        row.entry.slug.into(),
        row.entry.category.to_string(),
        row.failures.to_string(),
        ndr_scan::rfc3339(row.first),
        ndr_scan::rfc3339(row.last),
        row.source.clone(),
    ];
    (person, cells)
}

fn again(row: &Again) -> (String, [String; 8]) {
    let act: Vec<&str> = row.entry.act.iter().map(|actor| actor.slug()).collect();
    let person = format!("{}: {} ({}: {})", row.address, row.entry.title, row.retry, act.join(", "));
    let cells = [
        row.address.clone(),
        row.retry.to_string(),
        act.join(" "),
        row.entry.slug.into(),
        row.entry.category.to_string(),
        row.failures.to_string(),
        ndr_scan::rfc3339(row.last),
        row.source.clone(),
    ];
    (person, cells)
}

/// A list in the format asked for; `row` gives a line for people and the cells of a table.
fn list<R: serde::Serialize>(
    rows: &[R],
    format: Format,
    csv: Csv,
    header: &str,
    row: fn(&R) -> (String, [String; 8]),
) -> Result<String, serde_json::Error> {
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(rows)? + "\n",
        Format::Ndjson => rows.iter().map(|row| Ok(serde_json::to_string(row)? + "\n")).collect::<Result<_, _>>()?,
        Format::Csv => header.to_string() + &rows.iter().map(|each| csv.line(&row(each).1)).collect::<String>(),
        _ => rows.iter().map(|each| format!("{}\n", sanitize::terminal(&row(each).0))).collect(),
    })
}
