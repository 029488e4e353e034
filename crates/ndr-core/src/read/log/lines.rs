//! The grammars of single log lines.

use super::shared::{LINES, failed_in, tell};
use crate::evidence::Finding;
use crate::phrases::events::fits;
use crate::phrases::logs::{Fields, Grammar, STALWART};
use crate::statement::named::failed_address;
use crate::statement::{self, Marked};
use crate::text::{self, address};
use crate::vocabulary::Action;
use ndr_resolve::{find_codes, find_reply};
use std::collections::HashMap;

/// What a line tells of recipients.
pub(super) fn read(grammar: Grammar, line: &str) -> Vec<Finding> {
    match grammar {
        Grammar::Fields(fields) => by_fields(fields, line),
        Grammar::Postfix => postfix(line).into_iter().collect(),
        Grammar::PostfixHost => postfix_host(line).into_iter().collect(),
        Grammar::PostfixReject => postfix_reject(line).into_iter().collect(),
        Grammar::Exim(mark, action) => exim(line, mark, action).into_iter().collect(),
        Grammar::EximReject(mark, action) => exim_reject(line, mark, action).into_iter().collect(),
        Grammar::EximRefuse(mark, command) => exim_refuse(line, mark, command).into_iter().collect(),
        Grammar::Sendmail => sendmail(line),
        Grammar::SendmailReject => sendmail_reject(line).into_iter().collect(),
        Grammar::OpenSmtpdOld => opensmtpd_old(line).into_iter().collect(),
        Grammar::Haraka => haraka(line).into_iter().collect(),
        Grammar::HarakaFile => haraka_file(line),
        Grammar::ZoneMta => zone_mta(line).into_iter().collect(),
        Grammar::Stalwart => stalwart(line),
        Grammar::Maddy => maddy(line),
        Grammar::Courier => courier(line).into_iter().collect(),
        Grammar::IronPort => ironport(line).into_iter().collect(),
        Grammar::Dovecot => dovecot(line).into_iter().collect(),
        Grammar::Amavis => amavis(line),
        Grammar::SmarterMail => smartermail(line).into_iter().collect(),
    }
}

/// The queue id of a line of Postfix, Sendmail or Exim.
pub(super) fn queue_id(line: &str) -> Option<String> {
    if let Some((before, _)) = line.split_once(": to=<").or_else(|| line.split_once(": host ")) {
        let id = before.rsplit(' ').next()?;
        return (id.len() >= 5 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| id.to_string());
    }
    let id = [" ** ", " == ", " => ", " -> "].iter().find_map(|flag| line.split_once(flag))?.0.rsplit(' ').next()?;
    is_exim_id(id).then(|| id.to_string())
}

/// `1wAbCd-0001Fg-2H`, or since 4.97 `1wAbCd-00000001234-2HiJ`.
fn is_exim_id(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    matches!(parts.as_slice(), [a, b, c] if a.len() == 6 && matches!(b.len(), 6 | 11 | 4) && matches!(c.len(), 2 | 4))
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether a line is one of Exim's main log: date, time, perhaps a process id, and the message's id.
pub(super) fn is_exim(line: &str) -> bool {
    let words = text::cap(line, 80).split(' ').skip(2).take(2);
    line.as_bytes().get(4) == Some(&b'-') && line.as_bytes().get(10) == Some(&b' ') && words.into_iter().any(is_exim_id)
}

/// The value of `name=`: in quotes up to the quote, in brackets up to the bracket, else up to a comma or blank.
fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let begins = |at: &usize| *at == 0 || text::upto(line, *at).ends_with([' ', ',', ';', ':', '(', '\t', '[', '|']);
    let at = line.match_indices(name).map(|(at, _)| at).find(begins)?;
    let rest = text::from(line, at + name.len());
    let quoted = |quote: char| {
        let inside = rest.strip_prefix(quote)?;
        let mut escaped = false;
        let end = inside.char_indices().find(|(_, c)| {
            let is_end = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        Some(end.map_or(inside, |(end, _)| text::upto(inside, end)))
    };
    if let Some(inside) = quoted('"').or_else(|| quoted('\'')) {
        return Some(inside);
    }
    if let Some(inside) = rest.strip_prefix('<') {
        return inside.split('>').next();
    }
    let value = rest.split([',', ' ', ';', '\t']).next().unwrap_or(rest);
    (!value.is_empty()).then_some(value)
}

/// A value that is an address.
fn mailbox(line: &str, name: &str) -> Option<String> {
    value(line, name).and_then(as_mailbox)
}

fn as_mailbox(value: &str) -> Option<String> {
    let bare = address::bare(value);
    let is_one =
        bare.contains('@') && !bare.contains(char::is_whitespace) && !bare.ends_with('@') && !bare.starts_with('@');
    is_one.then(|| bare.to_string())
}

/// The outcome of the first pattern that fits.
fn outcome(table: &[(&str, Option<Action>)], word: &str) -> Option<Action> {
    table.iter().find(|(pattern, _)| fits(pattern, word)).and_then(|(_, action)| *action)
}

/// Delayed for a temporary reply or status, else failed.
fn by_class(words: &str) -> Action {
    if words.trim_start().starts_with('4') { Action::Delayed } else { Action::Failed }
}

fn command(said: &str) -> Option<&'static str> {
    Marked::new(&format!(">>> {}", said.to_ascii_uppercase())).command()
}

/// A host, or the one in brackets behind an address: `192.0.2.1 (mx.example.com)`.
fn host(said: &str) -> Option<String> {
    let named = said.split_once(" (").and_then(|(_, inside)| statement::host_at(inside));
    named.or_else(|| statement::host_at(said))
}

fn by_fields(fields: &Fields, line: &str) -> Vec<Finding> {
    let word = fields.outcome.iter().find_map(|name| value(line, name));
    // A result at the end of the line that has no name.
    let word = word.or_else(|| line.rsplit(' ').next()).unwrap_or_default();
    let Some(action) = outcome(fields.outcomes, word) else { return Vec::new() };
    let said = fields.words.iter().find_map(|name| {
        if fields.words_end.is_empty() {
            // Not quoted and last in the line: it goes on to the end.
            let rest = line.split_once(name)?.1;
            return if rest.starts_with(['"', '\'', '<']) { value(line, name) } else { Some(rest) };
        }
        let rest = line.split_once(name)?.1;
        let end = fields.words_end.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        Some(text::upto(rest, end))
    });
    let said = said.unwrap_or_default().replace("\\r", "").replace("\\n", "\n").replace("\\\"", "\"");
    let said = match find_reply(&said) {
        // "5.1.1 550 5.1.1 words": the log's own class in front.
        Some((_, at)) if at > 0 && at < 12 => text::from(&said, at).to_string(),
        _ => said,
    };
    let reply = fields.reply.iter().find_map(|name| value(line, name)).and_then(|code| code.parse::<u16>().ok());
    let said = match reply {
        Some(code) if find_reply(&said).is_none() && !said.is_empty() => format!("{code} {said}"),
        Some(code) if said.is_empty() => code.to_string(),
        _ => said,
    };
    // A client that stops at a temporary reply tries again.
    let action =
        if action == Action::Failed && reply.is_some_and(|code| code < 500) { Action::Delayed } else { action };
    let named = fields.recipient.iter().find_map(|name| {
        let rest = line.split_once(name)?.1;
        let list = rest.split([' ', ';', '"']).next()?;
        let found: Vec<String> = list
            .split(',')
            .filter_map(|one| as_mailbox(one.trim_end_matches('/').split('/').next().unwrap_or(one)))
            .collect();
        (!found.is_empty()).then_some(found)
    });
    let mut one = tell(None, action, &said);
    one.remote = match fields.is_own {
        true => None,
        false => fields
            .remote
            .iter()
            .find_map(|name| {
                let rest = line.split_once(name)?.1;
                host(value(line, name).unwrap_or(rest)).filter(|host| host != "none")
            })
            .or(one.remote),
    };
    if fields.is_own {
        one.command = Some("RCPT TO");
    }
    named.unwrap_or_default().into_iter().map(|address| Finding { address: Some(address), ..one.clone() }).collect()
}

/// What a line of Postfix or Sendmail says besides the words.
fn complete(recipient: &mut Finding, line: &str) {
    recipient.status_field = value(line, "dsn=").and_then(|code| code.parse().ok());
    recipient.settle_status();
    let relay = value(line, "relay=").and_then(statement::host_at);
    recipient.remote = recipient.remote.take().or(relay);
    recipient.original_address = mailbox(line, "orig_to=");
}

fn postfix(line: &str) -> Option<Finding> {
    let address = mailbox(line, "to=")?;
    let (state, words) = line.split_once(" status=")?.1.split_once(' ').unwrap_or_default();
    let action = match state {
        "bounced" | "expired" | "undeliverable" => Action::Failed,
        "deferred" | "SOFTBOUNCE" => Action::Delayed,
        "sent" | "deliverable" => Action::Delivered,
        _ => return None,
    };
    let words = words.trim();
    let words = words.strip_prefix('(').map_or(words, |inside| inside.strip_suffix(')').unwrap_or(inside));
    let mut recipient = tell(Some(address), action, words);
    complete(&mut recipient, line);
    Some(recipient)
}

/// A host that refused before any recipient was named, or broke off. The line names no recipient.
fn postfix_host(line: &str) -> Option<Finding> {
    // The queue manager knows the sender alone.
    if let Some((_, words)) = line.split_once("status=expired")
        && !line.contains("to=<")
    {
        let reading = Some("delivery time expired");
        return Some(Finding { reading, ..tell(None, Action::Failed, &format!("expired{words}")) });
    }
    if line.contains("to=<") || line.contains("status=") {
        return None;
    }
    let at = ["host ", "lost connection with ", "conversation with "]
        .iter()
        .filter_map(|mark| line.find(&format!(": {mark}")))
        .min()?;
    let words = text::from(line, at + 2);
    let mut recipient = match words.split_once("refused to talk to me: ") {
        Some((_, said)) => tell(None, Action::Delayed, said),
        None => tell(None, Action::Delayed, words),
    };
    recipient.remote = Marked::new(words).remote().or(recipient.remote);
    if words.contains("refused to talk to me") {
        recipient.command = Some("CONNECT");
    }
    Some(recipient)
}

fn postfix_reject(line: &str) -> Option<Finding> {
    let (before, said) = line.split_once("reject: ")?;
    if before.ends_with("NOQUEUE: ")
        || before.contains("postfix/")
        || before.ends_with("milter-")
        || said.starts_with("RCPT from ")
    {
        let (asked, words) = said.split_once("]: ").or_else(|| said.split_once(": "))?;
        // postscreen: "RCPT from [192.0.2.5]:4711: 550 5.7.1 words".
        let words = words
            .split_once(": ")
            .filter(|(port, _)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(words, |(_, words)| words);
        let words = words.split("; from=<").next().unwrap_or(words);
        let asked = asked.split(" from ").next().unwrap_or(asked);
        let command = command(asked);
        // A refusal of the connection, the name or the sender is about no recipient, though the line may know one.
        let names_one = matches!(command, Some("RCPT TO" | "DATA")) || command.is_none();
        let address = mailbox(line, "to=").filter(|_| names_one);
        let mut recipient = tell(address, by_class(words), words);
        // Here the server that writes the log is the one that refused.
        recipient.remote = None;
        recipient.command = command;
        return Some(recipient);
    }
    None
}

fn sendmail(line: &str) -> Vec<Finding> {
    let Some((_, words)) = line.split_once(" stat=") else { return Vec::new() };
    let Some((_, list)) = line.split_once(": to=").or_else(|| line.split_once(" to=")) else { return Vec::new() };
    let list = list.split(", ").next().unwrap_or(list);
    let (action, words) = match words.split([' ', ':']).next().unwrap_or(words) {
        "Sent" => (Action::Delivered, words),
        "Deferred" => (Action::Delayed, words.trim_start_matches("Deferred").trim_start_matches([':', ' '])),
        "queued" => return Vec::new(),
        _ => (Action::Failed, words),
    };
    // The reply says more than sendmail's own class of it.
    let reply = line.split_once(" reply=").map(|(_, reply)| reply.split(", stat=").next().unwrap_or(reply));
    let reply = reply.filter(|_| action != Action::Delivered);
    let mut one = tell(None, action, reply.unwrap_or(words));
    if reply.is_some() {
        one.add_context(words);
    }
    complete(&mut one, line);
    list.split(',').filter_map(as_mailbox).map(|address| Finding { address: Some(address), ..one.clone() }).collect()
}

fn sendmail_reject(line: &str) -> Option<Finding> {
    let words = line.split_once("reject=")?.1;
    let is_rcpt = line.contains("ruleset=check_rcpt") || line.contains("Milter");
    let address = mailbox(line, "arg1=").or_else(|| mailbox(line, "to=")).filter(|_| is_rcpt);
    let mut recipient = tell(address, by_class(words), words);
    recipient.remote = None;
    recipient.command = match () {
        () if line.contains("check_rcpt") => Some("RCPT TO"),
        () if line.contains("check_mail") => Some("MAIL FROM"),
        () if line.contains("check_relay") => Some("CONNECT"),
        () => recipient.command,
    };
    Some(recipient)
}

fn exim(line: &str, mark: &str, action: Action) -> Option<Finding> {
    let (before, rest) = line.split_once(mark)?;
    if !before.rsplit(' ').next().is_some_and(is_exim_id) {
        return None;
    }
    let (first, rest) = rest.split_at_checked(rest.find([' ', ':']).unwrap_or(rest.len()))?;
    let first = address::bare(first);
    // "local <typed@example.com>": the address before routing.
    let typed = rest
        .trim_start()
        .strip_prefix('<')
        .and_then(|typed| typed.split('>').next())
        .filter(|typed| typed.contains('@'));
    let address = if first.contains('@') { first } else { typed? };
    let words = match rest.split_once(" C=\"") {
        Some((_, said)) if action == Action::Delivered => said.trim_end().trim_end_matches('"'),
        _ => rest.split_once(": ").map_or("", |(_, words)| words),
    };
    // "defer (110): Connection timed out H=mx.example.com [192.0.2.1]"
    let words = if rest.contains(" defer (") { words.split(" H=").next().unwrap_or(words) } else { words };
    let words = words.replace("\\n", "\n");
    if words.is_empty() && action == Action::Failed {
        return None;
    }
    let mut recipient = tell(Some(address.to_string()), action, &words);
    let host = value(rest, "H=").and_then(statement::host_at);
    recipient.remote = recipient.remote.take().or(host);
    recipient.original_address = typed.filter(|typed| *typed != address).map(str::to_string);
    Some(recipient)
}

fn exim_reject(line: &str, mark: &str, action: Action) -> Option<Finding> {
    let (_, rest) = line.split_once(mark)?;
    let (named, words) = rest.split_once('>').map_or((rest, ""), |(named, words)| (named, words));
    let address = as_mailbox(named.trim_start_matches('<'));
    let words = words.trim_start_matches([':', ' ']);
    let mut recipient = tell(address, if words.starts_with('4') { Action::Delayed } else { action }, words);
    recipient.remote = None;
    recipient.command = Some("RCPT TO");
    Some(recipient)
}

/// A refusal of the session, the sender or the content: about no recipient.
fn exim_refuse(line: &str, mark: &str, command: &'static str) -> Option<Finding> {
    let (before, rest) = line.split_once(mark)?;
    let words = rest.split_once(": ").map_or("", |(_, words)| words);
    let action = if before.ends_with("temporarily") { Action::Delayed } else { by_class(words) };
    let mut recipient = tell(None, action, words);
    recipient.remote = None;
    recipient.command = Some(command);
    (!words.is_empty()).then_some(recipient)
}

fn opensmtpd_old(line: &str) -> Option<Finding> {
    let action = match () {
        () if line.contains("TempFail for ") => Action::Delayed,
        () if line.contains("PermFail for ") || line.contains("Loop for ") => Action::Failed,
        () if line.contains(" Ok for ") => Action::Delivered,
        () => return None,
    };
    let words = line.split_once("stat=")?.1;
    let mut recipient = tell(mailbox(line, "to="), action, words.trim_matches('"'));
    recipient.remote =
        line.split_once(" relay=").and_then(|(_, relay)| host(relay.split(", ").next().unwrap_or(relay)));
    Some(recipient)
}

fn haraka(line: &str) -> Option<Finding> {
    let (address, rest) = line.split_once("recipient <")?.1.split_once("> ")?;
    let (state, words) = rest.split_once(": ")?;
    let action = match state {
        "rejected" => Action::Failed,
        "deferred" => Action::Delayed,
        _ => return None,
    };
    Some(tell(as_mailbox(address), action, words.trim_end_matches('"')))
}

fn haraka_file(line: &str) -> Vec<Finding> {
    if let Some((_, words)) = line.split_once("bouncing mail: ") {
        let named: Vec<Finding> = match words.strip_prefix("Some recipients failed: ") {
            Some(list) => {
                address::find(list).map(|one| tell(Some(one.address.to_string()), Action::Failed, "")).collect()
            }
            None => Vec::new(),
        };
        return if named.is_empty() { vec![tell(None, Action::Failed, words)] } else { named };
    }
    if let Some((_, rest)) = line.split_once("delivered file=") {
        let words = value(rest, "response=").unwrap_or_default();
        let mut one = tell(None, Action::Delivered, words);
        one.remote = value(rest, "host=").and_then(statement::host_at);
        return vec![one];
    }
    let words = match line.split_once("Temp failing ") {
        Some((_, rest)) => rest.split_once(": ").map_or(rest, |(_, words)| words),
        None => line.split_once("[outbound] ").map_or(line, |(_, words)| words),
    };
    vec![tell(None, Action::Delayed, words)]
}

fn zone_mta(line: &str) -> Option<Finding> {
    let action = match () {
        () if line.contains(" REJECTED[") || line.contains(" DROP") => Action::Failed,
        () if line.contains(" DEFERRED[") => Action::Delayed,
        () => Action::Delivered,
    };
    let address = mailbox(line, "to=")?;
    let words = line.trim_end().strip_suffix(')').and_then(|line| line.split_once(" (")).map_or("", |(_, words)| words);
    let mut recipient = tell(Some(address), action, words);
    recipient.remote = value(line, "mx=").and_then(statement::host_at).or(recipient.remote);
    Some(recipient)
}

/// `key = value` pairs behind the event in brackets.
fn stalwart(line: &str) -> Vec<Finding> {
    let Some((_, rest)) = line.split_once("(delivery.") else { return Vec::new() };
    let Some((event, rest)) = rest.split_once(')') else { return Vec::new() };
    let pair = |name: &str| value(rest, &format!("{name} = "));
    let code = pair("code").and_then(|code| code.parse::<u16>().ok()).filter(|code| (200..=599).contains(code));
    let Some(action) = outcome(STALWART, event) else { return Vec::new() };
    let action = if code.is_some_and(|code| (400..500).contains(&code)) { Action::Delayed } else { action };
    let words = pair("details")
        .or_else(|| pair("reason"))
        .unwrap_or_default()
        .replace("\\r", "")
        .replace("\\n", "\n")
        .replace("\\\"", "\"");
    let words = match code {
        Some(code) if !words.starts_with(&code.to_string()) => format!("{code} {words}"),
        _ => words,
    };
    let mut one = tell(None, action, words.trim());
    one.remote = pair("hostname").and_then(statement::host_at);
    one.command = match event {
        event if event.starts_with("rcpt-to") => Some("RCPT TO"),
        event if event.starts_with("mail-from") => Some("MAIL FROM"),
        event if event.starts_with("ehlo") => Some("EHLO"),
        event if event.starts_with("message") => Some("DATA"),
        _ => one.command,
    };
    let list = match rest.split_once("to = [") {
        Some((_, list)) => list.split(']').next().unwrap_or(list).split(',').filter_map(as_mailbox).collect(),
        None => pair("to").and_then(as_mailbox).into_iter().collect::<Vec<_>>(),
    };
    if list.is_empty() && action != Action::Delivered {
        return vec![one];
    }
    list.into_iter().map(|address| Finding { address: Some(address), ..one.clone() }).collect()
}

fn maddy(line: &str) -> Vec<Finding> {
    let Some((_, rest)) = line.split_once("queue: ") else { return Vec::new() };
    let Some((words, json)) = rest.split_once('{') else { return Vec::new() };
    let Ok(fields) = serde_json::from_str::<serde_json::Value>(&format!("{{{json}")) else { return Vec::new() };
    let text = |name: &str| fields.get(name).and_then(|value| value.as_str()).map(str::to_string);
    let code = fields.get("smtp_code").and_then(|code| code.as_u64());
    let action = match words.trim() {
        "delivered" => Action::Delivered,
        "will retry" => Action::Delayed,
        said if said.starts_with("not delivered") => Action::Failed,
        "delivery attempt failed" if code.is_some_and(|code| code >= 500) => Action::Failed,
        "delivery attempt failed" => Action::Delayed,
        _ => return Vec::new(),
    };
    let said = text("smtp_msg").or_else(|| text("reason")).unwrap_or_default();
    let codes =
        [code.map(|code| code.to_string()), text("smtp_enchcode")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let mut one = tell(None, action, format!("{codes} {said}").trim());
    one.remote = text("remote_server").and_then(|host| statement::host_at(&host));
    let list = fields
        .get("rcpts")
        .and_then(|list| list.as_array())
        .cloned()
        .unwrap_or_else(|| fields.get("rcpt").cloned().into_iter().collect());
    list.iter()
        .filter_map(|name| as_mailbox(name.as_str()?))
        .map(|address| Finding { address: Some(address), ..one.clone() })
        .collect()
}

fn courier(line: &str) -> Option<Finding> {
    let (address, rest) = line.split_once(",addr=<")?.1.split_once('>')?;
    let address = as_mailbox(address);
    if let Some(words) = rest.strip_prefix(": ") {
        return Some(tell(address, by_class(words), words));
    }
    let action = match () {
        () if rest.contains("status: failure") => Action::Failed,
        () if rest.contains("status: deferred") => Action::Delayed,
        () if rest.contains("success: ") => Action::Delivered,
        () => return None,
    };
    let words = rest.split_once("success: ").map_or("", |(_, words)| words);
    Some(tell(address, action, words))
}

/// Cisco: its own class, then the reply as Python prints it: `('550', ['5.1.1 line', "5.1.1 line's"])`.
fn ironport(line: &str) -> Option<Finding> {
    let action = if line.contains("Bounced: ") { Action::Failed } else { Action::Delayed };
    let address = line.split_once(" To: ").or_else(|| line.split_once(" To:")).map(|(_, rest)| rest);
    let address = address.and_then(|rest| as_mailbox(rest.trim_start_matches('<').split(['>', ' ']).next()?));
    let (_, rest) = line.split_once(" RID ")?;
    let class = rest.split_once(" - ").map_or(rest, |(_, class)| class);
    let (class, reply) = class.split_once(" ('").unwrap_or((class, ""));
    let (code, list) = reply.split_once("', [").unwrap_or(("", reply));
    let list = list.split("])").next().unwrap_or(list);
    let words: Vec<&str> =
        list.split(['\'', '"']).map(str::trim).filter(|part| !part.is_empty() && *part != ",").collect();
    let words = words.join(" ");
    let said = match code {
        "" | "000" => words,
        code => format!("{code} {words}"),
    };
    let named = address.is_none().then(|| failed_address(&said)).flatten();
    let mut one = tell(address.or(named), action, if said.is_empty() { class } else { &said });
    // Where the reply has no status, Cisco's own class gives one.
    one.status = one.status.or_else(|| find_codes(class).next().map(|found| found.code));
    one.add_context(class);
    Some(one)
}

/// The recipients that Cisco's log names in lines of their own, by the numbers of message and recipient.
pub(super) fn ironport_recipients(text: &str) -> HashMap<(&str, &str), &str> {
    let lines = text::lines(text).take(LINES).filter(|line| line.contains(" RID ") && line.contains(" To: "));
    let named = lines.filter_map(|line| {
        let address = line.split_once(" To: ")?.1.trim().trim_start_matches('<').split(['>', ' ']).next()?;
        Some((ironport_numbers(line)?, address))
    });
    named.collect()
}

/// `MID 1001 ... RID 0`
pub(super) fn ironport_numbers(line: &str) -> Option<(&str, &str)> {
    let word = |mark: &str| line.split_once(mark)?.1.split([' ', ',']).next().map(|word| word.trim_matches(['[', ']']));
    Some((word(" MID ")?, word(" RID ")?))
}

fn dovecot(line: &str) -> Option<Finding> {
    let (_, words) = line.split_once("save failed to ")?.1.split_once(": ")?;
    let named =
        ["lmtp(", "lda(", "lmtp: ", "deliver("].iter().find_map(|mark| line.split_once(mark)).map(|(_, rest)| rest);
    let address = named.and_then(|rest| as_mailbox(rest.split([')', ',', '>']).next()?));
    let mut one = tell(address, Action::Delayed, words);
    one.remote = None;
    Some(one)
}

fn amavis(line: &str) -> Vec<Finding> {
    let Some((class, rest)) = line.split_once(" Blocked ").and_then(|(_, rest)| rest.split_once("> -> <")) else {
        return Vec::new();
    };
    let list = rest.split("> , ").next().unwrap_or(rest).split(">, ").next().unwrap_or(rest);
    let words = class.split([',', '{', ' ']).next().unwrap_or(class);
    let words = match words {
        "SPAM" | "SPAMMY" => "Blocked as spam",
        "INFECTED" => "Blocked: message contains a virus",
        "BANNED" => "Blocked: attachment type not allowed",
        other => other,
    };
    list.split(',').filter_map(as_mailbox).map(|address| tell(Some(address), Action::Failed, words)).collect()
}

fn smartermail(line: &str) -> Option<Finding> {
    let (named, state) = line.split_once("Delivery for ")?.1.split_once(" has completed (")?;
    let (_, address) = named.split_once(" to ")?;
    let action = match state.split(')').next()? {
        "Delivered" => Action::Delivered,
        "Bounced" | "Failed" => Action::Failed,
        _ => Action::Delayed,
    };
    let mut one = tell(as_mailbox(address), action, "");
    one.text = None;
    Some(one)
}

/// qmail-send: `starting delivery 7: msg 4 to remote a@example.com`, then `delivery 7: failure: words_with_underscores/`.
pub(super) fn qmail(text: &str, limit: usize) -> Option<Vec<Finding>> {
    let mut started: HashMap<&str, &str> = HashMap::new();
    let mut found = Vec::new();
    for line in text::lines(text).take(LINES) {
        let Some((before, rest)) = line.split_once("delivery ") else { continue };
        let Some((number, rest)) = rest.split_once(": ") else { continue };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if before.ends_with("starting ") {
            if let Some((_, address)) = rest.split_once(" to remote ").or_else(|| rest.split_once(" to local ")) {
                started.insert(number, address.trim());
            }
            continue;
        }
        let (outcome, words) = rest.split_once(": ").unwrap_or((rest, ""));
        let action = match outcome {
            "failure" => Action::Failed,
            "deferral" => Action::Delayed,
            "success" => Action::Delivered,
            _ => continue,
        };
        let words = words.replace('_', " ").replace("./", ".\n");
        let words =
            words.trim_end_matches('/').replace("/Remote host", "\nRemote host").replace("/Giving up", "\nGiving up");
        let mut recipient = tell(None, action, &words);
        if words.contains("but sender was rejected") {
            recipient.command = Some("MAIL FROM");
        } else if words.contains("but greeting failed") {
            recipient.command = Some("CONNECT");
        }
        let begun = started.get(number).and_then(|address| as_mailbox(address));
        // s/qmail: "from: <b@example.com> to: <a@example.com>"
        recipient.address =
            begun.or_else(|| words.split_once(" to: <").and_then(|(_, rest)| as_mailbox(rest.split('>').next()?)));
        if recipient.address.is_none() && recipient.command == Some("RCPT TO") {
            recipient.address = recipient.text.as_deref().and_then(failed_in);
        }
        found.push(recipient);
        if found.len() >= limit {
            break;
        }
    }
    (!found.is_empty()).then_some(found)
}
