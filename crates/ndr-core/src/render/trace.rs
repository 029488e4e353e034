//! The route of a message for a terminal: a chain with the refusing server marked, and the hops.

use super::findings;
use super::terminal::{Options, Paint, bullet, cut, heading, wrap};
use crate::header::text::ip as parse_ip;
use crate::sanitize::terminal;
use crate::trace::{
    Chain, Ending, HeaderSource, Hop, MessageFields, Node, Path, PathSource, Refusal, Refuser, Role, Scope, Trace,
};
use std::net::IpAddr;
use unicode_width::UnicodeWidthStr;

/// The most machines that are drawn; of a longer chain, the beginning and the end.
const MOST_NODES: usize = 14;
/// The most hops that are listed in full.
const MOST_HOPS: usize = 60;
/// Columns of the longest bar.
const BAR: usize = 8;

/// Renders a trace in full, as `ndr headers` shows it.
///
/// ```
/// use ndr::render::{Options, trace_human};
/// let trace = ndr::trace::of_message(
///     b"Received: from mail.example.net ([192.0.2.7]) by mx.example.com; Tue, 21 Jan 2025 07:00:01 +0000\n\
///       Received: from pc by mail.example.net with ESMTPSA; Tue, 21 Jan 2025 06:59:56 +0000\n\n",
/// );
/// let text = trace_human(&trace, Options::default());
/// assert!(text.contains("mx.example.com"));
/// assert!(text.lines().all(|line| line.chars().count() <= 80));
/// ```
pub fn trace_human(trace: &Trace, options: Options) -> String {
    let paint = Paint(options.color);
    let width = options.width.clamp(40, 200);
    let mut out = String::new();
    let title = trace.message.subject.as_deref().unwrap_or("(no subject)");
    out += &format!("{}\n", paint.bold(&cut(&terminal(title), width)));
    if let Some(words) = source_words(trace) {
        for line in wrap(words, width - 2) {
            out += &format!("  {}\n", paint.dim(&line));
        }
    }
    message_fields(&mut out, &trace.message, width, paint);
    chain(&mut out, trace, width, paint);
    refusals(&mut out, &trace.chain, width, paint);
    findings::human(&mut out, &findings::all(trace), width, paint);
    hops(&mut out, trace, width, paint);
    out
}

/// The short form within the answer to a bounce; nothing where nothing is known.
pub(crate) fn section(out: &mut String, trace: &Trace, width: usize, paint: Paint) {
    let nodes = &trace.chain.nodes;
    if !trace.path.hops.is_empty() && (nodes.len() > 1 || nodes.iter().any(|node| node.refused)) {
        chain(out, trace, width, paint);
    }
    findings::human(out, &findings::short(trace), width, paint);
}

/// Whose header it is, where that needs saying.
pub(crate) fn source_words(trace: &Trace) -> Option<&'static str> {
    match (trace.source, trace.path.source) {
        (_, Some(PathSource::MessageHops)) => {
            Some("From the table of hops in the report; it returns no header of the message that bounced.")
        }
        (Some(HeaderSource::Returned), _) => Some("The header of the message that bounced, as the report returns it."),
        (Some(HeaderSource::Quoted), _) => Some("The header of the message that bounced, as the report quotes it."),
        (Some(HeaderSource::Message), _) | (None, _) => None,
    }
}

fn message_fields(out: &mut String, fields: &MessageFields, width: usize, paint: Paint) {
    let rows = field_rows(fields);
    if rows.is_empty() {
        return;
    }
    heading(out, "Who", paint);
    for (name, value) in rows {
        for (i, line) in wrap(&terminal(value), width - 18).iter().take(3).enumerate() {
            let label = if i == 0 { name } else { "" };
            *out += &format!("    {}{}\n", paint.dim(&format!("{label:<13} ")), cut(line, width - 18));
        }
    }
}

/// The names that the header gives, with labels.
pub(crate) fn field_rows(fields: &MessageFields) -> Vec<(&'static str, &str)> {
    let all = [
        ("From", &fields.from),
        ("Sender", &fields.sender),
        ("Reply to", &fields.reply_to),
        ("Return path", &fields.return_path),
        ("To", &fields.to),
        ("Sent", &fields.date),
        ("Message-ID", &fields.message_id),
        ("Program", &fields.client),
        ("Written at", &fields.originating_ip),
    ];
    all.into_iter()
        .filter_map(|(name, value)| {
            let value = value.as_deref()?;
            Some((name, if value.is_empty() { "(empty)" } else { value }))
        })
        .collect()
}

/// The machines in a column, with the time that the message took to each.
fn chain(out: &mut String, trace: &Trace, width: usize, paint: Paint) {
    let nodes = &trace.chain.nodes;
    if nodes.is_empty() {
        return;
    }
    heading(out, "Where it went", paint);
    let longest = nodes.iter().filter_map(|node| node.delay).max().unwrap_or(0);
    // Mark, host, what it did; then delay and bar, where anything took time.
    let timing = if longest > 0 { 2 + 10 + 1 + BAR } else { 0 };
    let room = width - 4 - 2 - 2 - 16 - timing;
    let names: Vec<String> = nodes.iter().map(|node| cut_middle(&terminal(&node_name(node, room)), room)).collect();
    let host_width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let hidden = nodes.len().saturating_sub(MOST_NODES);
    for (at, (node, host)) in nodes.iter().zip(&names).enumerate() {
        if hidden > 0 && at == 4 {
            *out += &format!("    {}\n", paint.dim(&format!("⋮ {hidden} more")));
        }
        if hidden > 0 && (4..4 + hidden).contains(&at) {
            continue;
        }
        let (mark, words) = node_words(&trace.chain, at, node);
        let mark = if node.refused { paint.red(mark) } else { mark.to_string() };
        let host_pad = " ".repeat(host_width.saturating_sub(host.width()));
        let did = if node.refused { paint.red(words) } else { paint.dim(words) };
        let mut line = format!("    {mark} {host}{host_pad}  {did}");
        if let Some(delay) = node.delay.filter(|_| longest > 0) {
            let delay_words = span_words(delay);
            line += &" ".repeat(16_usize.saturating_sub(words.width()));
            line += &format!("  {delay_words:>10} {}", bar(delay, longest));
        }
        *out += line.trim_end();
        *out += "\n";
    }
    for line in remarks(trace) {
        for part in wrap(&terminal(&line), width - 4) {
            *out += &format!("    {}\n", paint.dim(&part));
        }
    }
}

/// At most `width` columns: the middle of a long host name is cut, since both ends are more useful.
fn cut_middle(text: &str, width: usize) -> String {
    let tail = width.saturating_sub(1) / 2;
    let head = width.saturating_sub(1).saturating_sub(tail);
    match (text.get(..head), text.len().checked_sub(tail).and_then(|at| text.get(at..))) {
        (Some(head), Some(tail)) if text.width() > width && text.is_ascii() => format!("{head}…{tail}"),
        _ => cut(text, width),
    }
}

/// Which server refused which recipients, and the attempts.
fn refusals(out: &mut String, chain: &Chain, width: usize, paint: Paint) {
    if chain.refusals.is_empty() {
        return;
    }
    heading(out, "Who said no", paint);
    for refusal in chain.refusals.iter().take(20) {
        bullet(out, &refusal_words(chain, refusal), width);
        for attempt in refusal.attempts.iter().take(10) {
            let time = attempt.time.map_or_else(|| attempt.time_text.clone(), |time| time.to_string());
            for (i, part) in wrap(&terminal(&format!("{time}  {}", attempt.text)), width - 10).iter().enumerate() {
                *out += &format!("      {}{part}\n", if i == 0 { "" } else { "  " });
            }
        }
    }
}

/// One refusal as a sentence.
pub(crate) fn refusal_words(chain: &Chain, refusal: &Refusal) -> String {
    let host = refusal.node.and_then(|at| chain.nodes.get(at)).and_then(|node| node.host.as_deref());
    let host = host.unwrap_or("the server that wrote the report");
    let itself = if refusal.by == Refuser::Generator { ", which wrote the report," } else { "" };
    let verb = match (refusal.ending, refusal.by) {
        (Ending::Refused, Refuser::Remote) => "refused",
        // Many a mailer quotes a refusal and does not say whose it is.
        (Ending::Refused, Refuser::Generator) => "did not deliver to",
        (Ending::Unreachable, Refuser::Remote) => "could not be reached for",
        (Ending::Unreachable, Refuser::Generator) => "reached no server for",
        (Ending::GaveUp, Refuser::Remote) => "took too long to take the message for",
        (Ending::GaveUp, Refuser::Generator) => "gave up on",
        (Ending::Delayed, Refuser::Remote) => "has not yet taken the message for",
        (Ending::Delayed, Refuser::Generator) => "is still trying to reach",
    };
    let whom = match refusal.recipients.as_slice() {
        [] => "the recipient".to_string(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    let codes = [refusal.reply.map(|reply| reply.to_string()), refusal.status.map(|status| status.to_string())];
    let codes: Vec<String> = codes.into_iter().flatten().collect();
    let codes = if codes.is_empty() { String::new() } else { format!(" with {}", codes.join(" ")) };
    let after = refusal.command.map(|command| format!(", after {command}")).unwrap_or_default();
    format!("{host}{itself} {verb} {whom}{codes}{after}.")
}

/// Remarks on the whole route: how long it took and where, and which clock is wrong.
pub(crate) fn remarks(trace: &Trace) -> Vec<String> {
    let path = &trace.path;
    let mut lines = Vec::new();
    if let Some(total) = path.total.filter(|total| *total > 0) {
        let mut line = format!("{} in all", span_words(total));
        if let Some(slowest) = path.slowest.and_then(|number| path.hops.get(number - 1))
            && has_choice(path)
            && let (Some(by), Some(delay)) = (&slowest.by, slowest.delay)
        {
            line += &format!("; the longest wait, {}, was before {by}", span_words(delay));
        }
        lines.push(line + ".");
    }
    for hop in path.hops.iter().filter(|hop| hop.skew.is_some()).take(3) {
        lines.push(skew_words(hop));
    }
    let unread = path.hops.iter().filter(|hop| !hop.parsed).count();
    if unread > 0 {
        lines.push(format!("{unread} of {} Received fields could not be understood.", path.hops.len()));
    }
    if path.omitted > 0 {
        lines.push(format!("{} further hops were left out.", path.omitted));
    }
    lines
}

/// Whether one delay can be the longest of several.
fn has_choice(path: &Path) -> bool {
    path.hops.iter().filter(|hop| hop.delay.is_some()).count() > 1
}

fn skew_words(hop: &Hop) -> String {
    let skew = hop.skew.unwrap_or_default();
    let host = hop.by.as_deref().unwrap_or("a server without a name");
    let way = if skew < 0 { "slow" } else { "fast" };
    format!("The clock of {host} is {} {way} at least; its hop has no delay.", span_words(skew.unsigned_abs()))
}

/// The name of a machine, with its address where there is room for it and it says more.
pub(crate) fn node_name(node: &Node, width: usize) -> String {
    let name = machine(node.host.as_deref(), node.ip).unwrap_or_else(|| "a machine without a name".to_string());
    match &node.host {
        Some(host) if name.width() > width && parse_ip(host).is_none() => host.clone(),
        _ => name,
    }
}

/// A host with its address in brackets, or the one of them that is known.
fn machine(name: Option<&str>, ip: Option<IpAddr>) -> Option<String> {
    match (name, ip) {
        (Some(name), ip) if parse_ip(name).is_some() => ip.or_else(|| parse_ip(name)).map(|ip| ip.to_string()),
        (Some(name), Some(ip)) => Some(format!("{name} [{ip}]")),
        (Some(name), None) => Some(name.to_string()),
        (None, ip) => ip.map(|ip| ip.to_string()),
    }
}

/// The mark of a machine, and what it did.
pub(crate) fn node_words(chain: &Chain, at: usize, node: &Node) -> (&'static str, &'static str) {
    let refusal = chain.refusals.iter().find(|refusal| refusal.node == Some(at)).filter(|_| node.refused);
    if let Some(refusal) = refusal {
        return match (refusal.ending, refusal.by) {
            (Ending::Refused, Refuser::Remote) => ("✗", "refused it"),
            (Ending::Refused, Refuser::Generator) => ("✗", "did not deliver"),
            (Ending::Unreachable, Refuser::Remote) => ("✗", "not reached"),
            (Ending::Unreachable, Refuser::Generator) => ("✗", "got no further"),
            (Ending::GaveUp, Refuser::Remote) => ("✗", "did not take it"),
            (Ending::GaveUp, Refuser::Generator) => ("✗", "gave up"),
            (Ending::Delayed, Refuser::Remote) => ("●", "not yet"),
            (Ending::Delayed, Refuser::Generator) => ("●", "still trying"),
        };
    }
    match node.role {
        Role::Client => ("○", "client"),
        Role::Submission => ("●", "took it in"),
        Role::Relay => ("●", "passed it on"),
        Role::Gateway => ("●", "mail filter"),
        Role::Generator => ("●", "reported it"),
        Role::Receiver => ("●", "got it"),
    }
}

/// A span of time in the two largest units.
pub(crate) fn span_words(seconds: u64) -> String {
    let two = |big: u64, name: &str, small: u64, small_name: &str| {
        if small == 0 { format!("{big} {name}") } else { format!("{big} {name} {small} {small_name}") }
    };
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// A bar whose length is to `BAR` as the delay is to the longest.
fn bar(delay: u64, longest: u64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if delay == 0 || longest == 0 {
        return String::new();
    }
    let eighths = (delay as f64 / longest as f64 * (BAR * 8) as f64).round().max(1.0) as usize;
    format!("{}{}", "█".repeat(eighths / 8), PARTS.get(eighths % 8).unwrap_or(&""))
}

fn hops(out: &mut String, trace: &Trace, width: usize, paint: Paint) {
    let path = &trace.path;
    if path.hops.is_empty() {
        return;
    }
    heading(out, "Hops", paint);
    for hop in path.hops.iter().take(MOST_HOPS) {
        let time = hop.time.map_or_else(
            || hop.time_text.as_deref().map_or("no time".to_string(), |text| format!("{text} (not understood)")),
            |time| time.to_string(),
        );
        let timing = Some(timing_words(hop)).filter(|words| !words.is_empty());
        let slowest = (path.slowest == Some(hop.number) && has_choice(path)).then(|| "the longest".to_string());
        let scope = scope_words(hop.scope).map(str::to_string);
        let line: Vec<String> = [Some(time), timing, slowest, scope].into_iter().flatten().collect();
        let number = format!("{:>4}", hop.number);
        *out += &format!("  {} {}\n", paint.bold(&number), cut(&terminal(&line.join(" · ")), width - 7));
        for (label, value) in hop_rows(hop) {
            for (i, part) in wrap(&terminal(&value), width - 13).iter().take(3).enumerate() {
                let label = if i == 0 { label } else { "" };
                *out += &format!("       {} {part}\n", paint.dim(&format!("{label:<4}")));
            }
        }
    }
    if path.hops.len() > MOST_HOPS {
        let more = path.hops.len() - MOST_HOPS;
        bullet(out, &format!("… and {more} more hops; --format json has them all"), width);
    }
}

/// The delay of a hop in words.
pub(crate) fn timing_words(hop: &Hop) -> String {
    match (hop.delay, hop.skew) {
        (Some(delay), _) => format!("after {}", span_words(delay)),
        (None, Some(skew)) if skew < 0 => format!("clock {} slow", span_words(skew.unsigned_abs())),
        (None, Some(skew)) => format!("clock {} fast", span_words(skew.unsigned_abs())),
        (None, None) => String::new(),
    }
}

/// Whether a hop stayed inside, in words; `None` if it left the organisation or is unknown.
const fn scope_words(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::Local => Some("on one machine"),
        Scope::Internal => Some("internal"),
        Scope::External | Scope::Unknown => None,
    }
}

/// What a hop says, with labels.
pub(crate) fn hop_rows(hop: &Hop) -> Vec<(&'static str, String)> {
    if !hop.parsed {
        return vec![("?", format!("not understood: {}", hop.text))];
    }
    let mut rows = Vec::new();
    if let Some(mut from) = machine(hop.client(), hop.ip) {
        let called = [hop.helo.as_deref(), hop.from.as_deref()]
            .into_iter()
            .flatten()
            .find(|name| hop.client() != Some(name) && !name.eq_ignore_ascii_case("unknown") && !from.contains(name));
        if let Some(called) = called {
            from += &format!(", calls itself {called}");
        }
        rows.push(("from", from));
    }
    if let Some(by) = machine(hop.by.as_deref(), hop.by_ip) {
        rows.push(("by", by));
    }
    let mut with: Vec<String> = Vec::new();
    with.extend(hop.with.clone());
    with.extend(hop.via.as_ref().map(|via| format!("via {via}")));
    if let Some(tls) = &hop.tls {
        let parts = [tls.version.as_deref(), tls.cipher.as_deref()];
        let words: Vec<&str> = parts.into_iter().flatten().collect();
        with.push(if words.is_empty() { "encrypted".to_string() } else { words.join(" ") });
    }
    if hop.authenticated {
        with.push("logged in".to_string());
    }
    if !with.is_empty() {
        rows.push(("with", with.join(" · ")));
    }
    let mut rest: Vec<String> = Vec::new();
    rest.extend(hop.id.clone());
    rest.extend(hop.for_.as_ref().map(|address| format!("for {address}")));
    if !rest.is_empty() {
        rows.push(("id", rest.join(" · ")));
    }
    rows
}
