//! What an input looks like in which no report was found, and what to do next.

/// A kind of input that is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The permanent name.
    pub id: &'static str,
    /// What it is, as the end of a sentence: "this looks like ...".
    pub what: &'static str,
    /// What to do next.
    pub next: &'static str,
}

pub(crate) const NOTHING: Looks = Looks {
    id: "nothing",
    what: "an empty input",
    next: "Paste the text of the bounce, or give the file that holds it.",
};

pub(crate) const HEADER: Looks = Looks {
    id: "header",
    what: "the header of a message",
    next: "A header does not say why a message bounced. \"ndr headers\" shows its route and its checks; for the reason, give the \
           text of the bounce.",
};

pub(crate) const TRACE: Looks = Looks {
    id: "message-trace",
    what: "the summary of a message trace",
    next: "Open the failed message in the trace and give its details: the event \"Fail\" holds the server's words.",
};

pub(crate) const LOG: Looks = Looks {
    id: "log",
    what: "lines of a mail log that tell of no delivery",
    next: "Search the log for the message's queue id, and give the lines with \"status=\", \"**\", \"==\" or \"stat=\".",
};

pub(crate) const DATA: Looks = Looks {
    id: "data",
    what: "JSON without the event of a mail service",
    next: "Give the event itself, or the value of the field that holds the server's words.",
};

pub(crate) const ENCODED: Looks = Looks {
    id: "encoded",
    what: "encoded data, as base64",
    next: "Save the whole message as a file (.eml) and give that file; ndr decodes it.",
};

pub(crate) const PAGE: Looks = Looks {
    id: "web-page",
    what: "a web page or HTML without a report",
    next: "Open the bounce in your mail program and save it as a file (.eml or .html), or paste its text.",
};

pub(crate) const MAIL: Looks = Looks {
    id: "mail",
    what: "a message that reports nothing",
    next: "If the bounce is attached to it or quoted in it, save that part and give it alone.",
};

pub(crate) const PROSE: Looks = Looks {
    id: "prose",
    what: "text without the words of a mail server",
    next: "Paste the part from \"Diagnostic information for administrators\" on, or the line with the number, such as 550 or \
           5.7.1.",
};

/// Names of columns and labels that only the summary of a message trace has; two of them make one.
pub(crate) const TRACE_MARKS: &[&str] = &[
    "message trace",
    "messagetraceid",
    "message trace id",
    "received (utc)",
    "date (utc)",
    "senderaddress",
    "sender address",
    "recipientaddress",
    "recipient address",
    "from ip",
    "fromip",
    "to ip",
    "toip",
    "nachrichtenablaufverfolgung",
    "suivi des messages",
    "seguimiento de mensajes",
    "rastreamento de mensagem",
    "network message id",
];

/// Words of the outcome in such a summary.
pub(crate) const TRACE_OUTCOMES: &[&str] = &[
    "delivered",
    "failed",
    "pending",
    "expanded",
    "quarantined",
    "filteredasspam",
    "gettingstatus",
    "zugestellt",
    "fehlgeschlagen",
];
