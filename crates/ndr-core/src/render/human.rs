//! The answer for a terminal, on 80 columns, with and without colour.

use super::terminal::{Options, Paint, bullet, cut, heading, numbered, wrap};
use super::words::{
    act_words, certainty_words, fate, fate_words, generator_name, groups, kind_words, permanence_words, retry_words,
    suppress_words,
};
use crate::report::{Diagnosis, Recipient, Report};
use crate::sanitize::terminal;
use crate::vocabulary::Kind;
use ndr_resolve::Actor;
use unicode_width::UnicodeWidthStr;

/// Renders a report.
///
/// ```
/// use ndr::render::{Options, human};
/// let report = ndr::explain("550 5.7.606 Access denied, banned sending IP [203.0.113.7]");
/// let text = human(&report, Options::default());
/// assert!(text.contains("203.0.113.7"));
/// assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains("https://")));
/// ```
pub fn human(report: &Report, options: Options) -> String {
    let paint = Paint(options.color);
    let width = options.width.clamp(40, 200);
    let mut out = String::new();
    if !matches!(report.kind, Kind::Failure | Kind::Delay) || report.recipients.is_empty() {
        let mark = match report.kind {
            Kind::Success => paint.green("✓"),
            Kind::Failure | Kind::Delay => paint.red("✗"),
            _ => paint.dim("·"),
        };
        out += &format!("{mark} {}\n", paint.bold(kind_words(report.kind)));
        for recipient in report.recipients.iter().take(20) {
            if let Some(address) = &recipient.address {
                out += &format!("  {}\n", cut(&terminal(address), width - 2));
            }
        }
    }
    let shown = groups(report);
    for (i, group) in shown.iter().enumerate().take(20) {
        if !matches!(report.kind, Kind::Failure | Kind::Delay) {
            break;
        }
        if i > 0 {
            out += &format!("\n{}\n\n", paint.dim(&"─".repeat(width)));
        }
        let addresses: Vec<String> =
            group.recipients.iter().filter_map(|r| r.address.as_deref()).map(|a| terminal(a).into_owned()).collect();
        section(&mut out, report, group.first(), &addresses, width, paint);
    }
    if shown.len() > 20 {
        out += &format!("\n… and {} more groups of recipients; use --format json for all of them\n", shown.len() - 20);
    }
    #[cfg(feature = "trace")]
    if let Some(trace) = &report.trace {
        super::trace::section(&mut out, trace, width, paint);
    }
    details(&mut out, report, width, paint);
    out
}

fn section(out: &mut String, report: &Report, recipient: &Recipient, addresses: &[String], width: usize, paint: Paint) {
    let mark = match fate(report, recipient) {
        Kind::Success => paint.green("✓"),
        Kind::Delay => paint.yellow("●"),
        _ => paint.red("✗"),
    };
    let Some(diagnosis) = &recipient.diagnosis else {
        *out += &format!("{mark} {}\n", paint.bold(fate_words(report, recipient)));
        who(out, addresses, width, paint);
        said(out, recipient, None, width, paint);
        if !recipient.others.is_empty() {
            heading(out, "What it may be", paint);
            for entry in recipient.others.iter().take(8) {
                bullet(out, &format!("{} ({})", entry.title, entry.slug), width);
            }
        }
        return;
    };
    let entry = diagnosis.entry;
    for (i, line) in wrap(entry.title, width - 2).iter().enumerate() {
        *out += &format!("{} {}\n", if i == 0 { mark.as_str() } else { " " }, paint.bold(line));
    }
    let verdict = format!(
        "{} · {} · {}",
        permanence_words(diagnosis),
        suppress_words(diagnosis.suppress),
        retry_words(diagnosis.retry)
    );
    for line in wrap(&verdict, width - 2) {
        *out += &format!("  {}\n", paint.dim(&line));
    }
    if entry.security {
        for line in wrap("This may mean that an account was taken over, or an attack. Check that first.", width - 4) {
            *out += &format!("  {} {}\n", paint.red("!"), paint.red(&line));
        }
    }
    *out += "\n";
    strip(out, report, recipient, diagnosis, width, paint);
    who(out, addresses, width, paint);
    said(out, recipient, Some(diagnosis), width, paint);
    heading(out, "What it means", paint);
    for line in wrap(&terminal(&diagnosis.meaning()), width - 4) {
        *out += &format!("    {line}\n");
    }
    let sender_first = !matches!(entry.act.first(), Some(Actor::SenderAdmin | Actor::RecipientAdmin | Actor::Provider));
    let lists = [("What the sender does", diagnosis.steps_sender()), ("What an admin does", diagnosis.steps_admin())];
    let ordered: Vec<_> = if sender_first { lists.iter().collect() } else { lists.iter().rev().collect() };
    for (title, steps) in ordered {
        if !steps.is_empty() {
            heading(out, title, paint);
            numbered(out, steps, width);
        }
    }
    if !entry.limits.is_empty() {
        heading(out, "Limits", paint);
        for limit in entry.limits {
            bullet(out, &format!("{} (as of {})", limit.text, limit.as_of), width);
        }
    }
    if !entry.links.is_empty() {
        heading(out, "Links", paint);
        for link in entry.links {
            *out += &format!("    {}\n", paint.cyan(link));
        }
    }
    heading(out, "How sure", paint);
    for line in wrap(&certainty_words(diagnosis), width - 4) {
        *out += &format!("    {line}\n");
    }
    let others: Vec<&str> = recipient.others.iter().map(|entry| entry.slug).take(4).collect();
    if !others.is_empty() {
        for line in wrap(&format!("Other candidates: {}", others.join(", ")), width - 4) {
            *out += &format!("    {}\n", paint.dim(&line));
        }
    }
}

/// Sender, generating system and recipient's side in a row, with the one who must act marked.
fn strip(out: &mut String, report: &Report, recipient: &Recipient, diagnosis: &Diagnosis, width: usize, paint: Paint) {
    let column = (width - 2 - 10) / 3;
    let domain =
        recipient.address.as_deref().and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain.to_string());
    let sender = report
        .original
        .from
        .as_deref()
        .map(|from| crate::text::address::bare(from).to_string())
        .filter(|from| from.contains('@'));
    let names = [
        sender.unwrap_or_else(|| "sender".to_string()),
        generator_name(report),
        recipient.remote.clone().or(domain).unwrap_or_else(|| "recipient's side".to_string()),
    ];
    let names: Vec<String> = names.iter().map(|name| cut(&terminal(name), column)).collect();
    let acts =
        |wanted: &[Actor]| diagnosis.entry.act.iter().copied().enumerate().find(|(_, actor)| wanted.contains(actor));
    let places = [
        acts(&[Actor::Sender, Actor::SenderAdmin]),
        acts(&[Actor::Provider, Actor::Wait]),
        acts(&[Actor::Recipient, Actor::RecipientAdmin]),
    ];
    let refused_by_generator = recipient.remote.is_none();
    let arrows = if refused_by_generator { ["──✗", "   ", ""] } else { ["──▶", "──✗", ""] };
    let mut top = String::from("  ");
    let mut below = String::from("  ");
    for ((name, place), arrow) in names.iter().zip(places).zip(arrows) {
        let pad = column.saturating_sub(name.width());
        let is_first = place.is_some_and(|(rank, _)| rank == 0);
        top += &if is_first { paint.red(name) } else { name.clone() };
        top += &" ".repeat(pad);
        let label = match place {
            Some((0, actor)) => format!("▲ {}", short_act(actor)),
            Some((_, actor)) => format!("△ then {}", short_then(actor)),
            None => String::new(),
        };
        let label = cut(&label, column);
        let pad = column.saturating_sub(label.width());
        below += &if is_first { paint.red(&label) } else { paint.dim(&label) };
        below += &" ".repeat(pad);
        if !arrow.is_empty() {
            top += &format!(" {} ", paint.dim(arrow));
            below += "     ";
        }
    }
    *out += top.trim_end();
    *out += "\n";
    *out += below.trim_end();
    *out += "\n\n";
}

const fn short_act(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "must act",
        Actor::SenderAdmin | Actor::RecipientAdmin => "admin must act",
        Actor::Recipient => "must act",
        Actor::Provider => "provider must act",
        Actor::Wait => "tries again itself",
    }
}

const fn short_then(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender | Actor::Recipient => "the person",
        Actor::SenderAdmin | Actor::RecipientAdmin => "the admin",
        Actor::Provider => "the provider",
        Actor::Wait => "wait",
    }
}

fn who(out: &mut String, addresses: &[String], width: usize, paint: Paint) {
    match addresses {
        [] => {}
        [one] => *out += &format!("  {} {}\n\n", paint.dim("To"), cut(one, width - 5)),
        many => {
            *out += &format!("  {}\n", paint.dim(&format!("To {} recipients", many.len())));
            for address in many.iter().take(8) {
                *out += &format!("    {}\n", cut(address, width - 4));
            }
            if many.len() > 8 {
                *out += &format!("    … and {} more\n", many.len() - 8);
            }
            *out += "\n";
        }
    }
}

/// The server's own words, with the deciding phrase underlined.
fn said(out: &mut String, recipient: &Recipient, diagnosis: Option<&Diagnosis>, width: usize, paint: Paint) {
    let Some(text) = &recipient.text else { return };
    let mut title = String::from("What the server said");
    let by = recipient.remote.as_deref().map(|host| terminal(host).into_owned());
    match (&by, recipient.command) {
        (Some(host), Some(command)) => title += &format!(" ({host}, after {command})"),
        (Some(host), None) => title += &format!(" ({host})"),
        (None, Some(command)) => title += &format!(" (after {command})"),
        (None, None) => {}
    }
    *out += &format!("  {}\n", paint.bold(&cut(&title, width - 2)));
    let shown = terminal(text);
    let phrase = diagnosis.and_then(|d| d.evidence.as_ref()).map(|evidence| terminal(&evidence.phrase).into_owned());
    let span = phrase
        .filter(|phrase| !phrase.is_empty())
        .and_then(|phrase| shown.find(&phrase).map(|at| (at, at + phrase.len())));
    let mut at = 0;
    let lines = wrap(&shown, width - 4);
    for (i, line) in lines.iter().enumerate() {
        if i >= 12 {
            *out += "    …\n";
            break;
        }
        // wrap() keeps the words: find the line's place again to know which part of it is underlined.
        let start = shown.get(at..).and_then(|rest| rest.find(line.as_str())).map_or(at, |found| at + found);
        let end = start + line.len();
        at = end.min(shown.len());
        *out += &format!("    {line}\n");
        if let Some((from, to)) = span
            && from < end
            && to > start
        {
            let left = from.saturating_sub(start);
            let right = (to - start).min(line.len());
            if let (Some(before), Some(inside)) = (line.get(..left), line.get(left..right)) {
                let rule = "~".repeat(inside.trim_end().width());
                *out += &format!("    {}{}\n", " ".repeat(before.width()), paint.red(&rule));
            }
        }
    }
    if !recipient.attempts.is_empty() {
        *out += "\n";
        *out += &format!("  {}\n", paint.bold("Attempts"));
        for attempt in recipient.attempts.iter().take(6) {
            let line = format!("{}  {}", terminal(&attempt.time), terminal(&attempt.text));
            for (i, part) in wrap(&line, width - 6).iter().enumerate() {
                *out += &format!("    {}{part}\n", if i == 0 { "" } else { "  " });
            }
        }
    }
    *out += "\n";
}

fn details(out: &mut String, report: &Report, width: usize, paint: Paint) {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            rows.push((name, value));
        }
    };
    if matches!(report.kind, Kind::Failure | Kind::Delay) {
        let codes: Vec<String> = report
            .recipients
            .iter()
            .filter_map(|r| match (r.reply, r.status) {
                (Some(reply), Some(status)) => Some(format!("{reply} {status}")),
                (Some(reply), None) => Some(reply.to_string()),
                (None, Some(status)) => Some(status.to_string()),
                (None, None) => None,
            })
            .fold(Vec::new(), |mut list, code| {
                if !list.contains(&code) {
                    list.push(code);
                }
                list
            });
        add("Code", (!codes.is_empty()).then(|| codes.join(", ")));
        let entries: Vec<&str> =
            report.recipients.iter().filter_map(|r| r.diagnosis.as_ref()).map(|d| d.entry.slug).fold(
                Vec::new(),
                |mut list, slug| {
                    if !list.contains(&slug) {
                        list.push(slug);
                    }
                    list
                },
            );
        add("Entry", (!entries.is_empty()).then(|| entries.join(", ")));
        let act: Vec<String> = report.recipients.iter().filter_map(|r| r.diagnosis.as_ref()).map(act_words).fold(
            Vec::new(),
            |mut list, words| {
                if !list.contains(&words) {
                    list.push(words);
                }
                list
            },
        );
        add("Who acts", (!act.is_empty()).then(|| act.join("; ")));
    }
    add(
        "Reported by",
        report.dialect.map(str::to_string).or(report.generator.clone()).map(|name| match &report.generator {
            Some(host) if report.dialect.is_some() => format!("{name} at {host}"),
            _ => name,
        }),
    );
    let original = &report.original;
    add("Subject", original.subject.clone());
    add("From", original.from.clone());
    add("Sent", original.date.clone());
    add("Message-ID", original.message_id.clone());
    for note in &report.notes {
        if note.code != "kind" || !matches!(report.kind, Kind::Failure | Kind::Delay) {
            rows.push(("Note", note.text.to_string()));
        }
    }
    if rows.is_empty() {
        return;
    }
    heading(out, "Details", paint);
    for (name, value) in rows {
        let value = terminal(&value).into_owned();
        for (i, line) in wrap(&value, width - 18).iter().enumerate().take(4) {
            let label = if i == 0 { name } else { "" };
            *out += &format!("    {}{}\n", paint.dim(&format!("{label:<13} ")), cut(line, width - 18));
        }
    }
}
