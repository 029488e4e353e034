//! What Microsoft's filters wrote into the header: each field with its meaning.
//!
//! The meanings are data, in [`FIELDS`] and the tables of values below it. They follow Microsoft's pages on anti-spam
//! message headers and on anti-spam stamps; what those pages leave out is marked as observed or undocumented.

use super::knowledge::Knowledge;
use super::text::unfold;
use crate::mail::headers::Headers;

/// Most parts that are read of one header field.
const MOST_PARTS: usize = 128;
/// Most header fields that are read.
const MOST_HEADERS: usize = 64;
/// Longest value that is kept, in characters.
const LONGEST: usize = 200;

/// All that filters wrote into a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Antispam {
    /// The header fields, newest first.
    pub headers: Vec<AntispamHeader>,
}

/// One header field of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AntispamHeader {
    /// Its name, as the message writes it.
    pub name: String,
    /// Whether a later server marked it as another organisation's (`-Untrusted`, `-Original`): it says what the
    /// sender's filter thought, not the receiver's.
    pub foreign: bool,
    /// Its parts, in order.
    pub fields: Vec<AntispamField>,
}

/// One part of such a field, such as `SCL:1`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AntispamField {
    /// Its key as written, such as `SCL`; for a header with one value, the header's name.
    pub key: String,
    /// A permanent name, such as `spam-confidence-level`; `unknown` for keys that are in no table.
    pub slug: &'static str,
    /// What the part is about, in words.
    pub title: &'static str,
    /// The value as written, cut to 200 characters.
    pub value: String,
    /// What this value means; `None` where nothing is known of it, or where the value speaks for itself.
    pub meaning: Option<&'static str>,
    /// How well the meaning is known.
    pub knowledge: Knowledge,
}

/// Which values a meaning is for.
enum Value {
    /// This word. Case does not matter.
    Is(&'static str),
    /// An integer in this range.
    In(i32, i32),
    /// Anything.
    Any,
}

/// A key, and the meanings of its values.
struct Known {
    key: &'static str,
    slug: &'static str,
    title: &'static str,
    knowledge: Knowledge,
    values: &'static [(Value, &'static str)],
}

const fn known(
    key: &'static str,
    slug: &'static str,
    title: &'static str,
    knowledge: Knowledge,
    values: &'static [(Value, &'static str)],
) -> Known {
    Known { key, slug, title, knowledge, values }
}

use Knowledge::{Documented, Observed, Undocumented};
use Value::{Any, In, Is};

const SCL: &[(Value, &str)] = &[
    (In(-1, -1), "Spam filtering was skipped, because of a safe sender, an allow list or a mail flow rule."),
    (In(0, 1), "Not spam."),
    (In(5, 6), "Spam."),
    (In(7, 9), "Spam with high confidence."),
    (In(2, 4), "Not spam. Exchange Online does not use this level; another filter or a rule set it."),
];

const BCL: &[(Value, &str)] = &[
    (In(0, 0), "Not from a bulk sender."),
    (In(1, 3), "From a bulk sender that causes few complaints."),
    (In(4, 7), "From a bulk sender that causes a mixed number of complaints."),
    (In(8, 9), "From a bulk sender that causes many complaints."),
];

const PCL: &[(Value, &str)] = &[(In(0, 3), "Probably no phishing."), (In(4, 8), "Probably phishing.")];

const CAT: &[(Value, &str)] = &[
    (Is("NONE"), "No policy applied: the message is clean."),
    (Is("AMP"), "Malware."),
    (Is("BIMP"), "Impersonation of a brand."),
    (Is("BULK"), "Bulk mail."),
    (Is("DIMP"), "Impersonation of a domain."),
    (Is("FTBP"), "An attachment of a kind that the anti-malware policy filters."),
    (
        Is("GIMP"),
        "Impersonation, seen by mailbox intelligence: the sender is not the one the recipient usually hears from.",
    ),
    (Is("HPHSH"), "Phishing with high confidence."),
    (Is("HPHISH"), "Phishing with high confidence."),
    (Is("HSPM"), "Spam with high confidence."),
    (Is("INTOS"), "Phishing between people of one organisation."),
    (Is("MALW"), "Malware."),
    (Is("OSPM"), "Outbound spam: the sender's own organisation sent it."),
    (Is("PHSH"), "Phishing."),
    (Is("SAP"), "Found by Safe Attachments."),
    (Is("SPM"), "Spam."),
    (Is("SPOOF"), "Spoofing: the sender in From is forged."),
    (Is("UIMP"), "Impersonation of a user."),
];

const SFV: &[(Value, &str)] = &[
    (Is("BLK"), "Blocked without filtering: the sender is on the recipient's list of blocked senders."),
    (Is("NSPM"), "Filtered, and not spam."),
    (Is("SFE"), "Not filtered: the sender is on the recipient's list of safe senders."),
    (Is("SKA"), "Not filtered: the sender or its domain is allowed in an anti-spam policy."),
    (Is("SKB"), "Marked as spam: the sender or its domain is blocked in an anti-spam policy."),
    (Is("SKI"), "Not filtered: mail within the organisation, or a like reason."),
    (Is("SKN"), "Marked as not spam before filtering, for instance by a mail flow rule that sets SCL -1."),
    (Is("SKQ"), "Released from quarantine and delivered."),
    (Is("SKS"), "Marked as spam before filtering, for instance by a mail flow rule that sets SCL 5 to 9."),
    (Is("SPM"), "Filtered, and spam."),
];

const CIP: &[(Value, &str)] =
    &[(Is("255.255.255.255"), "No address of the Internet: the message came from within Microsoft 365.")];

const DIR: &[(Value, &str)] = &[
    (Is("INB"), "Inbound: from outside to the organisation."),
    (Is("OUT"), "Outbound: from the organisation to the outside."),
    (Is("INT"), "Internal: within the organisation."),
];

const IPV: &[(Value, &str)] = &[
    (Is("CAL"), "Spam filtering was skipped: the address is on the IP allow list of the connection filter."),
    (Is("NLI"), "The address is on no reputation list."),
];

const PTR: &[(Value, &str)] = &[
    (Is("InfoNoRecords"), "The address has no reverse DNS name."),
    (Is("InfoDomainNonexistent"), "The address has no reverse DNS name."),
    (Is("ErrorRetry"), "The reverse DNS name could not be looked up."),
    (Any, "The reverse DNS name of the address that connected."),
];

const SFTY: &[(Value, &str)] = &[
    (Is("9.19"), "Impersonation of a domain: the sender's looks like one that the organisation protects."),
    (Is("9.20"), "Impersonation of a user: the sender looks like somebody whom the organisation protects."),
    (Is("9.25"), "First contact: the recipient does not often get mail from this sender."),
    (
        Is("9.11"),
        "Spoofing within the organisation: sender and recipient have the same domain, and authentication failed. Microsoft documented this value formerly.",
    ),
    (
        Is("9.21"),
        "Spoofing across organisations: the domain in From did not pass authentication. Microsoft documented this value formerly.",
    ),
    (Is("9.1"), "Phishing links or the like. Microsoft documented this value formerly."),
    (
        Is("9.22"),
        "Spoofing across organisations, where the recipient has had mail from the sender before. Microsoft documented this value formerly.",
    ),
];

const AUTH_AS: &[(Value, &str)] = &[
    (Is("Anonymous"), "The sender did not sign in: mail from the Internet, or a connector that is not trusted."),
    (Is("Internal"), "The sender is taken as one of the organisation."),
    (Is("External"), "The sender is outside the organisation, over a secured connection."),
    (Is("Partner"), "The message came over a partner connector."),
];

const SENDER_ID: &[(Value, &str)] = &[
    (Is("Pass"), "The address may send for the author's domain."),
    (Is("Neutral"), "The record says neither yes nor no."),
    (Is("SoftFail"), "The address is probably not permitted."),
    (Is("Fail"), "The address may not send for the author's domain."),
    (Is("None"), "The domain has no record."),
    (Is("TempError"), "DNS did not answer."),
    (Is("PermError"), "The record cannot be read."),
];

const DEST: &[(Value, &str)] = &[
    (Is("I"), "Delivered to the inbox."),
    (Is("J"), "Delivered to the junk folder."),
    (Is("C"), "Delivered to a custom folder."),
];

/// Every key that is known, in the fields that hold several parts.
static FIELDS: &[Known] = &[
    known(
        "ARC",
        "arc",
        "The ARC seals that were checked",
        Documented,
        &[(Any, "AAR: the recorded results; AMS: the signature; AS: the seal.")],
    ),
    known("CAT", "category", "The category of the policy that applied", Documented, CAT),
    known("CIP", "connecting-ip", "The address that connected", Documented, CIP),
    known("CTRY", "country", "The country of the address that connected, as ISO 3166 code", Documented, &[]),
    known("DIR", "direction", "The direction of the message", Documented, DIR),
    known("H", "helo", "The name that the connecting server gave (HELO or EHLO)", Documented, &[]),
    known("IPV", "ip-verdict", "What the connection filter thought of the address", Documented, IPV),
    known("LANG", "language", "The language of the message", Documented, &[]),
    known("PTR", "reverse-dns", "The reverse DNS name", Documented, PTR),
    known("SCL", "spam-confidence-level", "The spam confidence level", Documented, SCL),
    known("SFTY", "safety-tip", "The safety tip that was shown", Documented, SFTY),
    known("SFV", "filter-verdict", "The verdict of the spam filter", Documented, SFV),
    known(
        "SRV",
        "service",
        "Why it counts as bulk mail",
        Documented,
        &[(Is("BULK"), "Bulk mail by the filter and the threshold of the bulk complaint level.")],
    ),
    known("BCL", "bulk-complaint-level", "The bulk complaint level", Documented, BCL),
    known("PCL", "phishing-confidence-level", "The phishing confidence level", Documented, PCL),
    known(
        "SFS",
        "filter-rules",
        "Numbers of the filter rules that matched; their meaning is Microsoft's own",
        Undocumented,
        &[],
    ),
    known("SFP", "filter-profile", "A number of the filter's own", Undocumented, &[]),
    known("EFV", "edge-filter-verdict", "A verdict at the edge", Undocumented, &[]),
    known("UACC", "uacc", "A mark of the filter's own", Undocumented, &[]),
    known("UIP", "uip", "An address that the filter notes", Undocumented, &[]),
    known("SRVR", "server", "The server that filtered", Observed, &[]),
    known("SPF", "spf", "The SPF result, in the filter's own notes", Observed, SENDER_ID),
    known("DKIM", "dkim", "The DKIM result, in the filter's own notes", Observed, &[]),
    known("A", "a-record", "Whether the sender's domain has an address record", Observed, &[]),
    known("MX", "mx-record", "Whether the sender's domain has a mail exchanger", Observed, &[]),
    known("FPR", "fingerprint", "A fingerprint of the message", Undocumented, &[]),
    known("ARA", "ara", "Numbers of the filter's own", Undocumented, &[]),
    known(
        "RULEID",
        "rule-ids",
        "Numbers of the filter rules that matched; their meaning is Microsoft's own",
        Undocumented,
        &[],
    ),
    known("VS", "vs", "A mark of the filter's own", Undocumented, &[]),
    // X-MS-Exchange-Organization-Antispam-Report of Exchange Server.
    known("DV", "definitions-version", "The version of the spam definitions", Documented, &[]),
    known("SA", "signature-action", "What the sender's signature asked for", Documented, &[]),
    known("SV", "signature-version", "The version of the signature file", Documented, &[]),
    known("SID", "sender-id", "The Sender ID result", Documented, SENDER_ID),
    known("CW", "custom-weight", "A forbidden word or phrase of the organisation's own list", Documented, &[]),
    known(
        "PP",
        "presolved-puzzle",
        "The sender's Outlook had solved a puzzle, so the message is likely to be wanted",
        Documented,
        &[],
    ),
    known("P100", "phishing-block", "A link to a site that is known for phishing", Documented, &[]),
    known(
        "TIME",
        "time-based-features",
        "The time between sending and receiving looked suspicious or not",
        Documented,
        &[],
    ),
    known("MIME", "mime-compliance", "Whether the message keeps to MIME", Documented, &[]),
    known("OrigIP", "original-ip", "The address that sent the message first", Observed, &[]),
    // X-Microsoft-Antispam-Mailbox-Delivery.
    known("dest", "destination", "The folder that the message went to", Observed, DEST),
    known(
        "auth",
        "authenticated",
        "Whether the sender was authenticated",
        Observed,
        &[(Is("1"), "Yes."), (Is("0"), "No.")],
    ),
    known("OFR", "override-reason", "Why the usual folder was overridden", Observed, &[]),
    known("ENG", "engine-rules", "Numbers of the filter's rules", Undocumented, &[]),
    known("RF", "rf", "Why the message went to the junk folder", Observed, &[]),
    known("jmr", "junk-mail-rule", "Whether the junk mail rule of the mailbox applied", Observed, &[]),
    known("ucf", "user-content-filter", "Whether a filter of the user's own applied", Observed, &[]),
    known("wl", "safe-list", "Whether a safe list applied", Observed, &[]),
    known("kl", "block-list", "Whether a block list applied", Observed, &[]),
    known("abwl", "address-book-safe-list", "Whether the address book vouched for the sender", Observed, &[]),
];

/// Header fields that hold several parts.
const REPORTS: &[&str] = &[
    "x-forefront-antispam-report",
    "x-microsoft-antispam",
    "x-microsoft-antispam-mailbox-delivery",
    "x-ms-exchange-organization-antispam-report",
    "x-exchange-antispam-report-test",
    "x-exchange-antispam-report-cfa-test",
];

/// Header fields that hold one value.
static SINGLE: &[Known] = &[
    known("x-ms-exchange-organization-scl", "spam-confidence-level", "The spam confidence level", Documented, SCL),
    known(
        "x-ms-exchange-organization-pcl",
        "phishing-confidence-level",
        "The phishing confidence level",
        Documented,
        PCL,
    ),
    known("x-ms-exchange-organization-bcl", "bulk-complaint-level", "The bulk complaint level", Documented, BCL),
    known(
        "x-ms-exchange-organization-authas",
        "authenticated-as",
        "How the receiving organisation took the sender",
        Documented,
        AUTH_AS,
    ),
    known(
        "x-ms-exchange-crosstenant-authas",
        "authenticated-as",
        "How the sending organisation took the sender",
        Observed,
        AUTH_AS,
    ),
    known("x-ms-exchange-organization-senderidresult", "sender-id", "The Sender ID result", Documented, SENDER_ID),
    known("x-customspam", "advanced-filter", "The advanced spam filter setting that matched", Documented, &[]),
    known("x-microsoft-antispam-message-info", "message-info", "Data of the filter, encrypted", Undocumented, &[]),
    known(
        "x-ms-exchange-atpmessageproperties",
        "safe-attachments-and-links",
        "Which of Defender's scans ran",
        Observed,
        &[
            (Is("SA|SL"), "Safe Attachments and Safe Links."),
            (Is("SA"), "Safe Attachments."),
            (Is("SL"), "Safe Links."),
        ],
    ),
    known(
        "x-ms-exchange-externaloriginalinternetsender",
        "original-sender",
        "The server that enhanced filtering took as the sender's",
        Documented,
        &[],
    ),
    known(
        "x-ms-exchange-skiplistedinternetsender",
        "skip-listing",
        "Enhanced filtering skipped the last servers; the address is the one that was judged",
        Documented,
        &[],
    ),
];

/// A key that is in no table.
static UNKNOWN: Known = known("", "unknown", "A mark of the filter's own", Undocumented, &[]);

impl Antispam {
    /// Reads what filters wrote.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{Antispam, Knowledge};
    /// let headers = Headers::of_message(b"X-Forefront-Antispam-Report: CIP:203.0.113.7;SFV:NSPM;SFS:(1)(2);DIR:INB;\n\n");
    /// let antispam = Antispam::read(&headers);
    /// let verdict = antispam.field("SFV").unwrap();
    /// assert_eq!(verdict.meaning, Some("Filtered, and not spam."));
    /// assert_eq!(antispam.field("SFS").unwrap().knowledge, Knowledge::Undocumented);
    /// ```
    pub fn read(headers: &Headers<'_>) -> Antispam {
        let fields = headers.iter().filter_map(|(name, raw)| header(name, raw));
        Antispam { headers: fields.take(MOST_HEADERS).collect() }
    }

    /// The newest part of a key that the receiver wrote, or else the newest of all. Case matters, since `A` and
    /// `a` may differ.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::Antispam;
    /// let headers = Headers::of_message(b"X-Microsoft-Antispam: BCL:8;\n\n");
    /// assert_eq!(Antispam::read(&headers).field("BCL").unwrap().value, "8");
    /// ```
    pub fn field(&self, key: &str) -> Option<&AntispamField> {
        let own = self.headers.iter().filter(|header| !header.foreign);
        let foreign = self.headers.iter().filter(|header| header.foreign);
        own.chain(foreign).flat_map(|header| &header.fields).find(|field| field.key == key)
    }
}

fn header(name: &str, raw: &[u8]) -> Option<AntispamHeader> {
    let lower = name.to_ascii_lowercase();
    let (base, foreign) = match lower.strip_suffix("-untrusted").or_else(|| lower.strip_suffix("-original")) {
        Some(base) => (base, true),
        None => (lower.as_str(), false),
    };
    let fields = if REPORTS.contains(&base) {
        unfold(raw).split(';').filter_map(|part| report_part(part.trim())).take(MOST_PARTS).collect()
    } else {
        let known = SINGLE.iter().find(|known| known.key == base)?;
        vec![field(name, &unfold(raw), known)]
    };
    Some(AntispamHeader { name: name.to_string(), foreign, fields })
}

/// A part such as `SCL:1`. Newer headers part `BCL:0` and `ARA:…` with a bar inside the value; that stays together.
fn report_part(part: &str) -> Option<AntispamField> {
    let (key, value) = part.split_once(':')?;
    let key = key.trim();
    if key.is_empty() || key.len() > 32 || key.contains(' ') {
        return None;
    }
    let exact = FIELDS.iter().find(|known| known.key == key);
    let known = exact.or_else(|| FIELDS.iter().find(|known| known.key.eq_ignore_ascii_case(key)));
    Some(field(key, value.trim(), known.unwrap_or(&UNKNOWN)))
}

fn field(key: &str, value: &str, known: &Known) -> AntispamField {
    let number = value.parse::<i32>().ok();
    let fits = |pattern: &Value| match pattern {
        Is(word) => value.eq_ignore_ascii_case(word),
        In(from, to) => number.is_some_and(|number| (*from..=*to).contains(&number)),
        Any => !value.is_empty(),
    };
    let meaning = known.values.iter().find(|(pattern, _)| fits(pattern)).map(|(_, meaning)| *meaning);
    let cut = value.char_indices().nth(LONGEST).map(|(at, _)| at);
    let value = match cut {
        Some(at) => format!("{}…", value.get(..at).unwrap_or_default()),
        None => value.to_string(),
    };
    AntispamField {
        key: key.to_string(),
        slug: known.slug,
        title: known.title,
        value,
        meaning,
        knowledge: known.knowledge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(block: &str) -> Antispam {
        Antispam::read(&Headers::of_message(block.as_bytes()))
    }

    #[test]
    fn a_report() {
        let antispam = read(
            "X-Forefront-Antispam-Report: CIP:2001:db8::7;CTRY:DE;LANG:en;SCL:5;SRV:;\r\n IPV:NLI;SFV:SPM;H:mx.example.com;\
             PTR:InfoDomainNonexistent;CAT:SPM;SFS:(13230040)(1234);DIR:INB;XYZ:1;\r\n\
             X-Microsoft-Antispam: BCL:6;ARA:13230040|1234;\r\n\
             X-MS-Exchange-Organization-SCL: -1\r\n\
             X-Forefront-Antispam-Report-Untrusted: SFV:NSPM;UACC:1;\r\n",
        );
        assert_eq!(antispam.headers.len(), 4);
        let of = |key: &str| antispam.field(key).unwrap();
        assert_eq!(of("CIP").value, "2001:db8::7");
        assert_eq!(of("SCL").meaning, Some("Spam."));
        assert_eq!(of("SFV").meaning, Some("Filtered, and spam."));
        assert_eq!(of("PTR").meaning, Some("The address has no reverse DNS name."));
        assert_eq!(of("BCL").meaning, Some("From a bulk sender that causes a mixed number of complaints."));
        assert_eq!((of("XYZ").slug, of("XYZ").knowledge), ("unknown", Undocumented));
        assert_eq!((of("UACC").slug, of("UACC").knowledge), ("uacc", Undocumented));
        assert_eq!(of("SRV").meaning, None);
        assert!(of("X-MS-Exchange-Organization-SCL").meaning.unwrap().starts_with("Spam filtering was skipped"));
        assert!(antispam.headers[3].foreign);
    }

    #[test]
    fn every_key_is_there_once_and_slugs_are_kebab_case() {
        for table in [FIELDS, SINGLE] {
            for (at, known) in table.iter().enumerate() {
                assert!(!table[at + 1..].iter().any(|other| other.key == known.key), "{}", known.key);
                assert!(known.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
                assert!(!known.title.ends_with('.'), "{}", known.title);
            }
        }
    }
}
