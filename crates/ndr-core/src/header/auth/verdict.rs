//! The verdict in words: what each check was about, whether it counts for the author in From, and why it failed.

use super::alignment::Alignment;
use super::causes;
use super::dkim::DkimReason;
use super::forwarding;
use super::model::{
    AuthCause, Authentication, Check, CheckKind, Composite, DmarcAction, MAIL_FROM, TrustBasis, Verdict,
};
use super::passages::passages;
use super::results::{MethodResult, Outcome, property_domain};
use crate::header::knowledge::Knowledge;
use crate::header::text::{HeaderEvidence, domain_name, is_microsoft_host};
use crate::mail::headers::Headers;

/// Most DKIM results that get a check of their own.
const MOST_SIGNATURES: usize = 8;

/// Derives the verdict.
pub(super) fn judge(headers: &Headers<'_>, authentication: &Authentication) -> Verdict {
    let case = Case::new(authentication);
    let mut checks = vec![case.spf()];
    checks.extend(case.dkim());
    checks.push(case.dmarc(&checks));
    let dmarc = authentication.trusted_results("dmarc");
    let dmarc = dmarc.first().filter(|_| !authentication.at_submission());
    let mut verdict = Verdict {
        authenticated: authenticated(&checks),
        words: String::new(),
        checks,
        alignments: case.alignments(),
        action: dmarc.and_then(|result| result.action.as_deref()).map(action),
        policy: dmarc.and_then(|result| policy(result)),
        composite: authentication.trusted_results("compauth").first().map(|result| composite(result)),
        causes: Vec::new(),
    };
    if !authentication.at_submission() {
        let through_microsoft = passages(headers).iter().any(|passage| {
            passage.from.as_deref().is_some_and(|host| is_microsoft_host(host) && host.contains("outbound"))
        }) || authentication.identities.helo.as_deref().is_some_and(is_microsoft_host);
        let forwarding = forwarding::read(headers, authentication);
        verdict.causes =
            causes::find(&causes::Case { authentication, verdict: &verdict, forwarding, through_microsoft });
    }
    verdict.words = summary(&verdict, authentication);
    verdict
}

fn authenticated(checks: &[Check]) -> Option<bool> {
    let dmarc = checks.iter().find(|check| check.kind == CheckKind::Dmarc);
    match dmarc.and_then(|check| check.outcome) {
        Some(Outcome::Pass | Outcome::BestGuessPass) => return Some(true),
        Some(Outcome::Fail) => return Some(false),
        _ => {}
    }
    let judged = |check: &&Check| check.kind != CheckKind::Dmarc && check.outcome.is_some();
    let known = checks.iter().filter(judged).count() > 0;
    let passed = checks.iter().filter(judged).any(|c| c.outcome == Some(Outcome::Pass) && c.aligned == Some(true));
    // A pass of one is enough; a failure needs both to be known.
    let both = [CheckKind::Spf, CheckKind::Dkim]
        .iter()
        .all(|kind| checks.iter().any(|check| check.kind == *kind && is_known(check.outcome)));
    // A passing signature without a stated domain may be the author's.
    let unclear = |c: &Check| c.outcome == Some(Outcome::Pass) && c.aligned.is_none();
    let unclear = checks.iter().filter(judged).any(unclear);
    (known && (passed || (both && !unclear))).then_some(passed)
}

/// Whether a result is meaningful. After a DNS error, the same message may pass.
fn is_known(outcome: Option<Outcome>) -> bool {
    !matches!(outcome, None | Some(Outcome::TempError | Outcome::Other))
}

/// The input of the checks.
struct Case<'a> {
    authentication: &'a Authentication,
    from: Option<String>,
}

impl<'a> Case<'a> {
    fn new(authentication: &'a Authentication) -> Case<'a> {
        let from = authentication.identities.from.as_ref().and_then(|from| from.domain.clone());
        Case { authentication, from }
    }

    /// The trusted field that states a method.
    fn evidence(&self, method: &str) -> Vec<HeaderEvidence> {
        let fields = self.authentication.results.iter().filter(|field| field.trusted);
        let stating = fields.into_iter().find(|field| field.method(method).is_some());
        stating.map(|field| HeaderEvidence::new("Authentication-Results", &field.text)).into_iter().collect()
    }

    fn aligned(&self, domain: Option<&str>) -> Option<bool> {
        let (domain, from) = domain.zip(self.from.as_deref())?;
        Some(Alignment::of("", domain, from).relaxed)
    }

    /// The domain that SPF checks: the envelope sender's, or the HELO name's where that is empty.
    fn spf_identity(&self) -> (Option<String>, Option<String>) {
        let identities = &self.authentication.identities;
        let result = self.authentication.spf_result();
        let of_helo =
            result.is_some_and(|one| one.property("smtp.helo").is_some() && one.any_property(MAIL_FROM).is_none());
        if let Some(envelope) = identities.envelope_from.as_ref().filter(|_| !of_helo) {
            // The address may be read from Return-Path where the result states the domain alone.
            let stated = result.is_some_and(|one| one.any_property(MAIL_FROM).is_some());
            let field = if stated && envelope.field == "Return-Path" { "smtp.mailfrom" } else { envelope.field };
            return (envelope.domain.clone(), Some(field.to_string()));
        }
        match identities.helo.as_deref().and_then(domain_name) {
            Some(helo) => (Some(helo), Some("smtp.helo".to_string())),
            None => (None, None),
        }
    }

    fn spf(&self) -> Check {
        let stated = self.authentication.spf_result().map(|result| result.outcome);
        let received = self.authentication.own_received_spf();
        let (domain, identity) = self.spf_identity();
        let domain = domain.or_else(|| received.and_then(|spf| spf.domain.clone()));
        let outcome = stated.or_else(|| received.map(|spf| spf.outcome));
        let outcome = outcome.filter(|_| !self.authentication.at_submission());
        let evidence = match (stated, received) {
            (None, Some(spf)) => vec![HeaderEvidence::new("Received-SPF", &spf.text)],
            (Some(_), _) => self.evidence("spf"),
            (None, None) => Vec::new(),
        };
        Check {
            kind: CheckKind::Spf,
            outcome,
            stated: outcome.is_some(),
            aligned: self.aligned(domain.as_deref()),
            words: self.spf_words(outcome, domain.as_deref(), identity.as_deref()),
            domain,
            identity,
            reason: None,
            evidence,
        }
    }

    fn spf_words(&self, outcome: Option<Outcome>, domain: Option<&str>, identity: Option<&str>) -> String {
        let domain = domain.unwrap_or("the sender's domain");
        let ip = self.authentication.identities.client_ip.as_deref().unwrap_or("the sending address");
        let of_helo = identity == Some("smtp.helo") || self.authentication.identities.null_sender;
        let role = if of_helo { "the HELO name" } else { "the envelope sender" };
        match outcome {
            Some(Outcome::Pass) => format!("SPF passed: {domain}, the domain of {role}, lets {ip} send."),
            Some(Outcome::Fail) => format!("SPF failed: {domain}, the domain of {role}, does not let {ip} send."),
            Some(Outcome::SoftFail) => {
                format!(
                    "SPF soft-failed: the record of {domain} does not name {ip}, and asks not to refuse for that (~all)."
                )
            }
            Some(Outcome::Neutral) => {
                format!("SPF is neutral: the record of {domain} says neither yes nor no to {ip}.")
            }
            Some(Outcome::None) => format!("SPF found no record: {domain}, the domain of {role}, publishes none."),
            Some(Outcome::TempError) => format!("SPF could not be checked: DNS did not answer for {domain}."),
            Some(Outcome::PermError) => format!("SPF could not be checked: the record of {domain} cannot be read."),
            Some(other) => format!("SPF for {domain}: {other}."),
            None => "The header states no SPF result of a receiver.".to_string(),
        }
    }

    fn dkim(&self) -> Vec<Check> {
        if self.authentication.at_submission() {
            return vec![self.no_dkim("The header states no DKIM result of a receiver.")];
        }
        let results = self.authentication.trusted_results("dkim");
        if results.is_empty() {
            let words = match self.authentication.signatures.len() {
                0 => "The header states no DKIM result, and holds no signature.".to_string(),
                _ => {
                    let domains = self.authentication.signatures.iter().filter_map(|one| one.domain.as_deref());
                    let domains: Vec<&str> = domains.take(3).collect();
                    format!("The header holds a signature of {}, but no result for it.", domains.join(", "))
                }
            };
            return vec![self.no_dkim(&words)];
        }
        results.into_iter().take(MOST_SIGNATURES).map(|result| self.dkim_result(result)).collect()
    }

    fn no_dkim(&self, words: &str) -> Check {
        Check {
            kind: CheckKind::Dkim,
            outcome: None,
            stated: false,
            domain: None,
            identity: None,
            aligned: None,
            reason: None,
            words: words.to_string(),
            evidence: Vec::new(),
        }
    }

    fn dkim_result(&self, result: &MethodResult) -> Check {
        // Yahoo writes the signer as `from=`.
        let stated = ["header.d", "header.i", "from"].into_iter().find_map(|name| {
            let domain = result.property(name).and_then(property_domain)?;
            Some((domain, name.to_string()))
        });
        let signed = result.outcome != Outcome::None;
        // A result without a domain is about the only signature there is.
        let only = match self.authentication.signatures.as_slice() {
            [one] if signed => one.domain.clone().map(|domain| (domain, "DKIM-Signature".to_string())),
            _ => None,
        };
        let (domain, identity) = stated.filter(|_| signed).or(only).unzip();
        let reason = DkimReason::of_result(result);
        Check {
            kind: CheckKind::Dkim,
            outcome: Some(result.outcome),
            stated: true,
            aligned: self.aligned(domain.as_deref()),
            words: dkim_words(result, domain.as_deref(), reason),
            domain,
            identity,
            reason,
            evidence: self.evidence("dkim"),
        }
    }

    fn dmarc(&self, checks: &[Check]) -> Check {
        let results = self.authentication.trusted_results("dmarc");
        let stated = results.first().filter(|_| !self.authentication.at_submission());
        let named = stated.and_then(|result| result.any_property(&["header.from", "d"])).and_then(property_domain);
        let domain = named.or_else(|| self.from.clone());
        let derived = match authenticated(checks) {
            Some(true) => Some(Outcome::Pass),
            Some(false) => Some(Outcome::Fail),
            None => None,
        };
        let outcome = stated.map(|result| result.outcome).or(derived.filter(|_| domain.is_some()));
        let action = stated.and_then(|result| result.action.as_deref());
        let policy = stated.and_then(|result| policy(result));
        Check {
            kind: CheckKind::Dmarc,
            outcome,
            stated: stated.is_some(),
            words: dmarc_words(outcome, stated.is_some(), domain.as_deref(), action, policy.as_deref(), checks),
            domain,
            identity: Some(if stated.is_some() { "header.from" } else { "From" }.to_string()),
            aligned: None,
            reason: None,
            evidence: if stated.is_some() { self.evidence("dmarc") } else { Vec::new() },
        }
    }

    fn alignments(&self) -> Vec<Alignment> {
        let Some(from) = self.from.as_deref() else { return Vec::new() };
        let mut found = Vec::new();
        if let (Some(domain), _) = self.spf_identity() {
            found.push(Alignment::of("spf", &domain, from));
        }
        let of_results = self.authentication.trusted_results("dkim");
        let of_results = of_results.iter().filter_map(|result| result.any_property(&["header.d", "header.i"]));
        let of_results = of_results.filter_map(property_domain);
        let signed = self.authentication.signatures.iter().filter_map(|signature| signature.domain.clone());
        for domain in of_results.chain(signed).take(2 * MOST_SIGNATURES) {
            let one = Alignment::of("dkim", &domain, from);
            if !found.contains(&one) {
                found.push(one);
            }
        }
        let sender = self.authentication.identities.sender.as_ref().and_then(|sender| sender.domain.as_deref());
        found.extend(sender.map(|domain| Alignment::of("sender", domain, from)));
        found
    }
}

fn dkim_words(result: &MethodResult, domain: Option<&str>, reason: Option<DkimReason>) -> String {
    let of = domain.map(|domain| format!(" of {domain}")).unwrap_or_default();
    let signer = domain.unwrap_or("the signer");
    match (result.outcome, reason) {
        (Outcome::Pass, _) => format!("DKIM passed: the signature{of} is good."),
        (Outcome::None, _) | (_, Some(DkimReason::NotSigned)) => "DKIM found no signature.".to_string(),
        (_, Some(DkimReason::BodyHash)) => format!("DKIM failed: the body is not the one that {signer} signed."),
        (_, Some(DkimReason::NoKey)) => format!("DKIM failed: there is no public key for the signature{of}."),
        (_, Some(DkimReason::BadKey)) => format!("DKIM failed: the public key for the signature{of} cannot be used."),
        (_, Some(DkimReason::BadSignature)) => {
            format!("DKIM failed: the signature{of} does not fit the header and the key.")
        }
        (_, Some(DkimReason::BadSyntax)) => format!("DKIM failed: the signature field{of} cannot be read."),
        (_, Some(DkimReason::Expired)) => format!("DKIM failed: the signature{of} has expired."),
        (_, Some(DkimReason::Policy)) => {
            format!("DKIM did not count: the receiver does not accept this signature{of}.")
        }
        (Outcome::TempError, _) | (_, Some(DkimReason::DnsError)) => {
            format!("DKIM could not be checked: DNS did not answer for the key{of}.")
        }
        (Outcome::PermError, _) => format!("DKIM could not be checked: the signature{of} or its key cannot be read."),
        (Outcome::Fail, _) => format!("DKIM failed for the signature{of}."),
        (other, _) => format!("DKIM for the signature{of}: {other}."),
    }
}

fn dmarc_words(
    outcome: Option<Outcome>,
    stated: bool,
    domain: Option<&str>,
    action: Option<&str>,
    policy: Option<&str>,
    checks: &[Check],
) -> String {
    let domain = domain.unwrap_or("the domain in From");
    let by: Vec<&str> = [(CheckKind::Spf, "SPF"), (CheckKind::Dkim, "DKIM")]
        .into_iter()
        .filter(|(kind, _)| {
            let passes = |check: &Check| {
                check.kind == *kind && check.outcome == Some(Outcome::Pass) && check.aligned == Some(true)
            };
            checks.iter().any(passes)
        })
        .map(|(_, name)| name)
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" and ")) };
    match outcome {
        Some(Outcome::Pass) if stated => format!("DMARC passed for {domain}{by}."),
        Some(Outcome::Pass) => format!("The header states no DMARC result; {domain} would pass{by}, in relaxed mode."),
        Some(Outcome::Fail) if stated => {
            let why = match by.is_empty() {
                true => "neither SPF nor DKIM passed for a domain that belongs to it".to_string(),
                false => format!("something passed{by}, but the server did not count it"),
            };
            let action = action.map(|action| format!(" Action: {action}.")).unwrap_or_default();
            let lenient = if policy == Some("none") { " Its policy is none: it asks nobody to refuse." } else { "" };
            format!("DMARC failed for {domain}: {why}.{action}{lenient}")
        }
        Some(Outcome::Fail) => {
            format!(
                "The header states no DMARC result; {domain} would fail, since neither SPF nor DKIM passed for a domain \
                 that belongs to it."
            )
        }
        Some(Outcome::None) => format!("DMARC does not apply: {domain} publishes no DMARC record."),
        Some(Outcome::BestGuessPass) => {
            format!("{domain} publishes no DMARC record; with a usual one the message would have passed.")
        }
        Some(Outcome::TempError) => format!("DMARC could not be checked: DNS did not answer for {domain}."),
        Some(Outcome::PermError) => format!("DMARC could not be checked: the record of {domain} cannot be read."),
        Some(other) => format!("DMARC for {domain}: {other}."),
        None => "The header states no DMARC result of a receiver, and none follows from the rest.".to_string(),
    }
}

fn action(value: &str) -> DmarcAction {
    const DOCUMENTED: &[(&str, &str)] = &[
        ("none", "The receiver did nothing because of DMARC."),
        ("quarantine", "The message failed, and was treated as suspicious, as the policy asks."),
        ("reject", "The message failed, and was refused, as the policy asks."),
        (
            "pct.quarantine",
            "The message failed a policy of quarantine, but was let through: the record applies the policy to a part of \
             the mail only (pct=), and this message was not in it.",
        ),
        (
            "pct.reject",
            "The message failed a policy of reject, but was not refused: the record applies the policy to a part of the \
             mail only (pct=), and this message was not in it.",
        ),
        ("permerror", "The DMARC record cannot be read; a mistake in it is likely."),
        ("temperror", "DNS did not answer for the DMARC record; the same message may pass later."),
    ];
    const OVERRIDE: &str = "The message failed a policy of reject. Microsoft writes this where it overrides the refusal \
                            and treats the message as spam or by the receiver's own settings; its documentation lists \
                            the value without defining it.";
    let documented = DOCUMENTED.iter().find(|(known, _)| *known == value).map(|(_, meaning)| *meaning);
    let is_override = matches!(value, "oreject" | "o.reject");
    let (meaning, knowledge) = match documented {
        Some(meaning) => (Some(meaning), Knowledge::Documented),
        None if is_override => (Some(OVERRIDE), Knowledge::Observed),
        None => (None, Knowledge::Undocumented),
    };
    DmarcAction { value: value.to_string(), meaning, knowledge }
}

/// The policy in a comment such as `(p=REJECT sp=NONE dis=NONE)`, or in `policy.published-domain-policy`.
fn policy(result: &MethodResult) -> Option<String> {
    let stated = result.any_property(&["policy.published-domain-policy", "policy.dmarc", "policy.p"]);
    let said = result.comment.as_deref().unwrap_or_default();
    let commented = said.split([' ', ',', ';']).find_map(|word| {
        let (name, value) = word.split_once('=')?;
        (name.eq_ignore_ascii_case("p") || name.eq_ignore_ascii_case("policy")).then_some(value)
    });
    let policy = stated.or(commented)?.to_ascii_lowercase();
    matches!(policy.as_str(), "none" | "quarantine" | "reject").then_some(policy)
}

fn composite(result: &MethodResult) -> Composite {
    let meaning = result.reason.as_deref().and_then(composite_meaning);
    Composite { outcome: result.outcome, reason: result.reason.clone(), meaning }
}

/// What a reason code of `compauth` means.
fn composite_meaning(code: &str) -> Option<&'static str> {
    const EXACT: &[(&str, &str)] = &[
        ("000", "DMARC failed, and the domain's policy is quarantine or reject."),
        (
            "001",
            "The domain has no records for authentication, or only lenient ones (~all, ?all, p=none), and nothing else \
             spoke for the message.",
        ),
        ("002", "The receiving organisation forbids this sender to send as this domain."),
        (
            "010",
            "DMARC failed with a policy of quarantine or reject, and the domain in From is one of the receiver's own.",
        ),
        ("130", "Passed: DMARC failed, but a trusted ARC seal made up for it."),
    ];
    const CLASSES: &[(char, &str)] = &[
        ('1', "Passed. The last two digits are Microsoft's own."),
        ('2', "Passed with little confidence. The last two digits are Microsoft's own."),
        ('3', "Not checked. The last two digits are Microsoft's own."),
        ('4', "The check was bypassed. The last two digits are Microsoft's own."),
        ('6', "Failed, and the domain in From is one of the receiver's own. The last two digits are Microsoft's own."),
        ('7', "Passed. The last two digits are Microsoft's own."),
        ('9', "The check was bypassed. The last two digits are Microsoft's own."),
    ];
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exact = EXACT.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning);
    exact.or_else(|| CLASSES.iter().find(|(class, _)| code.starts_with(*class)).map(|(_, meaning)| *meaning))
}

/// Whether the verdict rests on a field of which nothing shows whose it is.
fn is_unconfirmed(authentication: &Authentication) -> bool {
    match &authentication.trusted {
        Some(trusted) => trusted.basis == TrustBasis::Topmost,
        None => authentication.own_received_spf().is_some_and(|spf| spf.position > authentication.border),
    }
}

fn summary(verdict: &Verdict, authentication: &Authentication) -> String {
    if authentication.at_submission() {
        return "The header was taken when the message was handed in: no receiver's result is in it.".to_string();
    }
    let telling = verdict.causes.iter().find(|cause| !cause.harmless);
    let stated = |checks: &mut dyn Iterator<Item = &Check>| {
        let words: Vec<&str> =
            checks.filter(|check| check.outcome.is_some()).map(|check| check.words.as_str()).collect();
        words.join(" ")
    };
    let dmarc = |check: &&Check| check.kind == CheckKind::Dmarc;
    let mut words = match (verdict.authenticated, telling) {
        (Some(false), Some(cause)) => {
            let from = authentication.identities.from.as_ref().and_then(|from| from.domain.as_deref());
            format!("Nothing proves that {} sent the message. {}", from.unwrap_or("its author"), cause.words)
        }
        (_, Some(cause)) => cause.words.clone(),
        (Some(true), None) => {
            let mut words = stated(&mut verdict.checks.iter().filter(dmarc));
            let passed = verdict.check(CheckKind::Dmarc).is_some_and(|check| check.outcome == Some(Outcome::Pass));
            if !passed {
                let good = |c: &&Check| c.outcome == Some(Outcome::Pass) && c.aligned == Some(true);
                words = format!("{} {words}", stated(&mut verdict.checks.iter().filter(good)));
            }
            let beside = verdict.causes.iter().find(|cause| cause.kind != AuthCause::NoDmarcRecord);
            match beside {
                Some(cause) => format!("{words} Harmless beside that: {}", cause.words),
                None => words,
            }
        }
        (Some(false), None) => stated(&mut verdict.checks.iter().filter(dmarc)),
        (None, None) => stated(&mut verdict.checks.iter()),
    };
    if words.is_empty() {
        words = match authentication.trusted_results("auth").first().filter(|auth| auth.outcome == Outcome::Pass) {
            Some(_) => {
                "The sender had signed in at the server that wrote the results; it states no result of SPF, DKIM \
                        or DMARC."
                    .to_string()
            }
            None => "The header holds no result of SPF, DKIM or DMARC.".to_string(),
        };
    } else if is_unconfirmed(authentication) {
        words.push_str(" This rests on a field that nothing else in the header confirms.");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_composite_authentication() {
        for (code, words) in [
            ("000", "DMARC failed"),
            ("130", "ARC"),
            ("109", "Passed"),
            ("601", "own"),
            ("205", "little"),
            ("451", "bypassed"),
        ] {
            assert!(composite_meaning(code).is_some_and(|meaning| meaning.contains(words)), "{code}");
        }
        assert_eq!(composite_meaning("500"), None);
        assert_eq!(composite_meaning("1"), None);
        assert_eq!(composite_meaning("１00"), None);
    }

    #[test]
    fn actions_of_dmarc() {
        assert_eq!(action("oreject").knowledge, Knowledge::Observed);
        assert_eq!(action("pct.reject").knowledge, Knowledge::Documented);
        assert_eq!(action("zzz").meaning, None);
    }
}
