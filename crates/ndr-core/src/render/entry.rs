//! An entry of the catalogue by itself, as `ndr code` shows it and the reference prints it.

use super::terminal::{Options, Paint, bullet, heading, numbered, wrap};
use super::words::{actor_words, retry_words, suppress_words};
use crate::sanitize;
use ndr_resolve::{Catalog, Entry, fill};

pub(super) fn codes(entry: &Entry) -> String {
    let mut all: Vec<String> = entry.codes.iter().map(ToString::to_string).collect();
    if !entry.replies.is_empty() {
        let replies: Vec<String> = entry.replies.iter().map(ToString::to_string).collect();
        all.push(format!("reply {}", replies.join(", ")));
    }
    if all.is_empty() { "no code".to_string() } else { all.join(" · ") }
}

pub(super) fn act(entry: &Entry) -> String {
    let words: Vec<&str> = entry.act.iter().map(|actor| actor_words(*actor)).collect();
    if words.is_empty() { "nobody in particular".to_string() } else { words.join(", then ") }
}

pub(super) fn plain(sentences: &[&str]) -> Vec<String> {
    sentences.iter().map(|sentence| fill(sentence, &[])).collect()
}

pub(super) fn permanence(entry: &Entry) -> &'static str {
    match entry.is_permanent(0) {
        Some(true) => "permanent",
        Some(false) => "temporary",
        None => "by the class of the code",
    }
}

/// An entry of `catalog` for a terminal.
///
/// ```
/// use ndr::render::{Options, entry_human};
/// let catalog = ndr::catalog();
/// let entry = catalog.by_slug("banned-sending-ip").unwrap();
/// assert!(entry_human(catalog, entry, Options::default()).contains("5.7.606-649"));
/// ```
pub fn entry_human(catalog: &Catalog, entry: &Entry, options: Options) -> String {
    let paint = Paint(options.color);
    let width = options.width.clamp(40, 200);
    let mut out = String::new();
    for line in wrap(entry.title, width) {
        out += &format!("{}\n", paint.bold(&line));
    }
    let provider = catalog
        .providers()
        .iter()
        .find(|provider| provider.id == entry.provider)
        .map_or(entry.provider, |provider| provider.name);
    for line in wrap(&format!("{} · {provider} · {} · {}", codes(entry), entry.category, entry.slug), width - 2) {
        out += &format!("  {}\n", paint.dim(&line));
    }
    out.push('\n');
    for line in wrap(&fill(entry.meaning, &[]), width - 2) {
        out += &format!("  {line}\n");
    }
    out.push('\n');
    for line in wrap(
        &format!(
            "Who acts: {}. Address: {}. Retry: {}.",
            act(entry),
            suppress_words(entry.suppress),
            retry_words(entry.retry)
        ),
        width - 2,
    ) {
        out += &format!("  {line}\n");
    }
    for (title, steps) in [("What the sender does", entry.steps_sender), ("What an admin does", entry.steps_admin)] {
        if !steps.is_empty() {
            heading(&mut out, title, paint);
            numbered(&mut out, &plain(steps), width);
        }
    }
    if !entry.limits.is_empty() {
        heading(&mut out, "Limits", paint);
        for limit in entry.limits {
            bullet(&mut out, &format!("{} (as of {})", limit.text, limit.as_of), width);
        }
    }
    heading(&mut out, "How servers say it", paint);
    for example in entry.examples {
        bullet(&mut out, example, width);
    }
    if !entry.links.is_empty() {
        heading(&mut out, "Links", paint);
        for link in entry.links {
            out += &format!("    {}\n", paint.cyan(link));
        }
    }
    if let Some(origin) = entry.origin {
        heading(&mut out, "Origin", paint);
        out += &format!("    {}\n", sanitize::terminal(origin));
    }
    out
}

/// The entry as Markdown, with a heading of the given level.
///
/// ```
/// let entry = ndr::catalog().by_slug("banned-sending-ip").unwrap();
/// assert!(ndr::render::entry_markdown(entry, 2).starts_with("## "));
/// ```
pub fn entry_markdown(entry: &Entry, level: usize) -> String {
    let mark = "#".repeat(level.clamp(1, 5));
    let text = |text: &str| linked(text);
    let mut out = format!("{mark} {}\n\n", text(entry.title));
    out += &format!("| | |\n|---|---|\n| Codes | {} |\n", codes(entry).replace('|', "\\|"));
    out += &format!(
        "| Provider | {} |\n| Category | `{}` |\n| Who acts | {} |\n",
        entry.provider,
        entry.category,
        act(entry)
    );
    let permanence = permanence(entry);
    out += &format!(
        "| Permanence | {permanence} |\n| Address | {} |\n| Retry | {} |\n| Slug | `{}` |\n",
        suppress_words(entry.suppress),
        retry_words(entry.retry),
        entry.slug
    );
    if entry.security {
        out += "| Security | may mean a compromised account or an attack |\n";
    }
    out += &format!("\n{}\n", text(&fill(entry.meaning, &[])));
    for (title, steps) in [("What the sender does", entry.steps_sender), ("What an admin does", entry.steps_admin)] {
        if !steps.is_empty() {
            out += &format!("\n**{title}**\n\n");
            for (i, step) in plain(steps).iter().enumerate() {
                out += &format!("{}. {}\n", i + 1, text(step));
            }
        }
    }
    if !entry.limits.is_empty() {
        out += "\n**Limits**\n\n";
        for limit in entry.limits {
            out += &format!("- {} (as of {})\n", text(limit.text), limit.as_of);
        }
    }
    out += "\n**How servers say it**\n\n";
    for example in entry.examples {
        out += &format!("- {}\n", sanitize::markdown_code(example));
    }
    if !entry.links.is_empty() {
        out += "\n**Links**\n\n";
        for link in entry.links {
            out += &format!("- <{link}>\n");
        }
    }
    out += "\n**Sources**\n\n";
    for source in entry.sources {
        let name = match source.url {
            Some(url) => format!("[{}]({url})", text(source.name)),
            None => text(source.name),
        };
        out += &format!("- {name}, {}, checked {}\n", source.trust, source.checked);
    }
    out
}

/// Our own sentences: markup escaped, links kept as links.
fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.find("https://").and_then(|at| rest.split_at_checked(at)) {
        out += &light(before);
        let url = link.split(char::is_whitespace).next().unwrap_or(link).trim_end_matches(['.', ',', ';', ':', ')']);
        out += &format!("<{url}>");
        rest = link.get(url.len()..).unwrap_or_default();
    }
    out + &light(rest)
}

fn light(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "*_`<>[]|\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
