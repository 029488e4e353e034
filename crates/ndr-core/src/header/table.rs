//! The table "Message Hops" in Exchange's reports: six columns as plain text with tabs or wide gaps between them, or a
//! cell on each line where it was HTML. It is recognised by the shape of its rows, since the heading is translated.

use super::hop::{Hop, Scope};
use super::hosts::{is_host_name, is_local, is_local_name};
use super::path::{Path, PathSource};
use super::time::Moment;
use ndr_resolve::Catalog;

/// The most rows that are read.
const MOST_ROWS: usize = 200;

/// The most cells that one row may have.
const MOST_CELLS: usize = 24;

/// Reads the table, where the text holds one.
pub(crate) fn read(text: &str, catalog: &Catalog) -> Option<Path> {
    let cells: Vec<&str> = text.lines().flat_map(cells_of).collect();
    let starts = row_starts(&cells);
    let hops: Vec<Hop> = starts
        .iter()
        .enumerate()
        .filter_map(|(n, start)| {
            let end = starts.get(n + 1).copied().unwrap_or(cells.len()).min(start + MOST_CELLS);
            row(cells.get(*start..end)?)
        })
        .collect();
    (!hops.is_empty()).then(|| Path::of_hops(PathSource::MessageHops, hops, 0, catalog))
}

/// The cells of a line, separated by tabs or wide gaps.
fn cells_of(line: &str) -> impl Iterator<Item = &str> {
    line.split('\t').flat_map(|part| part.split("  ")).map(str::trim).filter(|cell| !cell.is_empty())
}

/// Where the rows begin: 1, 2, 3, each followed by a date.
fn row_starts(cells: &[&str]) -> Vec<usize> {
    let mut starts = Vec::new();
    for (at, pair) in cells.windows(2).enumerate() {
        let [number, date] = pair else { continue };
        let expected = starts.len() + 1;
        if starts.len() < MOST_ROWS && number.parse() == Ok(expected) && date_of(date).is_some() {
            starts.push(at);
        }
    }
    starts
}

/// The date that a cell begins with, and the rest of the cell.
fn date_of(cell: &str) -> Option<(&str, &str)> {
    let (date, rest) = cell.split_once(' ').unwrap_or((cell, ""));
    let digits = date.bytes().filter(u8::is_ascii_digit).count();
    let marks = date.bytes().filter(|b| matches!(b, b'/' | b'.' | b'-')).count();
    (marks == 2 && digits >= 4 && digits + marks == date.len()).then_some((date, rest.trim()))
}

/// A row: number, date, time, then FROM, TO, WITH and RELAY TIME, of which the first may be empty.
fn row(cells: &[&str]) -> Option<Hop> {
    let [_, date, others @ ..] = cells else { return None };
    let (date, rest) = date_of(date).unwrap_or((date, ""));
    let mut others = others.to_vec();
    let time =
        if rest.is_empty() && others.first().is_some_and(|cell| is_time(cell)) { others.remove(0) } else { rest };
    let relay = others.iter().position(|cell| is_relay_time(cell));
    if let Some(relay) = relay {
        others.truncate(relay);
    }
    // As many cells as were understood: what follows the relay time is no longer the table.
    let text: Vec<&str> = cells.iter().take(others.len() + 4).copied().collect();
    let mut hop = Hop::new("Message Hops", text.join(" "));
    hop.time = Moment::parse_american(date, time);
    hop.time_text = Some(format!("{date} {time}").trim().to_string());
    let is_host = |cell: &str| is_host_name(cell) || is_local_name(cell);
    let mut hosts: Vec<&str> = others.iter().take_while(|cell| is_host(cell)).copied().collect();
    let mut rest: Vec<&str> = others.iter().skip(hosts.len()).copied().collect();
    if hosts.is_empty() && rest.len() >= 2 {
        // Names without a domain: the last cell is the protocol.
        let protocol = rest.split_off(rest.len() - 1);
        hosts = std::mem::replace(&mut rest, protocol);
    }
    hosts.truncate(2);
    hop.by = hosts.pop().map(str::to_string);
    hop.from = hosts.pop().map(str::to_string);
    let with = rest.join(" ");
    let (name, comment) = with.split_once('(').unwrap_or((&with, ""));
    hop.with = Some(name.trim().to_string()).filter(|name| !name.is_empty());
    let comment = comment.trim_end_matches(')');
    hop.tls = super::received::tls(&[comment], &hop.text, hop.with.as_deref());
    hop.parsed = hop.by.is_some() || hop.time.is_some();
    if is_local(&hop, &[]) {
        hop.scope = Scope::Local;
    }
    Some(hop)
}

fn is_time(cell: &str) -> bool {
    cell.len() <= 16 && cell.contains(':') && cell.starts_with(|c: char| c.is_ascii_digit())
}

/// `*`, `2 sec`, `1 min 4 sec`: a number and a word of any language.
fn is_relay_time(cell: &str) -> bool {
    cell == "*" || {
        let mut words = cell.split_whitespace();
        let number = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
        let unit = words.next().is_some_and(|word| word.chars().all(|c| c.is_alphabetic() || c == '.'));
        number && unit && cell.len() <= 30
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: &str = "Message Hops\nHOP     TIME (UTC)      FROM    TO      WITH    RELAY TIME\n\
        1       9/1/2017\n6:40:30 AM              mail.example.net               *\n\
        2       9/1/2017\n6:40:32 AM      mail.example.net       localhost       ESMTP   2 sec\n\
        3       9/1/2017\n6:41:33 AM      localhost       AM6.mail.protection.outlook.com    Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256)  1 min 1 sec\n\n\
        Original Message Headers\n";

    #[test]
    fn gaps_tabs_and_lines() {
        let tabs = WIDE.replace("\n6:4", "\t6:4").replace("      ", "\t");
        let lines: String = WIDE.lines().flat_map(cells_of).map(|cell| format!("{cell}\n")).collect();
        for text in [WIDE, &tabs, &lines] {
            let path = read(text, crate::catalog()).unwrap();
            let hops: Vec<_> = path
                .hops
                .iter()
                .map(|hop| (hop.from.as_deref(), hop.by.as_deref(), hop.with.as_deref(), hop.delay))
                .collect();
            assert_eq!(
                hops,
                [
                    (None, Some("mail.example.net"), None, None),
                    (Some("mail.example.net"), Some("localhost"), Some("ESMTP"), Some(2)),
                    (
                        Some("localhost"),
                        Some("AM6.mail.protection.outlook.com"),
                        Some("Microsoft SMTP Server"),
                        Some(61)
                    ),
                ],
                "{text}"
            );
            assert_eq!(path.hops[2].tls.as_ref().unwrap().version.as_deref(), Some("TLSv1.2"));
            assert_eq!((path.total, path.slowest), (Some(63), Some(3)));
        }
    }

    #[test]
    fn no_table() {
        assert_eq!(read("1 reason\n2 others\n550 5.1.1 no\n", crate::catalog()), None);
    }
}
