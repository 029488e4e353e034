//! Who wrote a report: one line per mailer. Naming the mailer is all that most of them need; the general reader and the
//! machine-readable part do the rest.

use super::{PhraseMatches, Topic};
use crate::mail::headers::{Field, Headers, name_hash};
use crate::text::search::Grams;
use std::sync::LazyLock;

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

/// A mailer and its signs; any of them suffices.
#[derive(Debug)]
pub(crate) struct Mailer {
    /// The permanent name, as in `dialect`.
    pub(crate) id: &'static str,
    pub(crate) signs: &'static [Sign],
    /// The provider in the catalogue whose texts this mailer writes, where it has one.
    pub(crate) provider: Option<&'static str>,
    /// Words that stand in front of the recipient's address in this mailer's reports, in lower case. What many mailers
    /// write is known to the general reader.
    pub(crate) recipient: &'static [&'static str],
    /// Beginnings of the line behind which this mailer returns the message. The same goes for these.
    pub(crate) original: &'static [&'static str],
}

const fn mailer(id: &'static str, signs: &'static [Sign]) -> Mailer {
    Mailer { id, signs, provider: None, recipient: &[], original: &[] }
}

const fn provider(id: &'static str, provider: &'static str, signs: &'static [Sign]) -> Mailer {
    Mailer { provider: Some(provider), ..mailer(id, signs) }
}

impl Mailer {
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

/// The first that fits wins, so services that build on a mailer stand before it.
pub(crate) static MAILERS: &[Mailer] = &[
    provider(
        "exchange-server",
        "exchange-server",
        &[
            Header("X-Mailer", "Internet Mail Service ("),
            Header("Content-Class", "urn:content-classes:dsn"),
            Both(&Header("X-MimeOLE", "Exchange V"), &Text("recipient(s)")),
        ],
    ),
    mailer("amazon-workmail", &[Header("X-Mailer", "Amazon WorkMail")]),
    provider(
        "amazon-ses",
        "amazon-ses",
        &[Mta(".amazonses.com"), Header("X-SES-Outgoing", ""), Header("X-SES-Receipt", "")],
    ),
    provider(
        "gmail",
        "gmail",
        &[
            Mta("googlemail.com"),
            Mta(".google.com"),
            Header("From", "mailer-daemon@googlemail.com"),
            Header("X-Gm-Message-State", ""),
            Text("Technical details of permanent failure:"),
        ],
    ),
    provider("yandex", "yandex", &[Header("X-Yandex-Uniq", ""), Mta(".yandex.ru"), Mta(".yandex.net")]),
    provider(
        "mail-ru",
        "mail-ru",
        &[Header("From", "@corp.mail.ru"), Header("From", "mailer-daemon@mail.ru"), Text("Mail.Ru,")],
    ),
    provider(
        "yahoo",
        "yahoo",
        &[
            Header("From", "mailer-daemon@yahoo."),
            Text("Sorry, we were unable to deliver your message to the following address"),
        ],
    ),
    provider(
        "gmx",
        "gmx-webde",
        &[
            Both(&Header("X-UI-Out-Filterresults", ""), &Text("created automatically by mail delivery software")),
            Header("From", "mailer-daemon@mail.gmx."),
            Header("From", "mailer-daemon@gmx."),
            Header("X-GMX-Antispam", ""),
        ],
    ),
    provider(
        "ionos",
        "ionos",
        &[
            Header("From", "@kundenserver."),
            Header("From", "@mout."),
            Text("Explanation: host:"),
            Text("For the following reason:"),
        ],
    ),
    provider(
        "zoho",
        "zoho",
        &[Header("X-Mailer", "Zoho Mail"), Header("From", "mailer-daemon@mail.zoho"), Mta(".zoho.com")],
    ),
    mailer(
        "sendgrid",
        &[
            Header("From", "@sendgrid."),
            Mta(".sendgrid.net"),
            Text("This is an automatically generated message from SendGrid"),
        ],
    ),
    provider("facebook", "facebook", &[Mta(".facebook.com"), Header("From", "mailer-daemon@mx.facebook.com")]),
    provider("mimecast", "mimecast", &[Mta(".mimecast.com"), Header("X-Mimecast-", "")]),
    provider(
        "messagelabs",
        "messagelabs",
        &[Mta(".messagelabs.com"), Header("From", "@messagelabs.com"), Header("X-Msg-Ref", ".messagelabs.com")],
    ),
    provider("proofpoint", "proofpoint", &[Mta(".pphosted.com"), Header("X-Proofpoint-Virus-Version", "")]),
    provider(
        "barracuda",
        "barracuda",
        &[Mta(".barracudanetworks.com"), Header("X-Barracuda-", ""), Header("From", "Barracuda")],
    ),
    mailer(
        "powermta",
        &[
            Text("a host beyond PowerMTA"),
            Header("X-PowerMTA-", ""),
            Text("This is the PowerMTA"),
            Text("powermta"),
            Header("From", "PowerMTA"),
        ],
    ),
    mailer(
        "au-kddi",
        &[
            Header("From", "ezweb.ne.jp"),
            Header("From", "au.com"),
            Header("From", ".dion.ne.jp"),
            Text("The user(s) account is"),
            Text("As their mailbox is full"),
        ],
    ),
    mailer("docomo", &[Header("From", "docomo.ne.jp"), Mta(".docomo.ne.jp")]),
    mailer("biglobe", &[Header("From", "biglobe.ne.jp")]),
    mailer(
        "exim",
        &[
            Header("X-Exim-", ""),
            Text("This message was created automatically by mail delivery software"),
            Both(&Header("X-Failed-Recipients", ""), &Text("Message")),
            Text("A message that you sent could not be delivered to one or more of its"),
        ],
    ),
    mailer("dragonfly", &[Text("DragonFly Mail Agent"), Text("This is the DragonFly")]),
    mailer(
        "opensmtpd",
        &[
            Text("This is the MAILER-DAEMON, please DO NOT REPLY"),
            Both(&Header("From", "Mailer Daemon <"), &Header("Subject", "Delivery status notification")),
        ],
    ),
    mailer(
        "fml",
        &[Header("X-MLServer", ""), Text("You are not a member of this mailing list"), Header("X-ML-Info", "")],
    )
    .recipient_behind(&["mailing list <", " in <"])
    .original_behind(&["original mail as follows"]),
    mailer(
        "qmail",
        &[
            Text("This is the qmail-send program at"),
            Text("--- Below this line is a copy of the message."),
            Text("--- Undelivered message follows ---"),
            Header("Received", "(qmail "),
        ],
    ),
    mailer(
        "courier",
        &[
            Text("DELAYS IN DELIVERING YOUR MESSAGE"),
            Text("UNDELIVERABLE MAIL"),
            Text("courier"),
            Header("X-Mailer", "courier"),
        ],
    ),
    mailer(
        "sendmail",
        &[
            Text("----- The following addresses had"),
            Text("----- Transcript of session follows"),
            Text("----- Unsent message follows"),
            Header("Subject", "see transcript for details"),
        ],
    ),
    mailer(
        "postfix",
        &[
            Text("This is the mail system at host"),
            Both(&Text("Transcript of session follows"), &Text("\n Out: ")),
            Text("This is the Postfix program at host"),
            Text("This is the Postfix program"),
            Text("The Postfix program"),
            Header("X-Postfix-", ""),
        ],
    ),
    mailer(
        "domino",
        &[
            Header("X-MIMETrack", "Domino"),
            Header("Received", "Lotus Domino"),
            Text("Domino Directory"),
            Text("-------  Failure Reasons"),
            Text("X-Notes;"),
        ],
    ),
    mailer("notes", &[Text("------- Failure Reasons  --------"), Text("Failure Reasons")]),
    mailer(
        "oracle-messaging",
        &[
            Text("Your message cannot be delivered to the following recipients"),
            Text("This report relates to a message you sent with the following header fields"),
            Text("Recipient address: "),
            Text("tcp-daemon"),
        ],
    ),
    mailer(
        "mailmarshal",
        &[
            Text("MailMarshal"),
            Both(&Text("Could not be delivered because of"), &Text("The following recipients were affected")),
        ],
    ),
    mailer("mailfoundry", &[Text("Delivery failed for the following reason:"), Header("Received", "(MAILFOUNDRY)")]),
    mailer("imail", &[Header("X-Mailer", "<SMTP32 "), Header("X-Mailer", "SMTP32")])
        .recipient_behind(&["allowed size"]),
    mailer(
        "apache-james",
        &[
            Text("Error message below:"),
            Text("This is the James mail server"),
            Header("X-Mailer", "JAMES"),
            Text("Message details:\n  Subject:"),
        ],
    ),
    mailer("m-filter", &[Header("X-Mailer", "m-FILTER"), Text("-------server message")]),
    mailer(
        "active-hunter",
        &[Header("X-AHMAILID", ""), Header("Received", "Active!Hunter"), Header("Content-Type", "Active!Hunter")],
    ),
    mailer(
        "mcafee",
        &[
            Text("--- The following addresses had delivery problems ---"),
            Header("X-NAI-Header", ""),
            Text("The following addresses had delivery problems"),
        ],
    ),
    mailer(
        "trend-micro",
        &[Header("From", "InterScan"), Text("InterScan"), Header("Content-Type", "InterScan_NT_MIME_Boundary")],
    ),
    mailer(
        "surfcontrol",
        &[Header("X-SEF-Processed", ""), Header("X-Mailer", "SurfControl"), Header("From", "SurfControl")],
    ),
    mailer(
        "symantec-mxlogic",
        &[Header("X-MX-Bounce", ""), Header("From", ".mxlogic.net"), Text("Included is a copy of the message header:")],
    ),
    mailer(
        "verizon",
        &[Header("From", "vtext.com"), Header("From", "vzwpix.com"), Text("Message could not be delivered to mobile")],
    ),
    mailer("google-groups", &[Text("groups.google.com/support")]),
    mailer("bigfoot", &[Header("From", "@bigfoot.com"), Header("Received", ".bigfoot.com")]),
    mailer("amavis", &[Header("From", "Content-filter at"), Header("X-Virus-Scanned", "amavis"), Mta("amavis")]),
    mailer(
        "gateway-x3",
        &[Text("automatically generated Delivery Status Notification"), Text("Delevery to the following recipients")],
    )
    .recipient_behind(&["gateway for"]),
    mailer("gateway-x6", &[Text("We had trouble delivering your message. Full details follow")])
        .recipient_behind(&["errors:", "following recipients returned permanent errors"])
        .original_behind(&["the attachment contains the original mail headers"]),
    mailer("groupwise", &[Header("X-Mailer", "GroupWise"), Header("X-Mailer", "Novell")]),
    mailer("mdaemon", &[Header("X-MDaemon-", ""), Text("MDaemon")]),
    mailer("kerio", &[Header("X-Mailer", "Kerio"), Text("Kerio Connect")]),
    mailer("zimbra", &[Header("X-Mailer", "Zimbra")]),
    mailer("haraka", &[Text("This is a failure notification"), Text("Haraka")]),
];

/// The signs of all mailers, filed so that one walk over a message's header finds those that it shows. Signs that are
/// not `Both` have a number: texts first, then header fields, then hosts.
struct Filed {
    texts: Vec<&'static str>,
    names: Vec<Name>,
    /// The hash of each name that is known whole, and its number.
    whole: Vec<(u32, u16)>,
    /// The numbers of those of which only the beginning is known.
    begun: Vec<u16>,
    /// A bit for the upper bits of the hash of each whole name: most fields are no sign.
    filter: [u64; 16],
    /// A bit for the letter behind "X-" of each name of which only the beginning is known.
    thirds: u32,
    /// What the values of fields must hold, to be found in one pass over a value.
    values: Vec<&'static str>,
    /// For each of these, the number of its field's name, and of the sign.
    owners: Vec<(usize, usize)>,
    grams: Grams,
    hosts: Vec<(&'static str, usize)>,
    /// Number of a sign, the one that must show too, number of the mailer; sorted.
    proofs: Vec<(usize, usize, usize)>,
}

/// A name of header fields that are signs.
struct Name {
    name: &'static str,
    /// Of a name that is known whole; `None` where only its beginning is.
    hash: Option<u32>,
    /// The sign that any value is, where there is one.
    sign: Option<usize>,
    /// Whether values are signs by what they hold.
    has_values: bool,
}

impl Name {
    fn begins(&self, name: &[u8]) -> bool {
        name.get(..self.name.len()).is_some_and(|head| head.eq_ignore_ascii_case(self.name.as_bytes()))
    }
}

impl Filed {
    const fn filter_bit(hash: u32) -> (usize, u64) {
        let bit = hash >> 22;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    /// Whether a field of that name, which has that hash, may be a sign.
    #[inline]
    fn may_hold(&self, name: &[u8], hash: u32) -> bool {
        let (word, bit) = Filed::filter_bit(hash);
        let filter = self.filter.get(word).copied().unwrap_or(0);
        filter & bit | u64::from(self.thirds & third_bit(name)) != 0
    }

    /// The names that a field's name, which has that hash, fits.
    fn named(&self, name: &[u8], hash: u32) -> impl Iterator<Item = (usize, &Name)> {
        let begun = if self.thirds & third_bit(name) != 0 { self.begun.as_slice() } else { &[] };
        let whole = self.whole.iter().filter(move |(known, _)| *known == hash).map(|(_, number)| (*number, true));
        let found = whole.chain(begun.iter().map(|number| (*number, false)));
        found.filter_map(move |(number, is_whole)| {
            let known = self.names.get(usize::from(number))?;
            let fits = known.begins(name) && (!is_whole || known.name.len() == name.len());
            fits.then_some((usize::from(number), known))
        })
    }

    /// Files a header field as a sign.
    fn add_field(&mut self, name: &'static str, wanted: &'static str, sign: usize) {
        let (name, hash) = match name.strip_suffix('-') {
            Some(beginning) => (beginning, None),
            None => (name, Some(name_hash(name.as_bytes()))),
        };
        let known = self.names.iter().position(|known| known.name.eq_ignore_ascii_case(name) && known.hash == hash);
        let number = known.unwrap_or_else(|| {
            let number = self.names.len();
            self.names.push(Name { name, hash, sign: None, has_values: false });
            match hash {
                Some(hash) => self.whole.push((hash, number as u16)),
                None => self.begun.push(number as u16),
            }
            number
        });
        match hash {
            Some(hash) => {
                let (word, bit) = Filed::filter_bit(hash);
                if let Some(word) = self.filter.get_mut(word) {
                    *word |= bit;
                }
            }
            None => self.thirds |= third_bit(name.as_bytes()),
        }
        let Some(name) = self.names.get_mut(number) else { return };
        if wanted.is_empty() {
            name.sign = Some(sign);
        } else {
            name.has_values = true;
            self.values.push(wanted);
            self.owners.push((number, sign));
        }
    }
}

/// A bit for the letter behind "X-" of a field's name; none for a name that begins otherwise.
fn third_bit(name: &[u8]) -> u32 {
    match name {
        [b'x' | b'X', b'-', third, ..] => 1 << (third & 31),
        _ => 0,
    }
}

static FILED: LazyLock<Filed> = LazyLock::new(|| {
    let mut signs: Vec<Sign> = Vec::new();
    fn gather(sign: Sign, signs: &mut Vec<Sign>) {
        match sign {
            Both(one, other) => {
                gather(*one, signs);
                gather(*other, signs);
            }
            single if !signs.contains(&single) => signs.push(single),
            _ => {}
        }
    }
    for sign in MAILERS.iter().flat_map(|mailer| mailer.signs) {
        gather(*sign, &mut signs);
    }
    // Texts first: their numbers are those of their phrase matches.
    signs.sort_by_key(|sign| !matches!(sign, Text(_)));
    let number = |sign: &Sign| signs.iter().position(|known| known == sign).unwrap_or(usize::MAX);
    let mut filed = Filed {
        texts: Vec::new(),
        names: Vec::new(),
        whole: Vec::new(),
        begun: Vec::new(),
        filter: [0; 16],
        thirds: 0,
        values: Vec::new(),
        owners: Vec::new(),
        grams: Grams::build(&[], true),
        hosts: Vec::new(),
        proofs: Vec::new(),
    };
    for (i, sign) in signs.iter().enumerate() {
        match *sign {
            Text(text) => filed.texts.push(text),
            Mta(suffix) => filed.hosts.push((suffix, i)),
            Header(name, wanted) => filed.add_field(name, wanted, i),
            Both(..) => {}
        }
    }
    for (mailer, sign) in MAILERS.iter().enumerate().flat_map(|(i, mailer)| mailer.signs.iter().map(move |s| (i, s))) {
        let (one, other) = match sign {
            Both(one, other) => (number(one), number(other)),
            single => (number(single), number(single)),
        };
        filed.proofs.push((one, other, mailer));
    }
    filed.grams = Grams::build(&filed.values, true);
    filed.proofs.sort_unstable();
    filed
});

/// What the values of fields must hold to be a sign.
#[cfg(feature = "redact")]
pub(crate) fn values_of_signs() -> impl Iterator<Item = &'static str> {
    FILED.values.iter().copied()
}

/// All texts that signs look for.
pub(crate) fn texts() -> &'static [&'static str] {
    &FILED.texts
}

/// The mailer that the signs name: of those that fit, the one that stands first in the table.
pub(crate) fn recognise(headers: &Headers<'_>, marks: &PhraseMatches, mta: Option<&str>) -> Option<&'static Mailer> {
    let filed = &*FILED;
    let mut shown: Vec<usize> = marks.of_topic(Topic::Mailer).map(|mark| mark.number).collect();
    for Field { name, value, hash } in headers.fields().iter().copied() {
        if !filed.may_hold(name, hash) {
            continue;
        }
        for (number, field) in filed.named(name, hash) {
            shown.extend(field.sign);
            if field.has_values {
                let held = filed.grams.find(&filed.values, value).filter_map(|hit| filed.owners.get(hit.number));
                shown.extend(held.filter(|(owner, _)| *owner == number).map(|(_, sign)| *sign));
            }
        }
    }
    if let Some(host) = mta.map(str::as_bytes) {
        let ends_with = |suffix: &str| {
            host.len()
                .checked_sub(suffix.len())
                .and_then(|at| host.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
        };
        shown.extend(filed.hosts.iter().filter(|(suffix, _)| ends_with(suffix)).map(|(_, sign)| *sign));
    }
    let proven = shown.iter().flat_map(|sign| {
        let from = filed.proofs.partition_point(|(known, ..)| known < sign);
        filed.proofs.iter().skip(from).take_while(move |(known, ..)| known == sign)
    });
    let first = proven.filter(|(_, other, _)| shown.contains(other)).map(|(.., mailer)| *mailer).min();
    first.and_then(|mailer| MAILERS.get(mailer))
}

pub(crate) fn contains_ignoring_case(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text)
        .any(|at| text.get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
}
