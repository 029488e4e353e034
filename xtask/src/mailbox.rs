//! Builds mailboxes from the samples, for the soak test and the benchmark.

use std::io::Write;
use std::path::Path;

/// Reads every message below a directory, sorted by path.
pub(crate) fn messages(directory: &Path) -> Result<Vec<Vec<u8>>, String> {
    let mut open = vec![directory.to_path_buf()];
    let mut paths = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            open.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_none_or(|end| end != "md") {
            paths.push(path);
        }
    }
    paths.sort();
    let found: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display())))
        .collect::<Result<_, _>>()?;
    if found.is_empty() { Err(format!("{} holds no messages", directory.display())) } else { Ok(found) }
}

/// Appends a message to an mbox. Quoting (mboxrd) and an extra header field keep it one message, whatever it holds.
pub(crate) fn append(out: &mut impl Write, number: u64, message: &[u8]) -> std::io::Result<()> {
    writeln!(out, "From mailer-daemon@example.com Mon Nov 23 10:00:00 2026\nX-Number: {number}")?;
    for line in message.split_inclusive(|b| *b == b'\n') {
        let quoted = line.iter().position(|b| *b != b'>').is_some_and(|at| line[at..].starts_with(b"From "));
        if quoted {
            out.write_all(b">")?;
        }
        out.write_all(line)?;
    }
    out.write_all(b"\n\n")
}
