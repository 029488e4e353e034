//! The types of an authentication verdict: the fields that servers wrote, which of them count, and what they mean.

use super::alignment::Alignment;
use super::arc::ArcChain;
use super::dkim::{DkimReason, DkimSignature};
use super::fixes::Fix;
use super::results::{AuthResults, MethodResult, Outcome};
use super::spf::ReceivedSpf;
use crate::header::knowledge::Knowledge;
use crate::header::text::HeaderEvidence;
use crate::vocabulary::{Note, named};

/// The names of the envelope sender in an SPF result.
pub(super) const MAIL_FROM: &[&str] = &["smtp.mailfrom", "smtp.mfrom", "smtp.mail", "smtp.from", "smtp.envelope-from"];

/// An identity that a check is about, and the field that states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Identity {
    /// The address, or the domain where the field names only that.
    pub address: String,
    /// Its domain, in lower case.
    pub domain: Option<String>,
    /// The header field or property that states it, such as `From` or `smtp.mailfrom`.
    pub field: &'static str,
}

/// The sender, as each field names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Identities {
    /// The author that people see (RFC 5322 From; Microsoft calls it P2). The one that DMARC protects.
    pub from: Option<Identity>,
    /// The envelope sender (RFC 5321 MAIL FROM; Microsoft calls it P1). Bounces go there, and SPF checks it.
    pub envelope_from: Option<Identity>,
    /// Whether the envelope sender is empty, as it is for reports. SPF then checks the HELO name.
    pub null_sender: bool,
    /// Who submitted the message for the author (RFC 5322 Sender).
    pub sender: Option<Identity>,
    /// The name that the sending server gave (HELO or EHLO).
    pub helo: Option<String>,
    /// The IP address that SPF was checked for.
    pub client_ip: Option<String>,
}

/// Everything that a header says about a message's authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Authentication {
    /// Every field of authentication results, newest first, whether trusted or not.
    pub results: Vec<AuthResults>,
    /// Which of them the verdict rests on, and why; `None` if there is none.
    pub trusted: Option<Trusted>,
    /// Every Received-SPF field, newest first.
    pub received_spf: Vec<ReceivedSpf>,
    /// Every DKIM-Signature, newest first.
    pub signatures: Vec<DkimSignature>,
    /// The ARC chain.
    pub arc: ArcChain,
    /// Who the message says it is from.
    pub identities: Identities,
    /// The verdict.
    pub verdict: Verdict,
    /// Anything unusual in the fields.
    pub notes: Vec<Note>,
    /// The position of the first server outside the receiving organisation. Fields below it were written before the
    /// message reached the receiver.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) border: usize,
}

impl Authentication {
    /// What the trusted fields say of a method. Where several fields do, the topmost counts.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{Authentication, Outcome};
    /// let headers = Headers::of_message(b"Authentication-Results: mx.example.com; dkim=pass; dkim=fail\n\n");
    /// let authentication = Authentication::read(&headers);
    /// let found: Vec<_> = authentication.trusted_results("dkim").iter().map(|result| result.outcome).collect();
    /// assert_eq!(found, [Outcome::Pass, Outcome::Fail]);
    /// ```
    pub fn trusted_results(&self, method: &str) -> Vec<&MethodResult> {
        let of_field = |field: &&AuthResults| field.trusted && field.method(method).is_some();
        let Some(field) = self.results.iter().find(of_field) else { return Vec::new() };
        field.results.iter().filter(|result| result.method == method).collect()
    }

    /// Whether the header says anything about authentication, or contradicts itself about the sender.
    pub(crate) fn tells(&self) -> bool {
        let Authentication { results, received_spf, signatures, arc, verdict, .. } = self;
        !(results.is_empty()
            && received_spf.is_empty()
            && signatures.is_empty()
            && arc.sets.is_empty()
            && verdict.causes.is_empty())
    }

    /// Whether the message was only stamped when it was handed in, so that no receiver has judged it yet.
    pub(crate) fn at_submission(&self) -> bool {
        self.trusted.as_ref().is_some_and(|trusted| trusted.basis == TrustBasis::Submission)
    }

    /// The SPF result that the verdict is about: that of the envelope sender before that of the HELO name.
    pub(crate) fn spf_result(&self) -> Option<&MethodResult> {
        let results = self.trusted_results("spf");
        let of_envelope = results.iter().find(|result| result.any_property(MAIL_FROM).is_some());
        of_envelope.or(results.first()).copied()
    }

    /// The Received-SPF to go by: the newest of the receiving organisation, or, where that wrote nothing, the newest.
    pub(crate) fn own_received_spf(&self) -> Option<&ReceivedSpf> {
        let own = self.received_spf.iter().find(|spf| spf.position < self.border);
        let wrote = self.trusted.as_ref().is_some_and(|trusted| trusted.basis.is_of_receiver());
        own.or(self.received_spf.first().filter(|_| !wrote))
    }
}

named! {
    /// Why a field of authentication results is believed.
    TrustBasis {
        /// The server that it names belongs to the organisation of the last server on the route.
        SameServer = "same-server",
        /// It names no server, as Microsoft's do, and the last server on the route is Microsoft's.
        MicrosoftForm = "microsoft-form",
        /// The last server wrote none; an earlier server on the route wrote it.
        EarlierServer = "earlier-server",
        /// It is the topmost one; there is no other evidence for it.
        Topmost = "topmost",
        /// It was added when the sender handed the message in, before it was signed and sent. It does not say what a
        /// receiver sees.
        Submission = "submission",
    }
}

impl TrustBasis {
    /// Whether the field is the receiving organisation's.
    pub(crate) fn is_of_receiver(self) -> bool {
        matches!(self, TrustBasis::SameServer | TrustBasis::MicrosoftForm)
    }
}

/// The fields that the verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trusted {
    /// Why they are believed.
    pub basis: TrustBasis,
    /// The server that checked, as it names itself; `None` in Microsoft's form.
    pub server: Option<String>,
    /// The last server on the route that the header names (`by` of the topmost Received field).
    pub last_server: Option<String>,
    /// Their places among the header fields, counted from 0 at the top.
    pub positions: Vec<usize>,
    /// The reason in words.
    pub words: String,
}

named! {
    /// What was checked.
    CheckKind {
        /// SPF (RFC 7208): may this IP address send for the domain of the envelope sender?
        Spf = "spf",
        /// DKIM (RFC 6376): is the message as a domain signed it?
        Dkim = "dkim",
        /// DMARC (RFC 7489): did SPF or DKIM pass for the domain in From?
        Dmarc = "dmarc",
    }
}

/// One check: what was checked, the result, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Check {
    /// Which check.
    pub kind: CheckKind,
    /// The result; `None` if no server that can be believed states one and none follows from the others.
    pub outcome: Option<Outcome>,
    /// Whether a server states the result. If not, ndr reads it from the other checks.
    pub stated: bool,
    /// The domain that was checked.
    pub domain: Option<String>,
    /// The property or field that names it, such as `smtp.mailfrom` or `header.d`.
    pub identity: Option<String>,
    /// Whether the domain is aligned with From, in relaxed mode; `None` where one of the two is unknown.
    pub aligned: Option<bool>,
    /// DKIM: why, where the server says it.
    pub reason: Option<DkimReason>,
    /// The check in words.
    pub words: String,
    /// The field that says it.
    pub evidence: Vec<HeaderEvidence>,
}

/// What the receiver did because of DMARC (`action=` of Microsoft's results).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DmarcAction {
    /// The value as written, in lower case.
    pub value: String,
    /// What it means; `None` if it is not known.
    pub meaning: Option<&'static str>,
    /// How well the meaning is known.
    pub knowledge: Knowledge,
}

/// Microsoft's composite authentication (`compauth=`): its judgement on SPF, DKIM, DMARC and more together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Composite {
    /// The result.
    pub outcome: Outcome,
    /// The reason code of three digits.
    pub reason: Option<String>,
    /// What the code means; `None` if Microsoft does not say.
    pub meaning: Option<&'static str>,
}

/// What the header says about a message's authentication, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Verdict {
    /// Whether SPF or DKIM passed for the author's domain; `None` if the header does not say.
    pub authenticated: Option<bool>,
    /// The verdict in one or two sentences.
    pub words: String,
    /// SPF, DKIM (one for each signature that was judged) and DMARC.
    pub checks: Vec<Check>,
    /// Which identities belong to the author's organisation.
    pub alignments: Vec<Alignment>,
    /// What the receiver did because of DMARC.
    pub action: Option<DmarcAction>,
    /// The policy of the author's domain (`none`, `quarantine`, `reject`), where a server states it.
    pub policy: Option<String>,
    /// Microsoft's composite authentication.
    pub composite: Option<Composite>,
    /// Why it failed, the most telling cause first; empty if nothing failed.
    pub causes: Vec<FailureCause>,
}

impl Verdict {
    /// The first check of a kind.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{Authentication, CheckKind, Outcome};
    /// let headers = Headers::of_message(
    ///     b"Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=mail.contoso.com\nFrom: a@contoso.com\n\n",
    /// );
    /// let verdict = Authentication::read(&headers).verdict;
    /// let dmarc = verdict.check(CheckKind::Dmarc).unwrap();
    /// assert_eq!((dmarc.outcome, dmarc.stated), (Some(Outcome::Pass), false));
    /// ```
    pub fn check(&self, kind: CheckKind) -> Option<&Check> {
        self.checks.iter().find(|check| check.kind == kind)
    }
}

named! {
    /// Why authentication failed.
    AuthCause {
        /// Sender and From belong to different organisations.
        SenderNotFrom = "sender-not-from",
        /// What was checked is a Microsoft 365 tenant's own name (`onmicrosoft.com`), and not the domain in From.
        TenantDomain = "tenant-domain",
        /// SPF is about another organisation than From.
        SpfNotAligned = "spf-not-aligned",
        /// The signature that passed is another organisation's than From.
        DkimNotAligned = "dkim-not-aligned",
        /// The message was forwarded from a server that the sender's SPF record does not list.
        Forwarded = "forwarded",
        /// A filter service of the receiver stands in front of Exchange Online, which then checks the service's address
        /// instead of the sender's.
        BehindGateway = "behind-gateway",
        /// The body was changed after it was signed.
        Modified = "modified-in-transit",
        /// The signature has no public key in DNS.
        NoDkimKey = "no-dkim-key",
        /// The public key or the signature field cannot be used, or the receiver does not accept it.
        DkimUnusable = "dkim-unusable",
        /// The signature does not fit the header and the key.
        BadSignature = "bad-signature",
        /// The message is not signed.
        Unsigned = "unsigned",
        /// The domain of the envelope sender has no SPF record.
        NoSpfRecord = "no-spf-record",
        /// The SPF record does not name the server that sent.
        NotAuthorised = "sender-not-authorised",
        /// The SPF record cannot be read.
        SpfRecordBroken = "spf-record-broken",
        /// The domain in From has no DMARC record.
        NoDmarcRecord = "no-dmarc-record",
        /// The DMARC record cannot be read.
        DmarcRecordBroken = "dmarc-record-broken",
        /// DNS did not answer.
        DnsError = "dns-error",
        /// The domain in From is the receiver's own, and the message did not prove that it may use it.
        OwnDomain = "own-domain-spoofed",
        /// The receiving organisation forbids this sender to use this domain.
        ForbiddenByReceiver = "forbidden-by-receiver",
    }
}

/// One cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FailureCause {
    /// Which cause.
    pub kind: AuthCause,
    /// Whether the message is authenticated all the same, so that this did no harm.
    pub harmless: bool,
    /// The cause in words.
    pub words: String,
    /// The header fields that show it.
    pub evidence: Vec<HeaderEvidence>,
    /// What to publish or to change, the best first.
    pub fixes: Vec<Fix>,
}
