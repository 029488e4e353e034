//! Promises that hold for any wording: nobody drops a good address, no bounce is written off, and no stranger is blamed.
//!
//! Each test runs many wordings of the catalogue, in turn with many codes, commands and forms of report. A failure names
//! the input.

use ndr::{Category, Decoder, Kind, Reply, Report, Suppress};

/// How many failures a test shows.
const SHOWN: usize = 20;

fn assert_none(failures: &[String], of: usize) {
    let shown = failures.get(..SHOWN).unwrap_or(failures).join("\n");
    assert!(failures.is_empty(), "{} of {of} fail:\n{shown}", failures.len());
}

/// A text of the catalogue with something of its type in each hole.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once('{') {
        let (hole, behind) = opened.split_once('}').unwrap_or((opened, ""));
        out += before;
        out += match hole.rsplit(':').next().unwrap_or(hole) {
            "ip" => "192.0.2.1",
            "domain" => "example.net",
            "host" => "mx.example.net",
            "address" => "anna@example.net",
            "url" => "https://example.net/help",
            "number" => "12",
            _ => "x17",
        };
        rest = behind;
    }
    out + rest
}

/// Every wording of the entries that `wanted` picks, with its holes filled.
fn wordings(wanted: impl Fn(Category) -> bool) -> Vec<String> {
    let entries = ndr::catalog().entries().iter().filter(|entry| wanted(entry.category));
    entries.flat_map(|entry| entry.texts.iter().map(|text| filled(text))).collect()
}

/// Whether an entry of this category may cost the address.
fn is_mailbox(category: Category) -> bool {
    use Category::*;
    matches!(
        category,
        MailboxUnknown
            | MailboxDisabled
            | MailboxMoved
            | MailboxFull
            | AddressInvalid
            | DomainUnknown
            | RecipientRestricted
    )
}

const CODES: &[&str] = &[
    "550 5.1.1",
    "550",
    "553 5.1.3",
    "552 5.2.2",
    "550 5.2.1",
    "554 5.1.10",
    "450 4.1.1",
    "501 5.1.6",
    "551",
    "550 5.0.0",
    "511 5.1.1",
    "550-5.1.1",
    "556 5.1.10",
    "550 5.4.1",
];

/// A report of `form`, in which a server answers `command` with `said`.
fn answered(form: usize, command: &str, said: &str) -> String {
    let postfix = "From: MAILER-DAEMON@mail.example.com (Mail Delivery System)\nTo: bob@example.com\n\
                   Subject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mail.example.com.\n\nI'm sorry to have \
                   to inform you that your message could not\nbe delivered to one or more recipients.\n\n";
    let full = match command {
        "MAIL FROM" => "MAIL FROM:<bob@example.com>",
        "AUTH" => "AUTH LOGIN",
        "HELO" => "HELO mail.example.com",
        _ => "EHLO mail.example.com",
    };
    match form {
        0 => format!(
            "{postfix}<anna@example.net>: host mx.example.net[192.0.2.1] said: {said} (in reply to {command} command)\n"
        ),
        1 => format!(
            "From: Mail Delivery System <Mailer-Daemon@mail.example.com>\nTo: bob@example.com\nSubject: Mail delivery failed: \
             returning message to sender\n\nThis message was created automatically by mail delivery software.\n\nA message that \
             you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following \
             address(es) failed:\n\n  anna@example.net\n    host mx.example.net [192.0.2.1]\n    SMTP error from remote mail \
             server after {full}:\n    {said}\n"
        ),
        2 => format!(
            "From: MAILER-DAEMON@mail.example.com\nTo: bob@example.com\nSubject: Returned mail: see transcript for details\n\n   \
             ----- The following addresses had permanent fatal errors -----\n<anna@example.net>\n\n   ----- Transcript of session \
             follows -----\n... while talking to mx.example.net.:\n>>> {full}\n<<< {said}\n554 5.0.0 Service unavailable\n"
        ),
        3 => format!(
            "From: mailer-daemon@example.com\nSubject: Report\nContent-Type: multipart/report; report-type=delivery-status; \
             boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.com\n\nFinal-Recipient: \
             rfc822; anna@example.net\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; \
             {said} (in reply to {command} command)\n--b--\n"
        ),
        4 => format!(
            "Mar  1 10:00:00 mail postfix/smtp[42]: 4AB: to=<anna@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=1, \
             dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.1] said: {said} (in reply to {command} command))\n"
        ),
        _ => format!("{said} (in reply to {command} command)"),
    }
}

/// What is wrong with a report that must cost no address.
fn costs(report: &Report) -> Option<String> {
    let costly = |one: &&ndr::Recipient| one.diagnosis.as_ref().is_some_and(|it| it.suppress != Suppress::No);
    report.recipients.iter().find(costly).map(|one| {
        let slug = one.diagnosis.as_ref().map_or("", |diagnosis| diagnosis.entry.slug);
        format!("{slug} {:?} {:?}", one.command, one.text)
    })
}

#[test]
fn no_answer_to_mail_from_helo_or_auth_costs_an_address() {
    let commands = ["MAIL FROM", "HELO", "EHLO", "AUTH"];
    let (mut failures, mut count, mut named) = (Vec::new(), 0, 0);
    // Some wordings say themselves which command they answer.
    let mut all = wordings(is_mailbox);
    all.retain(|words| !words.contains("in reply to") && !words.contains("after RCPT TO"));
    for (nth, words) in all.iter().enumerate() {
        let code = CODES[nth % CODES.len()];
        let command = commands[nth / CODES.len() % commands.len()];
        let form = nth % 6;
        let said = format!("{code} {words}");
        let text = answered(form, command, &said);
        let report = ndr::decode(text.as_bytes());
        count += 1;
        let is_named = report.recipients.iter().any(|one| one.command.is_some());
        named += usize::from(is_named);
        failures.extend(costs(&report).map(|is| format!("form {form}: {said} after {command}: {is}")));
        // A program that knows the command says so itself.
        let reply =
            Reply { text: &said, command: Some(command), recipient: Some("anna@example.net"), ..Reply::default() };
        failures.extend(costs(&Decoder::new().reply(&reply)).map(|is| format!("reply: {said} after {command}: {is}")));
    }
    assert!(count > 4_000 && named * 100 > count * 97, "{named} of {count}");
    assert_none(&failures, count);
}

/// Words that name `{a}` as the sender, as a contact or as an identifier, and nobody else.
const OTHERS: &[&str] = &[
    "{code} <{a}>: Sender address rejected: {words}",
    "{code} Sender <{a}> rejected: {words}",
    "{code} <{a}> sender rejected, {words}",
    "{code} sender address {a} refused: {words}",
    "{code} The message from <{a}> was refused: {words}",
    "{code} MAIL FROM:<{a}> refused: {words}",
    "{code} Envelope sender {a} is not allowed: {words}",
    "{code} {words}: from=<{a}>",
    "{code} {words}. Return-Path: <{a}>",
    "{code} {words}; contact {a} for help",
    "{code} {words}. For assistance, write to {a}",
    "{code} {words}. Please send mail to {a} if this is wrong",
    "{code} {words}. Bitte wenden Sie sich an {a}",
    "{code} {words}. Contactez {a}",
    "{code} {words}. Póngase en contacto con {a}",
    "{code} {words}. Обратитесь к {a}",
    "{code} {words}. 请联系 {a}",
    "{code} {words}, Message-ID: <{a}>",
    "{code} {words} (id=<{a}>)",
    "{code} Absender <{a}> abgelehnt: {words}",
    "{code} expéditeur <{a}> refusé: {words}",
    "{code} remitente <{a}> rechazado: {words}",
    "{code} mittente <{a}> rifiutato: {words}",
    "{code} remetente <{a}> rejeitado: {words}",
    "{code} afzender <{a}> geweigerd: {words}",
    "{code} avsändare <{a}> nekad: {words}",
    "{code} nadawca <{a}> odrzucony: {words}",
    "{code} отправитель <{a}> отклонён: {words}",
    "{code} gönderen <{a}> reddedildi: {words}",
    "{code} 发件人 <{a}> 被拒绝: {words}",
    "{code} 送信者 <{a}> は拒否されました: {words}",
    "{code} 발신자 <{a}> 거부: {words}",
    "{code} siuntėjas <{a}> atmestas: {words}",
    "{code} المرسل <{a}> مرفوض: {words}",
    "Dear {a},\nyour mail could not be delivered: {code} {words}",
    "Sorry {a}. Your mail was refused: {code} {words}",
    "{code} {words}. The user has moved; please try <{a}>",
    "{code} {words}. The new address is {a}",
];

#[test]
fn nobody_is_named_as_failed_whom_the_words_name_otherwise() {
    let (mut failures, mut count) = (Vec::new(), 0);
    let address = "b.berg@example.org";
    let all: Vec<String> = wordings(is_mailbox).into_iter().filter(|words| !words.contains('@')).collect();
    let rounds = all.len() / OTHERS.len();
    for (round, words) in all.chunks(OTHERS.len()).take(rounds).enumerate() {
        for (nth, form) in OTHERS.iter().enumerate() {
            let code = CODES[(round + nth) % CODES.len()];
            let text = form.replace("{a}", address).replace("{code}", code).replace("{words}", &words[nth]);
            let mail = format!(
                "From: MAILER-DAEMON@mail.example.com\nTo: bob@example.com\nSubject: Undelivered Mail Returned to Sender\n\n\
                 Your mail could not be delivered.\n\n{text}\n"
            );
            count += 1;
            for (how, input) in [("pasted", &text), ("mailed", &mail)] {
                let report = ndr::decode(input.as_bytes());
                let named = |one: &ndr::Recipient| one.address.as_deref().is_some_and(|it| it.contains("berg"));
                if report.recipients.iter().any(named) {
                    failures.push(format!("{how}: {text:?}"));
                }
            }
        }
    }
    assert!(count > 4_000, "{count}");
    assert_none(&failures, count);
}

#[test]
fn nothing_arrived_where_a_refusal_stands() {
    let noise = [
        "250 2.0.0 OK",
        "220 mx.example.net ESMTP",
        "250 2.1.5 Recipient ok",
        "354 Start mail input",
        "250 2.1.0 Sender ok",
        "message accepted for delivery",
        "Mail delivered",
        "Delivery report",
        "250 mx.example.net Hello",
    ];
    let codes = CODES.iter().chain(&["421 4.7.0", "451 4.3.0", "452", "554 5.7.1", "535 5.7.8", "591", "521"]);
    let codes: Vec<&str> = codes.copied().collect();
    let (mut failures, mut count) = (Vec::new(), 0);
    for (nth, words) in wordings(|_| true).iter().enumerate() {
        let said = format!("{} {words}", codes[nth % codes.len()]);
        let extra = noise[nth / codes.len() % noise.len()];
        let text = match nth % 5 {
            0 => said,
            1 => format!("{extra}\n{said}"),
            2 => format!("{said}\n{extra}\n"),
            3 => format!("{extra}\n{said}\n{extra}\n221 2.0.0 Bye"),
            _ => format!(
                "From: MAILER-DAEMON@mail.example.com\nTo: bob@example.com\nSubject: Delivery report\n\n{extra}\n\
                 <anna@example.net>: {said}\n"
            ),
        };
        count += 1;
        let kind = ndr::decode(text.as_bytes()).kind;
        if kind == Kind::Success {
            failures.push(format!("{text:?}"));
        }
    }
    assert!(count > 10_000, "{count}");
    assert_none(&failures, count);
}

/// What a reader of the answer acts on.
fn verdict(report: &Report) -> Vec<String> {
    let of = |one: &ndr::Recipient| {
        let told = one.diagnosis.as_ref().map(|it| (it.entry.slug, it.suppress, it.retry, it.about));
        format!("{:?} {:?} {:?} {:?} {told:?}", one.address, one.status, one.reply, one.command)
    };
    let mut found: Vec<String> = report.recipients.iter().map(of).collect();
    found.push(report.kind.slug().to_string());
    found
}

#[test]
fn a_report_says_the_same_mailed_and_pasted() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for (nth, words) in wordings(|_| true).iter().enumerate().step_by(3) {
        let said = format!("{} {words}", CODES[nth % CODES.len()]);
        let mail = answered([0, 1, 2][nth % 3], "RCPT TO", &said)
            .replace("EHLO mail.example.com", "RCPT TO:<anna@example.net>");
        let pasted = mail.split_once("\n\n").map_or("", |(_, body)| body);
        count += 1;
        let (mailed, pasted) = (verdict(&ndr::decode(mail.as_bytes())), verdict(&ndr::decode(pasted.as_bytes())));
        if mailed != pasted {
            failures.push(format!("form {}: {said}\n  mailed {mailed:?}\n  pasted {pasted:?}", nth % 3));
        }
    }
    assert!(count > 4_000, "{count}");
    assert_none(&failures, count);
}
