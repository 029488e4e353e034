//! How entries are ranked: by rarity of words, kind of provider, command, and what stands around the words.

use crate::{load, load_overlay};
use ndr_resolve::{Catalog, Query, Reply};

/// A catalogue in which providers differ in kind, and meanings in party and command.
const RANKED: &str = r#"
providers:
- {id: generic, name: Any, kind: software}
- {id: iana, name: IANA, kind: registry}
- {id: host, name: A mailbox host, kind: mailbox-host, hosts: ["*.host.example"], marks: ["HX_###"]}
- {id: list, name: A block list, kind: block-list}
entries:
- {slug: class-four, provider: iana, title: T, codes: ["4.0-999.0-999"], category: unknown, meaning: M., steps: {sender: [S.]}, examples: ["4.9.9"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: class-five, provider: iana, title: T, codes: ["5.0-999.0-999"], category: unknown, meaning: M., steps: {sender: [S.]}, examples: ["5.9.9"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: no-such-mailbox, provider: iana, title: T, codes: ["X.1.1"], category: mailbox-unknown, meaning: M., steps: {sender: [S.]}, examples: ["5.1.1"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: reply-552, provider: iana, title: T, codes: [], replies: [552], category: mailbox-full, meaning: M., steps: {sender: [S.]}, examples: ["552"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: not-available, provider: generic, title: T, codes: [], texts: ["Service not available"], category: throttled, meaning: M., steps: {sender: [S.]}, examples: ["421 Service not available"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: bad-ptr, provider: generic, title: T, codes: [], texts: ["Bad DNS PTR"], category: sending-host, meaning: M., steps: {sender: [S.]}, examples: ["554 Bad DNS PTR"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: mailbox-gone, provider: generic, title: T, codes: [], texts: ["mailbox unavailable"], category: mailbox-unknown, meaning: M., steps: {sender: [S.]}, examples: ["550 mailbox unavailable"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: host-mailbox, provider: host, title: T, codes: ["5.2.1"], texts: ["mailbox unavailable"], category: mailbox-disabled, meaning: M., steps: {sender: [S.]}, examples: ["550 5.2.1 mailbox unavailable"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: host-user, provider: host, title: T, codes: ["5.1.1"], texts: ["Unknown user"], category: mailbox-unknown, meaning: M., steps: {sender: [S.]}, examples: ["550 5.1.1 Unknown user"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: host-filter, provider: host, title: T, codes: ["5.1.1"], texts: ["Unknown user here"], category: recipient-restricted, after: data, about: sender, meaning: M., steps: {sender: [S.]}, examples: ["550 5.1.1 Unknown user here"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: on-list, provider: list, title: T, codes: [], texts: ["listed at LISTEX", "via {ip} ruled out"], category: reputation, meaning: "From {ip|your address}.", steps: {sender: [S.]}, examples: ["550 listed at LISTEX"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
"#;

fn ranked(text: &str, query: Query<'_>) -> Option<(&'static str, Vec<(&'static str, String)>)> {
    let catalog = load("ranked.yaml", RANKED).unwrap();
    let reply = Reply::parse(text);
    let answer =
        catalog.resolve(&Query { text, status: reply.status, inner: &reply.inner, reply: reply.code, ..query });
    Some((catalog.entries().get(answer.entry?)?.slug, answer.values))
}

fn said(text: &str, host: &str) -> Option<&'static str> {
    let hosts = [host];
    ranked(text, Query { hosts: if host.is_empty() { &[] } else { &hosts }, ..Query::default() }).map(|found| found.0)
}

#[test]
fn rare_words_weigh_more_than_common_ones() {
    for text in ["554 Bad DNS PTR; Service not available", "554 Service not available, Bad DNS PTR record"] {
        assert_eq!(said(text, ""), Some("bad-ptr"), "{text}");
    }
    assert_eq!(said("421 Service not available", ""), Some("not-available"));
}

#[test]
fn the_words_of_a_mailbox_host_are_its_own() {
    assert_eq!(said("550 5.2.1 mailbox unavailable", "mx.example.net"), Some("mailbox-gone"));
    assert_eq!(said("550 5.2.1 mailbox unavailable", "mx.host.example"), Some("host-mailbox"));
    // A mark says whose words they are, whoever relays them.
    assert_eq!(said("550 5.2.1 mailbox unavailable HX_123", "mx.example.net"), Some("host-mailbox"));
    assert_eq!(said("550 5.2.1 mailbox unavailable HX_12", "mx.example.net"), Some("mailbox-gone"));
    // A list is quoted by any host.
    assert_eq!(said("550 listed at LISTEX", "mx.host.example"), Some("on-list"));
}

#[test]
fn the_command_tells_meanings_apart() {
    let after = |command: Option<&'static str>| {
        let query = Query { hosts: &["mx.host.example"], command, ..Query::default() };
        ranked("550 5.1.1 Unknown user here", query).map(|found| found.0)
    };
    assert_eq!(after(Some("end of DATA")), Some("host-filter"));
    assert_eq!(after(Some("RCPT TO")), Some("host-user"));
    // Without the command, the meaning that needs none.
    assert_eq!(after(None), Some("host-user"));
}

/// As [`RANKED`], with a code that only one host uses, and an entry that needs its host.
fn told_apart(text: &str, host: Option<&str>) -> Option<&'static str> {
    const MORE: &str = r#"
- {slug: host-own-code, provider: host, title: T, codes: ["5.1.90"], texts: ["mailbox unavailable"], category: mailbox-disabled, meaning: M., steps: {sender: [S.]}, examples: ["550 5.1.90 mailbox unavailable"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: host-fuller, provider: host, title: T, codes: [], texts: ["mailbox unavailable, frobnicate it"], category: mailbox-disabled, meaning: M., steps: {sender: [S.]}, examples: ["550 mailbox unavailable, frobnicate it"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
- {slug: list-full, provider: list, title: T, codes: [], texts: ["zilch quota"], needs_host: any server says so, category: mailbox-full, meaning: M., steps: {sender: [S.]}, examples: ["550 zilch quota"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}
"#;
    let catalog = load("ranked.yaml", &format!("{RANKED}{}", MORE.trim_start())).unwrap();
    let reply = Reply::parse(text);
    let query = Query { text, status: reply.status, reply: reply.code, hosts: host.as_slice(), ..Query::default() };
    let found =
        |text: &Query<'_>| catalog.resolve(text).entry.and_then(|at| catalog.entries().get(at)).map(|entry| entry.slug);
    found(&query)
}

#[test]
fn what_tells_a_stranger_from_a_provider() {
    let elsewhere = Some("mx.example.net");
    for (text, host, slug) in [
        // A code that nobody else uses, with its words.
        ("550 5.1.90 mailbox unavailable", elsewhere, "host-own-code"),
        ("550 5.1.90 nothing known", elsewhere, "class-five"),
        // A code of the registry tells nothing.
        ("550 5.2.1 mailbox unavailable", elsewhere, "mailbox-gone"),
        // The fuller statement.
        ("550 mailbox unavailable, frobnicate it", elsewhere, "host-fuller"),
        ("550 mailbox unavailable, do it", elsewhere, "mailbox-gone"),
        // What needs its host answers for nobody else, nor where nobody is known.
        ("550 5.9.9 zilch quota", elsewhere, "class-five"),
        ("550 5.9.9 zilch quota", None, "class-five"),
    ] {
        assert_eq!(told_apart(text, host), Some(slug), "{text}");
    }
}

#[test]
fn common_words_need_something_beside_them() {
    let asked =
        |text: &str, is_reported: bool| ranked(text, Query { is_reported, ..Query::default() }).map(|found| found.0);
    let long = "they say that the mailbox unavailable sign on the door was painted by the children of the neighbours";
    assert_eq!(asked(long, false), None);
    assert_eq!(asked(long, true), Some("mailbox-gone"));
    assert_eq!(asked(&format!("550 {long}"), false), Some("mailbox-gone"));
    assert_eq!(asked("mailbox unavailable", false), Some("mailbox-gone"));
    assert_eq!(asked("the mailbox unavailable sign", false), Some("mailbox-gone"));
}

#[test]
fn words_inside_names_match_nothing() {
    for text in [
        "550 <mailbox-unavailable@example.com> 5.9.9",
        "550 5.9.9 see https://example.com/mailbox/unavailable",
        "550 5.9.9 by mailbox.unavailable.example.com",
        "550 5.9.9 the subject \"mailbox unavailable\"",
    ] {
        assert_eq!(said(text, ""), Some("class-five"), "{text}");
    }
    for text in [
        "550 <a@example.com>: mailbox unavailable",
        "550 a@example.com...mailbox unavailable",
        "550 'mailbox unavailable'",
    ] {
        assert_eq!(said(text, ""), Some("mailbox-gone"), "{text}");
    }
}

#[test]
fn masked_and_bracketed_addresses_fill_a_hole() {
    for (text, value) in [
        ("550 via [192.0.2.10      12] ruled out", Some("192.0.2.10")),
        ("550 via [2001:db8::25] ruled out", Some("2001:db8::25")),
        ("550 via [IPv6:2001:db8::] ruled out", Some("2001:db8::")),
        ("550 via [x.xx.xx.x] ruled out", None),
        ("550 via *** ruled out", None),
        ("550 via [192.0.2.x] ruled out", None),
    ] {
        let found = ranked(text, Query::default()).unwrap();
        assert_eq!(found.0, "on-list", "{text}");
        assert_eq!(found.1.first().map(|(_, value)| value.as_str()), value, "{text}");
    }
    for text in ["550 via mx ruled out", "550 via 192.0.2 ruled out", "550 via xx ruled out"] {
        assert_ne!(said(text, ""), Some("on-list"), "{text}");
    }
}

#[test]
fn a_code_alone_means_little_beside_unknown_words() {
    for (text, slug) in [
        ("552", "reply-552"),
        ("552 Invalid structure", "class-five"),
        ("4.1.1", "no-such-mailbox"),
        ("452 4.1.1 too many recent messages", "class-four"),
        ("550 5.1.1 zilch zero nada", "no-such-mailbox"),
    ] {
        assert_eq!(said(text, ""), Some(slug), "{text}");
    }
}

/// The whole catalogue.
fn record() -> Catalog {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml");
    load("catalog.yaml", &std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn an_overlay_changes_no_answer_that_it_does_not_match() {
    let base = record();
    let overlay = "entries:\n- {slug: ours, provider: generic, title: T, codes: [], texts: [\"zorblax user mailbox access denied service\", \"quux {any} rejected {ip} blocked\"], category: policy, meaning: M., steps: {sender: [S.]}, examples: [\"550 zorblax user mailbox access denied service\"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}\n";
    let with = load_overlay(&base, "own.yaml", overlay).unwrap();
    for entry in base.entries() {
        for text in entry.examples {
            let answers = [&base, &with].map(|catalog| {
                let reply = Reply::parse(text);
                let query =
                    Query { text, status: reply.status, inner: &reply.inner, reply: reply.code, ..Query::default() };
                let answer = catalog.resolve(&query);
                let slug = |at: usize| catalog.entries().get(at).map(|entry| entry.slug);
                (answer.entry.and_then(slug), answer.basis, answer.phrase, answer.values)
            });
            assert_eq!(answers[0], answers[1], "{text}");
        }
    }
}
