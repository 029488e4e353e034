//! The verdicts on our samples of headers, and what hostile ones cost.

use ndr::Headers;
use ndr::trace::{
    Antispam, AuthCause, Authentication, CheckKind, ExchangeAddressKind, Hint, HintContext, HintKind, Outcome,
    TrustBasis, exchange_address,
};
use proptest::prelude::*;
use std::time::Instant;

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/../../tests/headers/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a sample must come out as.
struct Expected {
    sample: &'static str,
    basis: Option<TrustBasis>,
    dmarc: Option<Outcome>,
    authenticated: Option<bool>,
    causes: &'static [AuthCause],
    hints: &'static [HintKind],
}

const SAMPLES: &[Expected] = &[
    Expected {
        sample: "auth-m365-inbound-pass",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Pass),
        authenticated: Some(true),
        causes: &[],
        hints: &[],
    },
    Expected {
        sample: "auth-m365-outbound-tenant-signature",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::TenantDomain],
        hints: &[],
    },
    Expected {
        sample: "auth-m365-two-tenants",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::TenantDomain, AuthCause::Unsigned, AuthCause::NoSpfRecord],
        hints: &[],
    },
    Expected {
        sample: "auth-sender-against-from",
        basis: None,
        dmarc: None,
        authenticated: None,
        causes: &[AuthCause::SenderNotFrom],
        hints: &[],
    },
    Expected {
        sample: "auth-forwarded-srs-arc",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::Forwarded, AuthCause::Modified],
        hints: &[HintKind::AutoForward],
    },
    Expected {
        sample: "auth-forwarded-harmless",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Pass),
        authenticated: Some(true),
        causes: &[AuthCause::Forwarded],
        hints: &[HintKind::Resent, HintKind::ForwardingHop],
    },
    Expected {
        sample: "auth-mailing-list-arc",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::Forwarded, AuthCause::Modified],
        hints: &[HintKind::MailingList],
    },
    Expected {
        sample: "auth-unsigned-no-spf",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::None),
        authenticated: Some(false),
        causes: &[AuthCause::Unsigned, AuthCause::NoSpfRecord, AuthCause::NoDmarcRecord],
        hints: &[],
    },
    Expected {
        sample: "auth-no-dmarc-record",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::None),
        authenticated: Some(true),
        causes: &[AuthCause::NoDmarcRecord],
        hints: &[],
    },
    Expected {
        sample: "auth-dmarc-oreject-own-domain",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::OwnDomain, AuthCause::Unsigned, AuthCause::NotAuthorised],
        hints: &[],
    },
    Expected {
        sample: "auth-gmail",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Pass),
        authenticated: Some(true),
        causes: &[],
        hints: &[],
    },
    Expected {
        sample: "auth-forged-results-below",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::BadSignature, AuthCause::NotAuthorised],
        hints: &[],
    },
    Expected {
        sample: "auth-submission-stamp",
        basis: Some(TrustBasis::Submission),
        dmarc: None,
        authenticated: None,
        causes: &[],
        hints: &[],
    },
    Expected {
        sample: "auth-several-fields-one-server",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::NoDkimKey, AuthCause::SpfRecordBroken],
        hints: &[],
    },
    Expected {
        sample: "auth-inbox-rule-forward",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::Forwarded, AuthCause::Unsigned],
        hints: &[HintKind::InboxRule, HintKind::AutoForward, HintKind::Resent, HintKind::AutoSubmitted],
    },
    Expected {
        sample: "auth-strict-alignment",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::SpfNotAligned, AuthCause::Unsigned],
        hints: &[],
    },
    Expected {
        sample: "auth-gateway-in-front",
        basis: Some(TrustBasis::MicrosoftForm),
        dmarc: Some(Outcome::Fail),
        authenticated: Some(false),
        causes: &[AuthCause::BehindGateway, AuthCause::Modified],
        hints: &[HintKind::Gateway],
    },
    Expected {
        sample: "auth-earlier-server-only",
        basis: Some(TrustBasis::EarlierServer),
        dmarc: Some(Outcome::TempError),
        authenticated: None,
        causes: &[AuthCause::DnsError],
        hints: &[],
    },
    Expected {
        sample: "auth-hybrid-on-premises",
        basis: Some(TrustBasis::EarlierServer),
        dmarc: Some(Outcome::Pass),
        authenticated: Some(true),
        causes: &[AuthCause::Unsigned],
        hints: &[],
    },
    Expected {
        sample: "auth-one-field-per-method",
        basis: Some(TrustBasis::SameServer),
        dmarc: Some(Outcome::Pass),
        authenticated: Some(true),
        causes: &[],
        hints: &[],
    },
];

#[test]
fn samples_come_out_right() {
    for expected in SAMPLES {
        let bytes = sample(expected.sample);
        let headers = Headers::of_message(&bytes);
        let read = Authentication::read(&headers);
        let verdict = &read.verdict;
        let name = expected.sample;
        assert_eq!(read.trusted.as_ref().map(|trusted| trusted.basis), expected.basis, "{name}");
        assert_eq!(verdict.check(CheckKind::Dmarc).and_then(|check| check.outcome), expected.dmarc, "{name}");
        assert_eq!(verdict.authenticated, expected.authenticated, "{name}");
        let causes: Vec<AuthCause> = verdict.causes.iter().map(|cause| cause.kind).collect();
        assert_eq!(causes, expected.causes, "{name}");
        let hints = Hint::read(&HintContext { original: Some(&headers), ..HintContext::default() });
        assert_eq!(hints.iter().map(|hint| hint.kind).collect::<Vec<_>>(), expected.hints, "{name}");
        for cause in &verdict.causes {
            assert!(!cause.evidence.is_empty() && !cause.fixes.is_empty(), "{name}: {}", cause.kind);
            assert_eq!(cause.harmless, verdict.authenticated == Some(true), "{name}: {}", cause.kind);
        }
        assert!(!verdict.words.is_empty(), "{name}");
    }
}

#[test]
fn a_tenant_signature_says_how_to_turn_on_dkim() {
    let bytes = sample("auth-m365-outbound-tenant-signature");
    let verdict = Authentication::read(&Headers::of_message(&bytes)).verdict;
    let fixes = &verdict.causes[0].fixes;
    let fix = fixes.iter().find(|fix| fix.kind == ndr::trace::FixKind::EnableDkim).unwrap();
    assert_eq!(fix.record.as_ref().unwrap().name, "selector1._domainkey.contoso.com");
    assert!(fix.command.as_deref().unwrap().starts_with("Get-DkimSigningConfig -Identity 'contoso.com'"));
    assert_eq!(verdict.policy.as_deref(), Some("reject"));
}

#[test]
fn two_tenants_are_not_aligned_and_it_is_said_whose_reading_that_is() {
    for name in ["auth-m365-two-tenants", "auth-sender-against-from"] {
        let bytes = sample(name);
        let verdict = Authentication::read(&Headers::of_message(&bytes)).verdict;
        assert!(verdict.alignments.iter().any(|one| one.tenants && !one.relaxed), "{name}");
        assert!(verdict.causes[0].words.contains("ndr's reading"), "{name}");
    }
}

#[test]
fn forged_results_are_kept_and_not_believed() {
    let bytes = sample("auth-forged-results-below");
    let read = Authentication::read(&Headers::of_message(&bytes));
    assert_eq!(read.results.len(), 3);
    assert_eq!(read.results.iter().map(|field| field.trusted).collect::<Vec<_>>(), [true, false, false]);
    assert!(read.notes.iter().any(|note| note.code == "contradicting-results"), "{:?}", read.notes);
}

#[test]
fn a_field_without_results_is_joined_to_none() {
    let headers = Headers::of_message(
        b"Received: by mx.example.net; x\nAuthentication-Results: mx.example.net; spf=fail smtp.mailfrom=a.example\n\
          Authentication-Results: mx.example.net\nAuthentication-Results: mx.example.net; none\nFrom: a@a.example\n",
    );
    let read = Authentication::read(&headers);
    assert_eq!(read.results.iter().map(|field| field.trusted).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(read.trusted.unwrap().positions, [1]);
}

#[test]
fn what_is_shown_holds_no_escape_sequence() {
    let bytes = sample("auth-escape-sequences");
    let headers = Headers::of_message(&bytes);
    let read = Authentication::read(&headers);
    let safe = |text: &str| assert_eq!(ndr::sanitize::terminal(text), text);
    safe(&read.verdict.words);
    for cause in &read.verdict.causes {
        safe(&cause.words);
        for fix in &cause.fixes {
            safe(&fix.words);
            fix.command.as_deref().into_iter().for_each(safe);
        }
    }
    for hint in Hint::read(&HintContext { original: Some(&headers), ..HintContext::default() }) {
        safe(&hint.words);
    }
    let to = exchange_address::decode(&headers.text("to").unwrap()).unwrap();
    assert_eq!(to.kind, ExchangeAddressKind::ImceaEx);
    assert_eq!(to.command("user"), None);
}

fn read_all(block: &str) -> usize {
    let headers = Headers::of_message(block.as_bytes());
    let read = Authentication::read(&headers);
    let antispam = Antispam::read(&headers);
    let domains = ["contoso.com".to_string()];
    let context = HintContext { original: Some(&headers), report: Some(&headers), returned: true, domains: &domains };
    read.results.len() + antispam.headers.len() + Hint::read(&context).len()
}

/// Ten times the input may cost ten times the time, with room for noise.
#[test]
fn time_is_linear() {
    type Shape = (&'static str, fn(usize) -> String);
    let shapes: &[Shape] = &[
        ("one long field", |n| {
            format!("Authentication-Results: a.example{}\n", "; spf=pass (x) smtp.mailfrom=a@b.example".repeat(n))
        }),
        ("open brackets", |n| format!("Authentication-Results: a.example; spf=pass {}\n", "(".repeat(n * 40))),
        ("open quotes", |n| format!("Authentication-Results: a.example; spf={}\n", "\"x ".repeat(n * 14))),
        ("many fields", |n| "Authentication-Results: a.example; dkim=fail header.d=b.example\n".repeat(n)),
        ("folds", |n| format!("Authentication-Results: a.example{}\n", ";\n spf=pass".repeat(n * 4))),
        ("signatures", |n| format!("DKIM-Signature: v=1; h={}\n", "from:".repeat(n * 8))),
        ("many signatures", |n| "DKIM-Signature: v=1; d=a.example; s=b\n".repeat(n)),
        ("arc", |n| "ARC-Seal: i=1; cv=none\nARC-Message-Signature: i=2\n".repeat(n)),
        ("received", |n| "Received: from a.example by b.example with SMTP\n".repeat(n)),
        ("antispam", |n| format!("X-Forefront-Antispam-Report: {}\n", "SFV:SPM;".repeat(n * 5))),
        ("authors", |n| format!("From: {}\n", "a@b.example, ".repeat(n * 3))),
        ("lists", |n| "List-Post: x\nResent-From: y\nReceived-SPF: fail (a: b) c=d\n".repeat(n)),
    ];
    for (name, shape) in shapes {
        let time = |n: usize| {
            let block = shape(n);
            (0..3)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(read_all(&block));
                    start.elapsed().as_secs_f64()
                })
                .fold(f64::INFINITY, f64::min)
        };
        let (small, large) = (time(2_000), time(20_000));
        assert!(large < small * 30.0 + 0.05, "{name}: {small:.4} s, then {large:.4} s");
    }
}

#[test]
fn ten_megabytes_are_read_in_a_moment() {
    let field = format!("Authentication-Results: a.example{}\n", "; dkim=fail (x) header.d=b.example".repeat(300_000));
    let many = "Authentication-Results: a.example; dkim=fail header.d=b.example\n".repeat(160_000);
    for block in [field, many] {
        assert!(block.len() > 10_000_000);
        let start = Instant::now();
        assert!(read_all(&block) < 1_000);
        // Generous: a debug build on a busy machine.
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

/// The names that the readers look for, so that random values reach them.
const NAMES: &[&str] = &[
    "Authentication-Results",
    "Authentication-Results-Original",
    "ARC-Authentication-Results",
    "ARC-Seal",
    "ARC-Message-Signature",
    "Received-SPF",
    "Received",
    "DKIM-Signature",
    "X-Forefront-Antispam-Report",
    "X-Microsoft-Antispam",
    "From",
    "Sender",
    "Return-Path",
    "Reply-To",
    "Message-ID",
    "X-MS-Exchange-Inbox-Rules-Loop",
    "List-Post",
    "Content-Type",
];

/// Words of the grammars, so that random values get far.
const WORDS: &[&str] = &[
    "spf=",
    "dkim=",
    "dmarc=",
    "compauth=",
    "arc=",
    "pass",
    "fail",
    "none",
    "(",
    ")",
    "\"",
    "\\",
    ";",
    "=",
    " ",
    "\r\n ",
    "smtp.mailfrom=",
    "header.d=",
    "header.from=",
    "reason=",
    "action=",
    "i=1",
    "d=",
    "cv=",
    "b=",
    "@",
    "<",
    ">",
    ".",
    "contoso.onmicrosoft.com",
    "mx.contoso.com; ",
    "mx.example.net; ",
    "mx.google.com; ",
    "example.com",
    "203.0.113.7",
    "SRS0=a=b=c=d@e.example",
    "by",
    "from",
    "é",
    "\u{1b}",
    "xn--",
];

/// Every header field of every sample, folds and all.
fn every_field() -> &'static [String] {
    static FIELDS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let mut fields: Vec<String> = Vec::new();
        for one in SAMPLES {
            let text = String::from_utf8(sample(one.sample)).unwrap();
            let (header, _) = text.split_once("\n\n").unwrap();
            for line in header.lines() {
                match fields.last_mut() {
                    Some(field) if line.starts_with([' ', '\t']) => {
                        field.push('\n');
                        field.push_str(line);
                    }
                    _ => fields.push(line.to_string()),
                }
            }
        }
        fields
    });
    &FIELDS
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_are_read(fields in prop::collection::vec((0..NAMES.len(), prop::collection::vec(any::<u8>(), 0..80)), 0..8)) {
        let mut block = Vec::new();
        for (name, value) in fields {
            block.extend_from_slice(NAMES[name].as_bytes());
            block.push(b':');
            block.extend_from_slice(&value);
            block.push(b'\n');
        }
        let headers = Headers::of_message(&block);
        let read = Authentication::read(&headers);
        prop_assert!(serde_json::to_string(&read).is_ok());
        let _ = Antispam::read(&headers);
        let _ = Hint::read(&HintContext { original: Some(&headers), report: Some(&headers), returned: true, domains: &["a.example".into()] });
    }

    #[test]
    fn arbitrary_words_are_read(fields in prop::collection::vec((0..NAMES.len(), prop::collection::vec(0..WORDS.len(), 0..24)), 0..8)) {
        let mut block = String::new();
        for (name, words) in fields {
            block.push_str(NAMES[name]);
            block.push_str(": ");
            block.extend(words.into_iter().map(|word| WORDS[word]));
            block.push('\n');
        }
        let headers = Headers::of_message(block.as_bytes());
        let read = Authentication::read(&headers);
        for cause in &read.verdict.causes {
            prop_assert!(!cause.evidence.is_empty() || cause.kind == AuthCause::DnsError, "{cause:?}");
            prop_assert!(!cause.fixes.is_empty());
        }
        // Two readings agree: nothing depends on chance.
        prop_assert_eq!(&read, &Authentication::read(&headers));
    }

    /// What a sender writes below the receiver's own fields must not turn a failure into a pass, nor the other way round.
    #[test]
    fn fields_below_change_no_verdict(
        of in 0..SAMPLES.len(),
        fields in prop::collection::vec((0..NAMES.len(), prop::collection::vec(0..WORDS.len(), 0..24)), 0..8),
    ) {
        let receivers = |basis| matches!(basis, Some(TrustBasis::SameServer | TrustBasis::MicrosoftForm));
        let believed: Vec<_> = SAMPLES.iter().filter(|one| receivers(one.basis)).collect();
        let bytes = sample(believed[of % believed.len()].sample);
        let text = String::from_utf8(bytes).unwrap();
        let (header, _) = text.split_once("\n\n").unwrap();
        let mut block = format!("{header}\n");
        for (name, words) in fields {
            block.push_str(NAMES[name]);
            block.push_str(": ");
            block.extend(words.into_iter().map(|word| WORDS[word]));
            block.push('\n');
        }
        let outcomes = |block: &str| {
            let verdict = Authentication::read(&Headers::of_message(block.as_bytes())).verdict;
            let checks: Vec<_> = verdict.checks.iter().map(|check| (check.kind, check.outcome)).collect();
            (verdict.authenticated, checks)
        };
        prop_assert_eq!(outcomes(header), outcomes(&block));
    }

    /// Real fields in any order and number: the readers meet each other's states.
    #[test]
    fn shuffled_fields_are_read(picks in prop::collection::vec(any::<prop::sample::Index>(), 0..24)) {
        let headers = every_field();
        let mut block = String::new();
        for pick in picks {
            block.push_str(&headers[pick.index(headers.len())]);
            block.push('\n');
        }
        let headers = Headers::of_message(block.as_bytes());
        let read = Authentication::read(&headers);
        prop_assert!(serde_json::to_string(&read).is_ok());
        prop_assert!(!read.verdict.words.is_empty());
        for cause in &read.verdict.causes {
            prop_assert!(!cause.fixes.is_empty() && !cause.words.is_empty(), "{cause:?}");
        }
        let kinds: Vec<AuthCause> = read.verdict.causes.iter().map(|cause| cause.kind).collect();
        for (at, kind) in kinds.iter().enumerate() {
            prop_assert!(!kinds[at + 1..].contains(kind), "{kinds:?}");
        }
        // What DMARC passed for is authenticated, and only that has harmless causes.
        let dmarc = read.verdict.check(CheckKind::Dmarc).and_then(|check| check.outcome);
        if dmarc == Some(Outcome::Pass) {
            prop_assert_eq!(read.verdict.authenticated, Some(true));
        }
        prop_assert!(read.verdict.authenticated == Some(true) || read.verdict.causes.iter().all(|cause| !cause.harmless));
        let domains = ["contoso.com".to_string()];
        let _ = Hint::read(&HintContext { original: Some(&headers), report: Some(&headers), returned: true, domains: &domains });
    }
}
