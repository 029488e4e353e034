//! Every code and every text that is known of a provider leads to an entry of its own: of that provider, of the right
//! category, and by more than a range or a class.

use ndr::{Basis, Entry, ParsedReply, Query, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// A line of facts.tsv.
struct Fact {
    place: &'static str,
    context: &'static str,
    code: &'static str,
    reply: &'static str,
    text: &'static str,
    provider: &'static str,
    category: &'static str,
}

fn facts() -> Vec<Fact> {
    let lines = include_str!("facts.tsv").lines().filter(|line| !line.starts_with('#'));
    let fact = |line: &'static str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [place, context, code, reply, text, provider, category] = cells[..] else { panic!("{line}") };
        Fact { place, context, code, reply, text, provider, category }
    };
    lines.map(fact).collect()
}

impl Fact {
    /// The line as the server wrote it.
    fn words(&self) -> String {
        let cells = [self.reply, self.code, self.text];
        cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Who is known to have said it.
    fn providers(&self) -> Vec<&'static str> {
        match self.context {
            "" => Vec::new(),
            "microsoft" => vec!["exchange-online", "hve", "outlook-com", "exchange-server"],
            provider => vec![provider],
        }
    }

    /// What it leads to when `words` are all that was said.
    fn resolve(&self, words: &str) -> Resolution {
        let reply = ParsedReply::parse(words);
        ndr::catalog().resolve(&Query {
            text: words,
            status: reply.status,
            inner: &reply.inner,
            reply: reply.code,
            providers: &self.providers(),
            ..Query::default()
        })
    }
}

fn entry(at: usize) -> &'static Entry {
    &ndr::catalog().entries()[at]
}

/// No fact was lost on the way: so many rows of each source are here.
#[test]
fn all_facts_are_there() {
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for fact in facts() {
        places.entry(fact.place.split(' ').next().unwrap_or_default()).or_default().insert(fact.place);
    }
    let counts: Vec<(&str, usize)> = places.iter().map(|(source, places)| (*source, places.len())).collect();
    assert_eq!(counts, [("exchange-online", 75), ("extra", 68), ("hve", 16), ("iana", 137), ("providers", 457)]);
}

#[test]
fn each_fact_leads_to_an_entry_of_its_own() {
    let mut wrong = Vec::new();
    for fact in facts() {
        let words = fact.words();
        let answer = fact.resolve(&words);
        let found = answer.entry.map(entry);
        // 5.0.0 says nothing, and a bare reply code is all that its own entry stands for.
        let says_little = fact.code.ends_with(".0.0") || (fact.code.is_empty() && fact.text.is_empty());
        let strong = answer.basis.is_some_and(|basis| basis <= Basis::Code) || says_little;
        let right = found.is_some_and(|entry| {
            entry.provider == fact.provider && entry.category.slug() == fact.category && strong && !answer.tied
        });
        if !right {
            let got = found.map(|entry| (entry.slug, entry.provider, entry.category.slug()));
            wrong.push(format!("{}: {words}: {got:?} {:?}, tied: {}", fact.place, answer.basis, answer.tied));
        }
    }
    assert!(wrong.is_empty(), "{} facts lead elsewhere:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same words lead to the same kind of trouble in a message that does not say who wrote them, where they are
/// Microsoft's: most such reports are pasted without any host.
#[test]
fn microsoft_needs_no_host() {
    let mut wrong = Vec::new();
    for fact in facts().into_iter().filter(|fact| fact.context == "microsoft") {
        let words = fact.words();
        let report = ndr::explain(&words);
        let got = report.recipients.first().and_then(|recipient| recipient.diagnosis.as_ref());
        let got = got.map(|diagnosis| (diagnosis.entry.provider, diagnosis.entry.category.slug()));
        if got != Some((fact.provider, fact.category)) {
            wrong.push(format!("{}: {words}: {got:?}", fact.place));
        }
    }
    assert!(wrong.is_empty(), "{} facts lead elsewhere:\n{}", wrong.len(), wrong.join("\n"));
}

/// A code without its words names the entries that it may mean, first those of whoever said it.
#[test]
fn a_code_alone_is_no_dead_end() {
    let mut wrong = Vec::new();
    for fact in facts().into_iter().filter(|fact| !fact.code.is_empty()) {
        let answer = fact.resolve(fact.code);
        let named: Vec<&Entry> = answer.entry.into_iter().chain(answer.others).map(entry).collect();
        let known = |entry: &&Entry| {
            let status = fact.code.parse().ok();
            entry.codes.iter().any(|code| status.is_some_and(|status| code.matches(status)))
        };
        if !named.iter().any(known) {
            wrong.push(format!("{} {}: {}", fact.place, fact.context, fact.code));
        }
    }
    assert!(wrong.is_empty(), "{} codes alone say nothing:\n{}", wrong.len(), wrong.join("\n"));
}
