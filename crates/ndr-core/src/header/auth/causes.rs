//! Why authentication failed: a closed list of causes, each with what shows it and what to do.

use super::alignment::Alignment;
use super::dkim::DkimReason;
use super::fixes::{self, Fix, PassedOn};
use super::forwarding::{Forwarding, SignKind};
use super::model::{AuthCause, Authentication, Check, CheckKind, FailureCause, Identity, Verdict};
use super::results::Outcome;
use crate::header::organisation::{same_organisation, tenant};
use crate::header::text::HeaderEvidence;

/// The input of the causes.
pub(super) struct Case<'a> {
    pub(super) authentication: &'a Authentication,
    pub(super) verdict: &'a Verdict,
    pub(super) forwarding: Forwarding,
    /// Whether the message came out of Exchange Online.
    pub(super) through_microsoft: bool,
}

/// Finds the causes, the most telling first.
pub(super) fn find(case: &Case<'_>) -> Vec<FailureCause> {
    let mut causes = Vec::new();
    if case.verdict.authenticated != Some(true) {
        causes.extend(case.not_aligned());
    }
    causes.extend(case.dkim());
    causes.extend(case.spf());
    causes.extend(case.dmarc());
    causes.extend(case.composite());
    let order = |cause: &FailureCause| (cause.harmless, cause.kind != AuthCause::OwnDomain, cause.kind);
    causes.sort_by_key(order);
    causes.dedup_by(|later, earlier| later.kind == earlier.kind && merge(earlier, later));
    causes
}

/// Merges a cause into one of the same kind that another check found.
fn merge(into: &mut FailureCause, other: &mut FailureCause) -> bool {
    if into.words != other.words {
        into.words.push(' ');
        into.words.push_str(&other.words);
    }
    for evidence in other.evidence.drain(..) {
        if !into.evidence.contains(&evidence) {
            into.evidence.push(evidence);
        }
    }
    for fix in other.fixes.drain(..) {
        if !into.fixes.contains(&fix) {
            into.fixes.push(fix);
        }
    }
    true
}

impl Case<'_> {
    fn cause(&self, kind: AuthCause, words: String, evidence: Vec<HeaderEvidence>, fixes: Vec<Fix>) -> FailureCause {
        let harmless = self.verdict.authenticated == Some(true);
        FailureCause { kind, harmless, words, evidence, fixes }
    }

    fn from(&self) -> Option<&str> {
        self.authentication.identities.from.as_ref()?.domain.as_deref()
    }

    fn ip(&self) -> Option<&str> {
        self.authentication.identities.client_ip.as_deref()
    }

    /// Whether the sender is in Microsoft 365, as far as the header shows it.
    fn is_microsoft_sender(&self) -> bool {
        let identities = &self.authentication.identities;
        let domains = [&identities.from, &identities.envelope_from, &identities.sender];
        let named = domains.into_iter().flatten().filter_map(|identity| identity.domain.as_deref());
        let signed = self.authentication.signatures.iter().filter_map(|signature| signature.domain.as_deref());
        let judged = self.verdict.checks.iter().filter_map(|check| check.domain.as_deref());
        // A forwarder in Microsoft 365 is no evidence about the author.
        let through = self.through_microsoft && !self.forwarding.is_passed_on();
        let own = self.verdict.composite.as_ref().and_then(|one| one.reason.as_deref()).is_some_and(is_own_domain);
        through || own || named.chain(signed).chain(judged).any(|domain| tenant(domain).is_some())
    }

    fn alignments(&self, identifier: &str) -> impl Iterator<Item = &Alignment> {
        self.verdict.alignments.iter().filter(move |one| one.identifier == identifier && !one.relaxed)
    }

    fn check(&self, kind: CheckKind) -> Option<&Check> {
        self.verdict.check(kind)
    }

    /// Whether any server judged the message.
    fn is_judged(&self) -> bool {
        self.verdict.checks.iter().any(|check| check.stated)
    }

    /// Whether the author's organisation has signed, whatever became of the signature.
    fn has_aligned_signature(&self) -> bool {
        self.verdict.alignments.iter().any(|one| one.identifier == "dkim" && one.relaxed)
    }

    fn not_aligned(&self) -> Vec<FailureCause> {
        let Some(from) = self.from() else { return Vec::new() };
        let mut causes = Vec::new();
        let forwarded = self.forwarding.has(SignKind::Rewritten) || self.forwarding.has(SignKind::List);
        let sender = self.alignments("sender").next();
        let envelope = self.alignments("spf").next();
        let unproved = !self.has_aligned_signature() || self.is_judged();
        if let Some(sender) = sender.filter(|_| unproved && !forwarded) {
            causes.push(self.sender_not_from(sender, envelope, from));
        } else if let Some(envelope) = envelope.filter(|_| unproved) {
            causes.extend(self.envelope_not_aligned(envelope, from, forwarded));
        }
        let passed = self.verdict.checks.iter().filter(|check| {
            check.kind == CheckKind::Dkim && check.outcome == Some(Outcome::Pass) && check.aligned == Some(false)
        });
        causes.extend(passed.filter_map(|check| self.dkim_not_aligned(check, from)));
        causes.extend(self.only_relaxed(from));
        causes
    }

    /// A pass that is aligned in relaxed mode and was not counted: the domain asks for strict alignment.
    fn only_relaxed(&self, from: &str) -> Vec<FailureCause> {
        let dmarc = self.check(CheckKind::Dmarc).filter(|check| check.stated && check.outcome == Some(Outcome::Fail));
        if dmarc.is_none() {
            return Vec::new();
        }
        let uncounted = self.verdict.checks.iter().filter(|check| {
            let passed = check.kind != CheckKind::Dmarc && check.outcome == Some(Outcome::Pass);
            passed && check.aligned == Some(true) && check.domain.as_deref().is_some_and(|domain| domain != from)
        });
        uncounted
            .map(|check| {
                let domain = check.domain.as_deref().unwrap_or_default();
                let (kind, tag, fix) = match check.kind {
                    CheckKind::Spf => (AuthCause::SpfNotAligned, "aspf=s", fixes::align_envelope(from, true)),
                    _ => (AuthCause::DkimNotAligned, "adkim=s", fixes::enable_dkim(from, self.is_microsoft_sender())),
                };
                let words = format!(
                    "{} passed for {domain}, which belongs to {from} but is not equal to it, and DMARC failed all the \
                     same: the DMARC record of {from} probably asks for strict alignment ({tag}).",
                    check.kind.slug().to_ascii_uppercase()
                );
                self.cause(kind, words, check.evidence.clone(), vec![fix, fixes::relax_alignment(from)])
            })
            .collect()
    }

    fn sender_not_from(&self, sender: &Alignment, envelope: Option<&Alignment>, from: &str) -> FailureCause {
        let identities = &self.authentication.identities;
        let with_envelope = envelope.is_some_and(|one| same_organisation(&one.domain, &sender.domain));
        let both = if with_envelope { "Sender and the envelope sender name" } else { "Sender names" };
        let mut words = format!(
            "{both} {}, but From names {from}: DMARC protects the domain in From, so a pass for {} does not count.",
            sender.domain, sender.domain
        );
        if sender.tenants {
            words.push_str(TWO_TENANTS);
        }
        let shown =
            [Some(&identities.from), Some(&identities.sender), with_envelope.then_some(&identities.envelope_from)];
        let evidence = identity_evidence(shown.into_iter().flatten().flatten());
        let fixes = vec![fixes::align_from(&sender.organisation), fixes::enable_dkim(from, self.is_microsoft_sender())];
        self.cause(AuthCause::SenderNotFrom, words, evidence, fixes)
    }

    fn envelope_not_aligned(&self, envelope: &Alignment, from: &str, forwarded: bool) -> Option<FailureCause> {
        let identities = &self.authentication.identities;
        let shown = [&identities.envelope_from, &identities.from];
        let mut evidence = identity_evidence(shown.into_iter().flatten());
        let spf = self.check(CheckKind::Spf)?;
        if forwarded && spf.outcome == Some(Outcome::Pass) {
            evidence.extend(self.forwarding.evidence());
            let words = format!(
                "The message was passed on: the envelope sender is now in {}, so SPF passes for that and not for {from}.",
                envelope.domain
            );
            return Some(self.cause(AuthCause::Forwarded, words, evidence, self.forwarder_fixes()));
        }
        // Without a result nothing is known to have failed; a foreign bounce domain is ordinary.
        let is_tenant = tenant(&envelope.domain).is_some();
        if spf.outcome.is_none() && !is_tenant || identities.null_sender {
            return None;
        }
        if spf.outcome.is_some() {
            evidence.extend(spf.evidence.iter().cloned());
        }
        let mut fixes = vec![fixes::align_envelope(from, false)];
        if tenant(from).is_some() {
            fixes = vec![fixes::align_from(&envelope.organisation)];
        } else if !self.has_aligned_signature() {
            fixes.push(fixes::enable_dkim(from, self.is_microsoft_sender()));
        }
        if is_tenant {
            let mut words = format!(
                "The envelope sender is in {}, a Microsoft 365 tenant's own domain, and From names {from}: SPF for the \
                 one does not count for the other.",
                envelope.domain
            );
            if envelope.tenants {
                words.push_str(TWO_TENANTS);
            }
            return Some(self.cause(AuthCause::TenantDomain, words, evidence, fixes));
        }
        let words = format!(
            "SPF is checked for {}, the domain of the envelope sender, and From names {from}: even a pass does not count.",
            envelope.domain
        );
        Some(self.cause(AuthCause::SpfNotAligned, words, evidence, fixes))
    }

    fn dkim_not_aligned(&self, check: &Check, from: &str) -> Option<FailureCause> {
        let domain = check.domain.as_deref()?;
        let evidence = check.evidence.clone();
        if tenant(domain).is_some() {
            let words = format!(
                "The message is signed by {domain}, a Microsoft 365 tenant's own domain, and not by {from}, the domain \
                 in From. That is how Exchange Online signs as long as DKIM is off for {from}."
            );
            let fixes = vec![fixes::enable_dkim(from, true)];
            return Some(self.cause(AuthCause::TenantDomain, words, evidence, fixes));
        }
        let words = format!("The message is signed by {domain}, and not by {from}, the domain in From.");
        let fixes = vec![fixes::enable_dkim(from, self.through_microsoft)];
        Some(self.cause(AuthCause::DkimNotAligned, words, evidence, fixes))
    }

    fn dkim(&self) -> Vec<FailureCause> {
        let checks: Vec<&Check> = self.verdict.checks.iter().filter(|check| check.kind == CheckKind::Dkim).collect();
        // One good signature of the author is enough; what became of the others is no one's trouble.
        if checks.iter().any(|check| check.outcome == Some(Outcome::Pass) && check.aligned != Some(false)) {
            return Vec::new();
        }
        checks.into_iter().filter_map(|check| self.dkim_cause(check)).collect()
    }

    fn dkim_cause(&self, check: &Check) -> Option<FailureCause> {
        let outcome = check.outcome.filter(|outcome| *outcome != Outcome::Pass)?;
        let from = self.from();
        let domain = check.domain.as_deref();
        let named = domain.unwrap_or("the signer");
        let selector = self.authentication.signatures.iter().find(|signature| signature.domain.as_deref() == domain);
        let selector = selector.and_then(|signature| signature.selector.as_deref());
        let passed_on = self.forwarding.is_passed_on();
        let gateway = self.forwarding.receivers_gateway().is_some();
        let mut evidence = check.evidence.clone();
        let (kind, words, fixes) = match (outcome, check.reason) {
            (Outcome::None, _) | (_, Some(DkimReason::NotSigned)) => {
                let author = from.unwrap_or(named);
                let words = match self.has_aligned_signature() {
                    false => format!("The message is not signed for {author}, so DKIM cannot speak for it."),
                    true => format!(
                        "The server found no signature of {author}, although the header holds one: it was added after the \
                         check, or cannot be read."
                    ),
                };
                let fixes = vec![fixes::enable_dkim(author, self.is_microsoft_sender())];
                (AuthCause::Unsigned, words, fixes)
            }
            (_, Some(DkimReason::BodyHash)) => {
                evidence.extend(self.forwarding.evidence());
                let who = match self.passed_on() {
                    _ if gateway => "by the filter service in front of the receiver, as it seems",
                    PassedOn::ByList => "by a mailing list, as it seems",
                    _ if passed_on => "when the message was passed on, as it seems",
                    _ => "on its way, or by its own servers before it left",
                };
                let words = format!("The body was changed after {named} had signed it, {who}.");
                let fixes = match passed_on {
                    _ if gateway => vec![fixes::skip_listing()],
                    true => self.forwarder_fixes(),
                    false => vec![fixes::sign_last()],
                };
                (AuthCause::Modified, words, fixes)
            }
            (_, Some(DkimReason::NoKey)) => {
                let words = format!("The signature of {named} has no public key in DNS.");
                (AuthCause::NoDkimKey, words, vec![fixes::publish_key(named, selector)])
            }
            (_, Some(DkimReason::DnsError)) | (Outcome::TempError, _) => {
                let words = format!("DNS did not answer for the DKIM key of {named}.");
                (AuthCause::DnsError, words, vec![fixes::retry()])
            }
            (_, Some(DkimReason::BadKey | DkimReason::BadSyntax | DkimReason::Expired | DkimReason::Policy))
            | (Outcome::PermError | Outcome::Policy, None) => {
                (AuthCause::DkimUnusable, check.words.clone(), vec![fixes::publish_key(named, selector)])
            }
            _ if self.forwarding.has(SignKind::EarlierDkim) || self.forwarding.has(SignKind::List) => {
                evidence.extend(self.forwarding.evidence());
                let words = format!(
                    "The signature of {named} does not fit any more: a signed field or the body was changed when the \
                     message was passed on."
                );
                (AuthCause::Modified, words, self.forwarder_fixes())
            }
            _ => {
                let words = format!(
                    "The signature of {named} does not fit: a signed header field was changed on the way, or the public \
                     key in DNS is not the signer's."
                );
                (AuthCause::BadSignature, words, vec![fixes::sign_last(), fixes::publish_key(named, selector)])
            }
        };
        Some(self.cause(kind, words, evidence, fixes))
    }

    fn passed_on(&self) -> PassedOn {
        if self.forwarding.has(SignKind::List) {
            PassedOn::ByList
        } else if self.forwarding.has(SignKind::Rewritten) {
            PassedOn::Rewritten
        } else {
            PassedOn::Plain
        }
    }

    fn forwarder_fixes(&self) -> Vec<Fix> {
        let mut fixes = vec![fixes::mend_forwarder(self.passed_on())];
        let sealed = self.forwarding.of(SignKind::Sealed).find_map(|sign| sign.forwarder.as_deref());
        // No receiver trusts a broken chain.
        let intact = self.authentication.arc.outcome != Some(Outcome::Fail);
        fixes.extend(sealed.filter(|_| intact).map(fixes::trust_sealer));
        fixes
    }

    fn spf(&self) -> Option<FailureCause> {
        let check = self.check(CheckKind::Spf)?;
        let domain = check.domain.as_deref().unwrap_or("the sender's domain");
        let mut evidence = check.evidence.clone();
        let (kind, words, fixes) = match check.outcome? {
            Outcome::None => (
                AuthCause::NoSpfRecord,
                check.words.clone(),
                vec![fixes::publish_spf(domain, self.ip(), self.through_microsoft)],
            ),
            Outcome::Fail | Outcome::SoftFail | Outcome::Neutral if self.forwarding.receivers_gateway().is_some() => {
                evidence.extend(self.forwarding.evidence());
                let host = self.forwarding.receivers_gateway().and_then(|sign| sign.forwarder.as_deref());
                let words = format!(
                    "Exchange Online checked SPF for the filter service in front of it ({}), and not for the sender's \
                     server; the service itself had seen a pass.",
                    host.unwrap_or("unnamed")
                );
                (AuthCause::BehindGateway, words, vec![fixes::skip_listing()])
            }
            Outcome::Fail | Outcome::SoftFail | Outcome::Neutral if self.forwarding.explains_spf() => {
                evidence.extend(self.forwarding.evidence());
                let ip = self.ip().unwrap_or("the last server");
                let by = self.forwarding.forwarder().map(|domain| format!(" ({domain})")).unwrap_or_default();
                let words = format!(
                    "The message was forwarded, as its header says: {ip} is the forwarder's{by}, which the SPF record of \
                     {domain} does not and need not name. Anybody can write such a header: see whether the recipient \
                     knows the forwarder."
                );
                (AuthCause::Forwarded, words, self.forwarder_fixes())
            }
            Outcome::Fail | Outcome::SoftFail | Outcome::Neutral => (
                AuthCause::NotAuthorised,
                check.words.clone(),
                vec![fixes::extend_spf(domain, self.ip(), self.through_microsoft)],
            ),
            Outcome::PermError => (AuthCause::SpfRecordBroken, check.words.clone(), vec![fixes::repair_spf(domain)]),
            Outcome::TempError => (AuthCause::DnsError, check.words.clone(), vec![fixes::retry()]),
            _ => return None,
        };
        Some(self.cause(kind, words, evidence, fixes))
    }

    fn dmarc(&self) -> Option<FailureCause> {
        let check = self.check(CheckKind::Dmarc).filter(|check| check.stated)?;
        let domain = check.domain.as_deref()?;
        let (kind, fix) = match check.outcome? {
            Outcome::None | Outcome::BestGuessPass => (AuthCause::NoDmarcRecord, fixes::publish_dmarc(domain)),
            Outcome::PermError => (AuthCause::DmarcRecordBroken, fixes::repair_dmarc(domain)),
            Outcome::TempError => (AuthCause::DnsError, fixes::retry()),
            _ => return None,
        };
        Some(self.cause(kind, check.words.clone(), check.evidence.clone(), vec![fix]))
    }

    fn composite(&self) -> Option<FailureCause> {
        let composite = self.verdict.composite.as_ref()?;
        let code = composite.reason.as_deref()?;
        let evidence = || self.check(CheckKind::Dmarc).map(|check| check.evidence.clone()).unwrap_or_default();
        let from = self.from().unwrap_or("the domain in From");
        let mut cause = if code == "002" {
            let words = "The receiving organisation forbids this sender to send as this domain.".to_string();
            self.cause(AuthCause::ForbiddenByReceiver, words, evidence(), vec![fixes::ask_receiver()])
        } else if is_own_domain(code) {
            let words = format!(
                "{from} is one of the receiver's own domains, and the message came from outside without proof that it \
                 may use it."
            );
            let fixes =
                vec![fixes::submit_through_own(from), fixes::extend_spf(from, self.ip(), self.through_microsoft)];
            self.cause(AuthCause::OwnDomain, words, evidence(), fixes)
        } else {
            return None;
        };
        cause.harmless = false;
        Some(cause)
    }
}

/// Whether a code of composite authentication says that the domain in From is the receiver's own.
fn is_own_domain(code: &str) -> bool {
    code == "010" || (code.starts_with('6') && code.len() == 3)
}

/// Why two names under onmicrosoft.com are not aligned, although the public suffix list joins them.
const TWO_TENANTS: &str = " They are two tenants of Microsoft 365, thus two owners. The public suffix list does not part \
                           names under onmicrosoft.com; that they are not aligned is ndr's reading.";

fn identity_evidence<'i>(identities: impl Iterator<Item = &'i Identity>) -> Vec<HeaderEvidence> {
    identities.map(|identity| HeaderEvidence::new(identity.field, &identity.address)).collect()
}
