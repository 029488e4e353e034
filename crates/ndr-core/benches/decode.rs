//! Speed, beside the floor: mail-parser's own full parse of the same bytes in the same run.
//!
//! `cargo bench -p ndr-core` measures the samples of the repository; `NDR_BENCH_DIR=dir` measures any directory of mails.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn main() {
    println!(
        "{} messages, {:.1} KB mean",
        MAILS.len(),
        MAILS.iter().map(Vec::len).sum::<usize>() as f64 / MAILS.len() as f64 / 1e3
    );
    divan::main();
}

static MAILS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let dir = std::env::var_os("NDR_BENCH_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), PathBuf::from);
    let mut mails = Vec::new();
    collect(&dir, &mut mails);
    assert!(!mails.is_empty(), "no .eml files under {}", dir.display());
    mails
});

fn collect(dir: &Path, mails: &mut Vec<Vec<u8>>) {
    let mut names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for name in names {
        if name.is_dir() {
            collect(&name, mails);
        } else if name.extension().is_some_and(|end| end == "eml") {
            mails.push(std::fs::read(&name).unwrap());
        }
    }
}

/// The yardstick: everything that mail-parser can find in the messages.
#[divan::bench]
fn mail_parser_full(bencher: divan::Bencher<'_, '_>) {
    let parser = mail_parser::MessageParser::default();
    bencher.counter(divan::counter::ItemsCount::new(MAILS.len())).bench(|| {
        for mail in MAILS.iter() {
            divan::black_box(parser.parse(divan::black_box(mail.as_slice())));
        }
    });
}

#[divan::bench]
fn decode(bencher: divan::Bencher<'_, '_>) {
    bencher.counter(divan::counter::ItemsCount::new(MAILS.len())).bench(|| {
        for mail in MAILS.iter() {
            divan::black_box(ndr::decode(divan::black_box(mail)));
        }
    });
}

#[divan::bench]
fn decode_to_json(bencher: divan::Bencher<'_, '_>) {
    bencher.counter(divan::counter::ItemsCount::new(MAILS.len())).bench(|| {
        for mail in MAILS.iter() {
            divan::black_box(serde_json::to_vec(&ndr::decode(divan::black_box(mail))).unwrap());
        }
    });
}

#[divan::bench]
fn resolve_reply(bencher: divan::Bencher<'_, '_>) {
    let examples: Vec<&str> = ndr::catalog().entries().iter().flat_map(|entry| entry.examples).copied().collect();
    let replies: Vec<_> = examples.iter().map(|text| (ndr::ParsedReply::parse(text), *text)).collect();
    bencher.counter(divan::counter::ItemsCount::new(replies.len())).bench(|| {
        for (reply, text) in &replies {
            let query = ndr::Query {
                text,
                status: reply.status,
                inner: &reply.inner,
                reply: reply.code,
                ..ndr::Query::default()
            };
            divan::black_box(ndr::catalog().resolve(divan::black_box(&query)));
        }
    });
}

#[divan::bench]
fn look_up_code(bencher: divan::Bencher<'_, '_>) {
    let code: ndr::StatusCode = "5.7.606".parse().unwrap();
    bencher.bench(|| ndr::catalog().by_code(divan::black_box(code)));
}
