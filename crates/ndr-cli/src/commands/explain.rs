//! `ndr explain`

use crate::args::{Explain, For, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop, source};
use ndr::render::{self, Audience};

pub(crate) fn explain(args: &Explain, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let input = source::read(args.input.as_deref())?;
    if let Some(what) = ndr::not_read(&input.bytes) {
        let name = input.name.as_deref().unwrap_or("standard input");
        return Err(Stop { message: format!("{}: {what}", ndr::sanitize::terminal(name)), exit: Exit::Nothing });
    }
    let decoder = decoder.clone().with_trace(true).with_domains(&args.domain);
    let known = [&args.remote, &args.command, &args.recipient, &args.sender];
    let mut report = if known.iter().any(|value| value.is_some()) {
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
    report.source = input.name;
    let text = match (args.audience, out.format(args.format)) {
        (Some(audience), _) => render::ticket(
            &report,
            match audience {
                For::Sender => Audience::Sender,
                For::Admin => Audience::Admin,
                For::Support => Audience::Support,
            },
        ),
        (None, Format::Human) => render::human(&report, out.options()),
        (None, Format::Markdown) => render::markdown(&report),
        (None, Format::Html) => render::html(&report),
        (None, Format::Json) => serde_json::to_string_pretty(&report)? + "\n",
        (None, Format::Ndjson) => serde_json::to_string(&report)? + "\n",
        (None, Format::Csv) => super::scan::CSV_HEADER.to_string() + &super::scan::csv_rows(&report, out.csv()),
    };
    out.print(&text)?;
    Ok(if report.is_recognised() { Exit::Done } else { Exit::Nothing })
}
