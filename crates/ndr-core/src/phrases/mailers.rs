//! The mailers that ndr knows: what only their reports show, and the few places where they lay out a report in a way of
//! their own. Adding a mailer is adding a row here; the order of the rows has no meaning.
//!
//! A sign must be **strong**: nothing but this mailer's own reports shows it. Fields that any later hop adds
//! (`Received`, scanners), fields that the mailer adds to all mail, and words that may stand in a host name are weak.
//! A weak sign counts only together with another one, as [`Both`].

/// A sign that a mailer wrote the report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sign {
    /// The report's own words hold this.
    Text(&'static str),
    /// A header field of that name holds this (any value where it is empty). Case does not matter.
    Header(&'static str, &'static str),
    /// The host in Reporting-MTA ends with this.
    Mta(&'static str),
    /// Both of two signs.
    Both(&'static Sign, &'static Sign),
}

use Sign::{Both, Header, Mta, Text};

/// How much a mailer's name says: where two kinds of mailer show their signs, the more telling one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A mail server that anybody runs.
    Software,
    /// A filter or gateway that works in front of a mail server.
    Gateway,
    /// A mail service, which may build on any of the others.
    Service,
}

/// A mailer and its signs; any of them suffices.
#[derive(Debug)]
pub(crate) struct Mailer {
    /// The permanent name, as in `dialect`; `None` for a layout whose writer is not known.
    pub(crate) id: Option<&'static str>,
    pub(crate) class: Class,
    pub(crate) signs: &'static [Sign],
    /// The provider in the catalogue whose texts this mailer writes, where it has one.
    pub(crate) provider: Option<&'static str>,
    /// Words in front of the recipient's address in this mailer's reports, in lower case. What many mailers write is
    /// known to the general reader.
    pub(crate) recipient: &'static [&'static str],
    /// Beginnings of the line behind which this mailer returns the message. What many mailers write is known, too.
    pub(crate) original: &'static [&'static str],
}

const fn mailer(id: Option<&'static str>, class: Class, signs: &'static [Sign]) -> Mailer {
    Mailer { id, class, signs, provider: None, recipient: &[], original: &[] }
}

const fn software(id: &'static str, signs: &'static [Sign]) -> Mailer {
    mailer(Some(id), Class::Software, signs)
}

const fn gateway(id: &'static str, signs: &'static [Sign]) -> Mailer {
    mailer(Some(id), Class::Gateway, signs)
}

const fn service(id: &'static str, signs: &'static [Sign]) -> Mailer {
    mailer(Some(id), Class::Service, signs)
}

/// A layout whose writer is not known.
const fn unnamed(signs: &'static [Sign]) -> Mailer {
    mailer(None, Class::Software, signs)
}

impl Mailer {
    const fn writes_as(self, provider: &'static str) -> Mailer {
        Mailer { provider: Some(provider), ..self }
    }

    const fn recipient_behind(self, recipient: &'static [&'static str]) -> Mailer {
        Mailer { recipient, ..self }
    }

    const fn original_behind(self, original: &'static [&'static str]) -> Mailer {
        Mailer { original, ..self }
    }

    /// Where `text` stops being the report's own words, by this mailer's lines.
    pub(crate) fn own_words_end(&self, text: &str) -> Option<usize> {
        if self.original.is_empty() {
            return None;
        }
        let mut at = 0;
        text.split_inclusive('\n').find_map(|line| {
            let start = at;
            at += line.len();
            let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric());
            let opens = |opener: &&str| bare.get(..opener.len()).is_some_and(|head| head.eq_ignore_ascii_case(opener));
            self.original.iter().any(opens).then_some(start)
        })
    }
}

/// The mailers.
pub(crate) static MAILERS: &[Mailer] = &[
    // ---- services
    service("amazon-workmail", &[Header("X-Mailer", "Amazon WorkMail")]),
    // Amazon WorkMail builds on it, and is named where both show.
    gateway(
        "amazon-ses",
        &[
            Mta(".amazonses.com"),
            Header("From", "mailer-daemon@amazonses."),
            Header("X-SES-Receipt", ""),
            Both(&Header("X-SES-Outgoing", ""), &Mta(".amazonaws.com")),
        ],
    )
    .writes_as("amazon-ses"),
    service(
        "gmail",
        &[
            Mta("googlemail.com"),
            Mta(".google.com"),
            Header("From", "mailer-daemon@googlemail.com"),
            Text("Technical details of permanent failure:"),
            Text("The response from the remote server was:"),
        ],
    )
    .writes_as("gmail"),
    service("google-groups", &[Text("groups.google.com/support")]),
    service(
        "yandex",
        &[Header("From", "mailer-daemon@yandex."), Header("X-Yandex-Uniq", ""), Mta(".yandex.ru"), Mta(".yandex.net")],
    )
    .writes_as("yandex"),
    service(
        "mail-ru",
        &[
            Header("From", "@corp.mail.ru"),
            Header("From", "mailer-daemon@mail.ru"),
            Both(&Text("Mail.Ru,"), &Header("X-Failed-Recipients", "")),
        ],
    )
    .writes_as("mail-ru"),
    service(
        "yahoo",
        &[
            Header("From", "mailer-daemon@yahoo."),
            Text("Sorry, we were unable to deliver your message to the following address"),
        ],
    )
    .writes_as("yahoo"),
    service(
        "gmx",
        &[
            Both(&Header("X-UI-Out-Filterresults", ""), &Text("created automatically by mail delivery software")),
            Header("From", "mailer-daemon@mail.gmx."),
            Header("From", "mailer-daemon@gmx."),
            Both(&Header("X-GMX-Antispam", ""), &Text("created automatically by mail delivery software")),
        ],
    )
    .writes_as("gmx-webde"),
    service(
        "ionos",
        &[Header("From", "@kundenserver."), Header("From", "mailer-daemon@mout."), Text("Explanation: host:")],
    )
    .writes_as("ionos"),
    service("zoho", &[Header("X-Mailer", "Zoho Mail"), Header("From", "mailer-daemon@mail.zoho"), Mta(".zoho.com")])
        .writes_as("zoho"),
    service(
        "sendgrid",
        &[
            Header("From", "@sendgrid."),
            Mta(".sendgrid.net"),
            Text("This is an automatically generated message from SendGrid"),
        ],
    ),
    service("facebook", &[Mta(".facebook.com"), Header("From", "mailer-daemon@mx.facebook.com")]).writes_as("facebook"),
    service("mimecast", &[Mta(".mimecast.com"), Header("From", "@mimecast.")]).writes_as("mimecast"),
    service("messagelabs", &[Mta(".messagelabs.com"), Header("From", "@messagelabs.com")]).writes_as("messagelabs"),
    service("proofpoint", &[Mta(".pphosted.com")]).writes_as("proofpoint"),
    service(
        "barracuda",
        &[
            Mta(".barracudanetworks.com"),
            Header("From", "Barracuda"),
            Both(&Header("X-Barracuda-", ""), &Mta("barracuda")),
        ],
    )
    .writes_as("barracuda"),
    service(
        "au-kddi",
        &[
            Header("From", "@ezweb.ne.jp"),
            Header("From", "@au.com"),
            Header("From", ".dion.ne.jp"),
            Text("The user(s) account is"),
            Text("As their mailbox is full"),
        ],
    ),
    service("docomo", &[Header("From", "@docomo.ne.jp"), Header("From", ".docomo.ne.jp"), Mta(".docomo.ne.jp")]),
    service("biglobe", &[Header("From", "@biglobe.ne.jp"), Header("From", ".biglobe.ne.jp")]),
    service(
        "symantec-mxlogic",
        &[Header("X-MX-Bounce", ""), Header("From", ".mxlogic.net"), Text("Included is a copy of the message header:")],
    ),
    service(
        "verizon",
        &[
            Header("From", "@vtext.com"),
            Header("From", "@vzwpix.com"),
            Text("Message could not be delivered to mobile"),
        ],
    ),
    service("bigfoot", &[Header("From", "@bigfoot.com")]),
    // ---- gateways and filters
    gateway(
        "mailmarshal",
        &[
            Header("From", "MailMarshal"),
            Header("X-Mailer", "MailMarshal"),
            Both(&Text("MailMarshal"), &Text("could not be delivered")),
            Both(&Text("MailMarshal"), &Text("Your message was not delivered")),
            Both(&Text("Could not be delivered because of"), &Text("The following recipients were affected")),
        ],
    ),
    gateway(
        "mailfoundry",
        &[Both(&Text("Delivery failed for the following reason:"), &Text("This has been a permanent failure"))],
    ),
    gateway("m-filter", &[Header("X-Mailer", "m-FILTER"), Text("-------server message")]),
    gateway("active-hunter", &[Header("X-AHMAILID", ""), Header("Content-Type", "Active!Hunter")]),
    gateway(
        "mcafee",
        &[
            Text("--- The following addresses had delivery problems ---"),
            Both(&Header("X-NAI-Header", ""), &Text("The following addresses had delivery problems")),
        ],
    ),
    gateway("trend-micro", &[Header("From", "InterScan"), Header("Content-Type", "InterScan_NT_MIME_Boundary")]),
    gateway("surfcontrol", &[Header("X-Mailer", "SurfControl"), Header("From", "SurfControl")]),
    gateway("amavis", &[Header("From", "Content-filter at"), Mta("amavis")]),
    gateway("mailscanner", &[Header("From", "MailScanner"), Text("MailScanner\nEmail Virus Scanner")]),
    // ---- mail servers
    software(
        "exchange-server",
        &[
            Header("X-Mailer", "Internet Mail Service ("),
            Header("Content-Class", "urn:content-classes:dsn"),
            Both(&Header("X-MimeOLE", "Exchange V"), &Text("recipient(s)")),
        ],
    )
    .writes_as("exchange-server"),
    software(
        "powermta",
        &[
            Text("a host beyond PowerMTA"),
            Text("This is the PowerMTA"),
            Text("PowerMTA(TM)"),
            Header("From", "PowerMTA"),
        ],
    ),
    software(
        "exim",
        &[
            Text("This message was created automatically by mail delivery software"),
            Text("A message that you sent could not be delivered to one or more of its"),
            Both(&Header("X-Failed-Recipients", ""), &Text("This message was created automatically by mail")),
        ],
    ),
    software("dragonfly", &[Text("DragonFly Mail Agent"), Text("This is the DragonFly")]),
    software(
        "opensmtpd",
        &[
            Text("This is the MAILER-DAEMON, please DO NOT REPLY"),
            Both(&Header("From", "Mailer Daemon <"), &Header("Subject", "Delivery status notification")),
        ],
    ),
    software(
        "fml",
        &[
            Header("X-MLServer", ""),
            Both(&Header("X-ML-Info", ""), &Text("mailing list")),
            Text("You are not a member of this mailing list"),
        ],
    )
    .recipient_behind(&["mailing list <", " in <"])
    .original_behind(&["original mail as follows"]),
    software(
        "qmail",
        &[
            Text("This is the qmail-send program at"),
            Text("--- Below this line is a copy of the message."),
            Text("--- Undelivered message follows ---"),
        ],
    ),
    software(
        "courier",
        &[
            Text("DELAYS IN DELIVERING YOUR MESSAGE"),
            Text("UNDELIVERABLE MAIL"),
            Text("Courier mail server"),
            Header("X-Mailer", "courier"),
        ],
    ),
    software(
        "sendmail",
        &[
            Text("----- The following addresses had"),
            Text("----- Transcript of session follows"),
            Text("----- Unsent message follows"),
            Header("Subject", "see transcript for details"),
        ],
    ),
    software(
        "postfix",
        &[
            Text("This is the mail system at host"),
            Both(&Text("Transcript of session follows"), &Text("\n Out: ")),
            Text("This is the Postfix program at host"),
            Text("This is the Postfix program"),
            Text("The Postfix program"),
        ],
    ),
    software(
        "domino",
        &[
            Both(&Header("X-MIMETrack", "Domino"), &Text("Failure Reasons")),
            Both(&Header("X-MIMETrack", "Domino"), &Text("was not delivered to:")),
            Text("Domino Directory"),
            Text("-------  Failure Reasons"),
            Text("X-Notes;"),
        ],
    ),
    software("notes", &[Text("------- Failure Reasons  --------"), Text("------- Failure Reasons --------")]),
    software(
        "oracle-messaging",
        &[
            Text("This report relates to a message you sent with the following header fields"),
            Both(&Text("Your message cannot be delivered to the following recipients"), &Text("Recipient address: ")),
            Both(&Text("tcp-daemon"), &Text("Recipient address: ")),
        ],
    ),
    software("imail", &[Header("X-Mailer", "<SMTP32 "), Header("X-Mailer", "SMTP32")])
        .recipient_behind(&["allowed size"]),
    software(
        "apache-james",
        &[
            Both(&Text("Error message below:"), &Text("Message details:")),
            Text("This is the James mail server"),
            Header("X-Mailer", "JAMES"),
            Text("Message details:\n  Subject:"),
        ],
    ),
    software("groupwise", &[Header("X-Mailer", "GroupWise"), Header("X-Mailer", "Novell")]),
    software(
        "mdaemon",
        &[
            Header("From", "MDaemon at "),
            Text("MDaemon has detected"),
            Both(&Text("MDaemon"), &Text("The attached message")),
            Both(&Text("MDaemon"), &Text("could not be delivered")),
            Both(&Header("X-MDaemon-", ""), &Text("Failed address")),
            Both(&Header("X-MDaemon-", ""), &Text("has failed delivery")),
        ],
    ),
    software("kerio", &[Header("X-Mailer", "Kerio"), Text("Kerio Connect")]),
    software("zimbra", &[Both(&Header("X-Mailer", "Zimbra"), &Header("From", "mailer-daemon"))]),
    software("haraka", &[Text("This is the Haraka Mailer program"), Text("Haraka Mailer")]),
    software("hmailserver", &[Text("hMailServer sent:"), Text("hMailServer has")]),
    software(
        "smartermail",
        &[
            Text("-- The header and top 20 lines of the message follows --"),
            Both(&Text("Could not deliver message to the following recipient(s):"), &Text("Failed Recipient:")),
        ],
    ),
    software(
        "citadel",
        &[Both(
            &Text("A message you sent could not be delivered to some or all"),
            &Text("Giving up on the following addresses"),
        )],
    ),
    // ---- layouts of unknown writers
    unnamed(&[Text("Delevery to the following recipients")]).recipient_behind(&["gateway for"]),
    unnamed(&[Text("automatically generated Delivery Status Notification")]).recipient_behind(&["gateway for"]),
    unnamed(&[Text("We had trouble delivering your message. Full details follow")])
        .recipient_behind(&["errors:", "following recipients returned permanent errors"])
        .original_behind(&["the attachment contains the original mail headers"]),
];
