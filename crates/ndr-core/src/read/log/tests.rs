use super::*;
use crate::vocabulary::Action;

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
            "exchange-server",
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
