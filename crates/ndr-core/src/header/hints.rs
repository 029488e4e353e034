//! Hints: what the header suggests without proving it.
//!
//! Each hint names its evidence. A sender can forge most header fields, so a hint is a reason to look, not a verdict.

use super::auth::forwarding::{self, Forwarding, SignKind};
use super::auth::passages::{Passage, passages};
use super::auth::{Authentication, CheckKind, Outcome};
use super::organisation::same_organisation;
use super::text::{HeaderEvidence, addresses, cut, domain_of, is_microsoft_host, unfold};
use crate::mail::headers::Headers;
use crate::vocabulary::named;

named! {
    /// What a hint suggests.
    HintKind {
        /// The returned message is not yours: its sender address forges your domain.
        LikelyBackscatter = "likely-backscatter",
        /// The report itself may be forged, to make you open a link or an attachment.
        ForgedReport = "forged-report",
        /// A rule in a mailbox passed the message on.
        InboxRule = "inbox-rule",
        /// A mailbox or a server forwards automatically.
        AutoForward = "auto-forward",
        /// A person sent the message again by hand (Resent fields).
        Resent = "resent",
        /// A mailing list passed the message on.
        MailingList = "mailing-list",
        /// The message passed a forwarder, which explains why SPF failed.
        ForwardingHop = "forwarding-hop",
        /// A filter service between sender and receiver explains why SPF failed.
        Gateway = "gateway",
        /// A program wrote the returned message, so the report may go unread.
        AutoSubmitted = "auto-submitted",
    }
}

/// One hint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Hint {
    /// Which hint it is.
    pub kind: HintKind,
    /// The hint in words.
    pub words: String,
    /// The fields that it is based on.
    pub evidence: Vec<HeaderEvidence>,
}

/// The input of the hints.
#[derive(Clone, Copy, Debug, Default)]
pub struct HintContext<'a> {
    /// The header of the returned message, or of any other message.
    pub original: Option<&'a Headers<'a>>,
    /// The header of the report, if there is one.
    pub report: Option<&'a Headers<'a>>,
    /// Whether a report returned the original. Only then can it be backscatter.
    pub returned: bool,
    /// The caller's own domains. Backscatter cannot be detected without them.
    pub domains: &'a [String],
}

impl Hint {
    /// Reads the hints.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{Hint, HintContext, HintKind};
    /// let original = Headers::of_message(
    ///     b"Received: from [203.0.113.9] by mx.example.net; Thu, 1 Oct 2026 10:00:00 +0000\n\
    ///       From: ceo@contoso.com\nMessage-ID: <1@bot.example.org>\n\n",
    /// );
    /// let domains = ["contoso.com".to_string()];
    /// let hints = Hint::read(&HintContext {
    ///     original: Some(&original),
    ///     returned: true,
    ///     domains: &domains,
    ///     ..HintContext::default()
    /// });
    /// assert_eq!(hints[0].kind, HintKind::LikelyBackscatter);
    /// ```
    pub fn read(context: &HintContext<'_>) -> Vec<Hint> {
        let mut hints = Vec::new();
        if let Some(headers) = context.original {
            let authentication = Authentication::read(headers);
            let forwarding = forwarding::read(headers, &authentication);
            if context.returned {
                let own = Own { domains: context.domains, headers, authentication: &authentication };
                hints.extend(own.backscatter());
            }
            hints.extend(forwarded(headers, &forwarding));
            hints.extend(forwarding_hop(&authentication, &forwarding));
            hints.extend(gateway(&authentication, &forwarding));
            hints.extend(auto_submitted(headers));
        }
        hints.extend(context.report.and_then(forged_report));
        hints
    }
}

fn hint(kind: HintKind, words: impl Into<String>, evidence: Vec<HeaderEvidence>) -> Hint {
    Hint { kind, words: words.into(), evidence }
}

/// The domain of a Message-ID.
fn message_id_domain(headers: &Headers<'_>) -> Option<String> {
    let id = unfold(headers.raw("message-id")?);
    id.contains('@').then(|| domain_of(&id)).flatten()
}

/// Names in Message-IDs that a service gives to the mail of all its customers.
const SHARED: &[&str] = &["outlook.com", "exchangelabs.com", "gmail.com", "amazonses.com", "google.com"];

fn is_shared(domain: &str) -> bool {
    SHARED.iter().any(|shared| same_organisation(domain, shared))
}

/// Whose message it is.
struct Own<'a> {
    domains: &'a [String],
    headers: &'a Headers<'a>,
    authentication: &'a Authentication,
}

impl Own<'_> {
    fn is_own(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| same_organisation(own, domain))
    }

    /// Whether anything in the header shows that the caller's servers sent the message.
    fn shows_own(&self, passages: &[Passage]) -> bool {
        let authentication = self.authentication;
        let own = |domain: &str| self.is_own(domain);
        let organisation = self.headers.raw("x-originatororg").map(unfold);
        let passed = authentication
            .verdict
            .checks
            .iter()
            .filter(|check| check.kind != CheckKind::Dmarc && check.outcome == Some(Outcome::Pass));
        message_id_domain(self.headers).as_deref().is_some_and(own)
            || organisation.as_deref().is_some_and(own)
            || authentication.signatures.iter().filter_map(|one| one.domain.as_deref()).any(own)
            || passed.filter_map(|check| check.domain.as_deref()).any(own)
            || passages.iter().flat_map(|passage| [&passage.by, &passage.from]).flatten().any(|host| own(host))
    }

    fn backscatter(&self) -> Option<Hint> {
        if self.domains.is_empty() {
            return None;
        }
        let passages = passages(self.headers);
        let id = message_id_domain(self.headers);
        if self.shows_own(&passages) || (id.is_none() && passages.is_empty()) {
            return None;
        }
        // A customer's message from a shared service looks like any other customer's.
        if id.as_deref().is_some_and(is_shared) || passages.last().and_then(|p| p.by.as_deref()).is_some_and(is_shared)
        {
            return None;
        }
        let identities = &self.authentication.identities;
        // Mail to you that was forwarded or bounced later does not forge your domain.
        let to = self.headers.raw("to").map(addresses).unwrap_or_default();
        let to_own = to.iter().filter_map(|address| domain_of(address)).any(|domain| self.is_own(&domain));
        let named = [&identities.from, &identities.envelope_from];
        let forged = named.into_iter().flatten().find(|one| one.domain.as_deref().is_some_and(|own| self.is_own(own)));
        let words = match forged {
            Some(forged) => format!(
                "The message that came back names {} as its sender, but neither its Message-ID nor a server on its way \
                 nor a signature is yours: somebody forged your domain. Nothing was lost; SPF, DKIM and a DMARC policy \
                 of reject make such reports rarer.",
                forged.address
            ),
            None if to_own => return None,
            None => {
                "Nothing in the message that came back is yours: neither a sender address nor its Message-ID nor a \
                     server on its way."
                    .to_string()
            }
        };
        let mut evidence: Vec<HeaderEvidence> =
            ["From", "Message-ID"].into_iter().filter_map(|name| HeaderEvidence::of(self.headers, name)).collect();
        let oldest = passages.last().and_then(|passage| self.headers.iter().nth(passage.position));
        evidence.extend(oldest.map(|(name, raw)| HeaderEvidence::new(name, &unfold(raw))));
        Some(hint(HintKind::LikelyBackscatter, words, evidence))
    }
}

/// Hints about who forwarded the message.
fn forwarded(headers: &Headers<'_>, forwarding: &Forwarding) -> Vec<Hint> {
    let mut hints = Vec::new();
    let rule = HeaderEvidence::of(headers, "X-MS-Exchange-Inbox-Rules-Loop");
    let source = HeaderEvidence::of(headers, "X-MS-Exchange-Generated-Message-Source")
        .filter(|source| source.text.to_ascii_lowercase().contains("rules"));
    if rule.is_some() || source.is_some() {
        let owner = rule.as_ref().and_then(|rule| addresses(rule.text.as_bytes()).into_iter().next());
        let owner = owner.map_or("a mailbox".to_string(), |owner| format!("the mailbox {owner}"));
        let words = format!(
            "An inbox rule of {owner} passed the message on. The address that failed is the rule's target, which the \
             first sender may not know; the owner of the rule mends it. An unknown rule is a sign of a taken-over account."
        );
        hints.push(hint(HintKind::InboxRule, words, rule.into_iter().chain(source).collect()));
    }
    let of = |kind| forwarding.of(kind).map(|sign| sign.evidence.clone()).collect::<Vec<_>>();
    let automatic: Vec<HeaderEvidence> = of(SignKind::Automatic)
        .into_iter()
        .filter(|evidence| !evidence.field.eq_ignore_ascii_case("x-ms-exchange-inbox-rules-loop"))
        .chain(of(SignKind::Rewritten))
        .collect();
    if !automatic.is_empty() {
        let words = "A mailbox or a server forwards automatically: the address that failed may be one that the sender \
                     did not write to.";
        hints.push(hint(HintKind::AutoForward, words, automatic));
    }
    for (kind, sign, words) in [
        (
            HintKind::Resent,
            SignKind::Resent,
            "Somebody sent the message again, to other recipients than its author did.",
        ),
        (
            HintKind::MailingList,
            SignKind::List,
            "A mailing list passed the message on. Lists often change subject or body, which breaks signatures.",
        ),
    ] {
        let evidence = of(sign);
        if !evidence.is_empty() {
            hints.push(hint(kind, words, evidence));
        }
    }
    hints
}

fn spf_failed(authentication: &Authentication) -> bool {
    let spf = authentication.verdict.check(CheckKind::Spf).and_then(|check| check.outcome);
    matches!(spf, Some(Outcome::Fail | Outcome::SoftFail | Outcome::Neutral))
}

/// A hop that explains an SPF failure.
fn forwarding_hop(authentication: &Authentication, forwarding: &Forwarding) -> Option<Hint> {
    if !spf_failed(authentication) || !forwarding.explains_spf() || forwarding.has(SignKind::Gateway) {
        return None;
    }
    let by = forwarding.forwarder().map(|domain| format!(" ({domain})")).unwrap_or_default();
    let words = format!(
        "SPF failed because the message came from a forwarder{by}, and not from the sender's own servers. The sender's SPF \
         record need not change; a DKIM signature for the domain in From survives forwarding."
    );
    Some(hint(HintKind::ForwardingHop, words, forwarding.evidence()))
}

/// A filter service between the sender and Exchange Online.
fn gateway(authentication: &Authentication, forwarding: &Forwarding) -> Option<Hint> {
    let sign = forwarding.of(SignKind::Gateway).next().filter(|_| spf_failed(authentication))?;
    let host = sign.forwarder.as_deref().unwrap_or("a host");
    let words = format!(
        "The message came into Microsoft 365 from {host}, a filter service, and SPF was checked for that. If the service is \
         the receiver's, turn on enhanced filtering for its connector, so that Microsoft looks at the server before it. If \
         it is the sender's, the sender's SPF record lacks the service."
    );
    Some(hint(HintKind::Gateway, words, vec![sign.evidence.clone()]))
}

fn auto_submitted(headers: &Headers<'_>) -> Option<Hint> {
    let evidence = HeaderEvidence::of(headers, "Auto-Submitted")?;
    let value = evidence.text.to_ascii_lowercase();
    let words = if value.starts_with("auto-replied") {
        "The message that came back was itself an automatic answer. A report about it needs no action, unless the rule that \
         answers should stop."
    } else if value.starts_with("auto-") {
        "The message that came back was written by a machine: tell whoever runs it, since perhaps nobody reads the report."
    } else {
        return None;
    };
    Some(hint(HintKind::AutoSubmitted, words, vec![evidence]))
}

/// The evidence that a report is forged, with its weight.
#[derive(Default)]
struct Suspicion {
    weight: u32,
    reasons: Vec<&'static str>,
    evidence: Vec<HeaderEvidence>,
}

impl Suspicion {
    fn add(&mut self, weight: u32, reason: &'static str, evidence: Option<HeaderEvidence>) {
        self.weight += weight;
        self.reasons.push(reason);
        self.evidence.extend(evidence);
    }
}

/// Detects a forged report.
fn forged_report(headers: &Headers<'_>) -> Option<Hint> {
    /// A strong sign and a weak one, or three weak ones.
    const ENOUGH: u32 = 3;
    let authentication = Authentication::read(headers);
    let mut suspicion = Suspicion::default();
    let of = |name| HeaderEvidence::of(headers, name);
    let dmarc = authentication.verdict.check(CheckKind::Dmarc).filter(|check| check.stated);
    if let Some(check) = dmarc.filter(|check| check.outcome == Some(Outcome::Fail)) {
        suspicion.add(2, "it failed DMARC", check.evidence.first().cloned());
    }
    if let Some(from) = of("From").filter(|from| claims_microsoft(&from.text)) {
        let marked = headers.has("x-ms-exchange-message-is-ndr");
        let passed = passages(headers);
        let hosts = passed.iter().flat_map(|passage| [&passage.by, &passage.from]).flatten();
        if !marked && !hosts.into_iter().any(|host| is_microsoft_host(host)) {
            suspicion.add(2, "it claims to be Microsoft's, and no server of Microsoft handled it", Some(from));
        }
    }
    let path = headers.raw("return-path").map(unfold).filter(|path| !path.is_empty());
    if path.is_some_and(|path| path != "<>") {
        suspicion.add(1, "its envelope sender is not empty, as a report's is", of("Return-Path"));
    }
    let reply = headers.raw("reply-to").map(addresses).unwrap_or_default();
    let reply = reply.first().and_then(|address| domain_of(address));
    let from = authentication.identities.from.as_ref().and_then(|from| from.domain.clone());
    if reply.zip(from).is_some_and(|(reply, from)| !same_organisation(&reply, &from)) {
        suspicion.add(1, "answers to it go to another domain", of("Reply-To"));
    }
    let content = headers.raw("content-type").map(|raw| unfold(cut(raw)).to_ascii_lowercase());
    if !content.is_some_and(|content| content.starts_with("multipart/report")) {
        suspicion.add(1, "it has no machine-readable part", of("Content-Type"));
    }
    if let Some(tool) = ["X-PHP-Originating-Script", "X-PHP-Script", "List-Unsubscribe"].into_iter().find_map(of) {
        suspicion.add(2, "a script or a mailing tool sent it", Some(tool));
    }
    (suspicion.weight >= ENOUGH).then(|| {
        let words = format!(
            "This report may be forged: {}. Do not open its links or attachments before you know.",
            suspicion.reasons.join("; ")
        );
        hint(HintKind::ForgedReport, words, suspicion.evidence)
    })
}

/// Whether the From of a report names Microsoft.
fn claims_microsoft(from: &str) -> bool {
    let from = from.to_ascii_lowercase();
    ["microsoft outlook", "microsoftexchange329e", "microsoft exchange", "office 365", "office365", "outlook.com"]
        .iter()
        .any(|sign| from.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(original: &str, domains: &[&str]) -> Vec<HintKind> {
        let domains: Vec<String> = domains.iter().map(ToString::to_string).collect();
        let headers = Headers::of_message(original.as_bytes());
        let context =
            HintContext { original: Some(&headers), returned: true, domains: &domains, ..HintContext::default() };
        Hint::read(&context).into_iter().map(|hint| hint.kind).collect()
    }

    fn of_report(report: &str) -> Vec<HintKind> {
        let headers = Headers::of_message(report.as_bytes());
        let context = HintContext { report: Some(&headers), ..HintContext::default() };
        Hint::read(&context).into_iter().map(|hint| hint.kind).collect()
    }

    #[test]
    fn backscatter() {
        let forged = "Received: from bot.example.org by mx.example.net; x\nFrom: a@contoso.com\n\
                      Message-ID: <1@bot.example.org>\n";
        assert_eq!(kinds(forged, &["contoso.com"]), [HintKind::LikelyBackscatter]);
        assert_eq!(kinds(forged, &[]), []);
        assert_eq!(kinds(forged, &["example.net"]), []);
        let ours = [
            "Message-ID: <1@mail.contoso.com>\n",
            "DKIM-Signature: v=1; d=contoso.com; s=a\nMessage-ID: <1@x.example.org>\n",
            "X-OriginatorOrg: contoso.com\nMessage-ID: <1@x.example.org>\n",
            "Received: from a by out.contoso.com; x\nMessage-ID: <1@x.example.org>\n",
            "Message-ID: <1@AM6PR01MB.eurprd01.prod.outlook.com>\n",
            "Subject: nothing tells\n",
        ];
        for block in ours {
            assert_eq!(kinds(&format!("From: a@contoso.com\n{block}"), &["contoso.com"]), [], "{block}");
        }
    }

    #[test]
    fn forwarding() {
        assert_eq!(
            kinds("X-MS-Exchange-Inbox-Rules-Loop: bob@contoso.com\nFrom: a@example.com\n", &[]),
            [HintKind::InboxRule]
        );
        assert_eq!(
            kinds(
                "Received-SPF: Fail (protection.outlook.com: domain of example.com does not designate 203.0.113.7 as \
                 permitted sender) client-ip=203.0.113.7;\nX-Forwarded-To: b@contoso.com\nFrom: a@example.com\n",
                &[]
            ),
            [HintKind::AutoForward, HintKind::ForwardingHop]
        );
        assert_eq!(kinds("Resent-From: <a@example.com>\n", &[]), [HintKind::Resent]);
        assert_eq!(kinds("Auto-Submitted: auto-replied\n", &[]), [HintKind::AutoSubmitted]);
        assert_eq!(kinds("Auto-Submitted: no\n", &[]), []);
    }

    #[test]
    fn forged_reports() {
        let forged = "Return-Path: <x@bad.example>\nReceived: from bad.example by mx.contoso.com; x\n\
                      From: \"Microsoft Outlook\" <postmaster@bad.example>\nSubject: Undeliverable: 3 messages\n\
                      Content-Type: text/html\n";
        assert_eq!(of_report(forged), [HintKind::ForgedReport]);
        let real = "Return-Path: <>\nReceived: from AM6.eurprd01.prod.outlook.com by mx.contoso.com; x\n\
                    From: Microsoft Outlook <postmaster@contoso.com>\nX-MS-Exchange-Message-Is-Ndr:\n\
                    Content-Type: multipart/report; report-type=delivery-status\n";
        assert_eq!(of_report(real), []);
        let qmail = "Return-Path: <>\nFrom: MAILER-DAEMON@example.com\nSubject: failure notice\n";
        assert_eq!(of_report(qmail), []);
    }
}
