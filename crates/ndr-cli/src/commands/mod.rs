//! One file per command.

mod batch;
mod code;
mod diff;
mod explain;
mod headers;
mod list;
mod redact;
mod scan;
mod search;
mod summary;
mod unknowns;

pub(crate) use code::code;
pub(crate) use diff::diff;
pub(crate) use explain::explain;
pub(crate) use headers::headers;
pub(crate) use list::list;
pub(crate) use redact::redact;
pub(crate) use scan::scan;
pub(crate) use search::search;
pub(crate) use summary::summary;
pub(crate) use unknowns::unknowns;

use crate::{Exit, Outcome, Stop};
use clap::CommandFactory;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Decodes with the built-in catalogue and the overlays that the command line names.
pub(crate) fn decoder(overlays: &[PathBuf]) -> Result<ndr::Decoder, Stop> {
    let mut decoder = ndr::Decoder::new();
    for path in overlays {
        let catalog = load(path, |name, text| ndr_catalog::load_overlay(decoder.catalog(), name, text))?;
        decoder = decoder.with_catalog(catalog);
    }
    Ok(decoder)
}

/// Reads a catalogue from a file.
fn load(
    path: &Path,
    read: impl Fn(&str, &str) -> Result<ndr::Catalog, ndr_catalog::Problems>,
) -> Result<ndr::Catalog, Stop> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| crate::source::unreadable(&name, &error))?;
    read(&name, &text).map_err(|problems| Stop {
        message: format!("the catalogue {name} has mistakes\n\n{problems}"),
        exit: Exit::Unreadable,
    })
}

/// `ndr schema`
pub(crate) fn schema() -> Outcome {
    let mut out = std::io::stdout().lock();
    out.write_all(include_str!("../../schema/report.schema.json").as_bytes())?;
    Ok(Exit::Done)
}

/// `ndr completions`
pub(crate) fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::args::Cli::command(), "ndr", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}

/// `ndr man`
pub(crate) fn man() -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(crate::args::Cli::command()).render(&mut page)?;
    std::io::stdout().lock().write_all(&page)?;
    Ok(Exit::Done)
}

/// Prints entries as JSON: the same objects for `list`, `code` and `search`.
pub(crate) fn entries_json(entries: &[&ndr::Entry], lines: bool) -> Outcome {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let views: Vec<ndr::EntryView<'_>> = entries.iter().map(|entry| ndr::EntryView(entry)).collect();
    if lines {
        for view in views {
            serde_json::to_writer(&mut out, &view)?;
            out.write_all(b"\n")?;
        }
    } else {
        serde_json::to_writer_pretty(&mut out, &views)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(if entries.is_empty() { Exit::Nothing } else { Exit::Done })
}
