//! `ndr redact`

use crate::args::Redact;
use crate::{Exit, Outcome, Stop, source};
use std::io::Write;

pub(crate) fn redact(args: &Redact) -> Outcome {
    let input = source::read(args.input.as_deref())?;
    let redactor = args.keep.iter().fold(ndr::redact::Redactor::new(), |redactor, host| redactor.keep(host));
    let masked = redactor
        .redact(&input.bytes)
        .map_err(|refused| Stop { message: format!("{refused}; nothing was written"), exit: Exit::Unproven })?;
    if !masked.kept.is_empty() {
        eprintln!("ndr: to be read the same, the message keeps {}: look through it", masked.kept.join(", "));
    }
    if let Some(path) = &args.map {
        let rows: Vec<_> = masked
            .map
            .iter()
            .map(|(kind, original, token)| serde_json::json!({ "kind": kind.slug(), "original": original, "token": token }))
            .collect();
        std::fs::write(path, serde_json::to_string_pretty(&rows)? + "\n")
            .map_err(|error| source::unreadable(&path.display().to_string(), &error))?;
    }
    match &args.output {
        Some(path) => std::fs::write(path, &masked.bytes)
            .map_err(|error| source::unreadable(&path.display().to_string(), &error))?,
        None => std::io::stdout().lock().write_all(&masked.bytes)?,
    }
    Ok(Exit::Done)
}
