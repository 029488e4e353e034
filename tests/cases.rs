//! Inputs that were read by hand, each with what a right answer holds. `tests/cases/*.jsonl` has one a line:
//!
//! `text` is the input; `expect` lists, for each field, every value that counts (null: the field may be empty); fields
//! left out are not checked. `act` asks for one of the named actors. `suppress` counts as "no" where there is no
//! diagnosis. `open` says what is still read wrongly: such a case must do no harm, and the mark goes when it is right.
//!
//! An answer does **harm** if somebody who acts on it drops a good address, writes off a bounce, or blames a stranger.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Case {
    id: String,
    text: String,
    expect: Expect,
    #[serde(default)]
    open: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Expect {
    kind: Option<Vec<String>>,
    recipients: Option<Vec<String>>,
    status: Option<Vec<Option<String>>>,
    reply: Option<Vec<Option<Number>>>,
    category: Option<Vec<Option<String>>>,
    suppress: Option<Vec<Option<String>>>,
    act: Option<Vec<String>>,
}

/// A reply code, or `*` for any.
#[derive(Deserialize, PartialEq)]
#[serde(untagged)]
enum Number {
    Code(u16),
    Word(String),
}

/// What is wrong with an answer, and what would do harm.
#[derive(Default)]
struct Judgement {
    wrong: Vec<String>,
    harm: Vec<String>,
}

fn holds<T: PartialEq>(list: &[Option<T>], value: &Option<T>, any: impl Fn(&T) -> bool) -> bool {
    list.contains(value) || list.iter().flatten().any(any)
}

fn judge(case: &Case) -> Judgement {
    let report = ndr::decode(case.text.as_bytes());
    let expect = &case.expect;
    let mut found = Judgement::default();
    let kind = report.kind.slug();
    let is_report = ["failure", "delay", "success"].contains(&kind);
    let first = report.recipients.first();
    let diagnosis = first.and_then(|one| one.diagnosis.as_ref());
    let mut addresses: Vec<String> =
        report.recipients.iter().filter_map(|one| one.address.as_deref()).map(str::to_lowercase).collect();
    addresses.sort();
    if let Some(kinds) = &expect.kind {
        let has = |name: &str| kinds.iter().any(|kind| kind == name);
        if !has(kind) && !has("*") {
            found.wrong.push(format!("kind {kind} for {kinds:?}"));
        }
        if kind == "success" && !has("success") {
            found.harm.push("a bounce is called delivered".into());
        }
        if !["failure", "delay", "success", "*"].iter().any(|name| has(name)) && ["failure", "success"].contains(&kind)
        {
            found.harm.push(format!("no bounce, but called {kind}"));
        }
    }
    if let Some(wanted) = &expect.recipients
        && addresses != *wanted
    {
        found.wrong.push(format!("recipients {addresses:?} for {wanted:?}"));
        if is_report && addresses.iter().any(|address| !wanted.contains(address)) {
            found.harm.push("names a stranger as failed".into());
        }
    }
    let status = first.and_then(|one| one.status).map(|status| status.to_string());
    if expect.status.as_ref().is_some_and(|wanted| !holds(wanted, &status, |any| any == "*")) {
        found.wrong.push(format!("status {status:?}"));
    }
    let reply = first.and_then(|one| one.reply).map(Number::Code);
    let is_any = |any: &Number| matches!(any, Number::Word(word) if word == "*");
    if expect.reply.as_ref().is_some_and(|wanted| !holds(wanted, &reply, is_any)) {
        found.wrong.push(format!("reply {:?}", first.and_then(|one| one.reply)));
    }
    let category = diagnosis.map(|diagnosis| diagnosis.entry.category.slug().to_string());
    let unknown =
        |wanted: &[Option<String>]| category.is_none() && wanted.iter().flatten().any(|name| name == "unknown");
    if expect.category.as_ref().is_some_and(|wanted| !wanted.contains(&category) && !unknown(wanted)) {
        found.wrong.push(format!("category {category:?} ({:?})", diagnosis.map(|diagnosis| diagnosis.entry.slug)));
    }
    if let Some(allowed) = &expect.suppress {
        let count = if expect.recipients.as_ref().is_some_and(|list| list.len() > 1) { 1 } else { usize::MAX };
        let allows = |name: &str| allowed.iter().flatten().any(|allowed| allowed == name);
        for one in report.recipients.iter().take(count) {
            let said = one.diagnosis.as_ref().map_or("no", |diagnosis| diagnosis.suppress.slug());
            let is_allowed = allows(said) || said == "no" && allowed.contains(&None);
            if !is_allowed {
                found.wrong.push(format!("suppress {said} for {allowed:?}"));
                if said == "yes" || said == "after-repeats" && !allows("yes") {
                    found.harm.push(format!("suppress {said}"));
                }
                break;
            }
        }
    }
    if let (Some(wanted), Some(diagnosis)) = (&expect.act, diagnosis)
        && !diagnosis.entry.act.is_empty()
        && !diagnosis.entry.act.iter().any(|actor| wanted.iter().any(|name| name == actor.slug()))
    {
        found.wrong.push(format!("act {:?} for {wanted:?}", diagnosis.entry.act));
    }
    found
}

#[test]
fn every_case_is_answered_as_it_was_read_by_hand() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut count, mut open, mut misses, mut seen) = (0, 0, Vec::new(), BTreeMap::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "jsonl")) {
        let text = std::fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}", file.display(), number + 1);
            let case: Case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert!(
                seen.insert(case.id.clone(), place.clone()).is_none(),
                "{place}: the id {} is there twice",
                case.id
            );
            count += 1;
            let Judgement { wrong, harm } = judge(&case);
            if !harm.is_empty() {
                misses.push(format!("{} HARM {}", case.id, harm.join("; ")));
            }
            match (&case.open, wrong.is_empty()) {
                (None, false) => misses.push(format!("{} {}", case.id, wrong.join("; "))),
                (Some(_), true) => misses.push(format!("{} is right now: take the mark `open` off", case.id)),
                _ => open += usize::from(!wrong.is_empty()),
            }
        }
    }
    assert!(count > 200, "only {count} cases were found");
    assert!(open * 100 <= count * 7, "{open} of {count} cases are read wrongly");
    assert!(misses.is_empty(), "{} of {count} cases:\n{}", misses.len(), misses.join("\n"));
}
