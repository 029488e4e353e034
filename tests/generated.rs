//! Reports of mailers that nobody has seen: built from the grammar that real ones share, with other hosts, people,
//! languages, layouts and numbers of recipients. Recipient, status, reply and text must come out of all of them.

use ndr::{Kind, Report};
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Write as _;

/// What a report says of one recipient.
#[derive(Clone, Debug)]
struct Fate {
    address: String,
    host: String,
    /// `None` where the report has words alone, as local failures do.
    reply: Option<u16>,
    status: Option<String>,
    words: String,
}

impl Fate {
    /// The reply on one line: `550 5.1.1 words`.
    fn line(&self) -> String {
        self.prefixed(' ', &self.words)
    }

    fn prefixed(&self, between: char, words: &str) -> String {
        match (&self.reply, &self.status) {
            (Some(reply), Some(status)) => format!("{reply}{between}{status} {words}"),
            (Some(reply), None) => format!("{reply}{between}{words}"),
            (None, _) => words.to_string(),
        }
    }

    /// The reply on two lines, as servers send it.
    fn lines(&self) -> String {
        let (first, rest) = self.words.split_once(' ').unwrap_or((&self.words, ""));
        format!("{}\n{}", self.prefixed('-', first), self.prefixed(' ', rest))
    }
}

/// How a report lays out what it says of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    AngleThenReply,
    AngleThenLines,
    Said,
    SaidWrapped,
    Indented,
    IndentedAttempt,
    Colon,
    KeyValue,
    Quoted,
    Bullet,
    Numbered,
    Transcript,
    Dashes,
    Table,
    Tabs,
    Parentheses,
    Arrow,
    HostColon,
    SaidBelow,
    Ellipsis,
    Gap,
    Together,
    Prose,
}

const LAYOUTS: &[Layout] = &[
    Layout::AngleThenReply,
    Layout::AngleThenLines,
    Layout::Said,
    Layout::SaidWrapped,
    Layout::Indented,
    Layout::IndentedAttempt,
    Layout::Colon,
    Layout::KeyValue,
    Layout::Quoted,
    Layout::Bullet,
    Layout::Numbered,
    Layout::Transcript,
    Layout::Dashes,
    Layout::Table,
    Layout::Tabs,
    Layout::Parentheses,
    Layout::Arrow,
    Layout::HostColon,
    Layout::SaidBelow,
    Layout::Ellipsis,
    Layout::Gap,
    Layout::Together,
    Layout::Prose,
];

/// A language of the sentences around the facts.
#[derive(Clone, Copy, Debug)]
struct Tongue {
    subject: &'static str,
    hello: &'static str,
    list: &'static str,
    bye: &'static str,
    recipient: &'static str,
    reason: &'static str,
    not_delivered: &'static str,
    copy: &'static str,
}

const TONGUES: &[Tongue] = &[
    Tongue {
        subject: "Message not delivered",
        hello: "This is the mail robot of the relay.",
        list: "Your message did not reach these people:",
        bye: "No further attempts will be made.",
        recipient: "Recipient",
        reason: "Reason",
        not_delivered: "could not be delivered to",
        copy: "Original message follows",
    },
    Tongue {
        subject: "Returned mail",
        hello: "Sorry about that.",
        list: "The following addresses failed:",
        bye: "Please contact your administrator for help.",
        recipient: "Failed recipient",
        reason: "Error",
        not_delivered: "was not delivered to",
        copy: "Below is a copy of the original message",
    },
    Tongue {
        subject: "Undelivered mail",
        hello: "Dies ist eine automatische Nachricht des Mailservers.",
        list: "Ihre Nachricht konnte an folgende Empfänger nicht zugestellt werden:",
        bye: "Es werden keine weiteren Versuche unternommen.",
        recipient: "Empfänger",
        reason: "Grund",
        not_delivered: "konnte nicht zugestellt werden an",
        copy: "Original message",
    },
    Tongue {
        subject: "Undeliverable",
        hello: "Ceci est un message automatique du serveur.",
        list: "Votre message n'a pas pu être remis aux destinataires suivants :",
        bye: "Aucune autre tentative ne sera faite.",
        recipient: "Destinataire",
        reason: "Raison",
        not_delivered: "n'a pas été remis à",
        copy: "Original message headers",
    },
    Tongue {
        subject: "Delivery failure",
        hello: "これはメールサーバーからの自動通知です。",
        list: "次の宛先に配信できませんでした。",
        bye: "再送は行われません。",
        recipient: "宛先",
        reason: "理由",
        not_delivered: "配信できませんでした",
        copy: "元のメッセージ",
    },
    Tongue {
        subject: "Delivery Status Notification (Failure)",
        hello: "Это автоматическое сообщение почтового сервера.",
        list: "Ваше письмо не доставлено следующим получателям:",
        bye: "Повторных попыток не будет.",
        recipient: "Получатель",
        reason: "Причина",
        not_delivered: "не доставлено",
        copy: "Исходное сообщение",
    },
];

/// Where the returned message stands.
#[derive(Clone, Copy, Debug)]
enum Returned {
    None,
    Inline,
    Attached,
    HeadersAttached,
}

#[derive(Clone, Copy, Debug)]
enum Dress {
    Plain,
    Base64,
    Html,
}

#[derive(Clone, Debug)]
struct Bounce {
    fates: Vec<Fate>,
    layout: Layout,
    tongue: Tongue,
    returned: Returned,
    dress: Dress,
    from: &'static str,
    indent: usize,
}

fn word() -> impl Strategy<Value = String> {
    "[a-z]{4,9}"
}

fn fate() -> impl Strategy<Value = Fate> {
    let replies: &[(u16, &str)] = &[(550, "5"), (551, "5"), (552, "5"), (553, "5"), (554, "5")];
    let words = select(vec![
        "User unknown in virtual alias table",
        "mailbox is full, try later",
        "Message rejected: policy 17 of this site",
        "No hay tal usuario aquí",
        "Der Empfänger wurde nicht gefunden",
        "そのアドレスは存在しません。ご確認ください",
        "refused by the filter (id=9f3a-77)",
        "Sorry, I do not take this message",
    ]);
    (
        "[a-z][a-z0-9._+-]{0,12}[a-z0-9]",
        word(),
        select(vec!["example.net", "example.org"]),
        select(replies.to_vec()),
        0u16..8,
        0u16..400,
        0u8..6,
        words,
    )
        .prop_map(|(local, host, zone, (reply, class), subject, detail, coded, words)| Fate {
            address: format!("{local}@{host}.{zone}"),
            host: format!("mx1.{host}.{zone}"),
            reply: (coded > 0).then_some(reply),
            status: (coded > 2).then(|| format!("{class}.{subject}.{detail}")).filter(|status| status != "5.0.0"),
            words: words.to_string(),
        })
}

fn bounce() -> impl Strategy<Value = Bounce> {
    let from = select(vec![
        "MAILER-DAEMON@relay.example.com",
        "Mail Delivery System <mailer-daemon@relay.example.com>",
        "postmaster@relay.example.com",
        "\"Mail Router\" <postmaster@relay.example.com>",
    ]);
    let returned = select(vec![Returned::None, Returned::Inline, Returned::Attached, Returned::HeadersAttached]);
    let dress = select(vec![Dress::Plain, Dress::Base64, Dress::Html]);
    (
        prop::collection::vec(fate(), 1..4),
        select(LAYOUTS.to_vec()),
        select(TONGUES.to_vec()),
        returned,
        dress,
        from,
        0usize..5,
    )
        .prop_filter("addresses differ", |(fates, ..)| {
            let mut names: Vec<&str> = fates.iter().map(|fate| fate.address.as_str()).collect();
            names.sort_unstable();
            names.windows(2).all(|pair| pair[0] != pair[1])
        })
        .prop_map(|(mut fates, layout, tongue, returned, dress, from, indent)| {
            if layout == Layout::Prose {
                fates.truncate(1);
            }
            // One writer writes all its lines alike.
            if layout == Layout::Ellipsis && fates.iter().any(|fate| fate.reply.is_none()) {
                for fate in &mut fates {
                    (fate.reply, fate.status) = (None, None);
                }
            }
            // HTML keeps no tabs.
            let dress = if layout == Layout::Tabs { Dress::Plain } else { dress };
            if layout == Layout::Together {
                let (reply, status, words) = (fates[0].reply, fates[0].status.clone(), fates[0].words.clone());
                for fate in &mut fates {
                    (fate.reply, fate.status, fate.words) = (reply, status.clone(), words.clone());
                }
            }
            Bounce { fates, layout, tongue, returned, dress, from, indent }
        })
}

const ORIGINAL: &str = "Received: from desk.example.com ([192.0.2.77]) by relay.example.com; Mon, 23 Nov 2026 10:00:00 +0000\n\
    From: Kim <kim@example.com>\nTo: somebody.else@example.edu\nSubject: 550 5.1.1 and 4.4.7 explained\n\
    Message-ID: <1@example.com>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n\n<x@example.edu>: 554 5.7.1 quoted words\n";

impl Bounce {
    fn text(&self) -> String {
        let t = &self.tongue;
        let pad = " ".repeat(self.indent);
        let mut out = format!("{}\n\n{}\n\n", t.hello, t.list);
        if self.layout == Layout::Prose {
            let fate = &self.fates[0];
            return format!(
                "{}\n\nhello {} <{}>.\n\n{} said: {}\n\n{}\n",
                t.hello,
                t.not_delivered,
                fate.address,
                fate.host,
                fate.line(),
                t.bye
            );
        }
        for (number, fate) in self.fates.iter().enumerate() {
            let Fate { address, host, .. } = fate;
            let line = fate.line();
            let _ = match self.layout {
                Layout::AngleThenReply => writeln!(out, "{pad}<{address}>:\n{pad}{line}\n"),
                Layout::AngleThenLines => {
                    writeln!(out, "<{address}>:\n{host} does not like recipient.\n{}\n", fate.lines())
                }
                Layout::Said => {
                    writeln!(out, "<{address}>: host {host}[192.0.2.9] said: {line} (in reply to RCPT TO command)\n")
                }
                Layout::SaidWrapped => writeln!(
                    out,
                    "<{address}>: host {host}[192.0.2.9]\n    said: {line} (in\n    reply to RCPT TO command)\n"
                ),
                Layout::Indented => writeln!(out, "  {address}\n    {line}\n"),
                Layout::IndentedAttempt => writeln!(
                    out,
                    "  {address}\n    host {host} [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<{address}>:\n    {line}"
                ),
                Layout::Colon => writeln!(out, "{pad}{address}: {line}"),
                Layout::KeyValue => writeln!(out, "{}: {address}\n{}: {line}\n", t.recipient, t.reason),
                Layout::Quoted => writeln!(out, "{pad}{address}\n{pad}{host} returned \"{line}\"\n"),
                Layout::Bullet => writeln!(out, "{pad}* {address}\n{pad}  {line}\n"),
                Layout::Numbered => writeln!(out, "{}. {address}: {line}", number + 1),
                Layout::Transcript => {
                    writeln!(out, "... while talking to {host}.:\n>>> RCPT To:<{address}>\n<<< {line}\n")
                }
                Layout::Dashes => writeln!(out, "{address} - {line}\n"),
                Layout::Table => writeln!(out, "| {address} | {line} |"),
                Layout::Tabs => writeln!(out, "{address}\t{host}\t{line}"),
                Layout::Parentheses => writeln!(out, "<{address}>\n    (reason: {line})\n"),
                Layout::Arrow => writeln!(out, "{pad}{address} -> {line}"),
                Layout::HostColon => writeln!(out, "<{address}>\n{host}: {line}\n"),
                Layout::SaidBelow => {
                    writeln!(out, "<{address}>:\n192.0.2.9 does not like recipient.\nRemote host said:\n{line}\n")
                }
                Layout::Ellipsis => {
                    writeln!(out, "{}\n", fate.prefixed(' ', &format!("<{address}>... {}", fate.words)))
                }
                Layout::Gap => writeln!(out, "  {address}\n\n    {line}\n"),
                Layout::Together => writeln!(out, "    {address}"),
                Layout::Prose => Ok(()),
            };
        }
        if self.layout == Layout::Together {
            let _ = writeln!(out, "\n{}", self.fates[0].line());
        }
        let _ = writeln!(out, "\n{}", t.bye);
        out
    }

    fn mail(&self) -> String {
        let mut text = self.text();
        let inline = matches!(self.returned, Returned::Inline) && !matches!(self.dress, Dress::Html);
        if inline {
            let _ = write!(text, "\n----- {} -----\n\n{ORIGINAL}", self.tongue.copy);
        }
        let (kind, encoding, body) = match self.dress {
            Dress::Plain => ("text/plain; charset=utf-8", "8bit", text),
            Dress::Base64 => ("text/plain; charset=utf-8", "base64", base64(text.as_bytes())),
            Dress::Html => {
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>\n");
                ("text/html; charset=utf-8", "8bit", format!("<html><body><p>{text}</p></body></html>\n"))
            }
        };
        let part = format!("Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}");
        let attached = match self.returned {
            Returned::Attached => Some("message/rfc822"),
            Returned::HeadersAttached => Some("text/rfc822-headers"),
            _ => None,
        };
        let head = format!(
            "Return-Path: <>\nFrom: {}\nTo: kim@example.com\nSubject: {}\nDate: Mon, 23 Nov 2026 10:01:00 +0000\nMIME-Version: 1.0\n",
            self.from, self.tongue.subject
        );
        match attached {
            None => format!("{head}{part}"),
            Some(kind) => format!(
                "{head}Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\n{part}\n--=_b\nContent-Type: {kind}\n\n{ORIGINAL}\n--=_b--\n"
            ),
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (number, three) in bytes.chunks(3).enumerate() {
        let bits = three.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= three.len() { digit as char } else { '=' });
        }
        if number % 19 == 18 {
            out.push('\n');
        }
    }
    out.push('\n');
    out
}

/// Letters and digits: how a text is wrapped, quoted and punctuated does not count here.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

fn check(report: &Report, fates: &[Fate], shown: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(report.kind, Kind::Failure, "{}", shown);
    let mut got: Vec<&str> = report.recipients.iter().filter_map(|one| one.address.as_deref()).collect();
    let mut want: Vec<&str> = fates.iter().map(|fate| fate.address.as_str()).collect();
    got.sort_unstable();
    want.sort_unstable();
    prop_assert_eq!(got, want, "{}", shown);
    for fate in fates {
        let one = report.recipients.iter().find(|one| one.address.as_deref() == Some(&fate.address)).unwrap();
        prop_assert_eq!(one.status.map(|status| status.to_string()), fate.status.clone(), "{:?}\n{}", fate, shown);
        prop_assert_eq!(one.reply, fate.reply, "{:?}\n{}", fate, shown);
        let text = one.text.as_deref().unwrap_or_default();
        prop_assert!(letters(text).contains(&letters(&fate.words)), "{:?} lacks {:?}\n{}", text, fate.words, shown);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unseen_mailers(bounce in bounce()) {
        let mail = bounce.mail();
        let shown = format!("{bounce:?}\n{}", bounce.text());
        check(&ndr::decode(mail.as_bytes()), &bounce.fates, &shown)?;
        // Line ends of other systems change nothing.
        check(&ndr::decode(mail.replace('\n', "\r\n").as_bytes()), &bounce.fates, &shown)?;
    }
}
