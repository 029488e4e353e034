//! Where output goes: standard output for data, in the format and colours that fit.

use crate::args::{Color, Format};
use ndr::render::Options;
use std::borrow::Cow;
use std::io::{IsTerminal, Write};

/// How to print.
pub(crate) struct Output {
    color: bool,
    terminal: bool,
    width: usize,
    csv: Csv,
}

/// How CSV is written.
#[derive(Clone, Copy)]
pub(crate) struct Csv {
    /// Whether cells stay as they are. If not, they are guarded against formulas.
    raw: bool,
}

impl Csv {
    /// A line (RFC 4180).
    pub(crate) fn line(self, cells: &[String]) -> String {
        let mut out = String::new();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            let cell = if self.raw { Cow::Borrowed(cell.as_str()) } else { ndr::sanitize::csv(cell) };
            if cell.contains([',', '"', '\n', '\r']) {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(&cell);
            }
        }
        out.push_str("\r\n");
        out
    }
}

impl Output {
    pub(crate) fn new(color: Color, csv_raw: bool) -> Output {
        let terminal = std::io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                (terminal || (set("CLICOLOR_FORCE") && std::env::var("CLICOLOR_FORCE").is_ok_and(|v| v != "0")))
                    && !set("NO_COLOR")
            }
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
        let csv = Csv { raw: csv_raw };
        Output { color, terminal, width: columns.unwrap_or(80).clamp(40, 100), csv }
    }

    /// The format asked for; human otherwise.
    pub(crate) fn format(&self, asked: Option<Format>) -> Format {
        asked.unwrap_or(Format::Human)
    }

    /// The format asked for; human on a terminal, else lines of JSON.
    pub(crate) fn batch_format(&self, asked: Option<Format>) -> Format {
        asked.unwrap_or(if self.terminal { Format::Human } else { Format::Ndjson })
    }

    pub(crate) fn csv(&self) -> Csv {
        self.csv
    }

    pub(crate) fn options(&self) -> Options {
        Options { width: self.width, color: self.color }
    }

    pub(crate) fn print(&self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
