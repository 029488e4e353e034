//! What to publish or to change.

use crate::header::organisation::tenant;
use crate::header::text::domain_name;
use crate::sanitize::powershell;
use crate::vocabulary::named;

named! {
    /// A kind of remedy.
    FixKind {
        /// Publish an SPF record.
        PublishSpf = "publish-spf",
        /// Add the sending server to the SPF record.
        ExtendSpf = "extend-spf",
        /// Repair the SPF record.
        RepairSpf = "repair-spf",
        /// Turn on DKIM signing for the domain in From.
        EnableDkim = "enable-dkim",
        /// Publish the public key of a selector.
        PublishDkimKey = "publish-dkim-key",
        /// Publish a DMARC record.
        PublishDmarc = "publish-dmarc",
        /// Repair the DMARC record.
        RepairDmarc = "repair-dmarc",
        /// Let the device or service send through the organisation's own servers.
        SubmitThroughOwn = "submit-through-own",
        /// Ask for relaxed alignment in the DMARC record.
        RelaxAlignment = "relax-alignment",
        /// Use an envelope sender of the domain in From.
        AlignEnvelope = "align-envelope",
        /// Use a From address of the organisation that sends.
        AlignFrom = "align-from",
        /// Sign last, or stop changing the message after it is signed.
        SignLast = "sign-last",
        /// The forwarder rewrites the envelope (SRS), seals (ARC), or writes itself into From.
        MendForwarder = "mend-forwarder",
        /// The receiver turns on enhanced filtering for the connector of its filter service.
        SkipListing = "skip-listing",
        /// The receiver trusts the forwarder's ARC seal.
        TrustSealer = "trust-sealer",
        /// The receiving organisation allows the sender.
        AskReceiver = "ask-receiver",
        /// Send again later.
        Retry = "retry",
    }
}

/// A DNS record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DnsRecord {
    /// The name, without a trailing dot. It may hold a part in angle brackets that is to be filled in.
    pub name: String,
    /// The type: `TXT` or `CNAME`.
    #[cfg_attr(feature = "serde", serde(rename = "type"))]
    pub kind: &'static str,
    /// The value; `None` where only the domain's own systems know it.
    pub value: Option<String>,
    /// Whether the value is a part to add to the record that is there already, before its last word.
    pub adds: bool,
}

/// One thing to publish or to change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fix {
    /// The kind.
    pub kind: FixKind,
    /// What to do, in words.
    pub words: String,
    /// The record to publish or to change.
    pub record: Option<DnsRecord>,
    /// A command for Exchange Online PowerShell. Its values are quoted, and hold nothing but domain names; a part in angle
    /// brackets is to be filled in.
    pub command: Option<String>,
}

impl Fix {
    fn new(kind: FixKind, words: String) -> Fix {
        Fix { kind, words, record: None, command: None }
    }

    fn record(self, name: String, kind: &'static str, value: Option<String>) -> Fix {
        Fix { record: Some(DnsRecord { name, kind, value, adds: false }), ..self }
    }
}

/// A domain name that is safe and useful in a command; `None` otherwise.
fn plain(domain: &str) -> Option<String> {
    domain_name(domain).filter(|name| name.is_ascii())
}

/// What Exchange Online's servers need in an SPF record.
const EXCHANGE_ONLINE: &str = "include:spf.protection.outlook.com";

fn mechanism(ip: Option<&str>, through_microsoft: bool) -> Option<String> {
    if through_microsoft {
        return Some(EXCHANGE_ONLINE.to_string());
    }
    let ip = ip?;
    Some(format!("{}:{ip}", if ip.contains(':') { "ip6" } else { "ip4" }))
}

pub(super) fn publish_spf(domain: &str, ip: Option<&str>, through_microsoft: bool) -> Fix {
    if tenant(domain).is_some() {
        return Fix::new(
            FixKind::AlignEnvelope,
            format!(
                "The SPF record of a tenant's domain such as {domain} is Microsoft's to publish: see in the Microsoft 365 \
                 admin center whether the tenant still has it. Better send with an address in a domain of your own, and \
                 publish SPF and DKIM for that."
            ),
        );
    }
    let words = format!(
        "Publish one SPF record for {domain} that names every server which sends for it, and ends with -all. A domain \
         has one SPF record, not several."
    );
    let value = mechanism(ip, through_microsoft).map(|server| format!("v=spf1 {server} -all"));
    Fix::new(FixKind::PublishSpf, words).record(domain.to_string(), "TXT", value)
}

pub(super) fn extend_spf(domain: &str, ip: Option<&str>, through_microsoft: bool) -> Fix {
    if tenant(domain).is_some() {
        return Fix::new(
            FixKind::ExtendSpf,
            format!(
                "{domain} is a tenant's domain, whose SPF record Microsoft keeps: send its mail through Exchange Online, \
                 and not from a server of your own."
            ),
        );
    }
    let server = mechanism(ip, through_microsoft);
    let named = server.as_deref().unwrap_or("the sending server");
    let words = format!(
        "If this server may send for {domain}, add {named} (or the include that its operator names) to the existing SPF \
         record, before its last word. Keep what the record holds. If the server is not yours, somebody forges the domain."
    );
    let record = DnsRecord { name: domain.to_string(), kind: "TXT", value: server, adds: true };
    Fix { record: Some(record), ..Fix::new(FixKind::ExtendSpf, words) }
}

pub(super) fn repair_spf(domain: &str) -> Fix {
    let words = format!(
        "Mend the SPF record of {domain}: exactly one record that begins with v=spf1, no misspelt words, and no more than \
         ten look-ups by include, a, mx, ptr, exists and redirect together (RFC 7208 section 4.6.4)."
    );
    Fix::new(FixKind::RepairSpf, words).record(domain.to_string(), "TXT", None)
}

pub(super) fn enable_dkim(domain: &str, microsoft: bool) -> Fix {
    if tenant(domain).is_some() {
        return Fix::new(
            FixKind::EnableDkim,
            format!(
                "Exchange Online signs mail of the tenant's own domain {domain} by itself. Send through Exchange Online as \
                 that tenant, and better with a domain of your own that has DKIM turned on."
            ),
        );
    }
    if microsoft {
        let words = format!(
            "Turn on DKIM signing for {domain} in Microsoft 365. First publish its two CNAME records, \
             selector1._domainkey and selector2._domainkey; the command shows the values of your tenant. Then run \
             Set-DkimSigningConfig with -Enabled $true for the domain, or switch it on in the Defender portal."
        );
        let command = plain(domain).map(|domain| {
            format!(
                "Get-DkimSigningConfig -Identity {} | Format-List Selector1CNAME,Selector2CNAME,Enabled,Status",
                powershell(&domain)
            )
        });
        return Fix { command, ..Fix::new(FixKind::EnableDkim, words) }.record(
            format!("selector1._domainkey.{domain}"),
            "CNAME",
            None,
        );
    }
    let words = format!(
        "Turn on DKIM signing with d={domain} at the server or service that sends, and publish the public key that it \
         shows."
    );
    let value = Some("v=DKIM1; k=rsa; p=<public key>".to_string());
    Fix::new(FixKind::EnableDkim, words).record(format!("<selector>._domainkey.{domain}"), "TXT", value)
}

pub(super) fn publish_key(domain: &str, selector: Option<&str>) -> Fix {
    let selector = selector.unwrap_or("<selector>");
    let words = format!(
        "Publish the public key that belongs to selector {selector} of {domain}, or the CNAME to it that the sending \
         service names. If the key was changed lately, keep the old record for some days."
    );
    let microsoft = matches!(selector, "selector1" | "selector2");
    let (kind, value) =
        if microsoft { ("CNAME", None) } else { ("TXT", Some("v=DKIM1; k=rsa; p=<public key>".into())) };
    Fix::new(FixKind::PublishDkimKey, words).record(format!("{selector}._domainkey.{domain}"), kind, value)
}

pub(super) fn publish_dmarc(domain: &str) -> Fix {
    let words = format!(
        "Publish a DMARC record for {domain}. Begin with p=none and read the reports; go on to quarantine and reject once \
         all your senders pass."
    );
    let value = Some(format!("v=DMARC1; p=none; rua=mailto:<mailbox>@{domain}"));
    Fix::new(FixKind::PublishDmarc, words).record(format!("_dmarc.{domain}"), "TXT", value)
}

pub(super) fn repair_dmarc(domain: &str) -> Fix {
    let words = format!(
        "Mend the DMARC record of {domain}: one record only, v=DMARC1 first, then p=none, quarantine or reject, with \
         semicolons between."
    );
    Fix::new(FixKind::RepairDmarc, words).record(format!("_dmarc.{domain}"), "TXT", None)
}

pub(super) fn relax_alignment(domain: &str) -> Fix {
    let words = format!(
        "Or take aspf=s and adkim=s out of the DMARC record of {domain}: then names below the domain count, too."
    );
    Fix::new(FixKind::RelaxAlignment, words).record(format!("_dmarc.{domain}"), "TXT", None)
}

pub(super) fn align_envelope(from: &str, strict: bool) -> Fix {
    let below = if strict { "" } else { " or below it" };
    Fix::new(
        FixKind::AlignEnvelope,
        format!(
            "Let the sending server or service use an envelope sender (return path, bounce domain) in {from}{below}, and \
             publish SPF for that name."
        ),
    )
}

pub(super) fn align_from(sending: &str) -> Fix {
    Fix::new(
        FixKind::AlignFrom,
        format!(
            "Send with a From address in {sending}, the domain that really sends, or send through the servers of the \
             domain in From."
        ),
    )
}

pub(super) fn sign_last() -> Fix {
    Fix::new(
        FixKind::SignLast,
        "Find what changes the message after it is signed (a footer, a disclaimer, rewritten links, a virus scanner, a \
         gateway), and let the last server that touches it sign."
            .to_string(),
    )
}

/// How a message was passed on, as far as the remedy depends on it.
#[derive(Clone, Copy)]
pub(super) enum PassedOn {
    ByList,
    /// With the forwarder's own envelope sender.
    Rewritten,
    Plain,
}

pub(super) fn mend_forwarder(how: PassedOn) -> Fix {
    let words = match how {
        PassedOn::ByList => {
            "The list's operator lets the list write its own address into From, or leaves subject and body unchanged, and \
             seals with ARC."
        }
        PassedOn::Rewritten => {
            "A rewritten envelope gives SPF a pass, but not DMARC. What helps: the author signs with DKIM for the domain \
             in From, and the forwarder leaves the message unchanged and seals with ARC."
        }
        PassedOn::Plain => {
            "The forwarder rewrites the envelope sender to its own domain (SRS), leaves the message unchanged so that the \
             DKIM signature stays good, and seals with ARC. The sender signs with DKIM for the domain in From: that \
             survives forwarding."
        }
    };
    Fix::new(FixKind::MendForwarder, words.to_string())
}

pub(super) fn skip_listing() -> Fix {
    let words = "The receiver's admin turns on enhanced filtering for the inbound connector of the filter service, so that \
                 Exchange Online judges the server before it. A service that rewrites links or adds lines breaks DKIM all the \
                 same: SPF, ARC or an exception must then carry the message.";
    let command = "Set-InboundConnector -Identity '<connector>' -EFSkipLastIP $true";
    Fix { command: Some(command.to_string()), ..Fix::new(FixKind::SkipListing, words.to_string()) }
}

pub(super) fn trust_sealer(sealer: &str) -> Fix {
    let words = format!(
        "If the receiver is in Microsoft 365 and knows the forwarder, its admin adds {sealer} to the trusted ARC sealers. \
         The command replaces the list: name those that are on it already, too."
    );
    let command = plain(sealer)
        .map(|sealer| format!("Set-ArcConfig -Identity Default -ArcTrustedSealers {}", powershell(&sealer)));
    Fix { command, ..Fix::new(FixKind::TrustSealer, words) }
}

pub(super) fn submit_through_own(from: &str) -> Fix {
    Fix::new(
        FixKind::SubmitThroughOwn,
        format!(
            "If a device or service of yours sent it, let it send through the mail servers of {from}: signed in (SMTP \
             submission), or by a connector for its address. Then the mail is signed and authorised like all other."
        ),
    )
}

pub(super) fn ask_receiver() -> Fix {
    Fix::new(
        FixKind::AskReceiver,
        "Only the receiving organisation can allow this: its admin looks for the sender in the Tenant Allow/Block List \
         and in the anti-phishing policies."
            .to_string(),
    )
}

pub(super) fn retry() -> Fix {
    Fix::new(
        FixKind::Retry,
        "Send again later. If it happens again, check that all name servers of the domain answer, and answer the same."
            .to_string(),
    )
}
