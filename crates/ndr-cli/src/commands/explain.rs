//! `ndr explain`

use crate::args::{Explain, For, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop, source};
use ndr::render::{self, Audience, Hints};
use ndr::{Kind, Report};

pub(crate) fn explain(args: &Explain, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let input = source::read(args.input.as_deref())?;
    let is_container = ndr_scan::is_container(&input.bytes);
    if let Some(what) = ndr::not_read(&input.bytes).filter(|_| !is_container) {
        let name = input.name.as_deref().unwrap_or("standard input");
        return Err(Stop { message: format!("{}: {what}", ndr::sanitize::terminal(name)), exit: Exit::Nothing });
    }
    let decoder = decoder.clone().with_trace(true).with_domains(&args.domain);
    let contained = is_container.then(|| first_of(&input, &decoder)).transpose()?;
    let known = [&args.remote, &args.command, &args.recipient, &args.sender];
    let mut report = if let Some(report) = contained {
        report
    } else if known.iter().any(|value| value.is_some()) {
        let text = String::from_utf8_lossy(&input.bytes);
        decoder.reply(&ndr::Reply {
            text: text.trim(),
            remote: args.remote.as_deref(),
            command: args.command.as_deref(),
            recipient: args.recipient.as_deref(),
            sender: args.sender.as_deref(),
        })
    } else {
        decoder.decode(&input.bytes)
    };
    report.source = report.source.or(input.name);
    let hints = hints(&report, &input.bytes, decoder.catalog());
    let text = match (args.audience, out.format(args.format)) {
        (Some(audience), _) => render::ticket(
            &report,
            match audience {
                For::Sender => Audience::Sender,
                For::Admin => Audience::Admin,
                For::Support => Audience::Support,
            },
        ),
        (None, Format::Human) => {
            let (answer, hints) = (render::human(&report, out.options()), hints.human(out.options()));
            let gap = if hints.is_empty() || answer.ends_with("\n\n") { "" } else { "\n" };
            format!("{answer}{gap}{hints}")
        }
        (None, Format::Markdown) => render::markdown(&report) + &hints.markdown(),
        (None, Format::Html) => render::html(&report) + &hints.html(),
        (None, Format::Json) => serde_json::to_string_pretty(&report)? + "\n",
        (None, Format::Ndjson) => serde_json::to_string(&report)? + "\n",
        (None, Format::Csv) => super::scan::CSV_HEADER.to_string() + &super::scan::csv_rows(&report, out.csv()),
    };
    out.print(&text)?;
    Ok(if report.is_recognised() { Exit::Done } else { Exit::Nothing })
}

/// The first message of a mailbox or an archive. Says how many there are, and which command reads them all.
fn first_of(input: &source::Input, decoder: &ndr::Decoder) -> Result<ndr::Report, Stop> {
    /// More are not counted.
    const MOST: usize = 10_000;
    let name = input.name.as_deref().unwrap_or("-");
    let reader = Box::new(std::io::Cursor::new(input.bytes.clone()));
    let whole = ndr_scan::Input::Reader { name: name.to_string(), reader };
    let mut records = ndr_scan::Scan::new([whole]).decoder(decoder.clone()).all(true).records();
    let shown = ndr::sanitize::terminal(name);
    let Some(record) = records.next() else {
        return Err(Stop { message: format!("{shown}: it holds no message"), exit: Exit::Nothing });
    };
    let report = record.result.map_err(|error| Stop {
        message: format!("{}: {}", ndr::sanitize::terminal(&record.source), ndr::sanitize::terminal(&error.message)),
        exit: Exit::Unreadable,
    })?;
    let more = records.take(MOST).count();
    if more > 0 {
        let count = if more < MOST { (more + 1).to_string() } else { format!("more than {MOST}") };
        eprintln!("ndr: {shown} holds {count} messages; this is the first. `ndr scan {shown}` reads them all");
    }
    Ok(report)
}

/// Help where the answer would end nowhere: an input that is no report, or a failure that no entry explains.
fn hints(report: &Report, bytes: &[u8], catalog: &ndr::Catalog) -> Hints {
    const NEAREST: usize = 3;
    let near = |text: &str| ndr_catalog::nearest_entries(catalog, text, NEAREST);
    if !report.is_recognised() {
        let looks = ndr::looks_like(bytes);
        // Only what a person wrote may mean an entry.
        let is_prose = looks.id == "prose";
        let nearest = if is_prose { near(&String::from_utf8_lossy(bytes)) } else { Vec::new() };
        return Hints { looks: Some(looks), nearest };
    }
    let is_open = |one: &&ndr::Recipient| one.diagnosis.is_none() && one.others.is_empty();
    let open = report.recipients.iter().find(is_open).filter(|_| matches!(report.kind, Kind::Failure | Kind::Delay));
    let nearest = open.and_then(|one| one.text.as_deref()).map(near).unwrap_or_default();
    Hints { looks: None, nearest }
}
