//! The lines of logs that ndr reads, as data: by which marks a format is told, and where each fact stands. Adding a
//! format whose lines name their fields is adding a row here and a sample; a grammar of its own is a [`Grammar`].

use crate::vocabulary::Action;

/// A format of log lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    /// The mailer, as in `dialect`.
    pub(crate) id: &'static str,
    /// The name for people.
    pub(crate) name: &'static str,
    /// What every such line holds; lines without it cost no more than the search.
    pub(crate) marks: &'static [&'static str],
    pub(crate) grammar: Grammar,
}

/// How a line is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grammar {
    /// By the names of its fields.
    Fields(&'static Fields),
    /// `to=<a@example.com>, relay=..., dsn=5.1.1, status=bounced (words)`
    Postfix,
    /// `QUEUEID: host mx.example.com[192.0.2.1] refused to talk to me: 554 words`
    PostfixHost,
    /// `reject: RCPT from host[192.0.2.1]: 554 5.7.1 words; from=<...> to=<a@example.com>`
    PostfixReject,
    /// `** a@example.com R=... T=... H=mx.example.com [192.0.2.1]: words`, with what the flag says.
    Exim(&'static str, Action),
    /// `F=<b@example.com> rejected RCPT <a@example.com>: words`
    EximReject(&'static str, Action),
    /// `F=<b@example.com> rejected after DATA: words`: a command other than RCPT.
    EximRefuse(&'static str, &'static str),
    /// `to=<a@example.com>,<b@example.com>, ..., dsn=5.1.1, reply=550 words, stat=User unknown`
    Sendmail,
    /// `ruleset=check_rcpt, arg1=<a@example.com>, ..., reject=550 5.7.1 words`
    SendmailReject,
    /// `relay: TempFail for 9f8e: ..., to=<a@example.com>, ..., stat=451 words`
    OpenSmtpdOld,
    /// `recipient <a@example.com> rejected: 550 words`
    Haraka,
    /// `Temp failing FILE for 64 seconds: words`, `Remote end ... closed connection`
    HarakaFile,
    /// `QID.001 REJECTED[recipient] from=... to=a@example.com ... mx=host[ip] ... (550 words)`
    ZoneMta,
    /// `(delivery.rcpt-to-rejected) ..., to = "a@example.com", ..., code = 550, details = "5.1.1 words"`
    Stalwart,
    /// `queue: delivery attempt failed    {"rcpt":"a@example.com", ...}`
    Maddy,
    /// `id=...,from=<b@example.com>,addr=<a@example.com>: 550 words`
    Courier,
    /// `Bounced: DCID 3 MID 1 From: <b@example.com> To: <a@example.com> RID 0 - 5.1.0 - ... ('550', ['words'])`
    IronPort,
    /// `lmtp(a@example.com)<1><x>: msgid=<...>: save failed to INBOX: words`
    Dovecot,
    /// `Blocked SPAM {RejectedInbound}, [192.0.2.1] <b@example.com> -> <a@example.com>, ...`
    Amavis,
    /// `Delivery for b@example.com to a@example.com has completed (Bounced)`
    SmarterMail,
}

/// Names of fields with the sign behind them, as they stand in the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) recipient: &'static [&'static str],
    pub(crate) outcome: &'static [&'static str],
    /// Patterns of the outcome (see [`super::events::fits`]) and what they say; `None` is no result.
    pub(crate) outcomes: &'static [(&'static str, Option<Action>)],
    pub(crate) words: &'static [&'static str],
    /// What ends the words, where they are not quoted.
    pub(crate) words_end: &'static [&'static str],
    pub(crate) reply: &'static [&'static str],
    pub(crate) remote: &'static [&'static str],
    /// Whether the server that writes the log is the one that refused.
    pub(crate) is_own: bool,
}

const NO_FIELDS: Fields = Fields {
    recipient: &[],
    outcome: &[],
    outcomes: &[],
    words: &[],
    words_end: &[],
    reply: &[],
    remote: &[],
    is_own: false,
};

use Action::{Delayed, Delivered, Failed};
use Grammar::*;

const fn format(id: &'static str, name: &'static str, marks: &'static [&'static str], grammar: Grammar) -> Format {
    Format { id, name, marks, grammar }
}

/// The formats in the order in which they are tried.
pub(crate) static FORMATS: &[Format] = &[
    format("postfix", "Postfix", &[" status=", "to=<"], Postfix),
    format("postfix", "Postfix, refused mail", &["reject: ", " from "], PostfixReject),
    format("postfix", "Postfix, refused by a host", &["refused to talk to me: "], PostfixHost),
    format("postfix", "Postfix, refused by a host", &["(in reply to ", "postfix/", " said: "], PostfixHost),
    format("postfix", "Postfix, broken connection", &["lost connection with ", "postfix/", " while "], PostfixHost),
    format("postfix", "Postfix, expired", &["status=expired", "from=<"], PostfixHost),
    format("exim", "Exim", &[" ** "], Exim(" ** ", Failed)),
    format("exim", "Exim", &[" == "], Exim(" == ", Delayed)),
    format("exim", "Exim", &[" => ", " R="], Exim(" => ", Delivered)),
    format("exim", "Exim", &[" -> ", " R="], Exim(" -> ", Delivered)),
    format(
        "exim",
        "Exim, refused mail",
        &[" temporarily rejected RCPT "],
        EximReject(" temporarily rejected RCPT ", Delayed),
    ),
    format("exim", "Exim, refused mail", &[" rejected RCPT "], EximReject(" rejected RCPT ", Failed)),
    format("exim", "Exim, refused mail", &[" rejected MAIL ", "["], EximRefuse(" rejected MAIL ", "MAIL FROM")),
    format("exim", "Exim, refused mail", &[" rejected after DATA", "["], EximRefuse(" rejected after DATA", "DATA")),
    format("exim", "Exim, refused mail", &[" rejected EHLO ", "["], EximRefuse(" rejected EHLO ", "EHLO")),
    format("exim", "Exim, refused mail", &[" rejected HELO ", "["], EximRefuse(" rejected HELO ", "HELO")),
    format("opensmtpd", "OpenSMTPD, before 6.0", &["Fail for ", "to=<", "stat="], OpenSmtpdOld),
    format("opensmtpd", "OpenSMTPD, before 6.0", &[": Ok for ", "to=<", "stat="], OpenSmtpdOld),
    format("sendmail", "Sendmail", &[" stat=", "to="], Sendmail),
    format("sendmail", "Sendmail, refused mail", &["ruleset=", "reject="], SendmailReject),
    format("sendmail", "Sendmail, refused by a milter", &["Milter", "reject=", "to=<"], SendmailReject),
    format("opensmtpd", "OpenSMTPD", &["result=\"", "to=<", "stat="], Fields(&OPENSMTPD)),
    format("opensmtpd", "OpenSMTPD", &[" stat=", "result=", "to=<", "evp"], Fields(&OPENSMTPD)),
    format(
        "opensmtpd",
        "OpenSMTPD, refused mail",
        &["failed-command", "command=\"RCPT TO:", "result=\""],
        Fields(&OPENSMTPD_IN),
    ),
    format("haraka", "Haraka", &["recipient <", "rejected: "], Haraka),
    format("haraka", "Haraka", &["recipient <", "deferred: "], Haraka),
    format("haraka", "Haraka", &["Temp failing ", "[outbound]"], HarakaFile),
    format("haraka", "Haraka", &["bouncing mail: ", "[outbound]"], HarakaFile),
    format("haraka", "Haraka", &["Remote end ", "[outbound]"], HarakaFile),
    format("haraka", "Haraka", &["delivered file=", "[outbound]"], HarakaFile),
    format("zone-mta", "ZoneMTA", &[" REJECTED[", " to="], ZoneMta),
    format("zone-mta", "ZoneMTA", &[" DEFERRED[", " to="], ZoneMta),
    format("zone-mta", "ZoneMTA", &[" ACCEPTED ", " to=", "mx="], ZoneMta),
    format("zone-mta", "ZoneMTA", &[" DROP", " to=", "from="], ZoneMta),
    format("stalwart", "Stalwart", &["(delivery.", " = "], Stalwart),
    format("maddy", "maddy", &["queue: ", "\t{"], Maddy),
    format("maddy", "maddy", &["queue: ", " {\""], Maddy),
    format("kerio", "Kerio Connect", &["Result: ", "Recipient: <"], Fields(&KERIO)),
    format("msmtp", "msmtp", &["recipients=", "exitcode=EX_"], Fields(&MSMTP)),
    format("courier", "Courier", &[",from=<", ",addr=<"], Courier),
    format("ironport", "Cisco Secure Email", &["Bounced: ", " RID "], IronPort),
    format("ironport", "Cisco Secure Email", &["Delayed: ", " RID "], IronPort),
    format("dovecot", "Dovecot", &["save failed to "], Dovecot),
    format("amavis", "amavis", &[" Blocked ", "> -> <"], Amavis),
    format("postgrey", "postgrey", &["action=greylist", "recipient="], Fields(&POSTGREY)),
    format("kaspersky", "Kaspersky gateway", &["rcpt=", "server=", "status="], Fields(&KASPERSKY)),
    format("kernun", "Kernun", &["RCPT-RESULT ", "RCPT="], Fields(&KERNUN)),
    format("smartermail", "SmarterMail", &["Delivery for ", " has completed ("], SmarterMail),
];

static OPENSMTPD: Fields = Fields {
    recipient: &["to="],
    outcome: &["result="],
    outcomes: &[("Ok", Some(Delivered)), ("TempFail", Some(Delayed)), ("PermFail|Loop", Some(Failed))],
    words: &["stat="],
    remote: &["relay="],
    ..NO_FIELDS
};

static OPENSMTPD_IN: Fields = Fields {
    recipient: &["command=\"RCPT TO:", "command=\"rcpt to:"],
    outcome: &["result="],
    outcomes: &[("4*", Some(Delayed)), ("5*", Some(Failed)), ("*", None)],
    words: &["result="],
    is_own: true,
    ..NO_FIELDS
};

static KERIO: Fields = Fields {
    recipient: &["Recipient: "],
    outcome: &["Result: "],
    outcomes: &[("delivered|relayed", Some(Delivered)), ("delayed", Some(Delayed)), ("failed|discarded", Some(Failed))],
    words: &["Status: "],
    words_end: &[", Remote-Host: ", ", Msg-Id: "],
    remote: &["Remote-Host: "],
    ..NO_FIELDS
};

static MSMTP: Fields = Fields {
    recipient: &["recipients="],
    outcome: &["exitcode="],
    outcomes: &[("EX_OK", Some(Delivered)), ("EX_TEMPFAIL", Some(Delayed)), ("EX_*", Some(Failed))],
    words: &["smtpmsg=", "errormsg="],
    reply: &["smtpstatus="],
    remote: &["host="],
    ..NO_FIELDS
};

static POSTGREY: Fields = Fields {
    recipient: &["recipient="],
    outcome: &["action="],
    outcomes: &[("greylist", Some(Delayed)), ("*", None)],
    words: &["action="],
    is_own: true,
    ..NO_FIELDS
};

static KASPERSKY: Fields = Fields {
    recipient: &["rcpt="],
    outcome: &["status="],
    outcomes: &[("sent", Some(Delivered)), ("failed", Some(Failed)), ("*", None)],
    remote: &["server="],
    ..NO_FIELDS
};

static KERNUN: Fields = Fields {
    recipient: &["RCPT="],
    outcome: &["RESULT="],
    outcomes: &[("ACCEPTED", Some(Delivered)), ("FAILED|DISCARDED|STOPPED", Some(Failed)), ("*", None)],
    remote: &["SRV="],
    ..NO_FIELDS
};

/// Lines that tell of no result: all of the marks stand in one.
pub(crate) static ABOUT: &[&[&str]] = &[
    &[" <= ", " S="],
    &[" <= ", " P="],
    &["postfix/", "from=<", "size=", "nrcpt="],
    &["postfix/", ": removed"],
    &["postfix/", ": client="],
    &["postfix/", ": message-id="],
    &["postfix/", "sender non-delivery notification"],
    &["from=<", "size=", "nrcpts=", "msgid="],
    &[" Completed"],
    &["new msg "],
    &["end msg "],
    &["info msg ", " from <"],
    &["starting delivery "],
    &["status: local ", " remote "],
    &["[core]", "lost"],
    &["reject_warning: "],
];

/// What the event in brackets says in Stalwart's lines.
pub(crate) static STALWART: &[(&str, Option<Action>)] = &[
    ("delivered|dsn-success", Some(Delivered)),
    (
        "rcpt-to-rejected|mail-from-rejected|message-rejected|ehlo-rejected|null-mx|dsn-perm-fail|starttls-error|mta-sts-error",
        Some(Failed),
    ),
    (
        "rcpt-to-failed|greeting-failed|connect-error|dsn-temp-fail|rate-limit-exceeded|concurrency-limit-exceeded|mx-lookup-failed",
        Some(Delayed),
    ),
    ("*", None),
];

/// What stands in front of a line of an SMTP dialogue. Whether client or server speaks shows in the words themselves.
pub(crate) static DIALOGUE_MARKS: &[&str] = &[
    "CLIENT -> SERVER: ",
    "SERVER -> CLIENT: ",
    "CLIENT -> SERVER:",
    "SERVER -> CLIENT:",
    "SMTP -> FROM SERVER:",
    "OutboundConnectionCommand",
    "OutboundConnectionResponse",
    "RECEIVED: ",
    "SENT: ",
    "CMD: ",
    "RSP: ",
    "cmd: ",
    "rsp: ",
    "sent: ",
    "Client: ",
    "Server: ",
    "SMTP>> ",
    "SMTP<< ",
    ">>> ",
    "<<< ",
    "--> ",
    "<-- ",
    "<** ",
    "<~* ",
    "<-  ",
    "<~  ",
    " -> ",
    " ~> ",
    "-> ",
    "<- ",
    "send: ",
    "reply: ",
    ",>,",
    ",<,",
    ">> ",
    "<< ",
    "C: ",
    "S: ",
    "C:",
    "S:",
    "> ",
    "< ",
];

/// Marks that show the writer of a dialogue; all must stand in the text.
pub(crate) static DIALOGUE_WRITERS: &[(&str, &[&str])] = &[
    ("hmailserver", &["\"SMTPC\"\t"]),
    ("hmailserver", &["\"SMTPD\"\t"]),
    ("smartermail", &["] CMD: ", "] RSP: "]),
    ("communigate", &["SMTP-", " sent: ", " rsp: "]),
    ("exchange-server", &["OutboundConnectionResponse"]),
    ("exchange-server", &[",<,", ",>,", "Z,"]),
];

/// Texts that show a dialogue within a report: the reader of reports reads it.
pub(crate) static REPORT_MARKS: &[&str] = &[
    "Transcript of session follows",
    "Final-Recipient:",
    "Reporting-MTA:",
    "the following addresses had",
    "Original message headers:",
];

/// Columns of tables of deliveries, in lower case without signs between words.
pub(crate) struct Table {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Columns that must be there.
    pub(crate) needs: &'static [&'static str],
    pub(crate) recipient: &'static [&'static str],
    pub(crate) words: &'static [&'static str],
    pub(crate) status: &'static [&'static str],
    pub(crate) remote: &'static [&'static str],
    pub(crate) outcome: &'static [&'static str],
    pub(crate) outcomes: &'static [(&'static str, Option<Action>)],
}

pub(crate) static EXCHANGE_EVENTS: &[(&str, Option<Action>)] = &[
    ("FAIL|BADMAIL|POISONMESSAGE|Failed|Fail", Some(Failed)),
    ("DEFER|SUBMITDEFER|Pending|GettingStatus|Deferred", Some(Delayed)),
    ("DELIVER|DUPLICATEDELIVER|SEND|SENDEXTERNAL|HANDOFF|Delivered|Send external|Resolved", Some(Delivered)),
    ("EXPAND|Expanded", Some(Action::Expanded)),
    ("Quarantined|FilteredAsSpam|Spam", Some(Failed)),
    ("*", None),
];

pub(crate) static TABLES: &[Table] = &[
    Table {
        id: "powermta",
        name: "PowerMTA accounting file",
        needs: &["rcpt", "type"],
        recipient: &["rcpt"],
        words: &["dsndiag"],
        status: &["dsnstatus"],
        remote: &["dsnmta"],
        outcome: &["type"],
        outcomes: PMTA_TYPES,
    },
    Table {
        id: "powermta",
        name: "PowerMTA accounting file without type",
        needs: &["rcpt", "dsnaction"],
        recipient: &["rcpt"],
        words: &["dsndiag"],
        status: &["dsnstatus"],
        remote: &["dsnmta"],
        outcome: &["dsnaction"],
        outcomes: &[
            ("failed", Some(Failed)),
            ("delayed", Some(Delayed)),
            ("delivered|relayed", Some(Delivered)),
            ("*", None),
        ],
    },
    Table {
        id: "exchange-server",
        name: "Exchange message tracking log",
        needs: &["recipientaddress", "eventid"],
        recipient: &["recipientaddress"],
        words: &["recipientstatus", "customdata"],
        status: &[],
        remote: &[],
        outcome: &["eventid"],
        outcomes: EXCHANGE_EVENTS,
    },
    Table {
        id: "exchange-online",
        name: "Exchange Online message trace",
        needs: &["recipientaddress", "status"],
        recipient: &["recipientaddress"],
        words: &["detail"],
        status: &[],
        remote: &[],
        outcome: &["status"],
        outcomes: EXCHANGE_EVENTS,
    },
    Table {
        id: "exchange-online",
        name: "Exchange Online extended message trace",
        needs: &["recipientstatus", "senderaddress"],
        recipient: &["recipientstatus"],
        words: &["customdata"],
        status: &[],
        remote: &[],
        outcome: &["recipientstatus"],
        outcomes: EXCHANGE_EVENTS,
    },
    Table {
        id: "exchange-online",
        name: "Exchange Online message trace details",
        needs: &["date", "event", "detail"],
        recipient: &[],
        words: &["detail", "data"],
        status: &[],
        remote: &[],
        outcome: &["event"],
        outcomes: EXCHANGE_EVENTS,
    },
];

/// The first field of a line of PowerMTA's accounting file. `f` is a complaint, which is no result of a delivery.
pub(crate) static PMTA_TYPES: &[(&str, Option<Action>)] =
    &[("b|rb", Some(Failed)), ("t|tq", Some(Delayed)), ("d", Some(Delivered)), ("*", None)];

/// The columns of an accounting file that has no header line.
pub(crate) static PMTA_COLUMNS: &[&str] = &[
    "type",
    "timelogged",
    "timequeued",
    "orig",
    "rcpt",
    "orcpt",
    "dsnaction",
    "dsnstatus",
    "dsndiag",
    "dsnmta",
    "bouncecat",
];

/// What libraries write in front of a server's words in the text of an exception, and what ends the words.
pub(crate) static EXCEPTIONS: &[(&str, &str)] = &[
    ("SMTPAddressFailedException: ", "\n"),
    ("SMTPSendFailedException: ", "\n"),
    ("SMTPSenderFailedException: ", "\n"),
    ("SMTPAddressSucceededException: ", "\n"),
    ("\", with message \"", "\"."),
    ("', with message '", "'."),
    ("Net::SMTPFatalError (", "):"),
    ("Net::SMTPServerBusy (", "):"),
    ("Net::SMTPAuthenticationError (", "):"),
    ("Net::SMTPSyntaxError (", "):"),
    ("Net::SMTPUnknownError (", "):"),
    ("Net::SMTPFatalError: ", "\n"),
    ("Net::SMTPServerBusy: ", "\n"),
];

/// Marks of lines that tell of a delivery that was done, in formats whose lines tell of one recipient.
pub(crate) static DONE: &[&str] = &[" status=sent ", ", stat=Sent ", " result=\"Ok\" "];

/// How lines of a mail server's log name the program, behind their time.
pub(crate) static PROGRAMS: &[&str] = &[
    "postfix/",
    "postfix-",
    "sendmail[",
    "sm-mta[",
    "sm-msp-queue[",
    "smtpd[",
    "exim[",
    "exim4[",
    " qmail: ",
    "qmail-send",
    "haraka[",
    "[core]",
    "[outbound]",
    "Sender/",
    "courieresmtp",
    "courierd",
    "courierlocal",
    "maddy[",
    "dovecot:",
    "opendkim[",
    "opendmarc[",
    "postgrey[",
    "policyd-spf[",
    "amavis[",
    "spamd[",
    "rspamd[",
    "Info: MID ",
    "Info: Bounced:",
    "Info: ICID ",
    "Info: DCID ",
    "(delivery.",
    "(smtp.",
    "(queue.",
];

/// What begins the heading of Outlook's delivery report, in front of the recipient's name and address.
pub(crate) const REPORT_FOR: &[&str] = &[
    "delivery report for",
    "zustellungsbericht für",
    "übermittlungsbericht für",
    "rapport de remise pour",
    "rapport de livraison pour",
    "informe de entrega para",
    "informe de entrega de",
    "rapporto di recapito per",
    "relatório de entrega para",
    "relatório de entrega de",
    "leveringsrapport for",
    "leveringsrapport til",
    "leveransrapport för",
    "bezorgingsrapport voor",
    "raport dostarczenia dla",
    "отчет о доставке для",
];
