//! `ndr catalog diff`: two catalogues over the same messages.

use crate::args::{Diff, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::sanitize::terminal;
use ndr::{Decoder, Recipient, Report};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

pub(crate) fn diff(args: &Diff, decoder: &Decoder, out: &Output) -> Outcome {
    let format = out.format(args.format);
    let usage = |message: &str| Stop { message: message.to_string(), exit: Exit::Usage };
    if !matches!(format, Format::Human | Format::Json | Format::Ndjson) {
        return Err(usage("ndr catalog diff prints human, json or ndjson"));
    }
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(usage("both catalogues read the messages, and standard input is there once; put them in a file"));
    }
    let old = super::load(&args.against, |name, text| ndr_catalog::load_any(ndr::catalog(), name, text))?;
    let scan = |decoder: Decoder| ndr_scan::Scan::of(&args.paths).decoder(decoder).records();
    let mut summary = Summary::default();
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    for (new, old) in scan(decoder.clone()).zip(scan(decoder.clone().with_catalog(old))) {
        summary.messages += 1;
        let (old, new) = match (&old.result, &new.result) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(error), _) | (_, Err(error)) => {
                summary.unreadable += 1;
                eprintln!("ndr: {}: {}", terminal(&new.source), terminal(&error.to_string()));
                continue;
            }
        };
        for change in changes(new.source.as_deref().unwrap_or_default(), old, new) {
            match format {
                Format::Human => stdout.write_all(change.human().as_bytes())?,
                Format::Ndjson => writeln!(stdout, "{}", change.json())?,
                _ => {
                    stdout.write_all(if summary.changes == 0 { b"[\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut stdout, &change.json())?;
                }
            }
            summary.add(&change);
        }
    }
    if format == Format::Json {
        stdout.write_all(if summary.changes == 0 { b"[]\n" } else { b"\n]\n" })?;
    }
    stdout.flush()?;
    eprint!("{}", summary.text());
    Ok(match (summary.changes, summary.unreadable) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::Unreadable,
        _ => Exit::Differs,
    })
}

/// The parts of a diagnosis that others rely on: its entry and its advice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    slug: &'static str,
    category: &'static str,
    permanent: Option<bool>,
    act: Vec<&'static str>,
    suppress: &'static str,
    retry: &'static str,
}

/// One recipient that the two catalogues judge differently.
struct Change<'r> {
    source: &'r str,
    recipient: &'r Recipient,
    old: Option<Verdict>,
    new: Option<Verdict>,
}

impl Verdict {
    fn of(recipient: &Recipient) -> Option<Verdict> {
        let diagnosis = recipient.diagnosis.as_ref()?;
        let entry = diagnosis.entry;
        Some(Verdict {
            slug: entry.slug,
            category: entry.category.slug(),
            permanent: diagnosis.permanent,
            act: entry.act.iter().map(|actor| actor.slug()).collect(),
            suppress: diagnosis.suppress.slug(),
            retry: diagnosis.retry.slug(),
        })
    }

    fn line(verdict: Option<&Verdict>) -> String {
        let Some(Verdict { slug, category, permanent, act, suppress, retry }) = verdict else {
            return "nothing".to_string();
        };
        let lasting = match permanent {
            Some(true) => "permanent",
            Some(false) => "temporary",
            None => "unclear",
        };
        format!("{slug}: {category}, {lasting}, suppress {suppress}, retry {retry}, {}", act.join(" "))
    }

    fn json(verdict: Option<&Verdict>) -> Value {
        verdict.map_or(Value::Null, |verdict| {
            json!({
                "slug": verdict.slug, "category": verdict.category, "permanent": verdict.permanent,
                "act": verdict.act, "suppress": verdict.suppress, "retry": verdict.retry,
            })
        })
    }
}

/// The recipients of one message whose verdict differs. Both reports list the same recipients, but for a text that only
/// one catalogue knows.
fn changes<'r>(source: &'r str, old: &'r Report, new: &'r Report) -> Vec<Change<'r>> {
    let count = old.recipients.len().max(new.recipients.len());
    let change = |at: usize| {
        let (before, after) = (old.recipients.get(at), new.recipients.get(at));
        let change = Change {
            source,
            recipient: after.or(before)?,
            old: before.and_then(Verdict::of),
            new: after.and_then(Verdict::of),
        };
        (change.old != change.new).then_some(change)
    };
    (0..count).filter_map(change).collect()
}

impl Change<'_> {
    fn human(&self) -> String {
        let Recipient { address, text, .. } = self.recipient;
        let mut out = terminal(self.source).into_owned();
        if let Some(address) = address {
            out += &format!(" {}", terminal(address));
        }
        if let Some(text) = text {
            let line: String = terminal(text).chars().take(200).collect();
            out += &format!("\n  {line}");
        }
        format!("{out}\n  - {}\n  + {}\n\n", Verdict::line(self.old.as_ref()), Verdict::line(self.new.as_ref()))
    }

    fn json(&self) -> Value {
        let Recipient { address, status, reply, text, .. } = self.recipient;
        json!({
            "source": self.source, "address": address, "status": status.map(|status| status.to_string()),
            "reply": reply, "text": text,
            "old": Verdict::json(self.old.as_ref()), "new": Verdict::json(self.new.as_ref()),
        })
    }
}

#[derive(Default)]
struct Summary {
    messages: u64,
    unreadable: u64,
    changes: u64,
    /// How often one entry replaces another.
    moves: BTreeMap<(&'static str, &'static str), u64>,
}

impl Summary {
    fn add(&mut self, change: &Change<'_>) {
        self.changes += 1;
        let slug = |verdict: &Option<Verdict>| verdict.as_ref().map_or("nothing", |verdict| verdict.slug);
        *self.moves.entry((slug(&change.old), slug(&change.new))).or_default() += 1;
    }

    fn text(&self) -> String {
        let plural = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let mut out = format!(
            "{}: {}",
            plural(self.messages, "message", "messages"),
            plural(self.changes, "verdict changes", "verdicts change")
        );
        if self.unreadable > 0 {
            out += &format!(", {} unreadable", self.unreadable);
        }
        out.push('\n');
        let mut moves: Vec<_> = self.moves.iter().collect();
        moves.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for ((old, new), count) in moves {
            let what = if old == new { format!("{old} says otherwise") } else { format!("{old} → {new}") };
            out += &format!("  {count:>6}  {what}\n");
        }
        out
    }
}
