//! What is said of every kind of mistake, and what an overlay may do.

use crate::{Stub, format, load, load_overlay};
use insta::assert_snapshot;
use ndr_resolve::{Query, Reply};

const PROVIDERS: &str = "\
providers:
- id: generic
  name: Any mail server
- id: gmail
  name: Gmail
  hosts: [\"*.google.com\"]

entries:
";

/// An entry without a mistake.
const GOOD: &str = "\
- slug: mailbox-is-full
  provider: generic
  title: The mailbox is full
  codes: [\"5.2.2\"]
  replies: [552]
  texts:
    - \"quota of {address} is used up\"
  category: mailbox-full
  meaning: >-
    The mailbox of {address|the recipient} is full.
  steps:
    sender:
      - Send the message again later.
  links: [\"https://example.com/quota\"]
  examples:
    - \"552 5.2.2 quota of user@example.com is used up\"
  sources:
    - name: A page
      url: https://example.com/source
      checked: 2026-11-23
      trust: documented
";

/// A second entry without a mistake, made of the first.
fn second(changes: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("slug: mailbox-is-full", "slug: mailbox-is-off"),
        ("5.2.2", "5.2.1"),
        ("quota of {address} is used up", "mailbox of {address} is switched off"),
        ("quota of user@example.com is used up", "mailbox of user@example.com is switched off"),
    ];
    all.extend(changes);
    changed(GOOD, &all)
}

/// The text with something replaced. What is to be replaced must be there.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_string(), |text, (old, new)| {
        assert!(text.contains(old), "no `{old}` in\n{text}");
        text.replace(old, new)
    })
}

/// What is said of a catalogue with this text after the providers.
fn said(entries: &str) -> String {
    load("catalog.yaml", &format!("{PROVIDERS}{entries}")).expect_err("there is a mistake").to_string()
}

/// What is said of the good entry with a change.
fn broken(old: &str, new: &str) -> String {
    said(&changed(GOOD, &[(old, new)]))
}

#[test]
fn no_mistakes() {
    let catalog = load("catalog.yaml", &format!("{PROVIDERS}{GOOD}\n{}", second(&[]))).unwrap();
    assert_eq!(catalog.entries().len(), 2);
    assert_eq!(catalog.providers()[1].hosts, ["*.google.com"]);
    assert_eq!(catalog.entries()[0].meaning_with(&[]), "The mailbox of the recipient is full.");
}

#[test]
fn unknown_field() {
    assert_snapshot!(broken("links:", "link:"), @r#"
    error: unknown field `link`
      --> catalog.yaml:22:3
       |
    22 |   link: ["https://example.com/quota"]
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: did you mean `links`?
    "#);
}

#[test]
fn unknown_category() {
    assert_snapshot!(broken("category: mailbox-full", "category: mailbox-ful"), @r#"
    error: `mailbox-ful` is no category; did you mean `mailbox-full`? They are: mailbox-unknown, mailbox-disabled, mailbox-moved, mailbox-full, address-invalid, domain-unknown, recipient-restricted, sender-rejected, account-blocked, sending-limit, authentication-required, relay-denied, sender-authentication, sending-host, reputation, spam-content, malicious-content, content, message-malformed, message-too-large, too-many-recipients, throttled, transport-security, routing, host-unreachable, expired, system-error, protocol-error, policy, unknown
      --> catalog.yaml:16:13
       |
    16 |   category: mailbox-ful
       |             ^^^^^^^^^^^
    "#);
}

#[test]
fn bad_code() {
    assert_snapshot!(broken("\"5.2.2\"]", "\"5.2.2\", \"5.22\"]"), @r#"
    error: `5.22` is not a code pattern: write class.subject.detail, as in "5.7.1", "4.7.500-699" or "X.7.1"
      --> catalog.yaml:12:20
       |
    12 |   codes: ["5.2.2", "5.22"]
       |                    ^^^^^^^
    "#);
}

#[test]
fn code_without_quotes() {
    assert_snapshot!(broken("[\"5.2.2\"]", "[5.2]"), @r#"
    error: `5.2` is not a code pattern: write class.subject.detail, as in "5.7.1", "4.7.500-699" or "X.7.1"
      --> catalog.yaml:12:11
       |
    12 |   codes: [5.2]
       |           ^^^^
    "#);
}

#[test]
fn bad_range() {
    assert_snapshot!(broken("5.2.2\"]", "5.2.9-2\"]"), @r#"
    error: `5.2.9-2` is not a code pattern: a range runs from the lower number to the higher, as in 500-699
      --> catalog.yaml:12:11
       |
    12 |   codes: ["5.2.9-2"]
       |           ^^^^^^^^^^
    "#);
}

#[test]
fn bad_slug() {
    assert_snapshot!(broken("mailbox-is-full", "Mailbox_full"), @r#"
    error: `Mailbox_full` is not kebab-case: lower-case letters, digits and single hyphens, 60 at most, a letter first
     --> catalog.yaml:9:9
      |
    9 | - slug: Mailbox_full
      |         ^^^^^^^^^^^^
    "#);
}

#[test]
fn slug_used_twice() {
    assert_snapshot!(said(&format!("{GOOD}\n{}", second(&[("mailbox-is-off", "mailbox-is-full")]))), @r#"
    error: the slug `mailbox-is-full` is used twice
      --> catalog.yaml:31:3
       |
    31 | - slug: mailbox-is-full
       |   ^^^^^^^^^^^^^^^^^^^^^
       = help: a slug is permanent and names one meaning
    "#);
}

#[test]
fn former_slug_used_again() {
    let entries = format!("{GOOD}  was: [mailbox-is-off]\n\n{}", second(&[]));
    assert_snapshot!(said(&entries), @r#"
    error: the slug `mailbox-is-off` is already a name of `mailbox-is-full`
      --> catalog.yaml:32:3
       |
    32 | - slug: mailbox-is-off
       |   ^^^^^^^^^^^^^^^^^^^^
       = help: a slug is permanent and names one meaning
    "#);
}

#[test]
fn two_entries_that_nothing_tells_apart() {
    let twin =
        changed(GOOD, &[("mailbox-is-full", "mailbox-too-full"), ("quota of {address} is", "QUOTA of {address}, is")]);
    assert_snapshot!(said(&format!("{GOOD}\n{twin}")), @r#"
    error: nothing tells this entry from `mailbox-is-full`: both have the text `QUOTA of {address}, is used up` and the same codes
      --> catalog.yaml:37:7
       |
    37 |     - "QUOTA of {address}, is used up"
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: make one text longer, give them different codes, or join the two entries
    "#);
}

#[test]
fn two_entries_with_a_code_and_no_text() {
    let bare = |text: &str| {
        changed(
            text,
            &[
                ("  texts:\n    - \"quota of {address} is used up\"\n", ""),
                ("{address|the recipient}", "the recipient"),
            ],
        )
    };
    let twin = bare(&changed(GOOD, &[("mailbox-is-full", "mailbox-too-full")]));
    assert_snapshot!(said(&format!("{}\n{twin}", bare(GOOD))), @r#"
    error: nothing tells this entry from `mailbox-is-full`: both claim the same code and have no texts
      --> catalog.yaml:32:3
       |
    32 |   codes: ["5.2.2"]
       |   ^^^^^^^^^^^^^^^^
       = help: add `texts:` to one of them
    "#);
}

#[test]
fn hole_of_unknown_type() {
    assert_snapshot!(broken("quota of {address}", "quota of {person}"), @r#"
    error: `{person}` is no known hole; the types are {ip} {domain} {address} {host} {number} {tag} {url} {any}
      --> catalog.yaml:15:7
       |
    15 |     - "quota of {person} is used up"
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: a text is words that servers use, with holes such as {ip} for what changes; CONTRIBUTING.md explains them

    error: no text of this entry catches a value named `address`
      --> catalog.yaml:17:3
       |
    17 |   meaning: >-
       |   ^^^^^^^^^^^
       = help: add a text with that hole, or write the sentence without it
    "#);
}

#[test]
fn sentence_hole_without_fallback() {
    assert_snapshot!(broken("{address|the recipient}", "{address}"), @r#"
    error: `{address}` in a sentence has no words to use when nothing was caught
      --> catalog.yaml:17:3
       |
    17 |   meaning: >-
       |   ^^^^^^^^^^^
       = help: write {name|fallback words}, as in {ip|your sending address}
    "#);
}

#[test]
fn sentence_hole_that_nobody_catches() {
    assert_snapshot!(broken("Send the message again later", "Wait for {number|some} hours"), @r#"
    error: no text of this entry catches a value named `number`
      --> catalog.yaml:21:9
       |
    21 |       - Wait for {number|some} hours.
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: add a text with that hole, or write the sentence without it
    "#);
}

#[test]
fn example_missing() {
    let example = "  examples:\n    - \"552 5.2.2 quota of user@example.com is used up\"\n";
    assert_snapshot!(broken(example, "  examples: []\n"), @r#"
    error: there is no example
      --> catalog.yaml:23:3
       |
    23 |   examples: []
       |   ^^^^^^^^^^^^
       = help: add a whole reply line as a server would write it
    "#);
}

#[test]
fn example_of_another_entry() {
    let entries = format!(
        "{GOOD}\n{}",
        second(&[("mailbox of user@example.com is switched off", "quota of user@example.com is used up")])
    );
    assert_snapshot!(said(&entries), @r#"
    error: this example resolves to `mailbox-is-full` and not to its own entry, because of the words `quota of user@example.com is used up`
      --> catalog.yaml:46:7
       |
    46 |     - "552 5.2.1 quota of user@example.com is used up"
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: give this entry a longer or more fitting text, or move the example to the other entry
    "#);
}

#[test]
fn example_of_no_entry() {
    assert_snapshot!(broken("552 5.2.2 quota of user@example.com is used up", "the mailbox is full"), @r#"
    error: this example resolves to no entry
      --> catalog.yaml:24:7
       |
    24 |     - "the mailbox is full"
       |       ^^^^^^^^^^^^^^^^^^^^^
       = help: it must hold one of the entry's `texts`, or its code where no other entry has that code
    "#);
}

#[test]
fn field_missing() {
    assert_snapshot!(broken("  title: The mailbox is full\n", ""), @r#"
    error: the field `title` is missing
     --> catalog.yaml:9:1
      |
    9 | - slug: mailbox-is-full
      | ^^^^^^^^^^^^^^^^^^^^^^^
      = help: add `title:` to this item; CONTRIBUTING.md shows an entry with all its fields
    "#);
}

#[test]
fn field_twice() {
    assert_snapshot!(broken("  replies: [552]\n", "  replies: [552]\n  replies: [550]\n"), @r#"
    error: the field `replies` stands here twice
     --> catalog.yaml:9:3
      |
    9 | - slug: mailbox-is-full
      |   ^^^^^^^^^^^^^^^^^^^^^
      = help: join the two, or remove one
    "#);
}

#[test]
fn title_with_a_full_stop() {
    assert_snapshot!(broken("title: The mailbox is full", "title: The mailbox is full."), @r#"
    error: a title is one line of at most 90 characters without a full stop
      --> catalog.yaml:11:3
       |
    11 |   title: The mailbox is full.
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: say in it what happened; the meaning says the rest
    "#);
}

#[test]
fn link_without_https() {
    assert_snapshot!(broken("https://example.com/quota", "http://example.com/quota"), @r#"
    error: `http://example.com/quota` is not an https link
      --> catalog.yaml:22:10
       |
    22 |   links: ["http://example.com/quota"]
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: use the page's https address, or leave the link out
    "#);
}

#[test]
fn bad_date() {
    assert_snapshot!(broken("2026-11-23", "23.11.2026"), @r#"
    error: `23.11.2026` is not a date; write YYYY-MM-DD, as in 2026-11-23
      --> catalog.yaml:28:16
       |
    28 |       checked: 23.11.2026
       |                ^^^^^^^^^^
    "#);
}

#[test]
fn unknown_provider() {
    assert_snapshot!(broken("provider: generic", "provider: gmial"), @r#"
    error: there is no provider `gmial`
      --> catalog.yaml:10:3
       |
    10 |   provider: gmial
       |   ^^^^^^^^^^^^^^^
       = help: did you mean `gmail`?
    "#);
}

#[test]
fn address_dropped_for_the_sender_s_trouble() {
    assert_snapshot!(broken("category: mailbox-full", "category: reputation\n  suppress: \"yes\""), @r#"
    error: this is the sender's own trouble, so the recipient's address must not be dropped
      --> catalog.yaml:17:3
       |
    17 |   suppress: "yes"
       |   ^^^^^^^^^^^^^^^
       = help: write suppress: "no"
    "#);
}

#[test]
fn no_steps() {
    assert_snapshot!(broken("  steps:\n    sender:\n      - Send the message again later.\n", "  steps: {}\n"), @r#"
    error: there are no steps
      --> catalog.yaml:19:3
       |
    19 |   steps: {}
       |   ^^^^^^^^^
       = help: say what the sender or the admin does next
    "#);
}

#[test]
fn nothing_leads_to_it() {
    let text = changed(
        GOOD,
        &[
            ("[\"5.2.2\"]", "[]"),
            ("[552]", "[]"),
            ("  texts:\n    - \"quota of {address} is used up\"\n", ""),
            ("{address|the recipient}", "the recipient"),
        ],
    );
    assert_snapshot!(said(&text), @r#"
    error: nothing leads to this entry: it has no code, no reply and no text
     --> catalog.yaml:9:3
      |
    9 | - slug: mailbox-is-full
      |   ^^^^^^^^^^^^^^^^^^^^^
      = help: add `codes:`, or `texts:` with the words that servers use
    "#);
}

#[test]
fn item_before_its_section() {
    let problems = load("catalog.yaml", GOOD).unwrap_err();
    assert_snapshot!(problems, @r#"
    error: an item stands before `providers:` or `entries:`
     --> catalog.yaml:1:1
      |
    1 | - slug: mailbox-is-full
      | ^^^^^^^^^^^^^^^^^^^^^^^

    error: items of the top level begin in the first column
     --> catalog.yaml:7:1
      |
    7 |     - "quota of {address} is used up"
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:13:1
       |
    13 |       - Send the message again later.
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:16:1
       |
    16 |     - "552 5.2.2 quota of user@example.com is used up"
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:18:1
       |
    18 |     - name: A page
       | ^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too
    "#);
}

#[test]
fn unknown_section() {
    assert_snapshot!(said(&format!("{GOOD}\nentires:\n")), @r#"
    error: `entires:` is no section of a catalogue
      --> catalog.yaml:31:1
       |
    31 | entires:
       | ^^^^^^^^
       = help: did you mean `entries:`?
    "#);
}

/// One conflict is three lines to look at, whatever comes after it.
#[test]
fn merge_conflict() {
    let title = "  title: The mailbox is full\n";
    let both = format!("<<<<<<< HEAD\n{title}=======\n{title}>>>>>>> main\n");
    let problems = load("catalog.yaml", &format!("{PROVIDERS}{}\n{}", second(&[]), changed(GOOD, &[(title, &both)])));
    let problems = problems.unwrap_err().0;
    let conflicts = problems.iter().filter(|problem| problem.message == "a merge conflict is not resolved").count();
    assert_eq!(conflicts, 3);
    assert!(problems.len() < 10, "{problems:#?}");
}

#[test]
fn items_that_are_indented() {
    let indented: String = GOOD.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("{PROVIDERS}{indented}");
    let problems = load("catalog.yaml", &text).unwrap_err().to_string();
    assert_snapshot!(problems, @r#"
    error: items of the top level begin in the first column
     --> catalog.yaml:9:1
      |
    9 |   - slug: mailbox-is-full
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:15:1
       |
    15 |       - "quota of {address} is used up"
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:21:1
       |
    21 |         - Send the message again later.
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:24:1
       |
    24 |       - "552 5.2.2 quota of user@example.com is used up"
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too

    error: items of the top level begin in the first column
      --> catalog.yaml:26:1
       |
    26 |       - name: A page
       | ^^^^^^^^^^^^^^^^^^^^
       = help: remove the spaces before the dash; `cargo xtask catalog fmt` does it too
    "#);
    assert_eq!(format("catalog.yaml", &text).unwrap(), format!("{PROVIDERS}{GOOD}"));
}

#[test]
fn tab_instead_of_spaces() {
    assert_snapshot!(broken("  category:", "\tcategory:"), @r#"
    error: found character that cannot start any token
      --> catalog.yaml:16:1
       |
    16 | 	category: mailbox-full
       | ^^^^^^^^^^^^^^^^^^^^^^^
       = help: indent with spaces, not with tabs, and put a text that begins with a sign in quotes
    "#);
}

#[test]
fn wrong_indent() {
    assert_snapshot!(broken("  category:", "   category:"), @r#"
    error: did not find expected key at line 8 column 4, while parsing a block mapping
      --> catalog.yaml:16:4
       |
    16 |    category: mailbox-full
       |    ^^^^^^^^^^^^^^^^^^^^^^
       = help: look at this line and the one above: an indent that differs, or a quote or bracket left open
    "#);
}

#[test]
fn colon_without_quotes() {
    assert_snapshot!(broken("title: The mailbox is full", "title: Full: the mailbox"), @r#"
    error: mapping values are not allowed in this context
      --> catalog.yaml:11:14
       |
    11 |   title: Full: the mailbox
       |              ^^^^^^^^^^^^^
       = help: put a text that holds `: ` in quotes
    "#);
}

#[test]
fn bracket_not_closed() {
    assert_snapshot!(broken("[\"5.2.2\"]", "[\"5.2.2\""), @r#"
    error: did not find expected ',' or ']' at line 5 column 3, while parsing a flow sequence
      --> catalog.yaml:13:3
       |
    13 |   replies: [552]
       |   ^^^^^^^^^^^^^^
       = help: look at this line and the one above: an indent that differs, or a quote or bracket left open
    "#);
}

#[test]
fn provider_twice() {
    let text = format!("{}{GOOD}", changed(PROVIDERS, &[("id: gmail", "id: generic")]));
    assert_snapshot!(load("catalog.yaml", &text).unwrap_err(), @r#"
    error: the provider `generic` is listed twice
     --> catalog.yaml:4:3
      |
    4 | - id: generic
      |   ^^^^^^^^^^^
    "#);
}

#[test]
fn every_mistake_in_one_run() {
    let first = changed(GOOD, &[("category: mailbox-full", "category: full"), ("title: The", "titel: The")]);
    let other = second(&[("https://example.com/quota", "ftp://example.com"), ("provider: generic", "provider: gnail")]);
    let third = second(&[("mailbox-is-off", "mailbox-is-gone"), ("{address|the recipient}", "{address}")]);
    let problems = load("catalog.yaml", &format!("{PROVIDERS}{first}\n{other}\n{third}")).unwrap_err();
    let lines: Vec<String> =
        problems.0.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    11: unknown field `titel`
    16: `full` is no category. They are: mailbox-unknown, mailbox-disabled, mailbox-moved, mailbox-full, address-invalid, domain-unknown, recipient-restricted, sender-rejected, account-blocked, sending-limit, authentication-required, relay-denied, sender-authentication, sending-host, reputation, spam-content, malicious-content, content, message-malformed, message-too-large, too-many-recipients, throttled, transport-security, routing, host-unreachable, expired, system-error, protocol-error, policy, unknown
    32: there is no provider `gnail`
    44: `ftp://example.com` is not an https link
    61: `{address}` in a sentence has no words to use when nothing was caught
    "#);
}

/// Several mistakes in one entry come to light together, and none that only follows from another.
#[test]
fn every_mistake_of_one_entry() {
    let entry = changed(
        GOOD,
        &[
            ("[\"5.2.2\"]", "[\"5.22\"]"),
            ("category: mailbox-full", "category: full"),
            ("      checked: 2026-11-23\n", ""),
            ("https://example.com/quota", "http://example.com/quota"),
            ("is full\n", "is full.\n"),
        ],
    );
    let problems = load("catalog.yaml", &format!("{PROVIDERS}{}\n{entry}", second(&[]))).unwrap_err();
    let lines: Vec<String> = problems.0.iter().map(|p| format!("{}: {}", p.line, p.message)).collect();
    let lines: Vec<&str> = lines.iter().map(|line| line.split(" They are").next().unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    33: a title is one line of at most 90 characters without a full stop
    34: `5.22` is not a code pattern: write class.subject.detail, as in "5.7.1", "4.7.500-699" or "X.7.1"
    38: `full` is no category.
    44: `http://example.com/quota` is not an https link
    48: the field `checked` is missing
    "#);
}

/// A mistake in one entry hides no example of another that leads elsewhere.
#[test]
fn examples_are_checked_beside_other_mistakes() {
    let wrong = second(&[("\"552 5.2.1 mailbox of user@example.com is switched off\"", "\"552 nothing of the kind\"")]);
    let broken = changed(GOOD, &[("category: mailbox-full", "category: full")]);
    let problems = load("catalog.yaml", &format!("{PROVIDERS}{broken}\n{wrong}")).unwrap_err();
    let lines: Vec<&str> = problems.0.iter().map(|p| p.message.split(" They are").next().unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    `full` is no category.
    this example resolves to no entry
    "#);
}

#[test]
fn source_without_a_date() {
    assert_snapshot!(broken("      checked: 2026-11-23\n", ""), @r#"
    error: the field `checked` is missing
      --> catalog.yaml:26:7
       |
    26 |     - name: A page
       |       ^^^^^^^^^^^^
       = help: add `checked:` to this item; CONTRIBUTING.md shows an entry with all its fields
    "#);
}

#[test]
fn source_without_https() {
    assert_snapshot!(broken("https://example.com/source", "http://example.com/source"), @r#"
    error: `http://example.com/source` is not an https link
      --> catalog.yaml:25:3
       |
    25 |   sources:
       |   ^^^^^^^^
       = help: use the page's https address, or leave the link out
    "#);
}

#[test]
fn no_source() {
    let sources = GOOD.get(GOOD.find("  sources:").unwrap()..).unwrap();
    assert_snapshot!(broken(sources, "  sources: []\n"), @r#"
    error: there is no source
      --> catalog.yaml:25:3
       |
    25 |   sources: []
       |   ^^^^^^^^^^^
       = help: add `sources:` with name, checked (a date) and trust
    "#);
}

// Overlays.

fn base() -> ndr_resolve::Catalog {
    load("catalog.yaml", &format!("{PROVIDERS}{GOOD}\n{}", second(&[]))).unwrap()
}

fn slug_for(catalog: &ndr_resolve::Catalog, text: &str) -> Option<&'static str> {
    let reply = Reply::parse(text);
    let query = Query { text, status: reply.status, inner: &reply.inner, reply: reply.code, ..Query::default() };
    catalog.resolve(&query).entry.map(|at| catalog.entries()[at].slug)
}

#[test]
fn an_overlay_adds_entries_with_the_providers_of_the_base() {
    let own = changed(
        GOOD,
        &[
            ("mailbox-is-full", "archive-is-full"),
            ("provider: generic", "provider: gmail"),
            ("quota of {address} is used up", "archive of {address} has no room"),
            ("quota of user@example.com is used up", "archive of user@example.com has no room"),
        ],
    );
    let catalog = load_overlay(&base(), "own.yaml", &format!("entries:\n{own}")).unwrap();
    assert_eq!(catalog.entries().len(), 3);
    assert_eq!(catalog.by_slug("archive-is-full").unwrap().origin, Some("own.yaml"));
    assert_eq!(catalog.by_slug("mailbox-is-full").unwrap().origin, None);
    assert_eq!(slug_for(&catalog, "552 archive of a@example.com has no room"), Some("archive-is-full"));
    assert_eq!(slug_for(&catalog, "552 quota of a@example.com is used up"), Some("mailbox-is-full"));
}

#[test]
fn an_overlay_adds_providers() {
    let own = second(&[("mailbox-is-off", "office-mailbox-off"), ("provider: generic", "provider: our-gateway")]);
    let text = format!("providers:\n- id: our-gateway\n  name: Our gateway\nentries:\n{own}");
    let catalog = load_overlay(&base(), "own.yaml", &text).unwrap();
    assert!(catalog.providers().iter().any(|provider| provider.name == "Our gateway"));
    assert_eq!(catalog.providers().len(), 3);
}

#[test]
fn an_overlay_replaces_the_entry_of_the_same_slug() {
    let own = changed(GOOD, &[("title: The mailbox is full", "title: Ask the help desk for more room")]);
    let catalog = load_overlay(&base(), "own.yaml", &format!("entries:\n{own}")).unwrap();
    let entry = catalog.by_slug("mailbox-is-full").unwrap();
    assert_eq!((entry.title, entry.origin), ("Ask the help desk for more room", Some("own.yaml")));
    assert_eq!(catalog.entries().len(), 2);
}

#[test]
fn the_same_overlay_is_kept_once() {
    let own = changed(GOOD, &[("mailbox-is-full", "archive-is-full"), ("quota of", "archive of")]);
    let text = format!("entries:\n{own}");
    let catalogs = [1, 2].map(|_| load_overlay(&base(), "own.yaml", &text).unwrap());
    assert!(std::ptr::eq(catalogs[0].entries(), catalogs[1].entries()));
    assert!(std::ptr::eq(catalogs[0].providers(), catalogs[1].providers()));
}

#[test]
fn an_overlay_wins_over_the_base() {
    let own = changed(GOOD, &[("mailbox-is-full", "our-quota"), ("quota of {address} is", "{address} is")]);
    let own =
        changed(&own, &[("\"{address} is used up\"", "\"is used up\""), ("{address|the recipient}", "the recipient")]);
    let catalog = load_overlay(&base(), "own.yaml", &format!("entries:\n{own}")).unwrap();
    assert_eq!(slug_for(&catalog, "552 5.2.2 quota of a@example.com is used up"), Some("our-quota"));
}

#[test]
fn an_overlay_may_not_take_a_former_slug_of_the_base() {
    let base = load("catalog.yaml", &format!("{PROVIDERS}{GOOD}  was: [mailbox-is-off]\n")).unwrap();
    let problems = load_overlay(&base, "own.yaml", &format!("entries:\n{}", second(&[]))).unwrap_err();
    assert_snapshot!(problems, @r#"
    error: the slug `mailbox-is-off` is already a name of `mailbox-is-full`
     --> own.yaml:2:3
      |
    2 | - slug: mailbox-is-off
      |   ^^^^^^^^^^^^^^^^^^^^
      = help: a slug is permanent and names one meaning
    "#);
}

// The layout.

const UNTIDY: &str = "\
providers:
- id: gmail
  name: Gmail   \r
- id: generic
  name: Any

entries:
# Above gmail-b.
- provider: gmail

  slug: gmail-b
  # Why this code.
  codes: [\"5.7.10\"]
  meaning: |
    # no comment

    second line


- codes: [\"X.1.1\", \"5.9.9\"]
  title: first of all
  # Above the slug.
  slug: gmail-any
  provider: gmail
  own: kept
- slug: generic-z
  provider: generic
  codes: []
  texts:
  - \"no extra indent\"
# Above generic-a.
#  was: [x]

-   slug: generic-a
    provider: generic
    codes: []   # a note
    steps:
        sender:
            - One.
    # Below the steps.
- {slug: flow, provider: gmail, codes: [\"5.7.9\"]}
# The end.";

#[test]
fn layout() {
    let tidy = format("catalog.yaml", UNTIDY).unwrap();
    assert_snapshot!(tidy, @r#"
    providers:
    - id: gmail
      name: Gmail
    - id: generic
      name: Any

    entries:
    # Above the slug.
    - slug: gmail-any
      provider: gmail
      title: first of all
      codes: ["X.1.1", "5.9.9"]
      own: kept

    - {slug: flow, provider: gmail, codes: ["5.7.9"]}

    # Above gmail-b.
    - slug: gmail-b
      provider: gmail
      # Why this code.
      codes: ["5.7.10"]
      meaning: |
        # no comment

        second line

    # Above generic-a.
    #  was: [x]
    - slug: generic-a
      provider: generic
      codes: []   # a note
      steps:
          sender:
              - One.
      # Below the steps.

    - slug: generic-z
      provider: generic
      codes: []
      texts:
      - "no extra indent"

    # The end.
    "#);
    assert_eq!(format("catalog.yaml", &tidy).unwrap(), tidy);
}

#[test]
fn layout_of_what_is_tidy() {
    let text = format!("{PROVIDERS}{}\n{GOOD}", second(&[]));
    assert_eq!(format("catalog.yaml", &text).unwrap(), text);
    assert_eq!(format("catalog.yaml", &text.replace('\n', "\r\n")).unwrap(), text);
    assert_eq!(format("catalog.yaml", text.trim_end()).unwrap(), text);
}

#[test]
fn layout_of_no_yaml() {
    let text = format!("{PROVIDERS}{}", changed(GOOD, &[("[\"5.2.2\"]", "[\"5.2.2\"")]));
    assert_snapshot!(format("catalog.yaml", &text).unwrap_err(), @r#"
    error: did not find expected ',' or ']' at line 5 column 3, while parsing a flow sequence
      --> catalog.yaml:13:3
       |
    13 |   replies: [552]
       |   ^^^^^^^^^^^^^^
       = help: look at this line and the one above: an indent that differs, or a quote or bracket left open
    "#);
}

// What is written for a new entry.

fn stub() -> Stub {
    let list = |text: &str| vec![text.to_string()];
    Stub {
        slug: "gmail-odd-case".into(),
        provider: "gmail".into(),
        title: "Gmail says: an odd case".into(),
        codes: list("5.7.900"),
        texts: list("this is an \"odd\" case of {number}"),
        category: "policy".into(),
        examples: list("550 5.7.900 this is an \"odd\" case of 7"),
        today: "2026-11-23".into(),
        meaning: None,
    }
}

#[test]
fn a_new_entry_is_valid_and_stands_at_its_place() {
    let gmail = |slug: &str, code: &str| {
        changed(
            &second(&[]),
            &[("mailbox-is-off", slug), ("5.2.1", code), ("switched off", slug), ("generic", "gmail")],
        )
    };
    let text = format!(
        "{PROVIDERS}{GOOD}\n# Above the low one.\n{}\n# Above the high one.\n{}",
        gmail("low-code", "5.7.1"),
        gmail("high-code", "5.7.950")
    );
    let (after, line) = stub().insert("catalog.yaml", &text).unwrap();
    assert_eq!(after.lines().nth(line - 1), Some("- slug: gmail-odd-case"));
    assert_eq!(format("catalog.yaml", &after).unwrap(), after);
    let catalog = load("catalog.yaml", &after).unwrap();
    let slugs: Vec<&str> = catalog.entries().iter().map(|entry| entry.slug).collect();
    assert_eq!(slugs, ["mailbox-is-full", "low-code", "gmail-odd-case", "high-code"]);
    let own: Vec<&str> = after.lines().skip(line - 1).take_while(|line| !line.is_empty()).collect();
    assert_snapshot!(own.join("\n"), @r#"
    - slug: gmail-odd-case
      provider: gmail
      title: "Gmail says: an odd case"
      codes: ["5.7.900"]
      replies: [550]
      texts:
        - "this is an \"odd\" case of {number}"
      category: policy
      meaning: >-
        Gmail says: an odd case. The server says so with the code 5.7.900.
      steps:
        sender:
          - Pass the report to whoever runs your mail server.
          - Send the message again once the cause is fixed.
        admin:
          - Go by the server's words in the report; they name what it objects to.
          - "On the recipient's side: look for this reply in the server's log."
      links: []
      examples:
        - "550 5.7.900 this is an \"odd\" case of 7"
      sources:
        - name: A reply seen in a real report
          checked: 2026-11-23
          trust: observed
    "#);
}

#[test]
fn a_new_entry_of_every_category_is_valid() {
    for category in ndr_resolve::Category::ALL {
        for text in [PROVIDERS, &format!("{PROVIDERS}{GOOD}"), PROVIDERS.trim_end_matches("entries:\n")] {
            let stub = Stub { category: category.slug().into(), ..stub() };
            let (after, line) = stub.insert("catalog.yaml", text).unwrap();
            assert_eq!(after.lines().nth(line - 1), Some("- slug: gmail-odd-case"));
            assert_eq!(format("catalog.yaml", &after).unwrap(), after);
            load("catalog.yaml", &after).unwrap_or_else(|problems| panic!("{category}: {problems}"));
        }
    }
}

#[test]
fn a_new_entry_with_a_wrong_value_is_refused() {
    let stub = Stub { codes: vec!["5.7".into()], ..stub() };
    assert_snapshot!(stub.insert("catalog.yaml", PROVIDERS).unwrap_err(), @r#"
    error: `5.7` is not a code pattern: write class.subject.detail, as in "5.7.1", "4.7.500-699" or "X.7.1"
     --> new entry:5:11
      |
    5 |   codes: ["5.7"]
      |           ^^^^^^
    "#);
}

// The schema.

/// The schema and the layout know the fields that the reader knows.
#[test]
fn the_schema_knows_every_field() {
    let schema: serde_yaml::Value = serde_yaml::from_str(&crate::schema()).unwrap();
    let mut entry: Vec<&str> =
        schema["$defs"]["entry"]["properties"].as_mapping().unwrap().keys().filter_map(|key| key.as_str()).collect();
    let error = serde_yaml::from_str::<crate::raw::RawEntry>("no-such-field: 1").unwrap_err().to_string();
    let mut known: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
    let mut layout = crate::fmt::FIELDS.to_vec();
    for list in [&mut entry, &mut known, &mut layout] {
        list.sort_unstable();
    }
    assert_eq!(entry, known);
    assert_eq!(layout, known);
}
