//! The command `ndr`: a thin front. It reads input, calls the core, and prints; it parses and decides nothing.

// Nothing that a message or the command line holds may end the process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod args;
mod commands;
mod output;
mod source;

use args::{Cli, Command};
use clap::Parser;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Decoded, or found.
    Done,
    /// Nothing was recognised or found.
    Nothing,
    /// Two catalogues disagree.
    Differs,
    /// The command line is wrong.
    Usage,
    /// Something could not be read.
    Unreadable,
    /// A masked message would be read differently.
    Unproven,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Nothing | Exit::Differs => 1,
            Exit::Usage => 2,
            Exit::Unreadable => 3,
            Exit::Unproven => 4,
        })
    }
}

/// Why a command stopped: a message for standard error and an exit status.
pub(crate) struct Stop {
    pub(crate) message: String,
    pub(crate) exit: Exit,
}

pub(crate) type Outcome = Result<Exit, Stop>;

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        // The reader of the output may stop early; that is no error.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Stop { message: String::new(), exit: Exit::Done };
        }
        Stop { message: error.to_string(), exit: Exit::Unreadable }
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Stop {
        Stop::from(std::io::Error::from(error))
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = run(&cli);
    match outcome {
        Ok(exit) => exit.into(),
        Err(stop) => {
            if !stop.message.is_empty() {
                // Line by line: what is wrong with a catalogue takes many.
                let lines: Vec<_> = stop.message.lines().map(ndr::sanitize::terminal).collect();
                eprintln!("ndr: {}", lines.join("\n"));
            }
            stop.exit.into()
        }
    }
}

fn run(cli: &Cli) -> Outcome {
    let limits = match &cli.command {
        Command::Explain(args) => args.limiting.limits(),
        Command::Scan(args) => args.inputs.limiting.limits(),
        Command::Summary(args) => args.inputs.limiting.limits(),
        _ => ndr::Limits::default(),
    };
    let decoder = commands::decoder(&cli.catalog)?.with_limits(limits);
    let out = output::Output::new(cli.color, cli.csv_raw);
    match &cli.command {
        Command::Explain(args) => commands::explain(args, &decoder, &out),
        Command::Scan(args) => commands::scan(args, &decoder, &out),
        Command::Redact(args) => commands::redact(args),
        Command::Headers(args) => commands::headers(args, &decoder, &out),
        Command::Summary(args) => commands::summary(args, &decoder, &out),
        Command::Code(args) => commands::code(args, &decoder, &out),
        Command::Search(args) => commands::search(args, &decoder, &out),
        Command::List(args) => commands::list(args, &decoder, &out),
        Command::Catalog { task: args::Catalog::Diff(args) } => commands::diff(args, &decoder, &out),
        Command::Unknowns(args) => commands::unknowns(args, &decoder, &out),
        Command::Schema => commands::schema(),
        Command::Completions { shell } => commands::completions(*shell),
        Command::Man => commands::man(),
    }
}
