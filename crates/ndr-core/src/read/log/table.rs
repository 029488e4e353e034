//! Tables of deliveries: tracking logs and message traces of Exchange, accounting files of PowerMTA, exports with a
//! header line; and the list form of Exchange's shell.

use super::shared::{LINES, LONGEST, tell};
use crate::evidence::Finding;
use crate::phrases::events::fits;
use crate::phrases::logs::{EXCHANGE_EVENTS, PMTA_COLUMNS, REPORT_FOR, TABLES, Table};
use crate::statement;
use crate::statement::named::failed_address;
use crate::text::search::{Phrases, phrases};
use crate::text::{self, address};
use crate::vocabulary::Action;

type Told = Option<(Option<&'static str>, Vec<Finding>)>;

/// How many lines stand in front of the rows, where the table is known.
pub(super) fn head(text: &str) -> Option<usize> {
    let mut count = 0;
    let mut is_known = false;
    for line in text::lines(text).take(200) {
        if text::trim(line).is_empty() {
            count += 1;
        } else if let Some(comment) = line.strip_prefix('#') {
            count += 1;
            let names = comment.strip_prefix("Fields: ").map(cells).unwrap_or_default();
            is_known |= table_of(&names.iter().map(|name| plain(name)).collect::<Vec<_>>()).is_some();
        } else if is_known {
            return Some(count);
        } else {
            let first = cells(text::cap(line, LONGEST));
            if is_accounting(&first) {
                return Some(count);
            }
            return header_of(&first).map(|_| count + 1);
        }
    }
    is_known.then_some(count)
}

/// The names of the columns, where a line holds those of a known table.
fn header_of(cells: &[String]) -> Option<Vec<String>> {
    let names: Vec<String> = cells.iter().map(|name| plain(name)).collect();
    let is_header = names.len() >= 3 && table_of(&names).is_some() && !cells.iter().any(|cell| cell.contains('@'));
    is_header.then_some(names)
}

/// What a table tells, and who wrote it.
pub(super) fn read(text: &str, limit: usize) -> Told {
    let mut lines = text::lines(text).filter(|line| !text::trim(line).is_empty()).take(LINES).peekable();
    let mut columns: Option<Vec<String>> = None;
    // Comments of a tracking log; one of them names the columns.
    while let Some(line) = lines.next_if(|line| line.starts_with('#')) {
        if let Some(names) = line.strip_prefix("#Fields: ") {
            columns = Some(cells(names).iter().map(|name| plain(name)).collect());
        }
    }
    let first = cells(text::cap(lines.peek()?, LONGEST));
    if columns.is_none() {
        if let Some(names) = header_of(&first) {
            lines.next();
            columns = Some(names);
        } else if is_accounting(&first) {
            let mut names: Vec<String> = PMTA_COLUMNS.iter().map(ToString::to_string).collect();
            if first.get(3).is_some_and(|cell| is_date(cell)) {
                names.insert(3, "timeimprinted".to_string());
            }
            columns = Some(names);
        }
    }
    let Some(columns) = columns else { return tracking(lines, limit) };
    let table = table_of(&columns)?;
    let mut found = Vec::new();
    for line in lines {
        let cells = cells(text::cap(line, LONGEST));
        if cells.len() < 2 {
            continue;
        }
        found.extend(row(table, &columns, &cells));
        if found.len() >= limit {
            break;
        }
    }
    (!found.is_empty()).then_some((Some(table.id), found))
}

fn table_of(columns: &[String]) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.needs.iter().all(|need| columns.iter().any(|name| name == need)))
}

/// A name in lower case without signs.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_date(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    matches!(bytes, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// A line of an accounting file: a type of one or two letters, and a date.
fn is_accounting(cells: &[String]) -> bool {
    matches!(cells, [kind, date, ..] if matches!(kind.as_str(), "b" | "rb" | "t" | "tq" | "d" | "r" | "f" | "rs") && is_date(date))
        && cells.len() >= 5
}

/// The recipients of a row.
fn row(table: &Table, columns: &[String], cells: &[String]) -> Vec<Finding> {
    let cell = |names: &[&str]| {
        names.iter().find_map(|name| {
            let at = columns.iter().position(|column| column == name)?;
            cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
        })
    };
    let word = cell(table.outcome).unwrap_or_default();
    let listed = cell(table.recipient).unwrap_or_default();
    let said = cell(table.words).unwrap_or_default();
    // "a@example.com##Receive, Fail;b@example.com##..."
    if listed.contains("##") {
        return tagged(listed, said);
    }
    let Some(action) = table.outcomes.iter().find(|(pattern, _)| fits(pattern, word)).and_then(|(_, action)| *action)
    else {
        return Vec::new();
    };
    if table.recipient.is_empty() {
        return vec![stated(None, action, said)];
    }
    let recipients: Vec<&str> = listed.split(';').filter(|one| one.contains('@')).collect();
    // One status for each recipient, in the same order; braces hold semicolons of their own.
    let statuses: Vec<&str> =
        if said.contains('{') || recipients.len() < 2 { vec![said] } else { said.split(';').collect() };
    let found = recipients.iter().enumerate().map(|(number, recipient)| {
        let said = statuses.get(number).or(statuses.last()).copied().unwrap_or_default();
        let mut one = stated(Some(address::bare(recipient).to_string()), action, said);
        let status =
            cell(table.status).and_then(|status| status.split_whitespace().next()).and_then(|code| code.parse().ok());
        if status.is_some() {
            one.status_field = status;
            one.settle_status();
        }
        one.remote = one.remote.take().or_else(|| cell(table.remote).and_then(statement::host_at));
        one
    });
    found.collect()
}

/// Recipients with the events of each.
fn tagged(listed: &str, said: &str) -> Vec<Finding> {
    let items = listed.split(';').filter_map(|item| item.split_once("##"));
    items
        .filter_map(|(recipient, events)| {
            let last = events.rsplit(',').next()?.trim().trim_start_matches('\\').trim();
            let (_, action) = EXCHANGE_EVENTS.iter().find(|(pattern, _)| fits(pattern, last))?;
            Some(stated(Some(address::bare(recipient).to_string()), (*action)?, said))
        })
        .collect()
}

/// A recipient with the words of its status: plain, or `[{LED=words};{MSG=};{FQDN=host};{IP=192.0.2.1};{LRT=time}]`.
fn stated(address: Option<String>, action: Action, said: &str) -> Finding {
    let said = said.strip_prefix("smtp;").or_else(|| said.strip_prefix("x-pmta;")).unwrap_or(said).trim();
    let Some((words, host)) = last_error(said) else {
        // "To", "Cc" are no words of a server.
        let words = if statement::tells(said) || said.contains(' ') { said } else { "" };
        let mut one = tell(address, action, words.trim_start_matches(['{', '[']).trim_end_matches(['}', ']']));
        if words.is_empty() {
            one.text = None;
        }
        return one;
    };
    let mut one = tell(address, action, words);
    one.remote = host.or(one.remote);
    one
}

/// The last error and the host of Exchange's `{LED=...};{MSG=...};{FQDN=...}`. Words may hold braces.
fn last_error(said: &str) -> Option<(&str, Option<String>)> {
    let (_, rest) = said.split_once("LED=")?;
    let end = rest.find("};{").or_else(|| rest.rfind('}')).unwrap_or(rest.len());
    let host = rest.split_once("FQDN=").and_then(|(_, host)| statement::host_at(host));
    Some((text::upto(rest, end).trim(), host))
}

/// Lines of a tracking log without the names of its columns: the event, the Message-ID, and behind it the recipients.
fn tracking<'l>(lines: impl Iterator<Item = &'l str>, limit: usize) -> Told {
    let mut found = Vec::new();
    for line in lines {
        let cells = cells(text::cap(line, LONGEST));
        if cells.len() < 8 {
            continue;
        }
        let event = cells.iter().position(|cell| {
            cell.len() > 3
                && cell.bytes().all(|byte| byte.is_ascii_uppercase())
                && EXCHANGE_EVENTS.iter().any(|(pattern, action)| action.is_some() && fits(pattern, cell))
        });
        let id = cells.iter().position(|cell| cell.starts_with('<') && cell.ends_with('>') && cell.contains('@'));
        let (Some(event), Some(id)) = (event, id) else { continue };
        let Some(at) = (id + 1..id + 3).find(|at| cells.get(*at).is_some_and(|cell| cell.contains('@'))) else {
            continue;
        };
        let columns = ["eventid", "recipientaddress", "recipientstatus"].map(str::to_string);
        let values: Vec<String> =
            [event, at, at + 1].iter().map(|at| cells.get(*at).cloned().unwrap_or_default()).collect();
        if let Some(table) = table_of(&columns) {
            found.extend(row(table, &columns, &values));
        }
        if found.len() >= limit {
            break;
        }
    }
    (!found.is_empty()).then_some((Some("exchange-server"), found))
}

/// The list form of Exchange's shell: `Name : value`, one a line, wrapped values indented; and the bare
/// `Reason: [{LED=...}]` of a message trace.
pub(super) fn list(text: &str, limit: usize) -> Told {
    let mut found = Vec::new();
    let mut record: Vec<(String, String)> = Vec::new();
    let close = |record: &mut Vec<(String, String)>| {
        let record = std::mem::take(record);
        let get = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|wanted| record.iter().find(|(name, _)| name == wanted))
                .map(|(_, value)| value.trim())
        };
        let event = get(&["eventid", "event", "status"]).unwrap_or_default().trim_matches('"');
        let (_, action) = EXCHANGE_EVENTS.iter().find(|(pattern, _)| fits(pattern, event))?;
        let action = (*action)?;
        let said = get(&["recipientstatus", "detail", "eventdata"]).unwrap_or_default();
        let is_tracking = get(&["recipientstatus", "detail", "recipients", "recipientaddress"]).is_some();
        let listed = get(&["recipients", "recipientaddress", "recipient"]).unwrap_or_default();
        let said = said
            .trim_matches('"')
            .strip_prefix('{')
            .filter(|said| !said.starts_with("LED="))
            .map_or(said, |said| said.strip_suffix('}').unwrap_or(said));
        let recipients: Vec<String> = address::find(listed).map(|one| one.address.to_string()).collect();
        let statuses: Vec<&str> =
            if recipients.len() > 1 && !said.contains("LED=") { said.split(", ").collect() } else { vec![said] };
        let mut told: Vec<Finding> = recipients
            .into_iter()
            .enumerate()
            .map(|(number, recipient)| {
                stated(Some(recipient), action, statuses.get(number).or(statuses.last()).copied().unwrap_or_default())
            })
            .collect();
        if told.is_empty() && !said.is_empty() {
            told.push(stated(None, action, said));
        }
        is_tracking.then_some(told)
    };
    let mut pairs = 0;
    for line in text::lines(text).take(LINES) {
        if text::trim(line).is_empty() {
            found.extend(close(&mut record).unwrap_or_default());
        } else if line.starts_with([' ', '\t'])
            && let Some((_, value)) = record.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':')
            && name.len() < 40
            && !name.trim().contains(' ')
        {
            let name = plain(name);
            if matches!(name.as_str(), "eventid" | "event") && record.iter().any(|(known, _)| *known == name) {
                found.extend(close(&mut record).unwrap_or_default());
            }
            pairs += 1;
            record.push((name, value.trim().to_string()));
        }
        if found.len() >= limit {
            break;
        }
    }
    if pairs >= 3 {
        found.extend(close(&mut record).unwrap_or_default());
    } else {
        found.clear();
    }
    if found.is_empty()
        && let Some((words, host)) = last_error(text).filter(|_| text.contains("{LED="))
    {
        let before = text.split("LED=").next().unwrap_or_default();
        let is_late = fits("*defer*", before) || words.starts_with('4') && !fits("*fail*", before);
        let address = failed_address(words).or_else(|| reported_address(before));
        let mut one = tell(address, if is_late { Action::Delayed } else { Action::Failed }, words);
        one.remote = host.or(one.remote);
        found.push(one);
    }
    (!found.is_empty()).then_some((Some("exchange-online"), found))
}

/// The address in the heading of Outlook's delivery report: `Delivery Report for  Anna Muster (anna@example.com)`.
fn reported_address(before: &str) -> Option<String> {
    static HEADINGS: Phrases = phrases!(REPORT_FOR);
    let heading = text::lines(before).map(text::trim).find(|line| HEADINGS.find(line).any(|hit| hit.start == 0))?;
    let mut found = address::find(heading);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one.address.to_string()),
        _ => None,
    }
}

/// The cells of a line of comma-separated values.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut quoted = false;
    let separator = if !line.contains(',') && line.contains('\t') { '\t' } else { ',' };
    let mut chars = line.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            '\\' if !quoted && chars.peek() == Some(&',') => {
                chars.next();
                cell.push(',');
            }
            c if c == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndr_resolve::find_reply;

    #[test]
    fn words_of_exchange_may_hold_braces() {
        let said = "[{LED=451-4.7.23 no SPF IB305 i{2b0c}};{MSG=};{FQDN=mx.example.com};{IP=192.0.2.1}]";
        assert_eq!(last_error(said), Some(("451-4.7.23 no SPF IB305 i{2b0c}", Some("mx.example.com".to_string()))));
        assert!(find_reply(last_error(said).unwrap().0).is_some());
        assert_eq!(last_error("550 no"), None);
    }
}
