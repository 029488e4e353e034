//! The events of mail services that ndr reads, as data: by which fields a service's event is told, where each fact
//! stands, and what each value of its own vocabulary means. Adding a service is adding a row here and a sample.
//!
//! Places are JSON pointers (RFC 6901). One that begins with `.` starts at the item of [`Shape::each`], any other at the
//! event. Where several are given, the first that holds something counts.

/// A condition on an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sign {
    /// Something other than null stands at the place.
    Has(&'static str),
    /// A number stands there.
    Number(&'static str),
    /// A text stands there that fits a pattern (see [`fits`]).
    Is(&'static str, &'static str),
}

use Sign::{Has, Is, Number};

/// Why a service keeps an address on its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// An earlier bounce, or an address that cannot be one.
    Bounce,
    /// An earlier complaint.
    Complaint,
    /// The recipient does not want the mail.
    Unsubscribe,
    /// The event does not say.
    Listed,
}

/// What an event says of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// Final. The service blames the address.
    Hard,
    /// Final. The server's words tell why.
    Final,
    /// Not delivered this time. The service keeps the address.
    Soft,
    /// The service tries again by itself.
    Late,
    /// Refused because of the sender, its host or the content. The address is good.
    Blocked,
    /// Not sent, because the service keeps the address on its list.
    Suppressed(Why),
    /// Not sent for a reason of the sender's own: quota, template, login, test mode. The address is good.
    Own,
    /// Delivered.
    Delivered,
    /// The recipient complained.
    Complaint,
    /// The recipient unsubscribed.
    Unsubscribed,
    /// Neither a failure nor a delivery: opened, clicked, queued.
    Nothing,
}

use Means::{Blocked, Complaint, Delivered, Final, Hard, Late, Nothing, Own, Soft, Suppressed, Unsubscribed};

/// A value of a service's vocabulary. The first row that fits counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Patterns for what stands at [`Shape::event`], [`Shape::class`] and [`Shape::detail`].
    pub(crate) event: &'static str,
    pub(crate) class: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) means: Means,
    /// What the value amounts to, in words that the catalogue knows: asked where no server's words are given.
    pub(crate) reads: Option<&'static str>,
}

const fn row(event: &'static str, class: &'static str, detail: &'static str, means: Means) -> Row {
    Row { event, class, detail, means, reads: None }
}

/// A row of which the event's own word says all.
const fn word(event: &'static str, means: Means) -> Row {
    row(event, "*", "*", means)
}

impl Row {
    const fn reads(self, words: &'static str) -> Row {
        Row { reads: Some(words), ..self }
    }
}

/// Whether a text fits a pattern: alternatives parted by `|`, of which each may begin or end with `*`. Case does not
/// matter. An empty alternative fits where nothing is given.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|one| match (one.strip_prefix('*'), one.strip_suffix('*')) {
        _ if one == "*" => true,
        (Some(tail), None) => text
            .len()
            .checked_sub(tail.len())
            .and_then(|at| text.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(tail)),
        (None, Some(head)) => text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)),
        (Some(_), Some(_)) => text.to_lowercase().contains(&one.trim_matches('*').to_lowercase()),
        (None, None) => one.eq_ignore_ascii_case(text),
    })
}

/// One form of a service's events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The permanent name, as in `dialect`.
    pub(crate) id: &'static str,
    /// The name for people.
    pub(crate) name: &'static str,
    /// Which events have this form, for people.
    pub(crate) told: &'static str,
    /// Lists of conditions: all of one list must hold.
    pub(crate) signs: &'static [&'static [Sign]],
    /// Lists of recipients, where one event tells of several, each with facts of its own.
    pub(crate) each: &'static [&'static str],
    /// The recipient: an address or a list of addresses.
    pub(crate) recipient: &'static [&'static str],
    /// The service's own word for the event.
    pub(crate) event: &'static [&'static str],
    /// What classes it further.
    pub(crate) class: &'static [&'static str],
    /// What classes it still further.
    pub(crate) detail: &'static [&'static str],
    /// The enhanced status code.
    pub(crate) status: &'static [&'static str],
    /// The reply code, where it stands apart from the words.
    pub(crate) reply: &'static [&'static str],
    /// The server's words.
    pub(crate) words: &'static [&'static str],
    /// What stands in front of the value of [`Shape::detail`] in the catalogue's texts, where it knows the values.
    pub(crate) label: &'static str,
    /// The service's own words about it: never shown as the server's.
    pub(crate) more: &'static [&'static str],
    /// The server that was asked.
    pub(crate) remote: &'static [&'static str],
    /// The SMTP command that was answered.
    pub(crate) command: &'static [&'static str],
    /// The host that reports.
    pub(crate) generator: &'static [&'static str],
    /// The Message-ID, or else the service's own number of the message.
    pub(crate) message_id: &'static [&'static str],
    pub(crate) subject: &'static [&'static str],
    pub(crate) sender: &'static [&'static str],
    /// Whom the message was to, all of them. Never a failed recipient by itself.
    pub(crate) addressee: &'static [&'static str],
    /// The vocabulary.
    pub(crate) rows: &'static [Row],
}

impl Shape {
    const NONE: Shape = Shape {
        id: "",
        name: "",
        told: "",
        signs: &[],
        each: &[],
        recipient: &[],
        event: &[],
        class: &[],
        detail: &[],
        status: &[],
        reply: &[],
        words: &[],
        label: "",
        more: &[],
        remote: &[],
        command: &[],
        generator: &[],
        message_id: &[],
        subject: &[],
        sender: &[],
        addressee: &[],
        rows: &[],
    };
}

/// What a class amounts to where no server's words are given.
pub(crate) const UNKNOWN_USER: &str = "550 5.1.1 user unknown";
const FULL: &str = "452 4.2.2 mailbox full";
const NO_DOMAIN: &str = "550 5.1.2 domain not found";
const VIRUS: &str = "message contains a virus";
const SPAM: &str = "message rejected as spam";
const LISTED: &str = "554 5.7.1 blocked by reputation";
const POLICY: &str = "550 5.7.1";
const BAD_SENDER: &str = "550 5.1.8 sender address rejected";
const GREYLIST: &str = "451 4.7.1 greylisted";
const RATE: &str = "421 4.7.0 rate limited";
const NO_CONNECTION: &str = "421 4.4.1 connection timed out";
const TOO_LARGE: &str = "552 5.3.4 message too large";
const SYSTEM: &str = "451 4.3.0 temporary system problem";
const BAD_ADDRESS: &str = "553 5.1.3 invalid address";

/// The forms in the order in which they are tried: a form whose signs another one's events show too stands behind it.
pub(crate) static SHAPES: &[Shape] = &[
    Shape {
        id: "amazon-ses",
        name: "Amazon SES",
        told: "Reject and Rendering Failure",
        signs: &[
            &[Is("/notificationType", "Reject|Rendering Failure|RenderingFailure"), Has("/mail")],
            &[Is("/eventType", "Reject|Rendering Failure|RenderingFailure"), Has("/mail")],
        ],
        recipient: &["/mail/destination"],
        event: &["/eventType", "/notificationType"],
        class: &["/reject/reason"],
        more: &["/reject/reason", "/failure/errorMessage"],
        message_id: &["/mail/commonHeaders/messageId", "/mail/messageId"],
        subject: &["/mail/commonHeaders/subject"],
        sender: &["/mail/commonHeaders/from", "/mail/source"],
        addressee: &["/mail/commonHeaders/to", "/mail/destination"],
        rows: &[
            row("Reject", "Bad content", "*", Blocked).reads(VIRUS),
            word("Reject", Blocked).reads(POLICY),
            word("*", Own).reads("550 5.6.0"),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "amazon-ses",
        name: "Amazon SES",
        told: "bare, in SNS, EventBridge, Lambda and SQS",
        signs: &[&[Has("/notificationType"), Has("/mail")], &[Has("/eventType"), Has("/mail")]],
        each: &[
            "/bounce/bouncedRecipients",
            "/complaint/complainedRecipients",
            "/deliveryDelay/delayedRecipients",
            "/delivery/recipients",
        ],
        recipient: &["./emailAddress", "."],
        event: &["/eventType", "/notificationType"],
        class: &["/bounce/bounceType", "/complaint/complaintFeedbackType", "/deliveryDelay/delayType"],
        detail: &["/bounce/bounceSubType", "/complaint/complaintSubType"],
        status: &["./status"],
        words: &["./diagnosticCode", "/delivery/smtpResponse"],
        label: "bounceSubType",
        generator: &["/bounce/reportingMTA", "/delivery/reportingMTA", "/deliveryDelay/reportingMTA"],
        message_id: &["/mail/commonHeaders/messageId", "/mail/messageId"],
        subject: &["/mail/commonHeaders/subject"],
        sender: &["/mail/commonHeaders/from", "/mail/source"],
        addressee: &["/mail/commonHeaders/to", "/mail/destination"],
        rows: &[
            row("Bounce", "Permanent", "Suppressed|OnAccountSuppressionList", Suppressed(Why::Bounce)),
            row("Bounce", "Permanent", "UnsubscribedRecipient", Suppressed(Why::Unsubscribe)),
            row("Bounce", "Permanent", "NoEmail", Final),
            row("Bounce", "Permanent", "*", Hard),
            row("Bounce", "Transient", "ContentRejected", Blocked).reads(SPAM),
            row("Bounce", "Transient", "AttachmentRejected", Blocked).reads("552 5.7.0 attachment type not allowed"),
            row("Bounce", "Transient", "MailboxFull", Final).reads(FULL),
            row("Bounce", "Transient", "MessageTooLarge", Final).reads(TOO_LARGE),
            row("Bounce", "Transient", "CustomTimeoutExceeded", Final).reads("delivery time expired"),
            row("Bounce", "*", "*", Final),
            row("Complaint", "*", "OnAccountSuppressionList", Suppressed(Why::Complaint)),
            row("Complaint", "not-spam", "*", Nothing),
            word("Complaint", Complaint),
            row("DeliveryDelay", "MailboxFull", "*", Late).reads(FULL),
            row("DeliveryDelay", "SpamDetected", "*", Late).reads("421 4.7.0 message looks like spam"),
            row("DeliveryDelay", "IPFailure|SendingDeferral", "*", Late).reads(RATE),
            row("DeliveryDelay", "TransientCommunicationFailure|RecipientServerError", "*", Late).reads(NO_CONNECTION),
            word("DeliveryDelay", Late),
            word("Delivery", Delivered),
            word("Subscription", Unsubscribed),
            word("Send|Open|Click", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "unisender-go",
        name: "Unisender Go",
        told: "events_by_user, or one event",
        signs: &[&[Is("/event_name", "transactional_*")], &[Has("/event_data/email"), Has("/event_data/status")]],
        recipient: &["/event_data/email"],
        event: &["/event_data/status"],
        class: &["/event_data/delivery_info/delivery_status"],
        words: &["/event_data/delivery_info/destination_response"],
        message_id: &["/event_data/job_id"],
        rows: &[
            row("hard_bounced|soft_bounced", "err_user_unknown", "*", Hard).reads(UNKNOWN_USER),
            row("hard_bounced|soft_bounced", "err_user_inactive", "*", Hard).reads("550 5.2.1 mailbox disabled"),
            row("hard_bounced|soft_bounced", "err_domain_inactive", "*", Hard).reads(NO_DOMAIN),
            row("hard_bounced|soft_bounced", "err_unsubscribed", "*", Suppressed(Why::Unsubscribe)),
            row("hard_bounced|soft_bounced", "err_skip_letter|err_spam_skipped", "*", Suppressed(Why::Listed)),
            row("hard_bounced|soft_bounced", "err_spam_rejected", "*", Blocked).reads(SPAM),
            row("hard_bounced|soft_bounced", "err_blacklisted", "*", Blocked).reads(LISTED),
            row("hard_bounced|soft_bounced", "err_too_large", "*", Blocked).reads(TOO_LARGE),
            row("hard_bounced|soft_bounced", "err_will_retry", "*", Late),
            row("soft_bounced|hard_bounced", "err_mailbox_full", "*", Soft).reads(FULL),
            row("soft_bounced|hard_bounced", "err_unreachable", "*", Soft).reads(NO_CONNECTION),
            row(
                "hard_bounced",
                "err_mailbox_discarded|err_lost|err_delivery_failed|err_destination_misconfigured",
                "*",
                Final,
            ),
            word("hard_bounced", Hard),
            word("soft_bounced", Soft),
            word("spam", Complaint),
            word("unsubscribed", Unsubscribed),
            word("delivered", Delivered),
            word("sent|opened|clicked|subscribed", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mailgun",
        name: "Mailgun",
        told: "event-data of a webhook, or an item of the Events API",
        signs: &[
            &[Has("/event"), Has("/delivery-status")],
            &[Has("/event"), Has("/log-level")],
            &[Has("/event"), Has("/recipient"), Has("/message/headers")],
            &[Is("/event", "rejected"), Has("/reject")],
        ],
        recipient: &["/recipient", "/message/headers/to"],
        event: &["/event"],
        class: &["/severity"],
        detail: &["/reason"],
        status: &["/delivery-status/enhanced-code"],
        reply: &["/delivery-status/code"],
        words: &["/delivery-status/message", "/delivery-status/description"],
        more: &["/delivery-status/description", "/reject/reason", "/reject/description"],
        remote: &["/delivery-status/mx-host"],
        message_id: &["/message/headers/message-id"],
        subject: &["/message/headers/subject"],
        sender: &["/message/headers/from", "/envelope/sender"],
        addressee: &["/message/headers/to"],
        rows: &[
            row("failed", "*", "suppress-bounce", Suppressed(Why::Bounce)),
            row("failed", "*", "suppress-complaint", Suppressed(Why::Complaint)),
            row("failed", "*", "suppress-unsubscribe", Suppressed(Why::Unsubscribe)),
            row("failed", "*", "old", Final),
            row("failed", "permanent", "espblock", Blocked).reads(LISTED),
            row("failed", "temporary", "*", Late),
            row("failed", "*", "greylisted", Late).reads(GREYLIST),
            word("failed", Final),
            word("rejected", Own).reads(POLICY),
            word("complained", Complaint),
            word("unsubscribed", Unsubscribed),
            word("delivered", Delivered),
            word("accepted|opened|clicked|stored", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mailgun",
        name: "Mailgun",
        told: "legacy webhooks",
        signs: &[
            &[Has("/event"), Has("/recipient"), Has("/token"), Has("/signature"), Has("/timestamp")],
            &[Has("/event"), Has("/recipient"), Has("/message-headers")],
        ],
        recipient: &["/recipient"],
        event: &["/event"],
        class: &["/reason"],
        detail: &["/code"],
        status: &["/code"],
        reply: &["/code"],
        words: &["/error", "/description"],
        more: &["/notification", "/description"],
        message_id: &["/Message-Id", "/message-id"],
        rows: &[
            row("dropped", "*", "605", Suppressed(Why::Bounce)),
            row("dropped", "*", "606", Suppressed(Why::Unsubscribe)),
            row("dropped", "*", "607", Suppressed(Why::Complaint)),
            word("dropped|bounced", Final),
            word("complained", Complaint),
            word("unsubscribed", Unsubscribed),
            word("delivered", Delivered),
            word("opened|clicked", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "postmark",
        name: "Postmark",
        told: "RecordType",
        signs: &[&[Is("/RecordType", "Bounce|SpamComplaint|Delivery|Open|Click|SubscriptionChange")]],
        recipient: &["/Email", "/Recipient"],
        event: &["/RecordType"],
        class: &["/Type", "/SuppressionReason"],
        detail: &["/SuppressSending"],
        words: &["/Details"],
        more: &["/Description", "/Name"],
        message_id: &["/MessageID"],
        subject: &["/Subject"],
        sender: &["/From"],
        rows: &[
            row("Bounce", "HardBounce", "*", Hard),
            row("Bounce", "BadEmailAddress", "*", Hard).reads(BAD_ADDRESS),
            row("Bounce", "SoftBounce|Unknown|Undeliverable", "*", Soft),
            row("Bounce", "DnsError", "*", Soft).reads("450 4.4.3 DNS error"),
            row("Bounce", "Transient", "*", Late),
            row("Bounce", "Blocked|ISPBlock", "*", Blocked).reads(LISTED),
            row("Bounce", "SpamNotification", "*", Blocked).reads(SPAM),
            row("Bounce", "DMARCPolicy", "*", Blocked).reads("550 5.7.1 rejected due to DMARC policy"),
            row("Bounce", "VirusNotification", "*", Blocked).reads(VIRUS),
            row("Bounce", "SpamComplaint", "*", Complaint),
            row("Bounce", "Unsubscribe", "*", Unsubscribed),
            row("Bounce", "Subscribe|AutoResponder|AddressChange|ChallengeVerification|OpenRelayTest", "*", Nothing),
            row("Bounce", "ManuallyDeactivated|ManualSuppression", "*", Suppressed(Why::Listed)),
            row("Bounce", "Unconfirmed", "*", Own).reads(POLICY),
            row("Bounce", "SMTPApiError|InboundError|TemplateRenderingFailed", "*", Own).reads(POLICY),
            word("Bounce", Final),
            word("SpamComplaint", Complaint),
            row("SubscriptionChange", "*", "true", Unsubscribed),
            word("SubscriptionChange", Nothing),
            word("Delivery", Delivered),
            word("Open|Click", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "sparkpost",
        name: "SparkPost (Bird)",
        told: "msys, or an item of the Events API",
        signs: &[&[Has("/type"), Has("/rcpt_to")], &[Has("/type"), Has("/raw_rcpt_to")]],
        recipient: &["/rcpt_to", "/raw_rcpt_to"],
        event: &["/type"],
        class: &["/bounce_class"],
        reply: &["/error_code"],
        words: &["/raw_reason", "/reason"],
        remote: &["/routing_domain_mx"],
        message_id: &["/message_id", "/transmission_id"],
        subject: &["/subject"],
        sender: &["/friendly_from", "/msg_from"],
        rows: &[
            row("bounce|out_of_band", "60|80|100", "*", Nothing),
            row("bounce|out_of_band", "90", "*", Unsubscribed),
            row("bounce|out_of_band", "10|30", "*", Hard).reads(UNKNOWN_USER),
            row("bounce|out_of_band", "50", "*", Blocked).reads(SPAM),
            row("bounce|out_of_band", "51", "*", Blocked).reads(LISTED),
            row("bounce|out_of_band", "52", "*", Blocked).reads(SPAM),
            row("bounce|out_of_band", "53", "*", Blocked).reads("552 5.7.0 attachment type not allowed"),
            row("bounce|out_of_band", "54", "*", Blocked).reads("550 5.7.1 relaying denied"),
            row("bounce|out_of_band", "22", "*", Final).reads(FULL),
            row("bounce|out_of_band", "23", "*", Final).reads(TOO_LARGE),
            row("bounce|out_of_band", "24", "*", Final).reads("delivery time expired"),
            row("bounce|out_of_band", "21", "*", Final).reads("451 4.4.3 DNS failure"),
            word("bounce|out_of_band", Final),
            row("policy_rejection", "25", "*", Suppressed(Why::Listed)),
            word("policy_rejection", Blocked).reads(POLICY),
            word("generation_failure|generation_rejection", Own).reads(POLICY),
            word("delay", Late),
            word("spam_complaint", Complaint),
            word("list_unsubscribe|link_unsubscribe", Unsubscribed),
            word("delivery", Delivered),
            word("injection|open|initial_open|click|amp_*|sms_status", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mandrill",
        name: "Mandrill (Mailchimp Transactional)",
        told: "mandrill_events, message events",
        signs: &[&[Has("/msg"), Has("/event")], &[Has("/msg/email"), Has("/ts")]],
        recipient: &["/msg/email"],
        event: &["/event"],
        class: &["/msg/reject/reason", "/msg/bounce_description"],
        words: &["/msg/diag", "/msg/smtp_events/0/diag"],
        more: &["/msg/bounce_description", "/msg/reject/reason"],
        message_id: &["/_id", "/msg/_id"],
        subject: &["/msg/subject"],
        sender: &["/msg/sender"],
        rows: &[
            row("hard_bounce", "invalid_domain", "*", Hard).reads(NO_DOMAIN),
            row("hard_bounce", "general", "*", Final),
            word("hard_bounce", Hard),
            row("soft_bounce", "mailbox_full", "*", Soft).reads(FULL),
            word("soft_bounce", Soft),
            word("deferral", Late),
            row("reject", "hard-bounce|soft-bounce", "*", Suppressed(Why::Bounce)),
            row("reject", "invalid", "*", Suppressed(Why::Bounce)).reads(BAD_ADDRESS),
            row("reject", "spam", "*", Suppressed(Why::Complaint)),
            row("reject", "unsub", "*", Suppressed(Why::Unsubscribe)),
            row("reject", "custom", "*", Suppressed(Why::Listed)),
            row("reject", "invalid-sender", "*", Own).reads(BAD_SENDER),
            row("reject", "unsigned", "*", Own).reads("550 5.7.20 no passing DKIM signature found"),
            row("reject", "test-mode-limit", "*", Own).reads("550 5.7.1 daily sending quota exceeded"),
            row("reject", "*", "*", Own).reads(POLICY),
            word("spam", Complaint),
            word("unsub", Unsubscribed),
            word("delivered", Delivered),
            word("send|open|click", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mandrill",
        name: "Mandrill (Mailchimp Transactional)",
        told: "sync events of the lists",
        signs: &[&[Is("/type", "whitelist|blacklist|allowlist|denylist"), Has("/reject")]],
        recipient: &["/reject/email"],
        event: &["/type"],
        class: &["/action"],
        detail: &["/reject/reason"],
        rows: &[word("*", Nothing)],
        ..Shape::NONE
    },
    Shape {
        id: "sendgrid",
        name: "SendGrid",
        told: "Event Webhook",
        signs: &[
            &[Has("/sg_event_id"), Has("/event")],
            &[Has("/sg_message_id"), Has("/event")],
            &[Has("/email"), Has("/event"), Has("/smtp-id")],
            &[Has("/email"), Has("/event"), Has("/bounce_classification")],
        ],
        recipient: &["/email"],
        event: &["/event"],
        class: &["/type"],
        detail: &["/reason", "/bounce_classification"],
        status: &["/status"],
        words: &["/reason", "/response"],
        more: &["/bounce_classification"],
        message_id: &["/smtp-id", "/sg_message_id"],
        rows: &[
            row("dropped", "*", "Bounced Address*|Invalid", Suppressed(Why::Bounce)),
            row("dropped", "*", "Unsubscribed Address*|*unsubscribe*", Suppressed(Why::Unsubscribe)),
            row("dropped", "*", "Spam Reporting Address*", Suppressed(Why::Complaint)),
            row("dropped", "*", "Spam Content*", Own).reads(SPAM),
            row("dropped", "*", "*Quota*", Own).reads("550 5.7.1 sending quota exceeded"),
            word("dropped", Own).reads(POLICY),
            row("bounce", "blocked", "*", Blocked),
            row("bounce", "*", "Invalid Address", Hard).reads(UNKNOWN_USER),
            word("bounce", Final),
            word("blocked", Blocked),
            word("deferred", Late),
            word("spamreport", Complaint),
            word("unsubscribe|group_unsubscribe", Unsubscribed),
            word("delivered", Delivered),
            word("processed|open|click|group_resubscribe|account_status_change|compliance_suspend", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mailjet",
        name: "Mailjet",
        told: "event callbacks, single or grouped",
        signs: &[
            &[Has("/event"), Has("/email"), Has("/mj_campaign_id")],
            &[Has("/event"), Has("/email"), Has("/mj_contact_id")],
            &[Has("/event"), Has("/email"), Has("/Message_GUID")],
            &[Has("/event"), Has("/email"), Number("/MessageID")],
            &[Has("/event"), Has("/email"), Has("/error_related_to")],
        ],
        recipient: &["/email"],
        event: &["/event"],
        class: &["/error"],
        detail: &["/hard_bounce"],
        words: &["/comment", "/smtp_reply"],
        more: &["/error"],
        message_id: &["/Message_GUID", "/MessageID"],
        rows: &[
            row("bounce|blocked", "user unknown", "*", Hard).reads(UNKNOWN_USER),
            row("bounce|blocked", "mailbox inactive", "*", Hard).reads("550 5.2.1 mailbox disabled"),
            row("bounce|blocked", "invalid domain|no mail host", "*", Hard).reads(NO_DOMAIN),
            row("bounce|blocked", "typofix", "*", Hard).reads(NO_DOMAIN),
            row("bounce", "quota exceeded", "true", Final).reads(FULL),
            row("bounce|blocked", "quota exceeded", "*", Soft).reads(FULL),
            row("bounce|blocked", "greylisted", "*", Late).reads(GREYLIST),
            row("blocked|bounce", "preblocked|blacklisted", "*", Suppressed(Why::Listed)),
            row("blocked|bounce", "spam reporter", "*", Suppressed(Why::Complaint)),
            row("blocked|bounce", "duplicate in campaign", "*", Own).reads(POLICY),
            row("blocked|bounce", "sender blocked", "*", Blocked).reads(LISTED),
            row("blocked|bounce", "content blocked", "*", Blocked).reads(SPAM),
            row("blocked|bounce", "policy issue|relay/access denied", "*", Blocked).reads(POLICY),
            row("blocked|bounce", "error in template language", "*", Own).reads(POLICY),
            row("bounce", "*", "true", Hard),
            row("bounce", "system issue|protocol issue|connection issue", "*", Soft).reads(SYSTEM),
            word("bounce", Soft),
            word("blocked", Blocked).reads(POLICY),
            word("spam", Complaint),
            word("unsub", Unsubscribed),
            word("sent", Delivered),
            word("open|click", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "brevo",
        name: "Brevo (Sendinblue)",
        told: "transactional and marketing webhooks",
        signs: &[
            &[Has("/event"), Has("/email"), Has("/message-id")],
            &[Has("/event"), Has("/email"), Has("/ts_event")],
            &[Has("/event"), Has("/email"), Has("/ts_epoch")],
            &[Has("/event"), Has("/email"), Has("/camp_id")],
        ],
        recipient: &["/email"],
        event: &["/event"],
        class: &["/reason"],
        words: &["/reason"],
        message_id: &["/message-id"],
        subject: &["/subject"],
        sender: &["/sender_email"],
        rows: &[
            word("hard_bounce|hardBounce|hard_bounced", Hard),
            word("invalid_email|invalid", Hard).reads(BAD_ADDRESS),
            word("soft_bounce|softBounce|soft_bounced", Soft),
            word("deferred", Late),
            row("blocked", "*unsubscribe*", "*", Suppressed(Why::Unsubscribe)),
            word("blocked", Suppressed(Why::Listed)),
            word("error", Own).reads(SYSTEM),
            word("spam|complaint", Complaint),
            word("unsubscribe|unsubscribed", Unsubscribed),
            word("delivered", Delivered),
            word(
                "request|sent|opened|unique_opened|uniqueOpened|first_opening|proxy_open|unique_proxy_open|click|list_addition|contact_*",
                Nothing,
            ),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mailtrap",
        name: "Mailtrap",
        told: "events, or JSON lines",
        signs: &[
            &[Has("/event"), Has("/email"), Has("/sending_stream")],
            &[Has("/event"), Has("/email"), Has("/message_id"), Has("/event_id")],
            &[Has("/event"), Has("/email"), Has("/bounce_category")],
        ],
        recipient: &["/email"],
        event: &["/event"],
        class: &["/bounce_category", "/reason"],
        reply: &["/response_code"],
        words: &["/response"],
        more: &["/reason", "/bounce_category"],
        message_id: &["/message_id"],
        rows: &[
            word("bounce", Hard),
            word("soft bounce|soft_bounce", Soft),
            word("suspension", Own).reads("550 5.7.1 your account is suspended"),
            row("reject", "*unsub*", "*", Suppressed(Why::Unsubscribe)),
            row("reject", "*bounce*", "*", Suppressed(Why::Bounce)),
            row("reject", "*spam*|*compl*", "*", Suppressed(Why::Complaint)),
            word("reject", Own).reads(POLICY),
            word("spam", Complaint),
            word("unsubscribe", Unsubscribed),
            word("delivery", Delivered),
            word("open|click", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "mailersend",
        name: "MailerSend",
        told: "activity events",
        signs: &[&[Is("/type", "activity.*")], &[Has("/data/morph"), Has("/data/email/recipient")]],
        recipient: &["/data/email/recipient/email"],
        event: &["/type", "/data/type"],
        class: &["/data/morph/reason"],
        words: &["/data/morph/reason"],
        more: &["/data/morph/readable_reason"],
        message_id: &["/data/email/message/id", "/data/email/id"],
        subject: &["/data/email/subject"],
        sender: &["/data/email/from"],
        rows: &[
            word("*hard_bounced", Hard),
            word("*soft_bounced", Soft),
            word("*deferred", Late),
            word("*spam_complaint", Complaint),
            word("*unsubscribed", Unsubscribed),
            word("*.delivered|delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "resend",
        name: "Resend",
        told: "email events",
        signs: &[&[Is("/type", "email.*"), Has("/data/email_id")], &[Is("/type", "email.*"), Has("/data/to")]],
        recipient: &["/data/to"],
        event: &["/type"],
        class: &["/data/bounce/type"],
        detail: &["/data/bounce/subType"],
        words: &["/data/bounce/diagnosticCode"],
        label: "bounceSubType",
        more: &["/data/bounce/message", "/data/failed/reason"],
        message_id: &["/data/email_id"],
        subject: &["/data/subject"],
        sender: &["/data/from"],
        rows: &[
            row("email.bounced", "*", "Suppressed|OnAccountSuppressionList", Suppressed(Why::Bounce)),
            row("email.bounced", "Transient", "MailboxFull", Final).reads(FULL),
            row("email.bounced", "Transient", "MessageTooLarge", Final).reads(TOO_LARGE),
            row("email.bounced", "Transient", "ContentRejected|AttachmentRejected", Blocked).reads(SPAM),
            row("email.bounced", "Permanent", "*", Hard),
            word("email.bounced", Final),
            word("email.delivery_delayed", Late),
            word("email.complained", Complaint),
            word("email.suppressed", Suppressed(Why::Listed)),
            word("email.failed", Own).reads(POLICY),
            word("email.delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "emailit",
        name: "Emailit",
        told: "email events",
        signs: &[&[Is("/type", "email.*"), Has("/data/object/to")]],
        recipient: &["/data/object/to"],
        event: &["/type"],
        message_id: &["/data/object/id"],
        rows: &[
            word("email.bounced", Final),
            word("email.delivery_delayed|email.deferred", Late),
            word("email.complained", Complaint),
            word("email.suppressed", Suppressed(Why::Listed)),
            word("email.failed|email.rejected", Own).reads(POLICY),
            word("email.delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "cloudflare",
        name: "Cloudflare Email Sending",
        told: "cf.email.sending events, bare or in a queue",
        signs: &[&[Is("/type", "cf.email.sending.*"), Has("/payload")]],
        recipient: &["/payload/recipient"],
        event: &["/type"],
        class: &["/payload/rejection/detail", "/payload/bounce/reason", "/payload/failure/reason"],
        reply: &["/payload/delivery/smtpStatusCode"],
        words: &["/payload/delivery/smtpResponse"],
        more: &["/payload/bounce/reason", "/payload/failure/reason", "/payload/rejection/detail"],
        message_id: &["/payload/messageId"],
        subject: &["/payload/subject"],
        sender: &["/payload/sender"],
        rows: &[
            row("*.rejected", "*suppress*", "*", Suppressed(Why::Listed)),
            word("*.rejected", Own).reads(POLICY),
            word("*.bounced|*.failed", Final),
            word("*.deferred", Late),
            word("*.complained", Complaint),
            word("*.delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "postal",
        name: "Postal",
        told: "MessageBounced",
        signs: &[
            &[Has("/payload/original_message"), Has("/payload/bounce")],
            &[Has("/original_message"), Has("/bounce")],
        ],
        recipient: &["/payload/original_message/to", "/original_message/to"],
        event: &["/event"],
        message_id: &["/payload/original_message/message_id", "/original_message/message_id"],
        subject: &["/payload/original_message/subject", "/original_message/subject"],
        sender: &["/payload/original_message/from", "/original_message/from"],
        rows: &[word("*", Final)],
        ..Shape::NONE
    },
    Shape {
        id: "postal",
        name: "Postal",
        told: "states of a message",
        signs: &[
            &[Is("/event", "Message*"), Has("/payload/message")],
            &[Is("/payload/status", "HardFail|SoftFail|Held|Sent|Bounced"), Has("/payload/message")],
            &[Is("/status", "HardFail|SoftFail|Held|Sent|Bounced"), Has("/message/to"), Has("/output")],
            &[Is("/event", "DomainDNSError")],
        ],
        recipient: &["/payload/message/to", "/message/to"],
        event: &["/event", "/status"],
        class: &["/payload/status", "/status"],
        detail: &["/payload/details", "/details"],
        words: &["/payload/output", "/output"],
        more: &["/payload/details", "/details"],
        message_id: &["/payload/message/message_id", "/message/message_id"],
        subject: &["/payload/message/subject", "/message/subject"],
        sender: &["/payload/message/from", "/message/from"],
        rows: &[
            row("*", "*", "*suppression list*", Suppressed(Why::Listed)),
            row("MessageDeliveryFailed|HardFail", "*", "*", Final),
            row("*", "HardFail", "*", Final),
            row("MessageDelayed|SoftFail", "*", "*", Late),
            row("*", "SoftFail", "*", Late),
            row("MessageHeld|Held", "*", "*", Own).reads(POLICY),
            row("*", "Held", "*", Own).reads(POLICY),
            row("*", "Bounced", "*", Final),
            row("MessageSent|Sent", "*", "*", Delivered),
            row("*", "Sent", "*", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "scaleway",
        name: "Scaleway Transactional Email",
        told: "Topics and Events",
        signs: &[
            &[Is("/type", "email_*|blocklist_*|unknown_type"), Has("/email_to")],
            &[Is("/type", "email_*|blocklist_*"), Has("/domain_name")],
        ],
        recipient: &["/email_to"],
        event: &["/type"],
        reply: &["/email_response_code"],
        words: &["/email_response_message", "/email_error"],
        message_id: &["/email_id"],
        subject: &["/email_subject"],
        sender: &["/email_from"],
        rows: &[
            word("email_mailbox_not_found", Hard).reads(UNKNOWN_USER),
            word("email_dropped", Final),
            word("email_deferred", Late),
            word("email_spam", Blocked).reads(SPAM),
            word("email_blocklisted", Suppressed(Why::Listed)),
            word("email_delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "emailengine",
        name: "EmailEngine",
        told: "webhooks",
        signs: &[
            &[Has("/serviceUrl"), Has("/account"), Has("/event"), Has("/data")],
            &[
                Is("/event", "messageBounce|messageDeliveryError|messageFailed|messageComplaint|messageSent"),
                Has("/data"),
            ],
        ],
        recipient: &["/data/recipient", "/data/envelope/to", "/data/arf/originalRcptTo"],
        event: &["/event"],
        class: &["/data/action"],
        detail: &["/data/errorCode"],
        status: &["/data/response/status"],
        reply: &["/data/smtpResponseCode"],
        words: &["/data/response/message", "/data/smtpResponse", "/data/response", "/data/error"],
        remote: &["/data/mta"],
        message_id: &["/data/messageId", "/data/messageHeaders/message-id/0"],
        subject: &["/data/messageHeaders/subject/0", "/data/subject"],
        sender: &["/data/envelope/from"],
        rows: &[
            row("messageBounce", "delayed", "*", Late),
            row("messageBounce", "delivered|relayed|expanded", "*", Delivered),
            word("messageBounce", Final),
            row("messageDeliveryError", "*", "EAUTH", Late).reads("535 5.7.8 authentication failed"),
            row("messageDeliveryError", "*", "ETIMEDOUT|ECONNREFUSED|ECONNECTION|ESOCKET|EDNS", Late)
                .reads(NO_CONNECTION),
            word("messageDeliveryError", Late),
            row("messageFailed", "*", "EAUTH", Own).reads("535 5.7.8 authentication failed"),
            word("messageFailed", Final),
            word("messageComplaint", Complaint),
            word("messageSent", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "kumomta",
        name: "KumoMTA",
        told: "records of the log or a hook",
        signs: &[
            &[Is("/type", "*"), Has("/response/content"), Has("/queue")],
            &[Is("/type", "*"), Has("/egress_pool"), Has("/recipient")],
            &[
                Is("/type", "Bounce|TransientFailure|Expiration|AdminBounce|OOB|Feedback|Rejection|Delivery|Reception"),
                Has("/recipient"),
                Has("/response"),
            ],
            &[Is("/type", "Feedback"), Has("/feedback_report")],
        ],
        recipient: &["/recipient", "/feedback_report/original_rcpto_to"],
        event: &["/type"],
        class: &["/bounce_classification"],
        status: &["/response/enhanced_code"],
        reply: &["/response/code"],
        words: &["/response/content"],
        remote: &["/peer_address/name"],
        command: &["/response/command"],
        message_id: &["/headers/Message-ID", "/headers/Message-Id", "/id"],
        subject: &["/headers/Subject"],
        sender: &["/sender"],
        rows: &[
            word("Bounce|OOB", Final),
            word("TransientFailure", Late),
            word("Expiration", Final).reads("delivery time expired"),
            word("AdminBounce", Own).reads(POLICY),
            word("Rejection", Final),
            word("Feedback", Complaint),
            word("Delivery", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "socketlabs",
        name: "SocketLabs",
        told: "Event Webhook",
        signs: &[&[Has("/Type"), Has("/ServerId")], &[Has("/Type"), Has("/SecretKey")]],
        recipient: &["/Address"],
        event: &["/Type"],
        class: &["/FailureType"],
        detail: &["/TrackingType"],
        status: &["/BounceStatus"],
        words: &["/DiagnosticCode", "/Reason", "/Response"],
        more: &["/Reason"],
        remote: &["/RemoteMta"],
        message_id: &["/MessageId", "/MailingId"],
        sender: &["/FromAddress"],
        rows: &[
            row("Failed", "Suppressed|2", "*", Suppressed(Why::Listed)),
            row("Failed", "Temporary|0", "*", Final),
            row("Failed", "Permanent|1", "*", Final).reads(UNKNOWN_USER),
            word("Failed", Final),
            word("Deferred", Late),
            word("Complaint", Complaint),
            row("Tracking", "*", "2", Unsubscribed),
            word("Delivered|Sent", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "azure-communication",
        name: "Azure Communication Services",
        told: "delivery reports of Event Grid, and CloudEvents",
        signs: &[
            &[Is("/eventType", "Microsoft.Communication.Email*")],
            &[Is("/type", "Microsoft.Communication.Email*")],
        ],
        recipient: &["/data/recipient"],
        event: &["/data/status", "/eventType", "/type"],
        words: &["/data/deliveryStatusDetails/statusMessage"],
        remote: &["/data/deliveryStatusDetails/recipientMailServerHostName"],
        message_id: &["/data/internetMessageId", "/data/messageId"],
        sender: &["/data/sender"],
        rows: &[
            word("Bounced", Hard),
            word("Suppressed", Suppressed(Why::Listed)),
            word("Failed", Final),
            word("Quarantined|FilteredSpam", Blocked).reads(SPAM),
            word("Delivered|Expanded", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "smtp2go",
        name: "SMTP2GO",
        told: "webhooks, as form or JSON",
        signs: &[
            &[Has("/event"), Has("/email_id"), Has("/rcpt")],
            &[Has("/event"), Has("/email_id"), Has("/recipients")],
            &[Has("/event"), Has("/email_id"), Has("/auth")],
        ],
        recipient: &["/rcpt", "/recipients"],
        event: &["/event"],
        class: &["/bounce"],
        words: &["/message"],
        remote: &["/host"],
        command: &["/context"],
        message_id: &["/Message-Id", "/email_id"],
        subject: &["/subject"],
        sender: &["/sender", "/from"],
        rows: &[
            row("bounce", "soft", "*", Soft),
            row("bounce", "hard", "*", Hard),
            word("bounce", Final),
            word("reject", Suppressed(Why::Listed)),
            word("spam", Complaint),
            word("unsubscribe", Unsubscribed),
            word("delivered", Delivered),
            word("processed|open|click|resubscribe", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "elastic-email",
        name: "Elastic Email",
        told: "notifications, as query or JSON",
        signs: &[
            &[Has("/transaction"), Has("/status"), Has("/to")],
            &[Has("/status"), Has("/category"), Has("/to"), Has("/messageid")],
        ],
        recipient: &["/to"],
        event: &["/status"],
        class: &["/category"],
        more: &["/category"],
        message_id: &["/messageid", "/transaction"],
        subject: &["/subject"],
        sender: &["/from"],
        rows: &[
            row("Error", "NoMailbox", "*", Hard).reads(UNKNOWN_USER),
            row("Error", "DNSProblem", "*", Final).reads(NO_DOMAIN),
            row("Error", "GreyListed", "*", Soft).reads(GREYLIST),
            row("Error", "Throttled", "*", Soft).reads(RATE),
            row("Error", "Timeout|ConnectionProblem|ConnectionTerminated", "*", Soft).reads(NO_CONNECTION),
            row("Error", "NotDelivered", "*", Suppressed(Why::Listed)),
            row("Error", "Spam|ContentFilter", "*", Blocked).reads(SPAM),
            row("Error", "BlackListed|WhitelistingProblem", "*", Blocked).reads(LISTED),
            row("Error", "SPFProblem", "*", Blocked).reads("550 5.7.23 SPF validation failed"),
            row("Error", "AccountProblem", "*", Final).reads(FULL),
            row("Error", "CodeError|ManualCancel", "*", Own).reads(POLICY),
            word("Error", Final),
            word("AbuseReport|Complaint", Complaint),
            word("Unsubscribed", Unsubscribed),
            word("Delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "zone-mta",
        name: "ZoneMTA",
        told: "http-bounce",
        signs: &[
            &[Has("/returnPath"), Has("/category"), Has("/to"), Has("/seq")],
            &[Has("/returnPath"), Has("/response"), Has("/to")],
        ],
        recipient: &["/to"],
        event: &["/category"],
        class: &["/category"],
        words: &["/response"],
        message_id: &["/id"],
        rows: &[word("*", Final)],
        ..Shape::NONE
    },
    Shape {
        id: "forward-email",
        name: "Forward Email",
        told: "bounce webhooks",
        signs: &[
            &[Has("/truth_source"), Has("/bounce")],
            &[Has("/bounce/action"), Has("/bounce/category"), Has("/recipient")],
        ],
        recipient: &["/recipient"],
        event: &["/bounce/action"],
        class: &["/bounce/category"],
        status: &["/bounce/status"],
        reply: &["/response_code", "/bounce/code"],
        words: &["/response", "/bounce/message", "/message"],
        message_id: &["/email_id"],
        rows: &[
            word("defer", Late),
            row("*", "recipient", "*", Hard),
            row("*", "block|blocklist", "*", Blocked).reads(LISTED),
            row("*", "spam", "*", Blocked).reads(SPAM),
            row("*", "virus", "*", Blocked).reads(VIRUS),
            word("*", Final),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "lettermint",
        name: "Lettermint",
        told: "message events",
        signs: &[
            &[Is("/event", "message.*"), Has("/data/recipient")],
            &[Is("/event", "message.*"), Has("/data/message_id")],
        ],
        recipient: &["/data/recipient"],
        event: &["/event"],
        status: &["/data/response/enhanced_status_code"],
        reply: &["/data/response/status_code"],
        words: &["/data/response/content"],
        message_id: &["/data/message_id"],
        subject: &["/data/subject"],
        rows: &[
            word("message.hard_bounced", Hard),
            word("message.soft_bounced", Soft),
            word("message.deferred", Late),
            word("message.spam_complaint", Complaint),
            word("message.unsubscribed", Unsubscribed),
            word("message.suppressed", Suppressed(Why::Listed)),
            word("message.failed|message.policy_rejected", Own).reads(POLICY),
            word("message.delivered", Delivered),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "stalwart",
        name: "Stalwart",
        told: "events of a webhook",
        signs: &[&[Is("/type", "delivery.*"), Has("/data")], &[Is("/type", "delivery.*"), Has("/to")]],
        recipient: &["/data/to", "/to"],
        event: &["/type"],
        reply: &["/data/code", "/code"],
        words: &["/data/details", "/data/reason", "/details", "/reason"],
        remote: &["/data/hostname", "/hostname"],
        sender: &["/data/from", "/from"],
        rows: &[
            word("delivery.delivered|delivery.dsn-success", Delivered),
            row(
                "delivery.rcpt-to-rejected|delivery.message-rejected|delivery.mail-from-rejected|delivery.ehlo-rejected|delivery.dsn-perm-fail",
                "*",
                "*",
                Final,
            ),
            word("delivery.null-mx", Final).reads("556 5.1.10 recipient address has null MX"),
            word(
                "delivery.rcpt-to-failed|delivery.greeting-failed|delivery.connect-error|delivery.dsn-temp-fail|delivery.mx-lookup-failed",
                Late,
            ),
            word("delivery.rate-limit-exceeded|delivery.concurrency-limit-exceeded", Late).reads(RATE),
            word("*", Nothing),
        ],
        ..Shape::NONE
    },
    Shape {
        id: "smartlead",
        name: "Smartlead",
        told: "webhooks",
        signs: &[&[Is("/event_type", "EMAIL_*"), Has("/to_email")]],
        recipient: &["/to_email"],
        event: &["/event_type"],
        sender: &["/from_email"],
        subject: &["/subject"],
        rows: &[word("EMAIL_BOUNCE*", Final), word("LEAD_UNSUBSCRIBED|EMAIL_UNSUB*", Unsubscribed), word("*", Nothing)],
        ..Shape::NONE
    },
    Shape {
        id: "listmonk",
        name: "listmonk",
        told: "its own bounce webhook",
        signs: &[
            &[Has("/email"), Has("/source"), Is("/type", "hard|soft|complaint")],
            &[Has("/subscriber_uuid"), Has("/source"), Is("/type", "hard|soft|complaint")],
        ],
        recipient: &["/email"],
        event: &["/type"],
        words: &["/meta/reason", "/meta/message", "/meta/error", "/meta/diagnostic", "/meta/response"],
        rows: &[word("hard", Hard), word("soft", Soft), word("complaint", Complaint)],
        ..Shape::NONE
    },
    Shape {
        id: "oracle-oci",
        name: "Oracle Cloud Email Delivery",
        told: "entries of the suppression list",
        signs: &[&[Has("/emailAddress"), Is("/reason", "HARDBOUNCE|SOFTBOUNCE|COMPLAINT|MANUAL|UNSUBSCRIBE|UNKNOWN")]],
        recipient: &["/emailAddress"],
        event: &["/reason"],
        words: &["/errorDetail"],
        rows: &[
            word("HARDBOUNCE|SOFTBOUNCE", Suppressed(Why::Bounce)),
            word("COMPLAINT", Suppressed(Why::Complaint)),
            word("UNSUBSCRIBE", Suppressed(Why::Unsubscribe)),
            word("*", Suppressed(Why::Listed)),
        ],
        ..Shape::NONE
    },
];

/// Values of a [`Row`]'s event that are pings, in fields that tell them.
pub(crate) static PINGS: &[(&str, &str)] = &[
    ("/Type", "SubscriptionConfirmation|UnsubscribeConfirmation"),
    ("/eventType", "Microsoft.EventGrid.*"),
    ("/event", "webhook.test|test"),
    ("/notificationType", "AmazonSnsSubscriptionSucceeded"),
    ("/Type", "Validation"),
];

/// What a suppression amounts to where the event gives no words.
pub(crate) const fn suppressed_reads(why: Why) -> &'static str {
    match why {
        Why::Bounce => "the mail service keeps this address on its list after an earlier bounce",
        Why::Complaint => "the mail service keeps this address on its list after an earlier complaint",
        Why::Unsubscribe => "the mail service keeps this address on its list after an unsubscribe",
        Why::Listed => "the mail service keeps this address on its list",
    }
}

/// A column of names by which events of unknown form, and tables, name one thing. Names are compared in lower case and
/// without `_`, `-`, `.` and blanks.
pub(crate) mod names {
    /// Whose mail failed, the most telling first.
    pub(crate) static RECIPIENT: &[&str] = &[
        "finalrecipient",
        "bouncedrecipient",
        "failedrecipient",
        "rcpt",
        "rcptto",
        "recipient",
        "recipients",
        "recipientaddress",
        "recipientemail",
        "emailrecipient",
        "toaddress",
        "toemail",
        "emailto",
        "mailto",
        "to",
        "destination",
        "bouncedaddress",
        "bouncedemail",
        "failedaddress",
        "email",
        "emailaddress",
        "mail",
        "address",
        "subscriber",
    ];
    /// How many of [`RECIPIENT`] name a recipient of mail and nothing else.
    pub(crate) const SURE: usize = 18;
    /// The server's words.
    pub(crate) static WORDS: &[&str] = &[
        "smtpresponse",
        "smtpreply",
        "serverresponse",
        "remoteresponse",
        "diagnosticcode",
        "diagnostic",
        "dsndiag",
        "smtperror",
        "smtpmessage",
        "bouncereason",
        "bouncemessage",
        "bouncedetail",
        "response",
        "reply",
        "serverreply",
        "reason",
        "error",
        "errormessage",
        "errmsg",
        "err",
        "exception",
        "cause",
        "errortext",
        "lasterror",
        "failurereason",
        "failreason",
        "statusmessage",
        "message",
        "description",
        "details",
        "detail",
        "output",
        "info",
        "comment",
        "text",
    ];
    /// The reply code.
    pub(crate) static REPLY: &[&str] = &[
        "smtpcode",
        "smtpstatus",
        "smtpstatuscode",
        "smtpreplycode",
        "smtpresponsecode",
        "replycode",
        "responsecode",
        "code",
        "errorcode",
        "statuscode",
        "status",
    ];
    /// The enhanced status code.
    pub(crate) static STATUS: &[&str] = &[
        "enhanced",
        "enhancedstatus",
        "enhancedcode",
        "enhancedstatuscode",
        "smtpenhancedcode",
        "enhancedsmtpcode",
        "extendedcode",
        "extendedstatus",
        "xcode",
        "smtpenchcode",
        "dsnstatus",
        "dsn",
        "dsncode",
        "esc",
        "status",
        "statuscode",
        "code",
    ];
    /// The outcome.
    pub(crate) static OUTCOME: &[&str] = &[
        "event",
        "eventtype",
        "eventname",
        "type",
        "bouncetype",
        "result",
        "outcome",
        "action",
        "dsnaction",
        "state",
        "status",
        "deliverystatus",
        "severity",
        "kind",
        "ok",
        "success",
        "delivered",
        "bounced",
        "failed",
    ];
    /// The server that was asked.
    pub(crate) static REMOTE: &[&str] = &[
        "remotemta",
        "remotehost",
        "remoteserver",
        "remote",
        "mx",
        "mxhost",
        "mxserver",
        "relay",
        "dsnmta",
        "host",
        "server",
        "smtphost",
    ];
    /// Message-ID.
    pub(crate) static MESSAGE_ID: &[&str] = &["messageid", "msgid", "internetmessageid"];
    /// The sender: what stands there is never a recipient.
    pub(crate) static SENDER: &[&str] =
        &["from", "sender", "mailfrom", "envelopefrom", "fromaddress", "fromemail", "senderaddress", "returnpath"];
    /// The SMTP command.
    pub(crate) static COMMAND: &[&str] = &["command", "smtpcommand", "context", "phase", "stage"];
}

/// Words for outcomes in events of unknown form.
pub(crate) static OUTCOMES: &[(&str, Means)] = &[
    ("*unsub*|*opt*out*|*optout*", Unsubscribed),
    ("*complain*|*spamreport*|*spam_report*|abuse*|*feedback*", Complaint),
    ("*soft*|*defer*|*delay*|*temp*|*transient*|*retry*|*greylist*|tf", Late),
    (
        "*suppress*|*drop*|*block*|*reject*|*bounc*|*hard*|*undeliv*|*perm*|*invalid*|*refus*|*expired*|*not_delivered*|*not delivered*|*nondeliver*|*undelivered*|pf",
        Final,
    ),
    ("*deliver*|sent|accepted|ok|success|succeeded|relayed", Delivered),
    ("*open*|*click*|*process*|*queue*|*inject*|*receiv*", Nothing),
];

/// Words that say "it failed" of anything, not of mail alone.
pub(crate) static FAILED: &str = "fail*|*failed|*failure|error*|*error|ko|nok|denied";
