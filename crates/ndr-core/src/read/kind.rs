//! What a message is. The order of evidence: the declared type and the machine-readable part; Exchange's mark;
//! automatic answers; only then the words.

use super::fields::FieldRecipient;
use super::general::tells;
use super::landmarks::{Landmarks, Topic};
use super::mailers::contains_ignoring_case;
use crate::cues::{Cues, cues};
use crate::headers::Headers;
use crate::message::{Mail, PartKind};
use crate::report::{Action, Kind, Recipient};
use crate::text;

/// How much of the words tells what a report is, in bytes.
const WORDS_READ: usize = 20_000;

pub(crate) struct Evidence<'a> {
    pub(crate) mail: &'a Mail<'a>,
    pub(crate) words: &'a str,
    pub(crate) marks: &'a Landmarks,
    pub(crate) fields: &'a [FieldRecipient],
    /// Whether the fields stood in a text and not in a part of their own.
    pub(crate) fields_in_text: bool,
    pub(crate) said: &'a [Recipient],
    pub(crate) failed: &'a [String],
    pub(crate) known_mailer: bool,
    pub(crate) exchange: bool,
}

pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) reason: &'static str,
}

const fn verdict(kind: Kind, reason: &'static str) -> Verdict {
    Verdict { kind, reason }
}

pub(crate) fn of(evidence: &Evidence<'_>) -> Verdict {
    let headers = &evidence.mail.headers;
    let has = |kind: PartKind| evidence.mail.parts.iter().any(|part| part.kind == kind);
    let report_type = evidence.mail.report_type.as_deref();
    let declares = |name: &str| report_type.is_some_and(|declared| declared.eq_ignore_ascii_case(name));
    if declares("feedback-report") || has(PartKind::Feedback) {
        return verdict(Kind::Feedback, "a feedback-report part says so (RFC 5965)");
    }
    if declares("tlsrpt") {
        return verdict(Kind::Other, "it is a report on TLS (RFC 8460)");
    }
    if is_dmarc_report(headers) {
        return verdict(Kind::Other, "it is an aggregate report on DMARC (RFC 7489)");
    }
    if (declares("disposition-notification") || has(PartKind::Disposition)) && !has(PartKind::DeliveryStatus) {
        return verdict(Kind::ReadReceipt, "a disposition-notification part says so (RFC 8098)");
    }
    if has(PartKind::DeliveryStatus)
        && (!evidence.fields.is_empty() || declares("delivery-status"))
        && !evidence.fields_in_text
    {
        let reason = "a delivery-status part says so (RFC 3464)";
        if evidence.fields.is_empty() {
            return verdict(by_words(evidence), reason);
        }
        return verdict(by_actions(evidence.fields).unwrap_or_else(|| by_words(evidence)), reason);
    }
    if headers.has("X-MS-Exchange-Message-Is-Ndr") {
        return verdict(by_words(evidence), "Exchange marked it as a non-delivery report");
    }
    if is_complaint(headers, evidence.words) {
        return verdict(Kind::Feedback, "the words are those of a complaint report");
    }
    let daemon = is_daemon(headers);
    let subject = headers.text("Subject").unwrap_or_default().to_lowercase();
    if let Some(reason) = auto_reply(headers, &subject)
        && evidence.failed.is_empty()
        && !is_daemon_name(headers)
        && !evidence.exchange
        && !(evidence.known_mailer && evidence.said.iter().any(|recipient| recipient.reply.is_some()))
    {
        return verdict(Kind::AutoReply, reason);
    }
    if evidence.fields_in_text {
        return verdict(
            by_actions(evidence.fields).unwrap_or_else(|| by_words(evidence)),
            "the fields of a delivery status stand in its text",
        );
    }
    if !evidence.failed.is_empty() {
        return verdict(by_words(evidence), "X-Failed-Recipients names who did not get the message");
    }
    if is_newsletter(headers) {
        return verdict(Kind::Other, "it is mail of a list, not a report");
    }
    if !daemon && !evidence.exchange && ["re:", "aw:", "sv:", "antw:"].iter().any(|reply| subject.starts_with(reply)) {
        return verdict(Kind::Other, "a person answers in it, whatever it quotes");
    }
    let bounce_subject = is_bounce_subject(&subject);
    let coded = tells(evidence.words);
    let named = !evidence.said.is_empty();
    let forwarded = subject.starts_with("fwd:") || subject.starts_with("fw:");
    if evidence.known_mailer
        && (daemon || bounce_subject || coded || evidence.mail.original.is_some())
        && (named || coded || bounce_subject)
    {
        return verdict(by_words(evidence), "its words are those that a mail system writes");
    }
    if daemon && !forwarded && (bounce_subject || (coded && named) || evidence.mail.original.is_some() && named) {
        return verdict(by_words(evidence), "a mail system sent it, and it tells of a failed address");
    }
    if daemon && !forwarded && named && evidence.marks.any(Topic::Failure, WORDS_READ) {
        return verdict(by_words(evidence), "a mail system sent it, and its words tell of a failed address");
    }
    if bounce_subject && named && (coded || evidence.mail.original.is_some() || null_sender(headers)) {
        return verdict(by_words(evidence), "its subject is that of a report, and it tells of a failed address");
    }
    verdict(Kind::Other, "nothing shows that it is a report")
}

fn by_actions(fields: &[FieldRecipient]) -> Option<Kind> {
    let any = |wanted: &[Action]| {
        fields.iter().any(|recipient| recipient.action.is_some_and(|action| wanted.contains(&action)))
    };
    let failing = |recipient: &FieldRecipient| {
        recipient.action.is_none() && recipient.status.is_some_and(|status| status.class() == 5)
    };
    if any(&[Action::Failed]) || fields.iter().any(failing) {
        Some(Kind::Failure)
    } else if any(&[Action::Delayed]) {
        Some(Kind::Delay)
    } else if any(&[Action::Delivered, Action::Relayed, Action::Expanded]) {
        Some(Kind::Success)
    } else {
        None
    }
}

/// Words of a warning that delivery is late.
pub(crate) const DELAY: &[&str] = &[
    "this is a warning message only",
    "this is a warning only",
    "warning only",
    "you do not need to resend",
    "will continue to be tried",
    "delivery attempts will continue",
    "has not yet been delivered",
    "no action is required on your part",
    "still being retried",
    "delivery is delayed",
    "delivery status notification (delay)",
    "delays in delivering your message",
    "temporarily delayed",
    "message is delayed",
    "only a temporary failure",
    "temporary failure report",
    "kept in the queue",
    "will keep trying",
    "will be retried for",
    "still trying to deliver",
    "wird verzögert",
    "verzögert sich",
    "erneut zugestellt",
    "weiterhin versucht",
    "retardé",
    "en retard",
    "se ha retrasado",
    "retrasado",
    "in ritardo",
    "está atrasada",
    "vertraagd",
    "fördröj",
    "задержан",
    "задерживается",
    "配信が遅れ",
    "遅延",
    "延迟",
    "delivery incomplete",
    "could not send message for past",
    "has been delayed",
    "there is no need to resend",
    "will be retried until",
    "message hasn't been delivered yet",
    "gmail will retry",
    "delayed mail",
];

/// Words of a report that all went well.
pub(crate) const DONE: &[&str] = &[
    "successful delivery notifications",
    "successfully delivered",
    "delivered successfully",
    "has been delivered to the recipient",
    "successfully relayed",
    "successful mail delivery report",
    "erfolgreich zugestellt",
];

/// Words that take such a warning back.
pub(crate) const GONE: &[&str] = &[
    "permanent error",
    "permanent failure",
    "failed permanently",
    "permanent fatal errors",
    "returned to sender",
    "giving up",
];

/// Words that only a report of a failure has.
pub(crate) const FAILURE: &[&str] = &[
    "could not be delivered",
    "couldn't be delivered",
    "cannot be delivered",
    "was not delivered",
    "wasn't delivered",
    "not been delivered",
    "unable to deliver",
    "undeliverable",
    "undelivered",
    "failed address",
    "delivery failed",
    "delivery to the following",
    "delivery has failed",
    "no valid recipients",
    "failed recipient",
    "unknown user",
    "user unknown",
    "unknown host",
    "returned to sender",
    "did not reach",
    "permanent error",
    "rejected",
    "配信できません",
    "送信できません",
    "unzustellbar",
];

/// Failure or delay, by the words.
fn by_words(evidence: &Evidence<'_>) -> Kind {
    let subject = evidence.mail.headers.text("Subject").unwrap_or_default().to_lowercase();
    static LATE_SUBJECT: Cues = cues!(DELAY);
    let gone = evidence.marks.any(Topic::Gone, WORDS_READ);
    let failed = gone || evidence.marks.any(Topic::Failure, WORDS_READ);
    let refused = evidence.said.iter().any(|recipient| recipient.reply.is_some_and(|reply| reply >= 400));
    if evidence.marks.any(Topic::Done, WORDS_READ) && !failed && !refused {
        return Kind::Success;
    }
    let late = evidence.marks.any(Topic::Delay, WORDS_READ) || LATE_SUBJECT.any(&subject);
    let late_subject = subject.starts_with("delayed")
        || subject.contains("warning:") && subject.contains("delayed")
        || subject.contains("(delay)");
    if (late && !gone) || late_subject { Kind::Delay } else { Kind::Failure }
}

/// Whether a mail system sent it: by its name, or by an empty envelope sender, which automatic answers have too.
pub(crate) fn is_daemon(headers: &Headers<'_>) -> bool {
    is_daemon_name(headers) || null_sender(headers)
}

fn is_daemon_name(headers: &Headers<'_>) -> bool {
    static DAEMONS: Cues = cues!(&[
        "mailer-daemon",
        "postmaster",
        "post_master",
        "post-master",
        "mail delivery",
        "mailer daemon",
        "maildaemon",
        "mail.delivery",
        "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
        "mail-daemon",
        "delivery subsystem",
        "system administrator",
        "mail administrator",
        "mmsc ndr",
        "mdaemon",
        "no-reply@sns",
        "mail deliver system",
        "content-filter",
        "interscan",
        "mail router",
        "delivery@",
        "mailerdaemon",
        "bounce",
    ]);
    let from = headers.text("From").unwrap_or_default().to_lowercase();
    DAEMONS.any(from.as_bytes()) || from.trim() == "<>" || (from.is_empty() && headers.raw("From").is_some())
}

fn null_sender(headers: &Headers<'_>) -> bool {
    headers.raw("Return-Path").is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value == b"<>" || value.starts_with(b"<>") || contains_ignoring_case(&value, b"mailer-daemon")
    })
}

fn is_bounce_subject(subject: &str) -> bool {
    static BOUNCES: Cues = cues!(&[
        "undeliver",
        "mail failed",
        "are not member",
        "not a member",
        "returned mail",
        "failure notice",
        "delivery failure",
        "mail delivery failed",
        "delivery status notification",
        "delivery failed",
        "mail failure",
        "delivery notification",
        "mail system error",
        "could not be delivered",
        "non remis",
        "unzustellbar",
        "onbestelbaar",
        "olevererbart",
        "non recapitabile",
        "não entregue",
        "no se puede entregar",
        "returned message",
        "mail error",
        "delivery has failed",
        "message delivery has failed",
        "delivery status",
        "undelivered mail",
        "returning message to sender",
        "message could not be delivered",
        "error sending your mail",
        "nondeliverable",
        "non-delivery",
        "bounced mail",
        "mail returned",
        "retour",
        "配信エラー",
        "送信エラー",
        "エラー通知",
        "delivery error",
        "delivery problem",
        "rejected:",
        "недоставлен",
        "退信",
        "returned to sender",
        "warning: could not send",
        "can not be delivered",
        "delayed mail",
        "メールエラー",
        "failed delivery",
        "mail could not",
        "cannot deliver",
        "delivery report",
        "user unknown",
    ]);
    BOUNCES.any(subject)
}

/// An automatic answer of a person's mailbox (RFC 3834).
fn auto_reply(headers: &Headers<'_>, subject: &str) -> Option<&'static str> {
    static SUBJECTS: Cues = cues!(&[
        "automatic reply",
        "auto reply",
        "auto-reply",
        "autoreply",
        "auto response",
        "auto-response",
        "autoresponse",
        "autoresponder",
        "auto:",
        "out of office",
        "out-of-office",
        "out of the office",
        "away from my mail",
        "away from the office",
        "on vacation",
        "vacation",
        "automatische antwort",
        "abwesenheit",
        "abwesend",
        "nicht im büro",
        "réponse automatique",
        "absence du bureau",
        "absent du bureau",
        "respuesta automática",
        "respuesta automatica",
        "fuera de la oficina",
        "fuera de oficina",
        "resposta automática",
        "ausência",
        "fora do escritório",
        "ausente do escritório",
        "risposta automatica",
        "fuori sede",
        "fuori ufficio",
        "automatisch antwoord",
        "automatische beantwoording",
        "afwezig",
        "autosvar",
        "automatiskt svar",
        "automatisk svar",
        "frånvaro",
        "fravær",
        "automaattinen vastaus",
        "poissa toimistosta",
        "autoodpowiedź",
        "automatyczna odpowiedź",
        "odpowiedź automatyczna",
        "automatická odpověď",
        "automatikus válasz",
        "răspuns automat",
        "αυτόματη απάντηση",
        "otomatik yanıt",
        "автоответ",
        "автоматический ответ",
        "автоматична відповідь",
        "自動応答",
        "自動返信",
        "不在通知",
        "不在連絡",
        "自动回复",
        "自动答复",
        "自動回覆",
        "자동 회신",
        "자동 응답",
        "부재중",
        "תשובה אוטומטית",
        "رد تلقائي",
    ]);
    // At the beginning, or behind a mark such as "Re: " or "[".
    let begins = |at: usize| at <= 1 || at <= 12 && text::upto(subject, at).trim_end_matches([' ', '[']).ends_with(':');
    if SUBJECTS.find(subject).any(|hit| begins(hit.start)) {
        return Some("its subject is that of an automatic answer");
    }
    if headers.raw("Auto-Submitted").is_some_and(|value| contains_ignoring_case(value, b"auto-replied")) {
        return Some("Auto-Submitted says that a machine answered (RFC 3834)");
    }
    let names = [
        ("x-autoreply", ""),
        ("x-autorespond", ""),
        ("x-autoreply-from", ""),
        ("x-mail-autoreply", ""),
        ("x-autogenerated", "reply"),
        ("precedence", "auto_reply"),
        ("x-apple-action", "vacation"),
    ];
    let marked = names
        .iter()
        .any(|(known, wanted)| headers.all(known).any(|value| contains_ignoring_case(value, wanted.as_bytes())));
    marked.then_some("a header marks it as an automatic answer")
}

fn is_newsletter(headers: &Headers<'_>) -> bool {
    (headers.has("List-Unsubscribe") || headers.has("List-Id")) && !is_daemon(headers)
}

/// The subject that RFC 7489 section 7.2.1.1 demands of an aggregate report.
fn is_dmarc_report(headers: &Headers<'_>) -> bool {
    headers.raw("Subject").is_some_and(|subject| {
        contains_ignoring_case(subject, b"report domain:") && contains_ignoring_case(subject, b"submitter:")
    })
}

fn is_complaint(headers: &Headers<'_>, words: &str) -> bool {
    let subject = headers.text("Subject").unwrap_or_default().to_lowercase();
    (words.contains("Feedback-Type:") && words.contains("User-Agent:"))
        || subject.contains("complaint about message from")
        || (subject.contains("email feedback report") || subject.contains("abuse report"))
            && headers.has("X-HmXmrOriginalRecipient")
}

/// Who complained, as far as the report says.
pub(crate) fn feedback_recipients(mail: &Mail<'_>) -> Vec<Recipient> {
    let mut found: Vec<String> = Vec::new();
    for part in mail.parts.iter().filter(|part| part.kind == PartKind::Feedback) {
        for line in part.text.lines() {
            if let Some((name, value)) = line.split_once(':')
                && ["original-rcpt-to", "redacted-address", "removal-recipient"]
                    .iter()
                    .any(|known| name.trim().eq_ignore_ascii_case(known))
            {
                let address = crate::address::bare(value).to_string();
                if address.contains('@') && !address.ends_with('@') && !found.contains(&address) {
                    found.push(address);
                }
            }
        }
    }
    if found.is_empty() {
        let original = mail.original.as_deref().map(Headers::of_message);
        // Outlook.com's junk mail reports name the recipient in a field of their own.
        const NAMED: &str = "X-HmXmrOriginalRecipient";
        let to = mail
            .headers
            .text(NAMED)
            .or_else(|| original.as_ref().and_then(|original| original.text(NAMED)))
            .or_else(|| original.as_ref().and_then(|original| original.text("To")));
        found.extend(crate::address::find(&to.unwrap_or_default()).map(|one| one.address.to_string()));
    }
    found.into_iter().take(1_000).map(|address| Recipient::new(Some(address))).collect()
}
