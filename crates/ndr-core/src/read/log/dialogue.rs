//! Dialogues of SMTP, as programs print and people paste them: with marks for client and server, or without any. Who
//! speaks shows in the words: a command begins with its verb, a reply with its code.

use super::shared::{LINES, tell};
use crate::evidence::Finding;
use crate::phrases::logs::{DIALOGUE_MARKS, DIALOGUE_WRITERS, REPORT_MARKS};
use crate::text::{self, address};
use crate::vocabulary::Action;
use std::collections::VecDeque;

/// One turn of a dialogue.
#[derive(Debug, PartialEq)]
enum Turn<'t> {
    /// A command, and what stands behind the verb.
    Command(&'static str, &'t str),
    /// A line of a reply: code, whether more lines follow, and the whole line.
    Reply(u16, bool, &'t str),
}

/// A command with the reply to it.
struct Exchange {
    command: &'static str,
    recipient: Option<String>,
    code: u16,
    words: String,
}

/// What a dialogue tells, and who wrote it.
pub(super) fn read(text: &str, limit: usize) -> Option<(Option<&'static str>, Vec<Finding>)> {
    if REPORT_MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let (turns, lines) = turns(text);
    let commands = turns.iter().filter(|turn| matches!(turn, Turn::Command(..))).count();
    let replies = turns.iter().filter(|turn| matches!(turn, Turn::Reply(_, false, _))).count();
    let names =
        |wanted: &[&str]| turns.iter().any(|turn| matches!(turn, Turn::Command(name, _) if wanted.contains(name)));
    // Prose may hold a line that begins with a number.
    if replies == 0 || !names(&["RCPT TO", "MAIL FROM", "EHLO", "HELO", "DATA", "AUTH"]) || turns.len() * 3 < lines {
        return None;
    }
    let exchanges = pair(&turns, commands <= replies + 1);
    let found = judge(&exchanges, limit);
    let is_server = text.contains("\"SMTPD\"");
    let writer = DIALOGUE_WRITERS.iter().find(|(_, marks)| marks.iter().all(|mark| text.contains(mark)));
    let found: Vec<Finding> =
        found.into_iter().map(|one| if is_server { Finding { remote: None, ..one } } else { one }).collect();
    (!found.is_empty()).then_some((writer.map(|(id, _)| *id), found))
}

/// The turns of a text, and how many lines it has.
fn turns(text: &str) -> (Vec<Turn<'_>>, usize) {
    let mut turns = Vec::new();
    let mut count = 0;
    for line in text::lines(text).take(LINES) {
        if text::trim(line).is_empty() {
            continue;
        }
        count += 1;
        turns.extend(turn(text::cap(line, 4_000)));
    }
    (turns, count)
}

fn turn(line: &str) -> Option<Turn<'_>> {
    if let Some(turn) = spoken(line, false).or_else(|| spoken(without_stamp(line)?, false)) {
        return Some(turn);
    }
    DIALOGUE_MARKS.iter().find_map(|mark| {
        let (before, said) = line.split_once(mark)?;
        // IIS writes command and argument in columns of their own.
        if mark.starts_with("OutboundConnection") {
            let said = said.rsplit_once(", -, ").map_or(said, |(_, said)| said);
            let verb =
                line.contains(", RCPT, -").then_some("RCPT TO").or(line.contains(", MAIL, -").then_some("MAIL FROM"));
            return match verb {
                Some(verb) => Some(Turn::Command(verb, said)),
                None => spoken(said, true),
            };
        }
        (before.len() < 200).then(|| spoken(said, true)).flatten()
    })
}

/// A line without the tag, the date and the time in front of it; `None` where there are none.
fn without_stamp(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    let is_stamp = |word: &str| {
        let signs = word.bytes().filter(|byte| matches!(byte, b'-' | b'/' | b':')).count();
        signs >= 2
            && word.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b':' | b'.' | b',' | b'T' | b'Z' | b'+')
            })
    };
    loop {
        let tag = rest.strip_prefix('[').and_then(|tag| text::cut(text::cap(tag, 40), b']'));
        let (word, behind) = text::cut(rest, b' ').unwrap_or((rest, ""));
        rest = match tag {
            Some((tag, _)) => text::from(rest, tag.len() + 2),
            None if is_stamp(word) => behind,
            None => break,
        }
        .trim_start();
    }
    (rest.len() < line.trim_start().len() && !rest.is_empty()).then_some(rest)
}

/// What a line says, without marks and quotes around it.
fn spoken(said: &str, is_marked: bool) -> Option<Turn<'_>> {
    let said = text::trim(said);
    let said = said.strip_prefix("b'").or_else(|| said.strip_prefix("b\"")).unwrap_or(said);
    let said = said.trim_start_matches(['\'', '"']).trim_end_matches([',', '\'', '"']);
    let said = said.trim_end_matches("\\n").trim_end_matches("\\r");
    let verb = |verb: &str| {
        said.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb)).then(|| text::from(said, verb.len()))
    };
    for (name, command) in
        [("RCPT TO:", "RCPT TO"), ("MAIL FROM:", "MAIL FROM"), ("RCPT TO :", "RCPT TO"), ("MAIL FROM :", "MAIL FROM")]
    {
        if let Some(rest) = verb(name) {
            return Some(Turn::Command(command, rest));
        }
    }
    for name in ["EHLO", "HELO", "LHLO", "AUTH", "BDAT"] {
        if let Some(rest) = verb(name)
            && (rest.is_empty() || rest.starts_with(' '))
            && (is_marked || rest.split_whitespace().count() <= 2)
        {
            return Some(Turn::Command(
                if name == "LHLO" {
                    "EHLO"
                } else if name == "BDAT" {
                    "DATA"
                } else {
                    name
                },
                rest,
            ));
        }
    }
    for (name, command) in
        [("DATA", "DATA"), ("STARTTLS", "STARTTLS"), ("QUIT", "QUIT"), ("RSET", "RSET"), ("NOOP", "NOOP"), (".", ".")]
    {
        if said.eq_ignore_ascii_case(name) {
            return Some(Turn::Command(command, ""));
        }
    }
    let code = said.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))?;
    let code: u16 = code.parse().ok().filter(|code| (200..=599).contains(code))?;
    // hMailServer joins the lines of a reply: "250-mx[nl]250 OK".
    let last = said.rsplit("[nl]").next().unwrap_or(said);
    match last.as_bytes().get(3) {
        None | Some(b' ') => Some(Turn::Reply(code, false, said)),
        Some(b'-') => Some(Turn::Reply(code, true, said)),
        _ => None,
    }
}

/// Pairs replies with commands: in order where all replies are there, so that pipelined commands get their own; else
/// each reply with the command before it.
fn pair(turns: &[Turn<'_>], in_order: bool) -> Vec<Exchange> {
    let mut waiting: VecDeque<(&'static str, &str)> = VecDeque::new();
    let mut found = Vec::new();
    let mut words = String::new();
    for turn in turns {
        match turn {
            Turn::Command(command, rest) => waiting.push_back((command, rest)),
            Turn::Reply(code, more, line) => {
                if !words.is_empty() {
                    words.push('\n');
                }
                words.push_str(&line.replace("[nl]", "\n"));
                if *more {
                    continue;
                }
                let words = std::mem::take(&mut words);
                let asked = if in_order { waiting.front().copied() } else { waiting.back().copied() };
                let (command, rest) = asked.unwrap_or(if found.is_empty() { ("CONNECT", "") } else { ("", "") });
                let is_echo = |last: &Exchange| asked.is_none() && last.code == *code && last.words == words;
                if found.last().is_some_and(is_echo) {
                    continue;
                }
                // 334: the server asks on; 354: the text follows, and one more reply.
                match code {
                    334 => continue,
                    354 => {
                        waiting.pop_front();
                        waiting.retain(|(command, _)| *command != ".");
                        waiting.push_front(("DATA", ""));
                        continue;
                    }
                    220 if command == "EHLO" || command == "HELO" => continue,
                    _ if in_order => drop(waiting.pop_front()),
                    _ => waiting.clear(),
                }
                let recipient = (command == "RCPT TO")
                    .then(|| address::find(rest).next().map(|one| one.address.to_string()))
                    .flatten();
                found.push(Exchange {
                    command: if command == "." { "DATA" } else { command },
                    recipient,
                    code: *code,
                    words,
                });
            }
        }
    }
    // A recipient whose reply is missing was named all the same.
    for (_, rest) in waiting.iter().filter(|(command, _)| *command == "RCPT TO") {
        let recipient = address::find(rest).next().map(|one| one.address.to_string());
        found.push(Exchange { command: "RCPT TO", recipient, code: 0, words: String::new() });
    }
    found
}

/// Who failed: refused recipients; where the sender, the session or the message was refused, all whom the client named.
fn judge(exchanges: &[Exchange], limit: usize) -> Vec<Finding> {
    let is_refused = |one: &&Exchange| one.code >= 400;
    let of = |recipient: Option<String>, said: &Exchange| {
        let action = if said.code < 500 { Action::Delayed } else { Action::Failed };
        let mut finding = tell(recipient, action, &said.words);
        finding.command = Some(said.command).filter(|command| !command.is_empty()).or(finding.command);
        finding
    };
    let named = || exchanges.iter().filter_map(|one| one.recipient.clone());
    // What follows from an earlier refusal says nothing new: "503 need RCPT", or RCPT behind a refused MAIL FROM.
    let first = exchanges.iter().find(|one| is_refused(one) && !matches!(one.command, "QUIT" | "RSET" | "NOOP"));
    let Some(first) = first else {
        let is_done = exchanges.iter().any(|one| one.command == "DATA" && one.code == 250);
        let taken = exchanges.iter().filter(|one| one.code / 100 == 2 && one.recipient.is_some());
        let action = if is_done { Action::Delivered } else { Action::Relayed };
        return taken.take(limit).map(|one| tell(one.recipient.clone(), action, &one.words)).collect();
    };
    let is_consequence = |one: &Exchange| one.code == 503 && !std::ptr::eq(one, first);
    if first.command == "RCPT TO" {
        let refused =
            exchanges.iter().filter(|one| one.command == "RCPT TO" && one.code >= 400 && !is_consequence(one));
        let found: Vec<Finding> = refused.take(limit).map(|one| of(one.recipient.clone(), one)).collect();
        // The message itself may be refused later, for those who were taken.
        let late = exchanges
            .iter()
            .find(|one| one.command == "DATA" && one.code >= 400 && !is_consequence(one) && one.code != 554);
        let taken = exchanges.iter().filter(|one| one.command == "RCPT TO" && one.code / 100 == 2);
        let more = late.into_iter().flat_map(|said| taken.clone().map(move |one| of(one.recipient.clone(), said)));
        return found.into_iter().chain(more).take(limit).collect();
    }
    let all: Vec<String> = named().take(limit).collect();
    if all.is_empty() {
        return vec![of(None, first)];
    }
    all.into_iter().map(|address| of(Some(address), first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(text: &str) -> Vec<(Option<String>, Option<u16>, Option<&'static str>)> {
        read(text, 10).unwrap_or_default().1.into_iter().map(|one| (one.address, one.reply, one.command)).collect()
    }

    fn one(address: &str, reply: u16, command: &'static str) -> (Option<String>, Option<u16>, Option<&'static str>) {
        (Some(address.to_string()), Some(reply), Some(command))
    }

    #[test]
    fn a_refused_sender_is_said_of_those_whom_the_client_named() {
        let text =
            "C: MAIL FROM:<b@example.org>\nS: 550 5.7.1 sender refused\nC: RCPT TO:<a@example.com>\nS: 503 need MAIL\n";
        assert_eq!(recipients(text), [one("a@example.com", 550, "MAIL FROM")]);
        let text = "C: MAIL FROM:<b@example.org>\nS: 550 5.7.1 sender refused\nC: QUIT\nS: 221 bye\n";
        assert_eq!(recipients(text), [(None, Some(550), Some("MAIL FROM"))]);
    }

    #[test]
    fn pipelined_replies_come_in_order() {
        let text = "> MAIL FROM:<b@example.org>\n> RCPT TO:<a@example.com>\n> RCPT TO:<c@example.com>\n> DATA\n< 250 ok\n< 250 ok\n< 550 5.1.1 no such user\n< 354 go on\n< 250 queued\n";
        assert_eq!(recipients(text), [one("c@example.com", 550, "RCPT TO")]);
    }

    #[test]
    fn marks_of_many_programs() {
        for text in [
            "CLIENT -> SERVER: RCPT TO:<a@example.com>\nSERVER -> CLIENT: 550 5.1.1 no\n",
            " -> RCPT TO:<a@example.com>\n<** 550 5.1.1 no\n -> QUIT\n<-  221 bye\n",
            "send: 'rcpt TO:<a@example.com>\\r\\n'\nreply: b'550 5.1.1 no\\r\\n'\n",
            "<- \"RCPT TO:<a@example.com>\\r\\n\"\n-> \"550 5.1.1 no\\r\\n\"\n",
            "RCPT TO:<a@example.com>\n550 5.1.1 no\nQUIT\n221 bye\n",
            "[12:00:01] [x] DEBUG: [id] C: RCPT TO:<a@example.com>\n[12:00:01] [x] DEBUG: [id] S: 550 5.1.1 no\n",
            "2026-03-01T10:00:00.123Z,Outbound,08DA,12,192.0.2.5:2525,198.51.100.4:25,>,RCPT TO:<a@example.com>,\n2026-03-01T10:00:00.223Z,Outbound,08DA,13,192.0.2.5:2525,198.51.100.4:25,<,550 5.1.1 no,\n",
        ] {
            assert_eq!(recipients(text), [one("a@example.com", 550, "RCPT TO")], "{text}");
        }
        for text in ["550 5.1.1 no such user", "Dear all,\ndata is lost.\n250 people came.\nBye", "Rcpt to: nobody"] {
            assert_eq!(recipients(text), [], "{text}");
        }
    }
}
