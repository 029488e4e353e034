//! What a message is. The order of evidence: the declared type and the machine-readable part; Exchange's mark;
//! automatic answers; only then the words.

use crate::evidence::{Finding, Findings};
use crate::mail::PartKind;
use crate::mail::headers::Headers;
use crate::mail::status::FieldRecipient;
use crate::merge;
use crate::page::Page;
use crate::page::daemon::{is_daemon, is_daemon_name, null_sender};
use crate::phrases::signs::contains_ignoring_case;
use crate::phrases::{Topic, outcome};
use crate::report::{Recipient, Report};
use crate::statement::tells;
use crate::text;
use crate::text::search::{Phrases, phrases};
use crate::vocabulary::{Action, Kind};

/// How much of the words tells what a report is, in bytes.
const WORDS_READ: usize = 20_000;

/// What the verdict rests on.
struct Evidence<'a> {
    page: &'a Page<'a>,
    /// What readers of words found.
    said: &'a [Finding],
}

impl Evidence<'_> {
    /// Whether the words show what wrote them.
    const fn has_known_mailer(&self) -> bool {
        self.page.mailer.is_some() || self.page.is_exchange
    }
}

pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) reason: &'static str,
}

const fn verdict(kind: Kind, reason: &'static str) -> Verdict {
    Verdict { kind, reason }
}

/// The kind of a mail, by what readers found in it.
pub(crate) fn of(page: &Page<'_>, findings: &[Findings]) -> Verdict {
    if let Some(kind) = findings.iter().find_map(|one| one.kind) {
        return verdict(kind, "it is an event of a mail service");
    }
    if page.is_pasted {
        return verdict(Kind::Other, "what a pasted text is shows when its words are explained");
    }
    of_mail(&Evidence { page, said: merge::said(findings) })
}

fn of_mail(evidence: &Evidence<'_>) -> Verdict {
    let headers = &evidence.page.mail.headers;
    let has = |kind: PartKind| evidence.page.mail.parts.iter().any(|part| part.kind == kind);
    let report_type = evidence.page.mail.report_type.as_deref();
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
        && (!evidence.page.fields.recipients.is_empty() || declares("delivery-status"))
        && !evidence.page.has_fields_in_text
    {
        let reason = "a delivery-status part says so (RFC 3464)";
        if evidence.page.fields.recipients.is_empty() {
            return verdict(by_words(evidence), reason);
        }
        return verdict(by_actions(&evidence.page.fields.recipients).unwrap_or_else(|| by_words(evidence)), reason);
    }
    if headers.has("X-MS-Exchange-Message-Is-Ndr") {
        return verdict(by_words(evidence), "Exchange marked it as a non-delivery report");
    }
    if evidence.page.is_complaint() {
        return verdict(Kind::Feedback, "the words are those of a complaint report");
    }
    let daemon = is_daemon(headers);
    let subject = headers.text("Subject").unwrap_or_default().to_lowercase();
    if let Some(reason) = auto_reply(headers, &subject)
        && evidence.page.failed.is_empty()
        && !is_daemon_name(headers)
        && !evidence.page.is_exchange
        && !(evidence.has_known_mailer() && evidence.said.iter().any(|recipient| recipient.reply.is_some()))
    {
        return verdict(Kind::AutoReply, reason);
    }
    if evidence.page.has_fields_in_text {
        return verdict(
            by_actions(&evidence.page.fields.recipients).unwrap_or_else(|| by_words(evidence)),
            "the fields of a delivery status stand in its text",
        );
    }
    if !evidence.page.failed.is_empty() {
        return verdict(by_words(evidence), "X-Failed-Recipients names who did not get the message");
    }
    if is_newsletter(headers) {
        return verdict(Kind::Other, "it is mail of a list, not a report");
    }
    if !daemon
        && !evidence.page.is_exchange
        && ["re:", "aw:", "sv:", "antw:"].iter().any(|reply| subject.starts_with(reply))
    {
        return verdict(Kind::Other, "a person answers in it, whatever it quotes");
    }
    let bounce_subject = is_bounce_subject(&subject);
    let coded = tells(&evidence.page.words.text);
    let named = !evidence.said.is_empty();
    let forwarded = subject.starts_with("fwd:") || subject.starts_with("fw:");
    if evidence.has_known_mailer()
        && (daemon || bounce_subject || coded || evidence.page.mail.original.is_some())
        && (named || coded || bounce_subject)
    {
        return verdict(by_words(evidence), "its words are those that a mail system writes");
    }
    if daemon && !forwarded && (bounce_subject || (coded && named) || evidence.page.mail.original.is_some() && named) {
        return verdict(by_words(evidence), "a mail system sent it, and it tells of a failed address");
    }
    if daemon && !forwarded && named && evidence.page.words.matches.any(Topic::Failure, WORDS_READ) {
        return verdict(by_words(evidence), "a mail system sent it, and its words tell of a failed address");
    }
    if bounce_subject && named && (coded || evidence.page.mail.original.is_some() || null_sender(headers)) {
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

/// Failure or delay, by the words.
fn by_words(evidence: &Evidence<'_>) -> Kind {
    let subject = evidence.page.mail.headers.text("Subject").unwrap_or_default().to_lowercase();
    static LATE_SUBJECT: Phrases = phrases!(outcome::DELAY);
    let gone = evidence.page.words.matches.any(Topic::Gone, WORDS_READ);
    let failed = gone || evidence.page.words.matches.any(Topic::Failure, WORDS_READ);
    let refused = evidence.said.iter().any(|recipient| recipient.reply.is_some_and(|reply| reply >= 400));
    if evidence.page.words.matches.any(Topic::Done, WORDS_READ) && !failed && !refused {
        return Kind::Success;
    }
    let late = evidence.page.words.matches.any(Topic::Delay, WORDS_READ) || LATE_SUBJECT.any(&subject);
    let late_subject = subject.starts_with("delayed")
        || subject.contains("warning:") && subject.contains("delayed")
        || subject.contains("(delay)");
    if (late && !gone) || late_subject { Kind::Delay } else { Kind::Failure }
}

fn is_bounce_subject(subject: &str) -> bool {
    static BOUNCES: Phrases = phrases!(&[
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
    static SUBJECTS: Phrases = phrases!(&[
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

/// A text that somebody pasted is a report when it holds a code or a known phrase.
pub(crate) fn of_pasted(report: &mut Report) {
    let decided = |recipient: &Recipient| {
        recipient.diagnosis.is_some()
            || recipient.status.is_some()
            || recipient.reply.is_some()
            || recipient.action.is_some()
            || !recipient.others.is_empty()
    };
    let any = report.recipients.iter().any(decided);
    if !any {
        report.kind = Kind::Other;
        report.recipients.clear();
        report.note("kind", "no code and no known phrase was found");
        return;
    }
    let class = |recipient: &Recipient| {
        recipient.status.map(|status| u16::from(status.class())).or(recipient.reply.map(|reply| reply / 100))
    };
    // What the text says of the outcome comes before what the codes say.
    let failed = report.recipients.iter().any(|recipient| match recipient.action {
        Some(action) => action == Action::Failed,
        None => {
            recipient.reply.map_or(class(recipient) != Some(4), |reply| reply >= 500)
                && !matches!(class(recipient), Some(2 | 3))
        }
    });
    let fine = report.recipients.iter().all(|recipient| match recipient.action {
        Some(action) => !matches!(action, Action::Failed | Action::Delayed),
        None => matches!(class(recipient), Some(2 | 3)),
    });
    report.kind = if failed {
        Kind::Failure
    } else if fine {
        Kind::Success
    } else {
        Kind::Delay
    };
    let overall = match report.kind {
        Kind::Failure => Action::Failed,
        Kind::Success => Action::Delivered,
        _ => Action::Delayed,
    };
    for recipient in &mut report.recipients {
        // Among several recipients each has an outcome of its own.
        let own = match recipient.reply.map(|reply| reply / 100).or(class(recipient)) {
            Some(5) => Action::Failed,
            Some(4) => Action::Delayed,
            Some(2) => Action::Delivered,
            _ => overall,
        };
        let action = *recipient.action.get_or_insert(own);
        if action == Action::Delivered && !fine {
            recipient.diagnosis = None;
            recipient.others.clear();
        }
    }
    report.note("kind", "the text holds a code or a known phrase");
}
