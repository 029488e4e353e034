//! `cargo xtask catalog`: commands for editing catalog.yaml. They read the file at run time, so they still work when it
//! holds mistakes.

use crate::shared::{SLUGS, read, root};
use clap::{Args, Subcommand};
use ndr_catalog::{Problem, Problems, Stub};
use ndr_resolve::{Basis, Catalog, Category, CodePattern, Entry, Query, Reply, Resolution};
use std::io::IsTerminal;
use std::time::Instant;

pub(crate) const CATALOG: &str = "catalog.yaml";
/// Grades of entries, if there are any.
const REVIEW: &str = "catalog.review.tsv";
/// Sentences that are no bounces, and replies that are easily misread.
const INNOCENT: &str = "tests/catalog/innocent.txt";
const TRICKY: &str = "tests/catalog/tricky.tsv";

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Check the catalogue and list every mistake
    Check,
    /// Sort entries and fields and tidy whitespace; texts and comments stay as they are
    Fmt {
        /// Write nothing; fail if the file is not formatted
        #[arg(long)]
        check: bool,
    },
    /// Add an entry; asks for values that the options do not give
    New(New),
    /// Show which entries match a text, and why
    Try(Try),
    /// Count entries, codes, texts and examples of each provider; show grades and sources
    Stats {
        /// Name every example that leads to another entry, every stale grade, and every entry without a public source
        #[arg(long)]
        all: bool,
    },
    /// Print a line of catalog.review.tsv to fill in, for each entry without a grade or with a stale one
    Review {
        /// Only these entries
        slugs: Vec<String>,
    },
    /// Count the words of xtask/words anew, by which the resolver weighs phrases
    Words {
        /// Write nothing; fail where the table is stale
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args)]
pub(crate) struct New {
    /// Permanent name, in kebab-case
    #[arg(long)]
    slug: Option<String>,
    /// Provider whose wording it is, such as gmail; generic for wording that many servers share
    #[arg(long)]
    provider: Option<String>,
    /// Status code or range, such as 5.7.1; may be repeated
    #[arg(long)]
    code: Vec<String>,
    /// Words that the server uses; may be repeated
    #[arg(long)]
    text: Vec<String>,
    /// What happened, in one line
    #[arg(long)]
    title: Option<String>,
    /// Category, such as mailbox-full
    #[arg(long)]
    category: Option<String>,
    /// Complete reply line; may be repeated
    #[arg(long)]
    example: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Try {
    /// The words of the server
    text: String,
    /// Host name of the server that replied; may be repeated
    #[arg(long)]
    host: Vec<String>,
    /// Provider that is known to have replied; may be repeated
    #[arg(long)]
    provider: Vec<String>,
    /// The SMTP command that was answered, such as "RCPT TO"
    #[arg(long)]
    command: Option<String>,
}

pub(crate) fn run(task: Task) -> Result<(), String> {
    match task {
        Task::Check => check(CATALOG).map(|summary| println!("{summary}")),
        Task::Fmt { check } => format(CATALOG, check),
        Task::New(flags) => new(CATALOG, flags),
        Task::Stats { all } => {
            let catalog = load(CATALOG)?;
            let text = read(CATALOG)?;
            let grades = grades(&text, &read(REVIEW).unwrap_or_default(), all);
            print!("{}\n{}\n{grades}\n{}", stats(&catalog), strays(&catalog, all), sources(&catalog, all));
            Ok(())
        }
        Task::Review { slugs } => review(&slugs),
        Task::Words { check } => crate::words::run(check),
        Task::Try(words) => {
            let catalog = load(CATALOG)?;
            print!("{}", attempt(&catalog, &words));
            Ok(())
        }
    }
}

fn load(name: &str) -> Result<Catalog, String> {
    ndr_catalog::load(name, &read(name)?).map_err(|problems| counted(&problems))
}

fn counted(problems: &Problems) -> String {
    match problems.0.len() {
        1 => format!("{problems}\n\n1 problem"),
        count => format!("{problems}\n\n{count} problems"),
    }
}

/// Checks the catalogue and the list of released slugs. Returns a summary, or every problem.
pub(crate) fn check(name: &str) -> Result<String, String> {
    let start = Instant::now();
    let text = read(name)?;
    let mut problems = vanished(&text, &read(SLUGS).unwrap_or_default());
    match ndr_catalog::load(name, &text) {
        Ok(catalog) => {
            problems.extend(ndr_catalog::prove(name, &text, &catalog));
            problems.extend(ndr_catalog::reviews(REVIEW, &read(REVIEW).unwrap_or_default(), &text).1);
            problems.extend(ndr_catalog::innocent(INNOCENT, &read(INNOCENT)?, &catalog));
            problems.extend(ndr_catalog::tricky(TRICKY, &read(TRICKY)?, &catalog));
            if !problems.is_empty() {
                return Err(counted(&Problems(problems)));
            }
            let (entries, providers) = (catalog.entries().len(), catalog.providers().len());
            let took = start.elapsed().as_millis();
            Ok(format!("{entries} entries, {providers} providers, no problems in {took} ms"))
        }
        Err(mut more) => {
            more.0.append(&mut problems);
            Err(counted(&more))
        }
    }
}

/// Finds released slugs that are missing from the catalogue.
fn vanished(text: &str, slugs: &str) -> Vec<Problem> {
    let names = ndr_catalog::names(text);
    let lost = slugs.lines().enumerate().filter(|(_, slug)| !slug.is_empty() && !names.contains(*slug));
    let problem = |(number, slug): (usize, &str)| Problem {
        file: SLUGS.to_string(),
        line: number + 1,
        column: 1,
        excerpt: slug.to_string(),
        message: format!("the slug `{slug}` vanished"),
        help: Some(format!("add was: [{slug}] to the entry that replaces it")),
    };
    lost.map(problem).collect()
}

/// Formats the catalogue, or with `check` names the first line that is not formatted.
pub(crate) fn format(name: &str, check: bool) -> Result<(), String> {
    let before = read(name)?;
    let after = ndr_catalog::format(name, &before).map_err(|problems| counted(&problems))?;
    if before == after {
        return Ok(());
    }
    if !check {
        println!("formatted {name}");
        return write(name, &after);
    }
    let line = before.lines().zip(after.lines()).take_while(|(old, new)| old == new).count() + 1;
    let shown = |text: &str| text.lines().nth(line - 1).unwrap_or("(end of file)").to_string();
    Err(if before.lines().eq(after.lines()) {
        format!("{name}: the line endings or the end of the file are not formatted\nrun: cargo xtask catalog fmt")
    } else {
        let (old, new) = (shown(&before), shown(&after));
        format!("{name}:{line} is not formatted\n  is:        {old}\n  should be: {new}\nrun: cargo xtask catalog fmt")
    })
}

fn write(name: &str, text: &str) -> Result<(), String> {
    std::fs::write(root().join(name), text).map_err(|error| format!("{name}: {error}"))
}

/// Writes a new entry and checks the catalogue.
fn new(name: &str, flags: New) -> Result<(), String> {
    let catalog = load(name)?;
    let providers: Vec<&str> = catalog.providers().iter().map(|provider| provider.id).collect();
    let categories: Vec<&str> = Category::ALL.iter().map(|category| category.slug()).collect();
    let one_of = |list: &[&str], text: &str| -> Option<String> {
        let near = || ndr_catalog::nearest(text, list).map_or(String::new(), |near| format!("did you mean `{near}`? "));
        (!list.contains(&text)).then(|| format!("{}`{text}` is not one of {}", near(), list.join(", ")))
    };
    let filled = |text: &str| text.is_empty().then(|| "it must not be empty".to_string());

    let slug = answer(flags.slug, "--slug: the permanent name, in kebab-case, such as gmail-mailbox-full", |slug| {
        if !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Some(format!("`{slug}` is not kebab-case: lower-case letters, digits and hyphens"));
        }
        let taken = catalog.by_slug(slug).map(|entry| format!("`{slug}` is already a name of `{}`", entry.slug));
        taken.or_else(|| filled(slug))
    })?;
    let question =
        "--provider: the provider whose wording it is, such as gmail; generic for wording that many servers share";
    let provider = answer(flags.provider, question, |id| one_of(&providers, id))?;
    let title = answer(flags.title, "--title: what happened, in one line without a full stop", filled)?;
    let question = format!("--category: one of {}", categories.join(", "));
    let category = answer(flags.category, &question, |slug| one_of(&categories, slug))?;
    let mut examples = flags.example;
    if examples.is_empty() {
        examples.push(answer(None, "--example: a complete reply line as the server wrote it", filled)?);
    }
    let (mut codes, mut texts) = (flags.code, flags.text);
    if codes.is_empty() && texts.is_empty() {
        // The example usually holds the code.
        codes = Reply::parse(&examples[0]).status.map(|code| code.to_string()).into_iter().collect();
        texts.push(answer(None, "--text: the part of it that never changes", filled)?);
    }

    let stub =
        Stub { slug, provider, title, codes, texts, category, examples, today: ndr_catalog::today(), meaning: None };
    let (text, line) = stub.insert(name, &read(name)?).map_err(|problems| counted(&problems))?;
    write(name, &text)?;
    println!("{name}:{line} holds the new entry `{}`; now improve its sentences", stub.slug);
    let summary = check(name).map_err(|problems| format!("{problems}\nthe entry was written; fix it in {name}"))?;
    println!("{summary}");
    Ok(())
}

/// Returns the value of an option, or else asks for it at the terminal. `wrong` explains what is wrong with a value.
fn answer(given: Option<String>, question: &str, wrong: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    if let Some(given) = given {
        return wrong(&given).map_or(Ok(given), Err);
    }
    if !std::io::stdin().is_terminal() {
        return Err(format!("missing {question}"));
    }
    loop {
        eprint!("{question}\n> ");
        let mut line = String::new();
        if std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())? == 0 {
            return Err("nothing was written".to_string());
        }
        match wrong(line.trim()) {
            None => return Ok(line.trim().to_string()),
            Some(error) => eprintln!("{error}"),
        }
    }
}

/// Renders the counts as a table for the terminal.
fn stats(catalog: &Catalog) -> String {
    let mut rows = crate::stats::rows(catalog);
    rows.push(crate::stats::total(catalog));
    let mut lines = vec![("provider".to_string(), crate::stats::HEAD.map(str::to_string))];
    lines.extend(rows.iter().map(|row| (row.id.to_string(), row.cells())));
    let wide = |nth: usize| lines.iter().map(|(_, cells)| cells[nth].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..crate::stats::HEAD.len()).map(wide).collect();
    let first = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, cells): &(String, [String; 8])| {
        let cells: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        format!("{name:<first$}  {}\n", cells.join("  "))
    };
    lines.iter().map(line).collect()
}

/// How many examples lead to another entry, and which entries need a host; with `all`, which examples.
fn strays(catalog: &Catalog, all: bool) -> String {
    let found = ndr_catalog::astray(catalog);
    let examples: usize = catalog.entries().iter().map(|entry| entry.examples.len()).sum();
    let of = |through| found.iter().filter(|stray| stray.through == through).count();
    let mut out = format!(
        "of {examples} examples, {} lead to another entry by themselves and {} through an unknown host\n",
        of(ndr_catalog::Through::Bare),
        of(ndr_catalog::Through::UnknownHost)
    );
    for stray in found.iter().filter(|_| all) {
        let through = match stray.through {
            ndr_catalog::Through::Bare => "bare",
            ndr_catalog::Through::UnknownHost => "host",
            ndr_catalog::Through::OwnHost => "own",
            ndr_catalog::Through::OtherHost => "other",
        };
        out += &format!("{through}\t{}\t{}\t{}\n", stray.slug, stray.to.unwrap_or("nothing"), stray.example);
    }
    let twins = ndr_catalog::twins(catalog);
    out += &format!("{} pairs of entries share a text, and nothing tells them apart\n", twins.len());
    for (one, other, text) in twins.iter().filter(|_| all) {
        out += &format!("twins\t{one}\t{other}\t{text}\n");
    }
    let needy: Vec<(&str, &str)> =
        catalog.entries().iter().filter_map(|entry| Some((entry.slug, entry.needs_host?))).collect();
    out += &format!("{} entries need a host:\n", needy.len());
    let width = needy.iter().map(|(slug, _)| slug.len()).max().unwrap_or(0);
    for (slug, reason) in needy {
        out += &format!("  {slug:width$}  {reason}\n");
    }
    out
}

/// How many entries have a grade and which; with `all`, the stale ones.
fn grades(text: &str, reviews: &str, all: bool) -> String {
    let entries = ndr_catalog::entry_hashes(text).len();
    let (reviews, _) = ndr_catalog::reviews(REVIEW, reviews, text);
    let fresh: Vec<&ndr_catalog::Review> = reviews.iter().filter(|review| review.is_fresh).collect();
    let graded: std::collections::BTreeSet<&str> = fresh.iter().map(|review| review.slug.as_str()).collect();
    let stale: Vec<&ndr_catalog::Review> =
        reviews.iter().filter(|review| !review.is_fresh && !graded.contains(review.slug.as_str())).collect();
    let mut out = format!("{} of {entries} entries have a grade, {} stale grades", graded.len(), stale.len());
    if !fresh.is_empty() {
        let sum: u32 = fresh.iter().map(|review| u32::from(review.grade)).sum();
        let of = |grade: u8| fresh.iter().filter(|review| review.grade == grade).count();
        out += &format!(
            "; mean {:.2}; {} of grade 3, {} of 2, {} of 1, {} of 0",
            f64::from(sum) / fresh.len() as f64,
            of(3),
            of(2),
            of(1),
            of(0)
        );
    }
    out += "\n";
    for review in fresh.iter().filter(|review| review.grade < 2) {
        out += &format!("grade {}\t{}\t{}\n", review.grade, review.slug, review.missing);
    }
    for review in stale.iter().filter(|_| all) {
        out += &format!("stale\t{}\tgrade {} of {}\t{}\n", review.slug, review.grade, review.date, review.missing);
    }
    out
}

/// How many entries cite a public place, and how many only say that they are inferred; with `all`, which have neither.
fn sources(catalog: &Catalog, all: bool) -> String {
    let entries = catalog.entries();
    let is_public = |entry: &&Entry| entry.sources.iter().any(|source| source.url.is_some());
    let is_inferred = |entry: &&Entry| entry.sources.iter().all(|source| source.trust == ndr_resolve::Trust::Inferred);
    let share = |count: usize| 100.0 * count as f64 / entries.len().max(1) as f64;
    let public = entries.iter().filter(is_public).count();
    let inferred = entries.iter().filter(is_inferred).count();
    let bare: Vec<&Entry> = entries.iter().filter(|entry| !is_public(entry) && !is_inferred(entry)).collect();
    let mut out = format!(
        "{public} of {} entries ({:.1} %) have a public source, {inferred} ({:.1} %) are inferred, {} have neither\n",
        entries.len(),
        share(public),
        share(inferred),
        bare.len()
    );
    for entry in bare.iter().filter(|_| all) {
        let names: Vec<&str> = entry.sources.iter().map(|source| source.name).collect();
        out += &format!("unsourced\t{}\t{}\n", entry.slug, names.join("; "));
    }
    out
}

/// Prints lines of catalog.review.tsv to fill in.
fn review(slugs: &[String]) -> Result<(), String> {
    let text = read(CATALOG)?;
    let (reviews, _) = ndr_catalog::reviews(REVIEW, &read(REVIEW).unwrap_or_default(), &text);
    let is_done = |slug: &str| reviews.iter().any(|review| review.slug == slug && review.is_fresh);
    for (slug, hash) in ndr_catalog::entry_hashes(&text) {
        let is_asked = if slugs.is_empty() { !is_done(&slug) } else { slugs.contains(&slug) };
        if is_asked {
            println!("{slug}\t{hash}\t\t{}\t", ndr_catalog::today());
        }
    }
    Ok(())
}

/// Maximum number of entries that `try` shows.
const MOST: usize = 10;

/// Lists the entries that match a text: the winner, then the entry that would win without it, and so on.
fn attempt(catalog: &Catalog, words: &Try) -> String {
    let reply = Reply::parse(&words.text);
    let hosts: Vec<&str> = words.host.iter().map(String::as_str).collect();
    let providers: Vec<&str> = words.provider.iter().map(String::as_str).collect();
    let query = Query {
        text: &words.text,
        status: reply.status,
        inner: &reply.inner,
        reply: reply.code,
        hosts: &hosts,
        providers: &providers,
        command: words.command.as_deref(),
        ..Query::default()
    };
    let shown = |code: Option<String>| code.unwrap_or_else(|| "none".to_string());
    let inner: Vec<String> = reply.inner.iter().map(ToString::to_string).collect();
    let mut out = format!(
        "reply {}, status {}{}\n",
        shown(reply.code.map(|code| code.to_string())),
        shown(reply.status.map(|code| code.to_string())),
        if inner.is_empty() { String::new() } else { format!(", also {}", inner.join(", ")) }
    );
    let mut entries: Vec<Entry> = catalog.entries().to_vec();
    let mut rest = catalog.clone();
    for place in 1..=MOST {
        let answer = rest.resolve(&query);
        let Some(winner) = answer.entry.map(|at| rest.entries()[at]) else {
            out += match place {
                1 => "\nno entry matches\n",
                _ => "\nwithout these, no entry matches\n",
            };
            for at in &answer.others {
                out += &format!("  has the code, but no matching text: {}\n", rest.entries()[*at].slug);
            }
            return out;
        };
        out += match place {
            1 => "\nwins\n",
            2 => "\nwithout it\n",
            _ => "\nthen\n",
        };
        out += &why(&winner, &answer, words, &reply);
        entries.retain(|entry| entry.slug != winner.slug);
        match Catalog::build(entries.clone(), catalog.providers().to_vec()) {
            Ok(smaller) => rest = smaller,
            Err(_) => return out,
        }
    }
    out + "\nand more\n"
}

/// Describes one entry and the evidence for it.
fn why(entry: &Entry, answer: &Resolution, words: &Try, reply: &Reply) -> String {
    let mut out = format!("  {} ({}, {}): {}\n", entry.slug, entry.provider, entry.category, entry.title);
    let basis = answer.basis.unwrap_or(Basis::Class);
    out += &format!("    basis   {}", basis.slug());
    let seen = || reply.status.iter().chain(&reply.inner);
    let fits = |pattern: &&CodePattern| seen().any(|code| pattern.matches(*code));
    let codes: Vec<String> = entry.codes.iter().filter(fits).map(ToString::to_string).collect();
    out += &match (codes.is_empty(), reply.code.filter(|code| entry.replies.contains(code))) {
        (false, _) => format!(" ({})\n", codes.join(", ")),
        (true, Some(code)) if basis == Basis::Class => format!(" (reply {code})\n"),
        _ => "\n".to_string(),
    };
    if let Some((from, to)) = answer.phrase {
        out += &format!("    phrase  {}\n", &words.text[from..to]);
    }
    for (name, value) in &answer.values {
        out += &format!("    {{{name}}} = {value}\n");
    }
    if answer.tied {
        out += "    another entry matches equally well; the fixed order decides\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small_text() -> String {
        let entry = |slug: &str, code: &str, text: &str, was: &str| {
            format!(
                "- slug: {slug}\n  provider: generic\n  title: A title\n  codes: [\"{code}\"]\n  texts: [\"{text}\"]\n  \
                 category: mailbox-full\n  meaning: It is full.\n  steps: {{sender: [Wait a while.]}}\n  \
                 examples: [\"550 {code} {text}\"]\n  sources: [{{name: A, checked: 2026-01-01, trust: observed}}]\n  \
                 was: [{was}]\n"
            )
        };
        format!(
            "providers:\n- id: generic\n  name: Any\nentries:\n{}{}",
            entry("full", "5.2.2", "mailbox of this user is full", ""),
            entry("quota", "5.2.1", "over quota today", "old-quota")
        )
    }

    fn small() -> Catalog {
        ndr_catalog::load("small.yaml", &small_text()).unwrap()
    }

    #[test]
    fn a_released_slug_may_not_vanish() {
        assert_eq!(vanished(&small_text(), "full\nold-quota\nquota\n"), []);
        // A missing slug is reported beside other mistakes too.
        let text = small_text().replace("mailbox-full", "mailbox-ful");
        let lost = Problems(vanished(&text, "full\ngone\n")).to_string();
        assert!(lost.contains("the slug `gone` vanished") && lost.contains("catalog.slugs:2:1"), "{lost}");
        assert!(lost.contains("add was: [gone] to the entry that replaces it"), "{lost}");
    }

    #[test]
    fn try_shows_the_winner_and_the_next() {
        let text = "550 5.2.2 mailbox of this user is full, over quota today".to_string();
        let out = attempt(&small(), &Try { text, host: Vec::new(), provider: Vec::new(), command: None });
        let (first, second) = out.split_once("without it").unwrap();
        assert!(first.contains("full (generic") && first.contains("code+text (5.2.2)"), "{out}");
        assert!(second.contains("quota (generic") && second.contains("phrase  over quota today"), "{out}");
        assert!(second.contains("without these, no entry matches"), "{out}");
    }

    #[test]
    fn stats_are_a_table() {
        let table = stats(&small());
        let widths: Vec<usize> = table.lines().map(str::len).collect();
        assert!(table.starts_with("provider  entries  codes"), "{table}");
        assert!(table.lines().any(|line| line.starts_with("generic") && line.ends_with("2026-01-01")), "{table}");
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    }

    #[test]
    fn stats_show_grades_and_sources() {
        let text = small_text();
        let hash = &ndr_catalog::entry_hashes(&text)[0].1;
        assert!(grades(&text, "", true).starts_with("0 of 2 entries have a grade, 0 stale grades\n"));
        let lines = format!("full\t{hash}\t3\t2026-12-01\t\nquota\tabc\t1\t2026-12-01\tno steps\n");
        assert_eq!(
            grades(&text, &lines, true),
            "1 of 2 entries have a grade, 1 stale grades; mean 3.00; 1 of grade 3, 0 of 2, 0 of 1, 0 of 0\n\
             stale\tquota\tgrade 1 of 2026-12-01\tno steps\n"
        );
        let shown = sources(&small(), true);
        assert!(
            shown.starts_with("0 of 2 entries (0.0 %) have a public source, 0 (0.0 %) are inferred, 2 have neither\n")
        );
        assert!(shown.contains("unsourced\tfull\tA\n"), "{shown}");
    }

    /// Formatting the catalogue loses no line, and formatting it twice changes nothing more.
    #[test]
    fn the_layout_of_the_catalogue() {
        let text = read(CATALOG).unwrap();
        let Ok(once) = ndr_catalog::format(CATALOG, &text) else { return };
        assert_eq!(ndr_catalog::format(CATALOG, &once).unwrap(), once);
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_string()).collect();
            lines.retain(|line| !line.is_empty());
            lines.sort();
            lines
        };
        assert_eq!(sorted(&once), sorted(&text));
    }
}
