//! `ndr headers`

use crate::args::{Format, Headers};
use crate::output::{Csv, Output};
use crate::{Exit, Outcome, Stop, source};
use ndr::render::{trace_html, trace_human, trace_markdown};
use ndr::trace::Trace;

pub(crate) fn headers(args: &Headers, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let input = source::read(args.input.as_deref())?;
    let decoder = decoder.clone().with_domains(&args.domain);
    let trace = if args.outer { decoder.trace_of_outer(&input.bytes) } else { decoder.trace_of(&input.bytes) };
    if trace.is_empty() {
        let name = input.name.as_deref().unwrap_or("the input");
        return Err(Stop { message: format!("{name} has no header fields that show a route"), exit: Exit::Nothing });
    }
    let text = match out.format(args.format) {
        Format::Human => trace_human(&trace, out.options()),
        Format::Markdown => trace_markdown(&trace),
        Format::Html => trace_html(&trace),
        Format::Json => serde_json::to_string_pretty(&trace)? + "\n",
        Format::Ndjson => serde_json::to_string(&trace)? + "\n",
        Format::Csv => hops(&trace, out.csv()),
    };
    out.print(&text)?;
    Ok(Exit::Done)
}

/// One row for each hop.
fn hops(trace: &Trace, csv: Csv) -> String {
    let mut out = String::from(
        "hop,field,from,helo,reverse,ip,by,by_ip,with,via,id,for,tls_version,tls_cipher,authenticated,time,time_text,delay,skew,scope,parsed,text\r\n",
    );
    for hop in &trace.path.hops {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let shown = |value: Option<String>| value.unwrap_or_default();
        let tls = hop.tls.clone().unwrap_or_default();
        out += &csv.line(&[
            hop.number.to_string(),
            hop.field.to_string(),
            text(&hop.from),
            text(&hop.helo),
            text(&hop.reverse),
            shown(hop.ip.map(|ip| ip.to_string())),
            text(&hop.by),
            shown(hop.by_ip.map(|ip| ip.to_string())),
            text(&hop.with),
            text(&hop.via),
            text(&hop.id),
            text(&hop.for_),
            text(&tls.version),
            text(&tls.cipher),
            hop.authenticated.to_string(),
            shown(hop.time.map(|time| time.to_string())),
            text(&hop.time_text),
            shown(hop.delay.map(|delay| delay.to_string())),
            shown(hop.skew.map(|skew| skew.to_string())),
            hop.scope.to_string(),
            hop.parsed.to_string(),
            hop.text.clone(),
        ]);
    }
    out
}
