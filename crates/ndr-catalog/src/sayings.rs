//! Sentences and replies that prove what the catalogue keeps apart: innocent ones that meet no entry with a sure answer,
//! and tricky ones that meet only what they may.

use crate::problem::Problem;
use ndr_resolve::{Basis, Catalog, Query, Reply, Resolution, Suppress};

/// Checks innocent sentences: one on each line; lines that begin with `#` are comments.
pub fn innocent(file: &str, text: &str, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in lines(text) {
        let answer = ask(catalog, line, None, None);
        let Some(entry) = answer.entry.and_then(|at| catalog.entries().get(at)) else { continue };
        let is_sure = match answer.basis {
            Some(Basis::CodeAndText | Basis::RangeAndText) => true,
            Some(Basis::Text) => is_most(answer.phrase, line),
            _ => false,
        };
        if is_sure {
            let phrase = answer.phrase.and_then(|(from, to)| line.get(from..to)).unwrap_or_default();
            problems.push(problem(
                file,
                (number, line),
                format!("`{}` explains an innocent sentence, because of the words `{phrase}`", entry.slug),
                "make the text of that entry longer, by the words that servers write around it",
            ));
        }
    }
    problems
}

/// Checks tricky replies. Each line has four columns, separated by tabs: what may answer, the SMTP command, the host, the
/// words; `-` leaves a column open. What may answer is a list of categories and slugs, one of which must; with `!` in
/// front, a category, slug or provider that must not; `keep`: no answer that drops the address; `temporary`: none that is
/// permanent.
pub fn tricky(file: &str, text: &str, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in lines(text) {
        let mut complain = |message: String, help: &str| problems.push(problem(file, (number, line), message, help));
        let columns: Vec<&str> = line.split('\t').collect();
        let [may, command, host, words] = columns.as_slice() else {
            complain(format!("{} columns and not four", columns.len()), "what may answer, command, host, words");
            continue;
        };
        let open = |column: &'_ str| (column != "-").then_some(column.to_string());
        let (command, host) = (open(command), open(host));
        let answer = ask(catalog, words, command.as_deref(), host.as_deref());
        let entry = answer.entry.and_then(|at| catalog.entries().get(at));
        let of =
            |name: &str| entry.is_some_and(|entry| [entry.slug, entry.provider, entry.category.slug()].contains(&name));
        let slug = entry.map_or("nothing".to_string(), |entry| format!("`{}`", entry.slug));
        let mut wanted = Vec::new();
        for item in may.split(',') {
            match (item, item.strip_prefix('!')) {
                (_, Some(forbidden)) if of(forbidden) => {
                    complain(format!("{slug} answers, which is {forbidden}"), TRICKY);
                }
                (_, Some(_)) => {}
                ("keep", _) => {
                    if entry.is_some_and(|entry| entry.suppress == Suppress::Yes) {
                        complain(format!("{slug} answers, and drops the address"), TRICKY);
                    }
                }
                ("temporary", _) => {
                    let is_final = entry.is_some_and(|entry| entry.permanent == Some(true));
                    if is_final {
                        complain(format!("{slug} answers, and is permanent"), TRICKY);
                    }
                }
                _ => wanted.push(item),
            }
        }
        if !wanted.is_empty() && !wanted.iter().any(|name| of(name)) {
            complain(format!("{slug} answers, and only {} may", wanted.join(", ")), TRICKY);
        }
    }
    problems
}

const TRICKY: &str =
    "tell that entry apart by code, host, command or words; or correct this line if a right answer may differ";

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn ask(catalog: &Catalog, words: &str, command: Option<&str>, host: Option<&str>) -> Resolution {
    let reply = Reply::parse(words);
    catalog.resolve(&Query {
        text: words,
        status: reply.status,
        inner: &reply.inner,
        reply: reply.code,
        hosts: host.as_slice(),
        command,
        ..Query::default()
    })
}

/// Whether a phrase is half of a sentence or more.
fn is_most(phrase: Option<(usize, usize)>, line: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let phrase = phrase.and_then(|(from, to)| line.get(from..to)).unwrap_or_default();
    letters(phrase) * 2 >= letters(line)
}

fn problem(file: &str, (number, line): (usize, &str), message: String, help: &str) -> Problem {
    Problem {
        file: file.to_string(),
        line: number + 1,
        column: 1,
        excerpt: line.replace('\t', " "),
        message,
        help: Some(help.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let text = "providers:\n- {id: generic, name: Any, kind: software}\nentries:\n\
            - {slug: full, provider: generic, title: Full, codes: [], texts: [\"mailbox is full\"], category: mailbox-full, \
            meaning: It is full., steps: {sender: [Wait.]}, examples: [\"552 mailbox is full\"], \
            sources: [{name: A, checked: 2026-01-01, trust: observed}]}\n\
            - {slug: gone, provider: generic, title: Gone, codes: [\"5.1.1\"], texts: [\"user unknown\"], category: \
            mailbox-unknown, meaning: It is gone., steps: {sender: [Wait.]}, examples: [\"550 5.1.1 user unknown\"], \
            sources: [{name: A, checked: 2026-01-01, trust: observed}]}\n";
        crate::load("small.yaml", text).unwrap()
    }

    #[test]
    fn a_sentence_that_an_entry_explains_is_named() {
        let found = innocent(
            "innocent.txt",
            "# comment\n\nThe mailbox is full.\nOur green mailbox is full of letters again\n",
            &catalog(),
        );
        let shown: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.message.as_str())).collect();
        assert_eq!(shown, [(3, "`full` explains an innocent sentence, because of the words `mailbox is full`")]);
    }

    #[test]
    fn a_tricky_reply_meets_only_what_it_may() {
        let found = |line: &str| -> Vec<String> {
            tricky("tricky.tsv", line, &catalog()).into_iter().map(|problem| problem.message).collect()
        };
        for line in
            ["mailbox-full,keep\t-\t-\t552 mailbox is full", "gone,full\tRCPT TO\tmx.example.net\t552 mailbox is full"]
        {
            assert_eq!(found(line), Vec::<String>::new(), "{line}");
        }
        assert_eq!(found("mailbox-full\t-\t-\t550 user unknown"), ["`gone` answers, and only mailbox-full may"]);
        assert_eq!(found("!generic\t-\t-\t550 user unknown"), ["`gone` answers, which is generic"]);
        assert_eq!(found("keep\t-\t-\t550 user unknown"), ["`gone` answers, and drops the address"]);
        assert_eq!(found("keep\t550 user unknown"), ["2 columns and not four"]);
    }
}
