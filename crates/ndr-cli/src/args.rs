//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Reads bounced mail and says what it means, who must act, and what they do next.
///
/// Everything runs on this computer; nothing is sent anywhere.
#[derive(Parser, Debug)]
#[command(name = "ndr", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// Write CSV cells unchanged, for programs; a spreadsheet may run them as formulas
    #[arg(long, global = true)]
    pub(crate) csv_raw: bool,

    /// Add or override entries from this file (same schema as catalog.yaml); may be given several times
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) catalog: Vec<PathBuf>,
}

/// Limits on how much of a message is read.
#[derive(Args, Debug)]
pub(crate) struct Limiting {
    /// Read more or less than usual: message_bytes, nesting, parts, header_lines, header_bytes, recipients or text_bytes;
    /// 512K, 32M and 1G are short for bytes. May be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = limit)]
    limit: Vec<(&'static str, usize)>,
}

impl Limiting {
    pub(crate) fn limits(&self) -> ndr::Limits {
        // The parser below lets known names through only.
        self.limit
            .iter()
            .fold(ndr::Limits::default(), |limits, (name, value)| limits.with(name, *value).unwrap_or(limits))
    }
}

/// Reads `parts=100` or `text_bytes=1M`.
fn limit(text: &str) -> Result<(&'static str, usize), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let known = ndr::Limits::NAMES.iter().find(|known| known.eq_ignore_ascii_case(&name.replace('-', "_")));
    let name =
        known.ok_or_else(|| format!("there is no limit `{name}`; they are {}", ndr::Limits::NAMES.join(", ")))?;
    let shift = match value.chars().next_back() {
        Some('k' | 'K') => 10,
        Some('m' | 'M') => 20,
        Some('g' | 'G') => 30,
        _ => 0,
    };
    let digits = if shift > 0 { value.get(..value.len() - 1).unwrap_or_default() } else { value };
    let number = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    Ok((name, number.ok_or_else(|| format!("`{value}` is no number such as 1000, 512K or 32M"))?))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, on 80 columns
    Human,
    /// One JSON document
    Json,
    /// One JSON document per line
    Ndjson,
    /// A table; cells are guarded against spreadsheet formulas, unless --csv-raw is given
    Csv,
    /// Markdown for tickets
    Markdown,
    /// An HTML fragment
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum For {
    /// A mail to the person who sent the message
    Sender,
    /// A ticket for an admin
    Admin,
    /// A request to a provider's support
    Support,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Explain one bounce: a file, standard input, or the text itself
    ///
    /// The input type is detected: a mail, a pasted report, an SMTP reply, a log line, saved HTML, a bare code.
    /// Exit status: 0 decoded, 1 nothing recognised, 2 usage, 3 unreadable.
    Explain(Explain),
    /// Decode many messages: files, directories, Maildir, mbox, archives, logs, events, tables, standard input
    ///
    /// One record per message, event, log line or row, in input order. A bad one gives a record with an error; the scan
    /// goes on. Binaries in directories are left out and counted.
    /// Exit status: 0, or 3 if something could not be read.
    Scan(Scan),
    /// Mask a message so that you can show it to others
    ///
    /// Addresses, hosts, IP addresses, names, subjects and bodies are replaced, each always by the same token;
    /// structure, codes and the servers' words stay. ndr decodes the masked message again and prints it only if the
    /// result is the same. Look through it before you send it.
    /// Exit status: 0 masked, 2 usage, 3 unreadable, 4 the masked message would decode differently.
    Redact(Redact),
    /// Show the route of a message, from its header
    ///
    /// Takes any message or a copied header block. For a bounce, it shows the message that bounced.
    /// Exit status: 0 done, 1 no header found, 2 usage, 3 unreadable.
    Headers(Headers),
    /// Summarise many bounces: incidents with their remedies, addresses to drop, addresses to try again
    ///
    /// Failures that share their cause, such as one blocked IP, are one incident.
    /// Exit status: 0, or 3 if something could not be read.
    Summary(Summary),
    /// Show what the catalogue says about a code or slug
    Code(Code),
    /// Search the catalogue by words
    Search(Search),
    /// List the catalogue
    List(Entries),
    /// Compare two catalogues
    Catalog {
        #[command(subcommand)]
        task: Catalog,
    },
    /// Collect replies that no text of the catalogue matches, as entries to finish
    ///
    /// Addresses, hosts, numbers and ids are masked; replies that differ only in these are counted together. The output
    /// is an overlay for --catalog, and a start for a contribution. Exit status: 0, 1 if every text is known,
    /// 3 unreadable.
    Unknowns(Unknowns),
    /// Print the JSON Schema of the result
    Schema,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A file, `-` for standard input, or the text itself; standard input when left out
    pub(crate) input: Option<String>,
    /// How to print it
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
    /// Print a text to paste into a mail or ticket
    #[arg(long = "for", value_enum, conflicts_with = "format")]
    pub(crate) audience: Option<For>,
    #[command(flatten)]
    pub(crate) limiting: Limiting,
    /// Your own domain, to detect bounces of mail that you did not send; may be given several times
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Vec<String>,
    /// The input is one reply, and this server gave it
    #[arg(long, value_name = "HOST")]
    pub(crate) remote: Option<String>,
    /// The input is one reply, and it answers this SMTP command
    #[arg(long, value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// The input is one reply, about this recipient
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) recipient: Option<String>,
    /// The input is one reply to mail of this envelope sender
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) sender: Option<String>,
}

/// The input of `scan` and `summary`.
#[derive(Args, Debug)]
pub(crate) struct Inputs {
    /// Files, directories and patterns such as `*.eml`; `-` for standard input
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from this file, one a line or parted by NUL; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Threads; the results are the same for any number
    #[arg(long, short)]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// No progress bar and no summary on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Take deliveries that were done from logs and tables, too, not only those that failed or are late
    #[arg(long)]
    pub(crate) all: bool,
    /// Read files as tables (CSV) whose column NAME holds messages, replies or events
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    #[command(flatten)]
    pub(crate) limiting: Limiting,
}

#[derive(Args, Debug)]
pub(crate) struct Redact {
    /// A file, `-` for standard input, or the text itself; standard input when left out
    pub(crate) input: Option<String>,
    /// Write the masked message to this file
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Write the names and their tokens to this file, as JSON; keep it private
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<PathBuf>,
    /// Do not mask this host; `*.example.com` for all hosts below a domain. Hosts of known providers are never masked
    #[arg(long, value_name = "HOST")]
    pub(crate) keep: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Headers {
    /// A file, `-` for standard input, or the header itself; standard input when left out
    pub(crate) input: Option<String>,
    /// How to print it; csv gives a row for each hop
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
    /// For a bounce, show the report's own header instead of the bounced message's
    #[arg(long)]
    pub(crate) outer: bool,
    /// Your own domain, to detect bounces of mail that you did not send; may be given several times
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Scan {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// How to print it: human on a terminal, ndjson elsewhere
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
    /// Add the route of each returned message, as `trace`, to json and ndjson
    #[arg(long)]
    pub(crate) trace: bool,
    /// Columns of the table whose values go along, as `kept`, to json and ndjson; and as first columns to csv
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "column")]
    pub(crate) keep: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum List {
    /// Addresses to drop: those that no longer exist, and those that failed repeatedly
    Suppress,
    /// Addresses to send to again, at once or after the cause is fixed
    Retry,
}

#[derive(Args, Debug)]
pub(crate) struct Summary {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Print a list of addresses instead of the summary
    #[arg(long, value_enum)]
    pub(crate) list: Option<List>,
    /// Failures before an address with a full mailbox or a similar cause is listed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) repeats: u64,
    /// How to print it: human or json; lists also as ndjson or csv
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Code {
    /// A status code such as 5.7.1, a reply code such as 550, or a slug
    pub(crate) code: String,
    /// How to print it
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words of a server's text or of a title
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    /// At most this many entries
    #[arg(long, short = 'n', default_value_t = 10)]
    pub(crate) limit: usize,
    /// How to print it
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Entries {
    /// Only entries of this provider
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// Only entries of this category
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// Only entries where this actor must act
    #[arg(long)]
    pub(crate) act: Option<String>,
    /// How to print it
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Catalog {
    /// Decode messages with two catalogues, and print every verdict that differs
    ///
    /// The new catalogue is the built-in one with the overlays of --catalog. Exit status: 0 nothing changes,
    /// 1 something does, 3 unreadable.
    Diff(Diff),
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The old catalogue: a whole one, or an overlay over the built-in one
    #[arg(long, value_name = "OLD.yaml")]
    pub(crate) against: PathBuf,
    /// Files and directories, as for scan
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print it
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Unknowns {
    /// Files and directories, as for scan; `-` for standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Omit replies that were seen less often
    #[arg(long, default_value_t = 1)]
    pub(crate) at_least: usize,
    /// How to print it: human is YAML
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
}
