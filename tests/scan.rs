//! Many messages: containers, hostile input, order, memory, incidents.

use ndr_scan::{Cancel, ErrorKind, Input, Record, Scan, ScanLimits, Step, Summary};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const FROM: &str = "From mailer-daemon@example.com Mon Nov 23 10:00:00 2026\n";

/// A bounce of Postfix' form.
fn bounce(address: &str, said: &str, hour: u32) -> String {
    format!(
        "From: mailer-daemon@example.com\nSubject: Undelivered Mail Returned to Sender\n\
         Date: Mon, 23 Nov 2026 {hour:02}:00:00 +0100\n\n\
         This is the mail system at host mx.example.com.\n\n\
         <{address}>: host mx.{}[192.0.2.1] said:\n {said} (in reply to RCPT TO command)\n",
        address.rsplit('@').next().unwrap()
    )
}

fn gone() -> String {
    bounce("gone@example.net", "550 5.1.1 User unknown", 10)
}

fn mbox(messages: &[String]) -> Vec<u8> {
    messages.iter().flat_map(|message| format!("{FROM}{message}\n").into_bytes()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.add_directory("folder/", zip::write::SimpleFileOptions::default()).unwrap();
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // As a hostile archive writes it: the builder takes no `..`.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    place
}

fn stream(bytes: Vec<u8>) -> Input {
    Input::Reader { name: "in".into(), reader: Box::new(std::io::Cursor::new(bytes)) }
}

/// A line for each record: where it is from and what it says, errors by their kind.
fn told(records: impl Iterator<Item = Record>, root: &Path) -> Vec<String> {
    let line = |record: Record| {
        let source = record.source.replace(&root.display().to_string(), "").replace('\\', "/");
        match record.result {
            Ok(report) => {
                let slug = |r: &ndr::Recipient| r.diagnosis.as_ref().map_or("-", |d| d.entry.slug);
                let slugs: Vec<_> = report.recipients.iter().map(slug).collect();
                format!("{source} {} {}", report.kind, slugs.join(" "))
            }
            Err(error) => format!("{source} {}: {error}", error.kind.slug()),
        }
    };
    records.map(line).collect()
}

fn told_of(bytes: Vec<u8>) -> Vec<String> {
    told(Scan::new([stream(bytes)]).records(), Path::new("?"))
}

/// Every sample, and everything that can hold messages.
fn everything(name: &str) -> PathBuf {
    let place = place(name);
    let (one, two) = (gone(), bounce("full@example.net", "452 4.2.2 Mailbox full", 11));
    let both = mbox(&[one.clone(), two.clone()]);
    let mails: &[(&str, &[u8])] = &[("a.eml", one.as_bytes()), ("deep/b.eml", two.as_bytes())];
    for (name, bytes) in [
        ("a.mbox", both.clone()),
        ("b.mbox.gz", gzip(&both)),
        ("c.mbox.zst", zstd(&both)),
        ("d.eml.gz", gzip(one.as_bytes())),
        ("e.zip", zip(mails)),
        ("f.tar", tar(mails)),
        ("g.tar.gz", gzip(&tar(mails))),
        ("h.tar.zst", zstd(&tar(mails))),
        ("i-of-mboxes.zip", zip(&[("a.mbox", &both), ("b.mbox.gz", &gzip(&both)), ("c.eml", one.as_bytes())])),
        ("j-of-archives.tar", tar(&[("a.zip", &zip(mails)), ("b.tar", &tar(mails))])),
        ("k-frames.mbox.zst", [zstd(&both), vec![0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9], zstd(&both)].concat()),
        ("l-members.mbox.gz", [gzip(&both), gzip(&both)].concat()),
        ("m-empty.eml", Vec::new()),
        ("n-empty.zip", zip(&[])),
    ] {
        std::fs::write(place.join(name), bytes).unwrap();
    }
    for folder in ["cur", "new", "tmp", ".Sub/cur", ".Sub/new"] {
        std::fs::create_dir_all(place.join("z-maildir").join(folder)).unwrap();
    }
    for (name, text) in [
        ("cur/1764000000.1.host:2,S", one.as_str()),
        ("new/1764000001.1.host", &two),
        (".Sub/cur/1764000002.1.host:2,", &one),
        ("tmp/half", "half a message"),
        ("dovecot.index.cache", "no message"),
    ] {
        std::fs::write(place.join("z-maildir").join(name), text).unwrap();
    }
    place
}

#[test]
fn every_container() {
    let place = everything("every-container");
    let found = told(Scan::of([place.as_path()]).records(), &place).join("\n");
    let (gone, full) = ("failure generic-user-unknown", "failure generic-mailbox-full");
    let mut expected: Vec<String> = Vec::new();
    let mut file = |name: &str, numbers: &[&str]| {
        for (n, number) in numbers.iter().enumerate() {
            expected.push(format!("/{name}{number} {}", if n % 2 == 0 { gone } else { full }));
        }
    };
    for name in ["a.mbox", "b.mbox.gz", "c.mbox.zst"] {
        file(name, &["#1", "#2"]);
    }
    file("d.eml.gz", &[""]);
    for name in ["e.zip", "f.tar", "g.tar.gz", "h.tar.zst"] {
        file(name, &["#1", "#2"]);
    }
    file("i-of-mboxes.zip", &["#1#1", "#1#2", "#2#1", "#2#2", "#3"]);
    file("j-of-archives.tar", &["#1#1", "#1#2", "#2#1", "#2#2"]);
    file("k-frames.mbox.zst", &["#1", "#2", "#3", "#4"]);
    file("l-members.mbox.gz", &["#1", "#2", "#3", "#4"]);
    expected.push("/m-empty.eml other ".into());
    expected.push(format!("/z-maildir/.Sub/cur/1764000002.1.host:2, {gone}"));
    expected.push(format!("/z-maildir/cur/1764000000.1.host:2,S {gone}"));
    expected.push(format!("/z-maildir/new/1764000001.1.host {full}"));
    assert_eq!(found, expected.join("\n"));
}

#[test]
fn a_stream_holds_what_a_file_may_hold() {
    let place = everything("streams");
    for name in ["a.mbox", "b.mbox.gz", "c.mbox.zst", "d.eml.gz", "e.zip", "g.tar.gz", "i-of-mboxes.zip"] {
        let path = place.join(name);
        let from_file = told(Scan::of([path.as_path()]).records(), &path);
        let from_stream: Vec<_> = told_of(std::fs::read(&path).unwrap());
        let from_stream: Vec<_> = from_stream.iter().map(|line| line.trim_start_matches("in").to_string()).collect();
        assert_eq!(from_stream, from_file, "{name}");
    }
}

#[test]
fn big_files_are_read_like_small_ones() {
    let place = place("big");
    let many: Vec<String> =
        (0..2000).map(|n| bounce(&format!("{n}@example.net"), "550 5.1.1 User unknown", 1)).collect();
    let big = mbox(&many);
    assert!(big.len() > 512 << 10);
    let noise: Vec<u8> = {
        let mut x = 1u32;
        std::iter::repeat_with(|| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 24) as u8
        })
        .take(600 << 10)
        .collect()
    };
    std::fs::write(place.join("a.mbox"), &big).unwrap();
    std::fs::write(place.join("b.zip"), zip(&[("noise", &noise), ("a.mbox", &big)])).unwrap();
    std::fs::write(place.join("c.tar.gz"), gzip(&tar(&[("noise", &noise), ("a.mbox", &big)]))).unwrap();
    std::fs::write(place.join("d.eml"), [gone().as_bytes(), &vec![b'x'; 600 << 10]].concat()).unwrap();
    let found = told(Scan::of([place.as_path()]).records(), &place);
    assert_eq!(found.len(), 3 * 2000 + 2 + 1);
    assert_eq!(found[1999], "/a.mbox#2000 failure generic-user-unknown");
    assert_eq!(found[2000 + 2000], "/b.zip#2#2000 failure generic-user-unknown");
    assert_eq!(found[6002], "/d.eml failure generic-user-unknown");
}

fn json(scan: Scan) -> Vec<String> {
    scan.map_ordered(|record| serde_json::to_string(&record).unwrap()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let place = everything("threads");
    let paths =
        || [Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), place.clone(), "gone.eml".into()];
    let one = json(Scan::of(paths()).jobs(1));
    assert!(one.len() > 250);
    for (jobs, batch) in [(2, 64), (16, 64), (3, 1)] {
        assert!(json(Scan::of(paths()).jobs(jobs).batch(batch)) == one, "{jobs} threads, batches of {batch}");
    }
    // Where little may wait, the reading thread decodes.
    let limits = ScanLimits { waiting_bytes: 0, ..ScanLimits::default() };
    assert!(json(Scan::of(paths()).jobs(4).limits(limits)) == one);
    let summary = |jobs| {
        let mut all = Summary::with_addresses();
        let parts = Scan::of(paths()).jobs(jobs).fold(Summary::with_addresses, |part, record| part.add(&record));
        parts.for_each(|part| all.merge(part));
        serde_json::to_string(&(&all, all.suppress(2), all.retry(2))).unwrap() + &all.to_string()
    };
    assert_eq!(summary(1), summary(5));
}

#[test]
fn bad_input_is_a_record_and_no_end() {
    let place = place("bad");
    let both = mbox(&[gone(), gone()]);
    let mut cut = gzip(&mbox(&vec![gone(); 300]));
    cut.truncate(cut.len() - 9);
    std::fs::write(place.join("a.mbox.gz"), cut).unwrap();
    let mut wrong = zip(&[("a.eml", gone().as_bytes()), ("b.mbox", &both)]);
    let at = wrong.windows(4).position(|bytes| bytes == b"b.mb").unwrap() + 12;
    wrong[at] ^= 0xFF;
    std::fs::write(place.join("b.zip"), wrong).unwrap();
    std::fs::write(place.join("c.zip"), b"PK\x03\x04 and nothing more").unwrap();
    let mut tar = tar(&[("a.eml", gone().as_bytes()), ("b.eml", gone().as_bytes())]);
    tar[1024 + 148] = b'x';
    std::fs::write(place.join("d.tar"), &tar).unwrap();
    std::fs::write(place.join("e.zst"), [0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap();
    std::fs::write(place.join("f.eml"), gone()).unwrap();
    let records: Vec<Record> = Scan::of([place.as_path(), &place.join("not-there")]).records().collect();
    let ends = |name: &str| records.iter().filter(|record| record.source.contains(name)).collect::<Vec<_>>();
    let is_unreadable = |record: &&Record| matches!(&record.result, Err(error) if error.kind == ErrorKind::Unreadable);
    // What came before the damage is there.
    let cut = ends("a.mbox.gz");
    assert!(cut.len() > 250 && cut[..200].iter().all(|record| record.result.is_ok()), "{}", cut.len());
    for name in ["a.mbox.gz", "b.zip", "c.zip", "d.tar", "e.zst", "not-there"] {
        assert_eq!(ends(name).iter().copied().filter(is_unreadable).count(), 1, "{name}: {:#?}", ends(name).last());
    }
    assert!(ends("b.zip")[0].result.is_ok() && ends("d.tar")[0].result.is_ok());
    assert!(ends("f.eml")[0].result.is_ok());
}

#[test]
fn names_in_archives_lead_nowhere() {
    let mail = gone();
    let names = ["../../../tmp/ndr-evil", "/etc/ndr-evil", "a\u{1b}[2Jb", "..\\..\\evil.eml"];
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, mail.as_bytes())).collect();
    for archive in [zip(&members), tar(&members)] {
        let found = told_of(archive);
        let expected: Vec<_> = (1..=4).map(|n| format!("in#{n} failure generic-user-unknown")).collect();
        assert_eq!(found, expected);
    }
    assert!(!Path::new("/tmp/ndr-evil").exists() && !Path::new("/etc/ndr-evil").exists());
}

#[test]
fn bombs_are_put_out() {
    let limits = ScanLimits { inflated_free: 1 << 20, message_bytes: 100_000, ..ScanLimits::default() };
    let scan = |bytes: Vec<u8>| told(Scan::new([stream(bytes)]).limits(limits).records(), Path::new("?"));
    let bomb = gzip(&vec![b'a'; 20 << 20]);
    let ratio = "in limit: it unpacks to more than 300 times its size";
    assert_eq!(scan(bomb.clone()), [ratio]);
    // The inner file alone would be small enough.
    assert_eq!(scan(gzip(&bomb)), [ratio]);
    let twice = scan(zip(&[("a", &vec![b'a'; 20 << 20]), ("b", gone().as_bytes())]));
    assert_eq!(twice.len(), 2, "{twice:?}");
    assert!(twice[1].ends_with("its other members are left out"), "{twice:?}");

    let limits = ScanLimits { inflated_bytes: 1 << 20, ..limits };
    let mut mails = mbox(&vec![gone(); 10_000]);
    mails.truncate(4 << 20);
    let found = told(Scan::new([stream(gzip(&mails))]).limits(limits).records(), Path::new("?"));
    assert_eq!(found.last().unwrap(), "in limit: it unpacks to more than 1048576 bytes");
    assert!(found.len() > 2000, "what came before is there");

    let deep = (0..6).fold(gone().into_bytes(), |inner, _| gzip(&inner));
    assert_eq!(told_of(deep), ["in limit: more than 4 containers lie in each other"]);

    let limits = ScanLimits { nested_archive_bytes: 50, ..ScanLimits::default() };
    let nested = tar(&[("a.zip", &zip(&[("a", gone().as_bytes())]))]);
    let found = told(Scan::new([stream(nested)]).limits(limits).records(), Path::new("?"));
    assert!(found[0].starts_with("in#1 limit: a zip inside another file may have 50 bytes"), "{found:?}");
}

#[test]
fn a_long_message_is_cut_and_says_so() {
    let limits = ScanLimits { message_bytes: 3000, ..ScanLimits::default() };
    let place = place("long");
    let long = gone() + "\n" + &"x".repeat(400_000) + "\n";
    std::fs::write(place.join("a.eml"), &long).unwrap();
    std::fs::write(place.join("b.mbox"), mbox(&[long.clone(), gone()])).unwrap();
    let mut records: Vec<Record> = Scan::of([place.as_path()]).limits(limits).records().collect();
    let rows = [("row".to_string(), long.clone().into_bytes())];
    records.extend(Scan::new([Input::messages(rows), stream(long.clone().into_bytes())]).limits(limits).records());
    assert_eq!(records.len(), 5);
    for (n, record) in records.iter().enumerate() {
        let report = record.result.as_ref().unwrap();
        assert_eq!(report.recipients[0].address.as_deref(), Some("gone@example.net"), "{}", record.source);
        let note = report.notes.iter().find(|note| note.code == "limit-message-bytes");
        assert_eq!(note.is_some(), n != 2, "{}", record.source);
        let size = long.len() + usize::from(n == 1);
        assert!(note.is_none_or(|note| note.text.contains(&size.to_string())), "{note:?}");
    }
}

#[cfg(unix)]
#[test]
fn loops_pipes_and_sockets() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let place = place("loops");
    std::fs::create_dir_all(place.join("a/b")).unwrap();
    std::fs::write(place.join("a/b/mail.eml"), gone()).unwrap();
    symlink(&place, place.join("a/b/up")).unwrap();
    symlink(place.join("a"), place.join("z-again")).unwrap();
    symlink("itself", place.join("itself")).unwrap();
    let _socket = UnixListener::bind(place.join("socket")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place.join("pipe")).status().unwrap().success());
    let found = told(Scan::of([place.as_path(), Path::new("/dev/null")]).records(), &place);
    assert_eq!(found.len(), 5, "{found:#?}");
    assert_eq!(found[0], "/a/b/mail.eml failure generic-user-unknown");
    assert!(found[1].starts_with("/itself error: "), "{found:#?}");
    assert_eq!(found[2], "/pipe skipped: a pipe, not a file; it was not opened");
    assert_eq!(found[3], "/socket skipped: a socket, not a file; it was not opened");
    assert_eq!(found[4], "/dev/null skipped: a device, not a file; it was not opened");

    // A pipe that is named is read.
    let pipe = place.join("pipe");
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, mbox(&[gone(), gone()])).unwrap()
    });
    assert_eq!(told(Scan::of([pipe.as_path()]).records(), &place).len(), 2);
    writer.join().unwrap();

    let mut deep = place.clone();
    (0..80).for_each(|_| deep.push("d"));
    std::fs::create_dir_all(&deep).unwrap();
    let found = told(Scan::of([place.join("d")]).records(), &place);
    assert!(found.len() == 1 && found[0].contains("limit: directories lie more than"), "{found:#?}");
}

#[test]
fn a_panic_costs_one_message() {
    let rows = (0..500).map(|n| (format!("row {n}"), format!("{n}").into_bytes()));
    let mut scan = Scan::new([Input::messages(rows)])
        .jobs(4)
        .decode_with(|bytes| {
            let n: u32 = std::str::from_utf8(bytes).unwrap().parse().unwrap();
            assert!(n % 100 != 7, "cannot bear {n}\u{1b}[2J");
            ndr::decode(b"550 5.1.1 User unknown")
        })
        .fold(Summary::new, |summary, record| {
            if let Err(error) = &record.result {
                assert!(record.source.ends_with("07") || record.source == "row 7", "{}", record.source);
                assert!(error.message.contains("cannot bear"), "{error}");
            }
            summary.add(&record);
        });
    let mut all = Summary::new();
    scan.by_ref().for_each(|part| all.merge(part));
    assert_eq!((scan.progress().messages, scan.progress().errors), (500, 5));
    assert_eq!((all.messages(), all.errors()), (500, 5));
    assert!(all.to_string().contains("500 messages, 5 unreadable (5 of them by a fault of ndr"), "{all}");
}

#[test]
#[should_panic(expected = "a fault of the caller")]
fn a_panic_of_the_caller_is_the_callers() {
    let rows = (0..500).map(|n| (n.to_string(), Vec::new()));
    let scan = Scan::new([Input::messages(rows)]).jobs(2);
    scan.map_ordered(|record| assert!(record.source != "300", "a fault of the caller")).for_each(drop);
}

#[test]
fn it_ends_on_demand() {
    // A pipe on which nothing comes must hold up nobody.
    struct Silent;
    impl Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            loop {
                std::thread::park();
            }
        }
    }
    for jobs in [1, 3] {
        let silent = Input::Reader { name: "silent".into(), reader: Box::new(Silent) };
        let mut scan = Scan::new([silent]).jobs(jobs).fold(|| (), |_, _| ());
        assert_eq!(scan.next_within(Duration::from_millis(20)), Step::Waiting);
        drop(scan);
    }
    let cancel = Cancel::default();
    let mut endless = Scan::new([Input::messages((0u64..).map(|n| (n.to_string(), b"550 5.1.1".to_vec())))])
        .jobs(3)
        .cancel(&cancel)
        .records();
    assert!(endless.by_ref().take(1000).count() == 1000);
    cancel.cancel();
    assert!(endless.count() < 100_000);
    assert!(cancel.is_cancelled());
    // The end by itself is no cancellation.
    let cancel = Cancel::default();
    assert_eq!(Scan::new([stream(gone().into_bytes())]).cancel(&cancel).records().count(), 1);
    assert!(!cancel.is_cancelled());
}

#[test]
fn progress_tells_bytes_and_totals() {
    let place = everything("progress");
    let size: u64 = {
        let mut open = vec![place.clone()];
        let mut size = 0;
        while let Some(path) = open.pop() {
            match path.is_dir() {
                true => open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())),
                false => size += path.metadata().unwrap().len(),
            }
        }
        size
    };
    let mut scan = Scan::of([place.as_path()]).batch(1).measured(true).fold(|| (), |_, _| ());
    let mut last = scan.progress();
    while scan.next().is_some() {
        let now = scan.progress();
        assert!(now.bytes >= last.bytes && now.messages >= last.messages);
        last = now;
    }
    // Of a Maildir, what is no message is not read.
    assert_eq!(last.bytes, size - "half a message".len() as u64 - "no message".len() as u64);
    assert_eq!((last.messages, last.errors), (36, 0));
    let total = scan.progress().bytes_total;
    assert!(total.is_none_or(|total| total == size), "{total:?}");
    assert_eq!(Scan::of(["-"]).measured(true).fold(|| (), |_, _| ()).progress().bytes_total, None);
}

/// Gives an mbox of so many messages without ever holding it.
struct Endless {
    left: usize,
    message: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.message.len() {
            self.at = 0;
            self.left = self.left.saturating_sub(1);
        }
        if self.left == 0 {
            return Ok(0);
        }
        let n = buffer.len().min(self.message.len() - self.at);
        buffer[..n].copy_from_slice(&self.message[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_flat() {
    fn peak() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
    }
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let report = ndr::decode(b"550 5.1.1 User unknown");
    let scan = |message: Vec<u8>, left, limits| {
        let report = report.clone();
        let reader = Box::new(Endless { left, message, at: 0 });
        let scan = Scan::new([Input::Reader { name: "in".into(), reader }]).jobs(2).limits(limits);
        scan.decode_with(move |bytes| {
            MOST.fetch_max(bytes.len(), Ordering::Relaxed);
            report.clone()
        })
    };
    let before = peak();
    // 64 MB in messages of 32 KB; then one message of 192 MB in a single line.
    let message = mbox(&[gone() + &"x".repeat(32 << 10) + "\n"]);
    let limits = ScanLimits { message_bytes: 1 << 20, waiting_bytes: 4 << 20, ..ScanLimits::default() };
    assert_eq!(scan(message, 2 << 10, limits).records().count(), 2 << 10);
    assert!(MOST.load(Ordering::Relaxed) < 40 << 10);
    let mut line = format!("{FROM}{}", gone()).into_bytes();
    let held = 192 << 20;
    line.reserve_exact(held);
    line.resize(held, b'x');
    let records: Vec<Record> = scan(line, 1, limits).records().collect();
    assert_eq!(records.len(), 1);
    assert_eq!(MOST.load(Ordering::Relaxed), 1 << 20);
    let grown = peak() - before;
    // Other tests run in this process too; all of them together hold less than this.
    assert!(grown < held + (128 << 20), "grew by {} MB", (grown - held) >> 20);
}

fn decoded(n: usize, message: &str) -> Record {
    Record::decoded(format!("in#{n}"), message.as_bytes(), &ndr::Decoder::new())
}

/// A mailing that went wrong in several ways.
fn mailing() -> Vec<Record> {
    let blocked = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]; see https://sender.office.com/";
    let spamhaus = "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org";
    let full = "452 4.2.2 Mailbox full";
    let mut mails: Vec<String> = (0..60)
        .map(|n| bounce(&format!("u{n}@{}.example.net", n % 4), blocked, 8 + n % 12))
        .chain((0..5).map(|n| bounce(&format!("v{n}@other.example"), spamhaus, 9)))
        .chain((0..4).map(|n| bounce(&format!("gone{n}@example.net"), "550 5.1.1 User unknown", 10)))
        .chain((0..3).map(|hour| bounce("Full@example.net", full, hour)))
        .chain([bounce("once@example.net", full, 7), bounce("gone0@Example.net", full, 12)])
        .collect();
    mails.push("From: a@example.com\nSubject: lunch?\nDate: Tue, 24 Nov 2026 09:00:00 +0000\n\nAt noon.\n".into());
    mails.iter().enumerate().map(|(n, mail)| decoded(n, mail)).collect()
}

fn summary(records: &[Record]) -> Summary {
    let mut summary = Summary::with_addresses();
    records.iter().for_each(|record| summary.add(record));
    summary
}

fn shown(summary: &Summary) -> String {
    serde_json::to_string(&(summary, summary.suppress(3), summary.retry(3))).unwrap() + &summary.to_string()
}

#[test]
fn one_blocked_address_is_one_incident() {
    let all = summary(&mailing());
    let incidents = all.incidents();
    let first = &incidents[0];
    assert_eq!((first.entry.slug, first.count, first.is_one()), ("banned-sending-ip", 60, true));
    let shared = first.shared.as_ref().unwrap();
    assert_eq!((shared.name, shared.value.as_str()), ("ip", "203.0.113.7"));
    assert_eq!((first.domains.distinct(), first.domains.get("3.example.net")), (4, 15));
    assert_eq!(
        first.sentence(),
        format!(
            "one incident: 60 failures share the IP address 203.0.113.7: {}, 2026-11-23 07:00 UTC to 2026-11-23 18:00 UTC",
            first.entry.title
        )
    );
    let remedy = first.remedy().unwrap();
    assert!(remedy.reader == "admin" && remedy.step.contains("203.0.113.7"), "{remedy:?}");
    let second = incidents.iter().find(|incident| incident.entry.slug.contains("spamhaus")).unwrap();
    assert_eq!((second.count, second.shared.as_ref().unwrap().value.as_str()), (5, "203.0.113.7"));
    // Mailboxes that are gone have nothing to do with each other.
    let unknown = incidents.iter().find(|incident| incident.entry.category == ndr::Category::MailboxUnknown).unwrap();
    assert_eq!((unknown.count, unknown.is_one(), &unknown.shared), (4, false, &None));
    let json = serde_json::to_value(&all).unwrap();
    assert_eq!(json["incidents"][0]["shared"], serde_json::json!({ "name": "ip", "value": "203.0.113.7" }));
    assert_eq!(json["incidents"][0]["first"], "2026-11-23T07:00:00Z");
    assert_eq!(json["incidents"][0]["remotes"]["mx.2.example.net"], 15);
    assert_eq!(json["days"]["2026-11-24"], serde_json::json!({ "failures": 0, "delays": 0, "others": 1 }));
    let text = all.to_string();
    assert!(
        text.contains("  incidents\n        60  one incident: 60 failures share the IP address 203.0.113.7"),
        "{text}"
    );
}

#[test]
fn who_is_dropped_and_who_is_tried_again() {
    let all = summary(&mailing());
    let addresses = |repeats| all.suppress(repeats).into_iter().map(|row| row.address).collect::<Vec<_>>();
    assert_eq!(
        addresses(3),
        ["Full@example.net", "gone0@example.net", "gone1@example.net", "gone2@example.net", "gone3@example.net"]
    );
    assert_eq!(addresses(4).len(), 4);
    assert_eq!(addresses(1).len(), 6);
    let gone = &all.suppress(3)[1];
    assert_eq!((gone.reason, gone.entry.slug, gone.failures), (ndr::Suppress::Yes, "generic-user-unknown", 2));
    assert_eq!((ndr_scan::rfc3339(gone.first), ndr_scan::rfc3339(gone.last)).1, "2026-11-23T11:00:00Z");
    // Nobody is dropped for the sender's blocked address, however often it failed: they are tried again.
    let again = all.retry(3);
    assert_eq!(again.len(), 60 + 5 + 1);
    assert!(again.iter().any(|row| row.address == "once@example.net" && row.retry == ndr::Retry::AsIs));
    assert!(again.iter().any(|row| row.address == "u59@3.example.net" && row.retry == ndr::Retry::AfterFix));
    assert!(Summary::new().suppress(1).is_empty());
}

/// A report on a message with a Message-ID.
fn bounce_of(id: &str, address: &str, said: &str, hour: u32) -> String {
    format!("{}\nReceived: by mail.example.com\nFrom: a@example.com\nMessage-ID: <{id}@example.com>\n", {
        bounce(address, said, hour) + "\n--- Below this line is a copy of the message.\n"
    })
}

#[test]
fn a_copy_of_a_bounce_counts_once() {
    let full = "452 4.2.2 Mailbox full";
    let id = |id: &str, hour| bounce_of(id, "full@example.net", full, hour);
    let count = |mails: &[String]| {
        let records: Vec<Record> = mails.iter().enumerate().map(|(n, mail)| decoded(n, mail)).collect();
        let once = summary(&records);
        let mut parts = Summary::with_addresses();
        for record in &records {
            parts.merge(summary(std::slice::from_ref(record)));
        }
        assert_eq!(shown(&once), shown(&parts));
        let rows = once.suppress(1);
        (rows.len(), rows[0].failures, once.suppress(3).len())
    };
    // One message, reported three times: to the sender, to a postmaster, and once more after a restart.
    assert_eq!(count(&[id("one", 1), id("one", 2), id("one", 2)]), (1, 1, 0));
    // Three messages.
    assert_eq!(count(&[id("one", 1), id("two", 2), id("three", 2)]), (1, 3, 1));
    // Where the message is unknown, copies have the same date.
    let plain = |hour| bounce("full@example.net", full, hour);
    assert_eq!(count(&[plain(1), plain(1), plain(1)]), (1, 1, 0));
    assert_eq!(count(&[plain(1), plain(2), plain(3)]), (1, 3, 1));
    // The same message to somebody else is another bounce.
    assert_eq!(count(&[id("one", 1), bounce_of("one", "b@example.net", full, 1)]).0, 2);
}

#[test]
fn the_message_that_decided_is_named() {
    let gone = "550 5.1.1 User unknown";
    let full = "452 4.2.2 Mailbox full";
    let blocked = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]";
    let mails = [
        bounce("gone@example.net", gone, 1),
        bounce("gone@example.net", full, 2),
        bounce("gone@example.net", blocked, 3),
        bounce("full@example.net", full, 4),
        bounce("full@example.net", blocked, 5),
    ];
    let records: Vec<Record> = mails.iter().enumerate().map(|(n, mail)| decoded(n, mail)).collect();
    let rows = summary(&records).suppress(1);
    let said: Vec<_> = rows.iter().map(|row| (row.address.as_str(), row.source.as_str(), row.failures)).collect();
    assert_eq!(said, [("full@example.net", "in#3", 2), ("gone@example.net", "in#0", 3)]);
    assert_eq!((rows[0].entry.slug, rows[1].entry.slug), ("generic-mailbox-full", "generic-user-unknown"));
}

#[test]
fn only_addresses_that_failed_are_listed() {
    let status = |action: &str| {
        format!(
            "From: mailer-daemon@example.com\nSubject: Report\nContent-Type: multipart/report; \
             report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; gone@example.net\nAction: failed\n\
             Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n\
             Final-Recipient: rfc822; other@example.net\nAction: {action}\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 User unknown\n--b--\n"
        )
    };
    for action in ["delayed", "delivered", "relayed", "expanded"] {
        let rows = summary(&[decoded(0, &status(action))]).suppress(1);
        assert_eq!(rows.iter().map(|row| row.address.as_str()).collect::<Vec<_>>(), ["gone@example.net"], "{action}");
    }
    // What the sender wrote in To is no evidence that it failed.
    let unnamed = "From: mailer-daemon@example.com\nSubject: Undelivered Mail Returned to Sender\n\
        Date: Mon, 23 Nov 2026 10:00:00 +0100\n\nYour message was not delivered: 550 5.1.1 User unknown\n\n\
        --- Below this line is a copy of the message.\n\nFrom: a@example.com\nTo: good@example.net\nSubject: x\n";
    assert_eq!(summary(&[decoded(0, unnamed)]).suppress(1), []);
    // Whoever sent the message is no recipient, whatever the server says of them.
    let sender = bounce("a@example.net", "550 5.1.8 <bob@example.com>: Sender address rejected: User unknown", 1);
    assert_eq!(summary(&[decoded(0, &sender)]).suppress(1), []);
}

#[test]
fn summaries_can_be_merged_in_any_grouping() {
    let records = mailing();
    let whole = shown(&summary(&records));
    for (a, b) in [(0, 10), (1, 2), (30, 61), (64, 75), (70, 74)] {
        let parts = [&records[..a], &records[a..b], &records[b..]];
        let [mut left, mut middle, last] = parts.map(summary);
        left.merge(middle.clone());
        left.merge(last.clone());
        assert_eq!(shown(&left), whole, "({a}, {b}) from the left");
        middle.merge(last);
        let mut first = summary(parts[0]);
        first.merge(middle);
        assert_eq!(shown(&first), whole, "({a}, {b}) from the right");
    }
}

#[test]
fn a_summary_of_hostile_mail_stays_small() {
    let said = |n: usize| format!("550 5.7.606 Access denied, banned sending IP [10.{}.{}.9]", n / 250, n % 250);
    let mut all = Summary::new();
    for n in 0..12_000 {
        all.add(&decoded(n, &bounce(&format!("a@{n}.example.net"), &said(n), 9)));
    }
    let incidents = all.incidents();
    assert_eq!(incidents.iter().map(|incident| incident.count).sum::<u64>(), 12_000);
    // What is one too many is counted by its entry alone.
    assert_eq!(incidents.len(), 10_001);
    assert_eq!((incidents[0].count, &incidents[0].shared), (2000, &None));
    assert_eq!(incidents[0].domains.distinct(), 100);
    let long = bounce(&format!("a@{}.example.net", "x".repeat(5000)), "550 5.7.1 Message rejected as spam", 9);
    all.add(&decoded(1, &(long + "\nFrom: b@example.com\nSubject: " + &"y".repeat(5000) + "\n")));
    let longest = all.incidents().into_iter().filter_map(|incident| incident.shared).map(|shared| shared.value.len());
    assert!(longest.max().unwrap() <= 255);
}

#[test]
fn mail_in_a_summary_cannot_reach_the_terminal() {
    let mail = bounce("a@example.net", "550 5.7.1 Message rejected as spam", 9)
        + "\n--- The header of the original ---\n\n\
        From: x@example.com\nTo: a@example.net\nSubject: buy \u{1b}[2Jnow\u{202e}\n";
    let text = summary(&[decoded(1, &mail), decoded(2, &mail)]).to_string();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

/// Sources and kinds, and where there is no report the code of the error.
fn kinds(scan: Scan) -> Vec<String> {
    let of = |record: Record| match record.result {
        Ok(report) => format!("{} {}", record.source, report.kind),
        Err(error) => format!("{} {}", record.source, error.kind.slug()),
    };
    scan.records().map(of).collect()
}

const LOG: &str = "Mar  1 09:59:58 mx postfix/smtpd[1]: connect from unknown[192.0.2.1]\n\
    Mar  1 09:59:59 mx postfix/qmgr[1]: 4XABC: from=<b@example.org>, size=550, nrcpt=2 (queue active)\n\
    Mar  1 10:00:00 mx postfix/smtp[1]: 4XABC: to=<a@example.com>, relay=mx.example.com[198.51.100.4]:25, dsn=5.1.1, status=bounced (host mx.example.com[198.51.100.4] said: 550 5.1.1 no such user (in reply to RCPT TO command))\n\
    Mar  1 10:00:01 mx postfix/smtp[1]: 4XABC: to=<c@example.com>, relay=mx.example.com[198.51.100.4]:25, dsn=2.0.0, status=sent (250 ok)\n\
    Mar  1 10:00:02 mx postfix/smtp[1]: 4XDEF: to=<d@example.com>, relay=none, dsn=4.4.1, status=deferred (connect to mx.example.com[198.51.100.4]:25: Connection timed out)\n\
    Mar  1 10:00:03 mx postfix/qmgr[1]: 4XABC: removed\n";

#[test]
fn a_log_gives_a_record_for_each_line_that_failed_or_is_late() {
    let scan = || Scan::new([stream(LOG.into())]);
    assert_eq!(kinds(scan()), ["in#1 failure", "in#2 delay"]);
    assert_eq!(kinds(scan().all(true)), ["in#1 failure", "in#2 success", "in#3 delay"]);
    let qmail = "@400000005 starting delivery 7: msg 4 to remote a@example.com\n@400000005 status: local 0/10 remote 1/20\n\
        @400000006 delivery 7: failure: 192.0.2.5_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/\n\
        @400000006 end msg 4\n";
    let records: Vec<Record> = Scan::new([stream(qmail.into())]).records().collect();
    assert_eq!(records[0].result.as_ref().unwrap().recipients[0].address.as_deref(), Some("a@example.com"));
    assert_eq!(records.len(), 1);
}

#[test]
fn each_event_is_a_record_and_a_bad_line_costs_no_other() {
    let event = |address: &str| {
        format!(r#"{{"event":"bounce","email":"{address}","sg_event_id":"1","reason":"550 5.1.1 no such user"}}"#)
    };
    let lines = format!("{}\n\n{{bad\n{}\n", event("a@example.com"), event("c@example.com"));
    assert_eq!(kinds(Scan::new([stream(lines.into())])), ["in#1 failure", "in#2 error", "in#3 failure"]);
    let array = format!("[\n{},\n{}\n]", event("a@example.com"), event("c@example.com"));
    assert_eq!(kinds(Scan::new([stream(array.into())])), ["in#1 failure", "in#2 failure"]);
    assert_eq!(kinds(Scan::new([stream(event("a@example.com").into())])), ["in failure"]);
    let sns = format!(
        r#"{{"Type":"Notification","TopicArn":"arn","Message":{:?}}}"#,
        format!("[{},{}]", event("a@example.com"), event("c@example.com"))
    );
    assert_eq!(kinds(Scan::new([stream(sns.into())])), ["in#1 failure", "in#2 failure"]);
}

#[test]
fn rows_of_tables_are_records() {
    let table = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta\n\
        b,2026-03-01 10:00:00,2026-03-01 09:59:58,b-1@example.org,a@example.com,,failed,5.1.1 (bad),\"smtp;550 5.1.1 no, sorry\",mx.example.com (198.51.100.4)\n\
        d,2026-03-01 10:00:00,2026-03-01 09:59:58,b-1@example.org,c@example.com,,relayed,2.0.0 (ok),smtp;250 ok,mx.example.com (198.51.100.4)\n";
    assert_eq!(kinds(Scan::new([stream(table.into())])), ["in#1 failure"]);
    let table = "id,when,reply\n1,x,\"550 5.1.1 no such\nuser\"\n2,y,\n3,z\n";
    let records: Vec<Record> = Scan::new([stream(table.into())]).column("reply", ["id"]).records().collect();
    let told: Vec<_> = records.iter().map(|record| (record.kept[0].1.as_str(), record.result.is_ok())).collect();
    assert_eq!(told, [("1", true), ("3", false)]);
    assert_eq!(kinds(Scan::new([stream(table.into())]).column("no", [""; 0])), ["in error"]);
}

#[test]
fn what_is_no_mail_is_no_failure() {
    let directory = std::env::temp_dir().join(format!("ndr-doors-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let program = directory.join("program");
    std::fs::write(&program, b"\x7fELF\x02\x01\x01\0 550 5.1.1 User unknown").unwrap();
    std::fs::write(directory.join("old.rar"), b"Rar!\x1a\x07\x01\0").unwrap();
    let mut batches = Scan::of([&directory]).fold(Vec::new, |all: &mut Vec<Record>, record| all.push(record));
    let records: Vec<Record> = batches.by_ref().flatten().collect();
    assert_eq!((records.len(), batches.progress().binaries), (1, 1));
    assert_eq!(records[0].result.as_ref().unwrap_err().kind, ErrorKind::NotMail);
    assert!(serde_json::to_value(&records[0]).unwrap()["kind"].is_null());
    // A binary that was named is an error.
    let named: Vec<Record> = Scan::of([&program]).records().collect();
    assert_eq!(named[0].result.as_ref().unwrap_err().kind, ErrorKind::NotMail);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn bzip2_and_xz_are_unpacked() {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    writer.write_all(gone().as_bytes()).unwrap();
    assert_eq!(told_of(writer.finish().unwrap()), ["in failure generic-user-unknown"]);
    // "550 5.1.1 User unknown"
    let xz: Vec<u8> = XZ
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert_eq!(told_of(xz.clone()), ["in failure generic-user-unknown"]);
    assert!(told_of(xz[..40].to_vec())[0].starts_with("in error"), "a cut file is an error");
}

const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a301001635353020352e312e31205573657220756e6b6e6f776e0a0000ab74404130c303bc00012f17810849b11fb6f37d010000000004595a";
