//! Exceptions of mail libraries, with the server's words inside: smtplib and aiosmtplib, nodemailer, PHPMailer, Symfony
//! and Swift Mailer, JavaMail, MailKit, Ruby's Net::SMTP.

use super::shared::{failed_in, tell};
use crate::evidence::Finding;
use crate::phrases::logs::EXCEPTIONS;
use crate::statement::{self, Marked};
use crate::text::{self, address};
use crate::vocabulary::Action;
use ndr_resolve::find_reply;

/// What an exception tells.
pub(super) fn read(text: &str, limit: usize) -> Option<(Option<&'static str>, Vec<Finding>)> {
    let readers: [fn(&str, usize) -> Vec<Finding>; 5] = [tuples, nodemailer, phpmailer, mailkit, marked];
    readers.iter().map(|read| read(text, limit)).find(|found| !found.is_empty()).map(|found| (None, found))
}

fn by_code(code: &str) -> Action {
    if code.starts_with('4') { Action::Delayed } else { Action::Failed }
}

fn command(said: &str) -> Option<&'static str> {
    Marked::new(&format!(">>> {}", said.to_ascii_uppercase())).command()
}

/// smtplib: `{'a@example.com': (550, b'5.1.1 words')}` and `(530, b'5.7.57 words', 'sender@example.com')`; aiosmtplib
/// names the recipient last: `SMTPRecipientRefused: (550, '5.1.1 words', 'a@example.com')`.
fn tuples(text: &str, limit: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    let names_recipient = text.contains("RecipientRefused") || text.contains("RecipientsRefused");
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
        let behind = text::from(words, end + 1);
        let words = text::upto(words, end).replace("\\r\\n", "\n").replace("\\n", "\n");
        let key = text::upto(text, at).trim_end().strip_suffix(':').map(|key| key.trim_end_matches(['\'', '"', ' ']));
        let key = key.and_then(|key| key.rsplit(['\'', '"', ' ', '{']).next()).filter(|key| key.contains('@'));
        let last = behind.strip_prefix(", ").filter(|_| names_recipient).and_then(|last| last.split(')').next());
        let last =
            last.map(|last| last.trim_matches(['\'', '"'])).filter(|last| last.contains('@') && !last.contains(' '));
        // Words that quote another reply keep it: the code in front would pass for its further line.
        let whole = if find_reply(&words).is_some() { words } else { format!("{code} {words}") };
        let mut one = tell(key.or(last).map(str::to_string), by_code(code), &whole);
        if text.contains("SMTPSenderRefused") {
            one.command = Some("MAIL FROM");
        } else if names_recipient {
            one.command = one.command.or(Some("RCPT TO"));
        }
        found.push(one);
        from = text::ceil(text, at + 1 + 3 + quote.len() + end);
        if found.len() >= limit {
            break;
        }
    }
    found
}

/// nodemailer: an error object with `response: '550 ...'`, `command: 'RCPT TO'` and perhaps `rejected: [ 'a@example.com' ]`.
fn nodemailer(text: &str, limit: usize) -> Vec<Finding> {
    let quoted = |label: &str| {
        let line = text.split_once(label)?.1.lines().next()?.trim_end().trim_end_matches(',');
        let close = line.chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
        line.strip_prefix(close)?.strip_suffix(close).map(str::to_string)
    };
    if !text.contains("responseCode:") {
        return Vec::new();
    }
    let Some(words) = quoted("response: ").map(|words| words.replace("\\r", "").replace("\\n", "\n")) else {
        return Vec::new();
    };
    let asked = quoted("command: ").and_then(|said| command(&said));
    let listed = text.split_once("rejected: [").and_then(|(_, rest)| rest.split(']').next()).unwrap_or_default();
    let mut named: Vec<Option<String>> =
        address::find(listed).map(|one| Some(one.address.to_string())).take(limit).collect();
    if named.is_empty() {
        named.push(failed_in(&words).filter(|_| !matches!(asked, Some("MAIL FROM" | "AUTH" | "EHLO"))));
    }
    named
        .into_iter()
        .map(|address| {
            let mut one = tell(address, by_code(&words), &words);
            one.command = asked.or(one.command);
            one
        })
        .collect()
}

/// PHPMailer's messages. The reply comes in pieces: `Detail: words SMTP code: 550 Additional SMTP info: 5.1.1`.
fn phpmailer(text: &str, limit: usize) -> Vec<Finding> {
    let is_its = text.contains("SMTP Error")
        || text.contains("SMTP ERROR")
        || text.contains("SMTP -> ERROR")
        || text.contains("SMTP server error");
    if !is_its {
        return Vec::new();
    }
    let pieces = text.split_once("command failed Detail: ").map(|(before, rest)| {
        let (words, rest) = rest.split_once(" SMTP code: ").unwrap_or((rest, ""));
        let code = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let info = rest
            .split_once("Additional SMTP info: ")
            .map_or("", |(_, info)| info.split_whitespace().next().unwrap_or_default());
        let info = if words.trim_start().starts_with(info) { "" } else { info };
        let asked = before.rsplit([':', '.']).next().and_then(|said| command(said.trim()));
        (format!("{code} {info} {}", words.trim()).replace("  ", " ").trim().to_string(), asked)
    });
    let error = ["command failed: ", "not accepted from server: ", "SMTP ERROR: "].iter().find_map(|mark| {
        let (before, rest) = text.split_once(mark)?;
        let words = rest.lines().next()?;
        find_reply(words)?;
        Some((words.to_string(), before.rsplit("ERROR: ").next().and_then(|said| command(said.trim()))))
    });
    let (words, asked) = match pieces.or(error) {
        Some(said) => said,
        None => return Vec::new(),
    };
    let listed =
        text.split_once("following recipients failed: ").map_or("", |(_, list)| list.lines().next().unwrap_or(list));
    let listed = listed.split("SMTP server error").next().unwrap_or(listed);
    // "a@example.com: reason, b@example.com: reason": the address in front of the colon.
    let mut named: Vec<Option<String>> = listed
        .split(',')
        .filter_map(|item| {
            let head = item.split(": ").next()?;
            address::find(head).next().map(|one| Some(one.address.to_string()))
        })
        .take(limit)
        .collect();
    named.dedup();
    if named.is_empty() && asked == Some("RCPT TO") {
        // The last recipient that the client named.
        let last = text.rsplit_once("RCPT TO:").and_then(|(_, rest)| address::find(rest.lines().next()?).next());
        named.push(last.map(|one| one.address.to_string()).or_else(|| failed_in(&words)));
    }
    if named.is_empty() {
        named.push(None);
    }
    named
        .into_iter()
        .map(|address| {
            let mut one = tell(address, by_code(&words), &words);
            one.command = asked.or(one.command);
            one
        })
        .collect()
}

/// MailKit: `words (ErrorCode: RecipientNotAccepted, StatusCode: MailboxUnavailable, Mailbox: a@example.com)`.
fn mailkit(text: &str, _: usize) -> Vec<Finding> {
    let Some((words, rest)) = text.split_once(" (ErrorCode: ") else { return Vec::new() };
    let words = words.rsplit_once("Exception: ").map_or(words, |(_, words)| words).lines().last().unwrap_or(words);
    let is_recipient = rest.starts_with("RecipientNotAccepted");
    let named = rest.split_once("Mailbox: ").filter(|_| is_recipient).and_then(|(_, rest)| address::find(rest).next());
    let action = if rest.contains("StatusCode: MailboxBusy") || rest.contains("StatusCode: ServiceNotAvailable") {
        Action::Delayed
    } else {
        by_code(words)
    };
    let mut one = tell(named.map(|one| one.address.to_string()), action, words);
    one.command = if is_recipient {
        Some("RCPT TO")
    } else if rest.starts_with("SenderNotAccepted") {
        Some("MAIL FROM")
    } else {
        one.command
    };
    vec![one]
}

/// Words behind the name of an exception.
fn marked(text: &str, limit: usize) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (mark, end) in EXCEPTIONS {
        for (at, _) in text.match_indices(mark).take(limit.min(100)) {
            let rest = text::from(text, at + mark.len());
            let stop = rest.find(end).unwrap_or(rest.len());
            let mut words = text::upto(rest, stop).to_string();
            // Further lines of a reply stand below.
            for line in text::from(rest, stop).lines().skip(1).take(10) {
                let line = line.trim();
                if *end != "\n" || !statement::tells(line) || !line.starts_with(['4', '5']) {
                    break;
                }
                words.push('\n');
                words.push_str(line);
            }
            let words = words.trim().trim_matches('"').trim_end_matches(['"', ';']);
            if find_reply(words).is_none_or(|(code, _)| code < 400) {
                continue;
            }
            let is_sender = mark.contains("Sender");
            let mut one = tell(failed_in(words).filter(|_| !is_sender), by_code(words), words);
            if is_sender {
                one.command = Some("MAIL FROM");
            }
            if !found.contains(&one) && found.len() < limit {
                found.push(one);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(Option<String>, Option<u16>)> {
        read(text, 9).unwrap_or_default().1.into_iter().map(|one| (one.address, one.reply)).collect()
    }

    #[test]
    fn exceptions_of_libraries() {
        let a = || Some("a@example.com".to_string());
        for (text, want) in [
            (
                "SMTPRecipientsRefused: {'a@example.com': (550, b'5.1.1 no'), 'b@example.com': (452, b\"4.2.2 it's full\")}",
                vec![(a(), Some(550)), (Some("b@example.com".to_string()), Some(452))],
            ),
            ("SMTPSenderRefused: (530, b'5.7.57 no', 'a@example.com')", vec![(None, Some(530))]),
            (
                "aiosmtplib.errors.SMTPRecipientRefused: (550, '5.1.1 no such user', 'a@example.com')",
                vec![(a(), Some(550))],
            ),
            (
                "Error: x {\n  code: 'EENVELOPE',\n  response: '550-5.1.1 no\\n550 5.1.1 such user',\n  responseCode: 550,\n  command: 'RCPT TO',\n  rejected: [ 'a@example.com' ]\n}",
                vec![(a(), Some(550))],
            ),
            (
                "SMTP Error: The following recipients failed: a@example.com: user unknown\nSMTP server error: RCPT TO command failed Detail: user unknown SMTP code: 550 Additional SMTP info: 5.1.1",
                vec![(a(), Some(550))],
            ),
            (
                "SMTP -> ERROR: RCPT not accepted from server: 550 5.1.1 <a@example.com>: user unknown\nSMTP Error: The following recipients failed: a@example.com",
                vec![(a(), Some(550))],
            ),
            (
                "SMTP Error: The following From address failed: b@example.org : MAIL FROM command failed: 550 5.7.60 no permission",
                vec![(None, Some(550))],
            ),
            (
                "MailKit.Net.Smtp.SmtpCommandException: 5.1.1 no such user (ErrorCode: RecipientNotAccepted, StatusCode: MailboxUnavailable, Mailbox: a@example.com)",
                vec![(a(), None)],
            ),
            (
                "Expected response code \"250/251/252\" but got code \"550\", with message \"550 5.1.1 <a@example.com>: Recipient address rejected: User unknown\".",
                vec![(a(), Some(550))],
            ),
            (
                "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <a@example.com>: Recipient address rejected: User unknown\n\tat com.sun",
                vec![(a(), Some(550))],
            ),
            ("Net::SMTPFatalError (550 5.2.1 The email account is disabled):\n  app/x.rb:5", vec![(None, Some(550))]),
        ] {
            assert_eq!(all(text), want, "{text}");
        }
        assert_eq!(all("Error: could not open file (404)"), []);
    }
}
