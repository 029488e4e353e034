//! Lines that programs write about deliveries: logs of mail servers, message traces of Exchange, exceptions of Python's
//! smtplib. Each line tells of one recipient. Read only in text that somebody pasted, never in mail.

use crate::evidence::{Finding, Findings, Reader};
use crate::page::Page;
use crate::statement;
use crate::text;
use crate::text::address;
use crate::vocabulary::Action;

/// A format of lines: who writes it, and how one line is read.
struct Format {
    /// The mailer, as in `dialect`; `None` for a library.
    id: Option<&'static str>,
    /// A mark that every such line has; lines without it cost no more than the search for it.
    mark: &'static str,
    read: fn(&str) -> Option<Finding>,
}

static FORMATS: &[Format] = &[
    Format { id: Some("postfix"), mark: " status=", read: postfix },
    Format { id: Some("postfix"), mark: "reject: ", read: postfix_reject },
    Format { id: Some("sendmail"), mark: " stat=", read: sendmail },
    Format { id: Some("exim"), mark: " ** ", read: |line| exim(line, " ** ", Action::Failed) },
    Format { id: Some("exim"), mark: " == ", read: |line| exim(line, " == ", Action::Delayed) },
    Format { id: Some("exim"), mark: " rejected RCPT ", read: exim_reject },
];

/// Whether somebody pasted a text.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.is_pasted
}

/// Reads the lines.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let (dialect, recipients) = read_text(&page.pasted, page.limits.recipients).unwrap_or_default();
    Findings { dialect, ..Findings::of(Reader::Log, recipients) }
}

/// What the lines of a text tell, and who wrote them.
fn read_text(text: &str, limit: usize) -> Option<(Option<&'static str>, Vec<Finding>)> {
    if let Some(found) = trace(text, limit) {
        return Some((Some("exchange-online"), found));
    }
    if let Some(found) = qmail(text, limit) {
        return Some((Some("qmail"), found));
    }
    let mut writer = None;
    let mut found = Vec::new();
    for line in text.lines().take(100_000) {
        let read = FORMATS.iter().filter(|format| line.contains(format.mark)).find_map(|format| {
            let recipient = (format.read)(text::cap(line, 16_000))?;
            Some((format.id, recipient))
        });
        if let Some((id, recipient)) = read {
            writer = writer.or(id);
            found.push(recipient);
            if found.len() >= limit {
                break;
            }
        }
    }
    if found.is_empty() {
        found = tuples(text, limit);
    }
    if found.is_empty() {
        found = dialogue(text, limit);
    }
    if found.is_empty() {
        found.extend(nodemailer(text));
    }
    (!found.is_empty()).then_some((writer, found))
}

/// A recipient with an outcome and the words about it.
fn tell(address: Option<String>, action: Action, words: &str) -> Finding {
    let mut recipient = Finding::new(address);
    recipient.action = Some(action);
    statement::fill(&mut recipient, words);
    recipient
}

/// The value of `name=` up to the comma or blank behind it.
fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let at = line
        .match_indices(name)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text::upto(line, *at).ends_with([' ', ',', ';', ':']))?;
    let rest = text::from(line, at + name.len());
    let rest = rest.split([',', ' ']).next().unwrap_or(rest);
    (!rest.is_empty()).then_some(rest)
}

fn to(line: &str, name: &str) -> Option<String> {
    value(line, name).map(address::bare).filter(|address| address.contains('@')).map(str::to_string)
}

/// What a line of Postfix or Sendmail says besides the words.
fn complete(recipient: &mut Finding, line: &str) {
    recipient.status_field = value(line, "dsn=").and_then(|code| code.parse().ok());
    recipient.settle_status();
    let relay = value(line, "relay=").and_then(statement::host_at);
    recipient.remote = recipient.remote.take().or(relay);
    recipient.original_address = to(line, "orig_to=");
}

/// `to=<a@example.com>, relay=..., dsn=5.1.1, status=bounced (words)`
fn postfix(line: &str) -> Option<Finding> {
    let address = to(line, "to=")?;
    let (state, words) = line.rsplit_once(" status=")?.1.split_once(' ').unwrap_or_default();
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

/// `reject: RCPT from host[192.0.2.1]: 554 5.7.1 words; from=<...> to=<a@example.com> proto=ESMTP helo=<...>`
fn postfix_reject(line: &str) -> Option<Finding> {
    let (_, said) = line.split_once("reject: ")?;
    let (command, words) = said.split_once("]: ")?;
    let words = words.split("; from=<").next().unwrap_or(words);
    let later = words.trim_start().starts_with('4');
    let mut recipient = tell(to(line, "to="), if later { Action::Delayed } else { Action::Failed }, words);
    // Here the server that writes the log is the one that refused.
    recipient.remote = None;
    recipient.command =
        statement::Marked::new(&format!(">>> {}", command.split(" from ").next().unwrap_or(command))).command();
    Some(recipient)
}

/// `to=<a@example.com>, ..., dsn=5.1.1, stat=User unknown`
fn sendmail(line: &str) -> Option<Finding> {
    let address = to(line, "to=")?;
    let (_, words) = line.split_once(" stat=")?;
    let (action, words) = match words.split([' ', ':']).next().unwrap_or(words) {
        "Sent" => (Action::Delivered, words),
        "Deferred" => (Action::Delayed, words.trim_start_matches("Deferred").trim_start_matches([':', ' '])),
        "queued" => (Action::Delayed, words),
        _ => (Action::Failed, words),
    };
    let mut recipient = tell(Some(address), action, words);
    complete(&mut recipient, line);
    Some(recipient)
}

/// `** a@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.1]: words`
fn exim(line: &str, mark: &str, action: Action) -> Option<Finding> {
    let (_, rest) = line.split_once(mark)?;
    let (address, rest) = rest.split_at_checked(rest.find([' ', ':']).unwrap_or(rest.len()))?;
    let address = address::bare(address);
    let words = rest.split_once(": ").map_or("", |(_, words)| words);
    if !address.contains('@') || words.is_empty() {
        return None;
    }
    let mut recipient = tell(Some(address.to_string()), action, words);
    let host = value(rest, "H=").and_then(statement::host_at);
    recipient.remote = recipient.remote.take().or(host);
    // "a@example.com <typed@example.com>"
    let typed = rest.trim_start().strip_prefix('<').and_then(|typed| typed.split('>').next());
    recipient.original_address = typed.filter(|typed| typed.contains('@')).map(str::to_string);
    Some(recipient)
}

/// `H=host [192.0.2.1] F=<b@example.com> rejected RCPT <a@example.com>: words`
fn exim_reject(line: &str) -> Option<Finding> {
    let (address, words) = line.split_once(" rejected RCPT ")?.1.split_once(": ")?;
    let mut recipient = tell(Some(address::bare(address).to_string()), Action::Failed, words);
    recipient.command = Some("RCPT TO");
    Some(recipient)
}

/// qmail-send: `starting delivery 7: msg 4 to remote a@example.com`, then `delivery 7: failure: words_with_underscores/`.
fn qmail(text: &str, limit: usize) -> Option<Vec<Finding>> {
    let mut started: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
    let mut found = Vec::new();
    for line in text.lines().take(100_000) {
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
        let address = started.get(number).map(|address| (*address).to_string());
        let mut recipient = tell(None, action, &words);
        let named = || address::find(&words).next().map(|found| found.address.to_string());
        recipient.address = address.or_else(named);
        found.push(recipient);
        if found.len() >= limit {
            break;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// A message trace or tracking log of Exchange: comma-separated, with `LED=` (last error description) or a status.
fn trace(text: &str, limit: usize) -> Option<Vec<Finding>> {
    let header = text.lines().find(|line| !line.trim().is_empty())?.to_ascii_lowercase();
    let has_header = ["recipient_status", "recipientaddress", "recipient-address", "recipient address", "date,event"]
        .iter()
        .any(|name| header.contains(name));
    if !has_header && !text.contains("LED=") {
        return None;
    }
    let mut found = Vec::new();
    for line in text.lines().skip(usize::from(has_header)).take(100_000) {
        let cells = cells(text::cap(line, 16_000));
        if cells.len() < 3 {
            continue;
        }
        let words = cells.iter().find_map(|cell| {
            let (_, said) = cell.split_once("LED=")?;
            Some(said.split('}').next().unwrap_or(said).trim())
        });
        let words = words.filter(|words| !words.is_empty());
        // "a@example.com##Failed"; else the first cell that is an address, from the second on: the first is the sender
        // where the header names one.
        let tagged = cells.iter().find_map(|cell| cell.split_once("##"));
        let sender_first =
            has_header && header.find("sender").zip(header.find("recipient")).is_some_and(|(s, r)| s < r);
        let plain = |cell: &&String| {
            cell.contains('@') && !cell.starts_with('<') && !cell.contains(char::is_whitespace) && !cell.contains('{')
        };
        let address = match tagged {
            Some((address, _)) => Some(address.to_string()),
            None => cells.iter().filter(plain).nth(usize::from(sender_first)).cloned(),
        };
        let states = tagged.map(|(_, state)| state).into_iter().chain(cells.iter().map(String::as_str));
        let action = states.into_iter().find_map(|state| {
            Some(match state.trim().to_ascii_lowercase().as_str() {
                "failed" | "fail" | "badmail" | "dsn" => Action::Failed,
                "defer" | "deferred" | "pending" => Action::Delayed,
                "delivered" | "deliver" | "send" | "receive, deliver" => Action::Delivered,
                "expanded" | "expand" => Action::Expanded,
                _ => return None,
            })
        });
        let Some(action) = action.or(words.map(|_| Action::Failed)) else { continue };
        let mut recipient = tell(address, action, words.unwrap_or_default());
        if recipient.text.as_deref() == Some("") {
            recipient.text = None;
        }
        found.push(recipient);
        if found.len() >= limit {
            break;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The cells of a line of comma-separated values.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = line.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

/// smtplib: `{'a@example.com': (550, b'5.1.1 words')}` and `(530, b'5.7.57 words', 'sender@example.com')`.
fn tuples(text: &str, limit: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text::from(text, from).find('(').map(|at| from + at) {
        from = at + 1;
        let inside = text::from(text, at + 1);
        let Some((code, rest)) = inside.split_at_checked(3) else { break };
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let opened = [", b'", ", b\"", ", '", ", \""].iter().find_map(|open| Some((*open, rest.strip_prefix(*open)?)));
        let Some((quote, words)) = opened else { continue };
        let close = if quote.ends_with('\'') { '\'' } else { '"' };
        let end = words
            .match_indices(close)
            .map(|(end, _)| end)
            .find(|end| text::from(words, end + 1).starts_with([')', ',']));
        let end = end.unwrap_or(words.len());
        let words = text::upto(words, end).replace("\\r\\n", "\n").replace("\\n", "\n");
        let key = text::upto(text, at).trim_end().strip_suffix(':').map(|key| key.trim_end_matches(['\'', '"', ' ']));
        let key = key.and_then(|key| key.rsplit(['\'', '"', ' ', '{']).next()).filter(|key| key.contains('@'));
        let action = if code.starts_with('4') { Action::Delayed } else { Action::Failed };
        found.push(tell(key.map(str::to_string), action, &format!("{code} {words}")));
        from = at + 1 + 3 + quote.len() + end;
        from = text::ceil(text, from);
        if found.len() >= limit {
            break;
        }
    }
    found
}

/// Marks of what the client says and of what the server answers, in the dialogues that programs print.
const SPEAKERS: &[(&str, &str)] = &[
    ("CLIENT -> SERVER: ", "SERVER -> CLIENT: "),
    (" -> ", "<** "),
    ("C: ", "S: "),
    ("send: '", "reply: b'"),
    (">>> ", "<<< "),
    ("--> ", "<-- "),
];

/// A dialogue of SMTP: each refused recipient, or else the refusal of another command.
fn dialogue(text: &str, limit: usize) -> Vec<Finding> {
    let (client, server) = match SPEAKERS.iter().find(|(client, server)| text.contains(client) && text.contains(server))
    {
        Some(marks) => *marks,
        None => return Vec::new(),
    };
    let mut found: Vec<Finding> = Vec::new();
    let mut command = "";
    let mut addressed = None;
    for line in text.lines().take(100_000) {
        if let Some((_, said)) = line.split_once(client) {
            command = said;
            if said.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("rcpt to")) {
                addressed = address::find(said).next().map(|found| found.address.to_string());
            }
        } else if let Some((_, said)) = line.split_once(server) {
            let said = said.trim_end_matches(['\'', '"']).replace("\\r\\n", " ");
            let Some((code, 0)) = ndr_resolve::find_reply(&said) else { continue };
            if code < 400 {
                continue;
            }
            let action = if code < 500 { Action::Delayed } else { Action::Failed };
            let mut recipient = tell(addressed.clone(), action, &said);
            recipient.command = statement::Marked::new(&format!(">>> {}", command.to_ascii_uppercase())).command();
            // Further lines of one reply, and its echoes.
            if found.last().is_none_or(|last| last.address != recipient.address || last.command != recipient.command) {
                found.push(recipient);
            }
            if found.len() >= limit {
                break;
            }
        }
    }
    found
}

/// nodemailer: an error object with `response: '550 ...'`, `command: 'RCPT TO'` and perhaps `rejected: [ 'a@example.com' ]`.
fn nodemailer(text: &str) -> Option<Finding> {
    let quoted = |label: &str| {
        let line = text.split_once(label)?.1.lines().next()?.trim_end().trim_end_matches(',');
        let close = line.chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
        line.strip_prefix(close)?.strip_suffix(close).map(str::to_string)
    };
    if !text.contains("responseCode:") {
        return None;
    }
    let words = quoted("response: ")?.replace("\\r", "").replace("\\n", "\n");
    let rejected = text.split_once("rejected: [").and_then(|(_, rest)| rest.split(']').next());
    let named = rejected.and_then(|list| address::find(list).next());
    let named = named.or_else(|| address::find(&words).next());
    let action = if words.starts_with('4') { Action::Delayed } else { Action::Failed };
    let mut recipient = tell(named.map(|found| found.address.to_string()), action, &words);
    recipient.command = quoted("command: ").and_then(|said| statement::Marked::new(&format!(">>> {said}")).command());
    Some(recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Finding {
        read_text(text, 10).unwrap_or_default().1.into_iter().next().unwrap()
    }

    #[test]
    fn lines_of_each_server() {
        for (line, id, action, status, reply, text) in [
            (
                "Nov 23 10:00:00 mx postfix/smtp[1]: 4AB: to=<a@example.com>, relay=mx.example.com[192.0.2.5]:25, delay=1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.5] said: 550 5.1.1 no such user (in reply to RCPT TO command))",
                "postfix",
                Action::Failed,
                Some("5.1.1"),
                Some(550),
                "550 5.1.1 no such user",
            ),
            (
                "Nov 23 10:00:00 mx sendmail[1]: 0AN: to=<a@example.com>, delay=00:00:01, relay=mx.example.com. [192.0.2.5], dsn=4.0.0, stat=Deferred: Connection timed out with mx.example.com.",
                "sendmail",
                Action::Delayed,
                Some("4.0.0"),
                None,
                "Connection timed out with mx.example.com.",
            ),
            (
                "2026-11-23 10:00:00 1aBcDe-0001Fg-AA ** a@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.5]: SMTP error from remote mail server after RCPT TO:<a@example.com>: 550 5.1.1 no such user",
                "exim",
                Action::Failed,
                Some("5.1.1"),
                Some(550),
                "550 5.1.1 no such user",
            ),
            (
                "starting delivery 7: msg 4 to remote a@example.com\n@40 delivery 7: failure: 192.0.2.5_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/Giving_up_on_192.0.2.5./",
                "qmail",
                Action::Failed,
                Some("5.1.1"),
                Some(550),
                "550 5.1.1 no such user",
            ),
            (
                "2026-11-23T10:00:00Z,,,192.0.2.5,mx,,Outbound,SMTP,FAIL,1,<1@example.net>,a@example.com,\"[{LED=550 5.1.1 no such user};{MSG=}]\",9",
                "exchange-online",
                Action::Failed,
                Some("5.1.1"),
                Some(550),
                "550 5.1.1 no such user",
            ),
        ] {
            let (writer, _) = read_text(line, 10).unwrap();
            assert_eq!(writer, Some(id));
            let recipient = one(line);
            assert_eq!(recipient.address.as_deref(), Some("a@example.com"), "{line}");
            assert_eq!(recipient.action, Some(action), "{line}");
            assert_eq!(recipient.status.map(|status| status.to_string()).as_deref(), status, "{line}");
            assert_eq!((recipient.reply, recipient.text.as_deref()), (reply, Some(text)), "{line}");
        }
        assert!(read_text("550 5.1.1 no such user", 10).is_none());
    }

    #[test]
    fn dialogues() {
        let phpmailer = "CLIENT -> SERVER: MAIL FROM:<b@example.com>\nSERVER -> CLIENT: 250 Ok\nCLIENT -> SERVER: RCPT TO:<a@example.com>\nSERVER -> CLIENT: 550 5.7.1 no\n";
        let swaks = " -> RCPT TO:<a@example.com>\n<** 550 5.7.1 no\n -> QUIT\n<-  221 bye\n";
        let smtplib = "send: 'rcpt TO:<a@example.com>\\r\\n'\nreply: b'550 5.7.1 no\\r\\n'\n";
        for text in [phpmailer, swaks, smtplib] {
            let recipient = one(text);
            assert_eq!(recipient.address.as_deref(), Some("a@example.com"), "{text}");
            assert_eq!(recipient.text.as_deref(), Some("550 5.7.1 no"), "{text}");
            assert_eq!(recipient.command, Some("RCPT TO"), "{text}");
        }
        let error = "Error: x {\n  code: 'EENVELOPE',\n  response: '550-5.1.1 no\\n550 5.1.1 such user',\n  responseCode: 550,\n  command: 'RCPT TO',\n  rejected: [ 'a@example.com' ]\n}";
        let recipient = one(error);
        assert_eq!(recipient.address.as_deref(), Some("a@example.com"));
        assert_eq!(recipient.text.as_deref(), Some("550 5.1.1 no such user"));
    }

    #[test]
    fn exceptions_of_smtplib() {
        let found = tuples(
            "SMTPRecipientsRefused: {'a@example.com': (550, b'5.1.1 no'), 'b@example.com': (452, b\"4.2.2 it's full\")}",
            9,
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].address.as_deref(), Some("b@example.com"));
        assert_eq!(found[1].text.as_deref(), Some("452 4.2.2 it's full"));
        let refused = tuples("SMTPSenderRefused: (530, b'5.7.57 no', 'a@example.com')", 9);
        assert_eq!((refused[0].address.as_deref(), refused[0].reply), (None, Some(530)));
    }
}
