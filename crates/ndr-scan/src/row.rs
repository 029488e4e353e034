//! What counting needs to know of one recipient, whether a report or a row of a table says it.

use crate::Record;
use ndr::{Action, Entry, Kind, Recipient, Report, Retry, Suppress};

/// One recipient of a report.
pub(crate) struct Row<'r> {
    pub(crate) source: &'r str,
    pub(crate) kind: Kind,
    /// When the report was written, in seconds since 1970 (UTC).
    pub(crate) date: Option<i64>,
    pub(crate) address: Option<&'r str>,
    pub(crate) original_address: Option<&'r str>,
    pub(crate) action: Option<Action>,
    pub(crate) remote: Option<&'r str>,
    /// The entry of the diagnosis.
    pub(crate) entry: Option<&'static Entry>,
    /// Whether to drop the address and whether to send again, as the diagnosis says it of this bounce.
    pub(crate) advice: Option<(Suppress, Retry)>,
    /// The values of the diagnosis.
    pub(crate) values: Vec<(&'r str, &'r str)>,
    /// Message-ID, sender and subject of the message that bounced.
    pub(crate) message_id: Option<&'r str>,
    pub(crate) from: Option<&'r str>,
    pub(crate) subject: Option<&'r str>,
}

impl<'r> Row<'r> {
    pub(crate) fn of(record: &'r Record, report: &'r Report, recipient: &'r Recipient) -> Row<'r> {
        let diagnosis = recipient.diagnosis.as_ref();
        let values = diagnosis.map_or(&[][..], |diagnosis| &diagnosis.values);
        Row {
            source: &record.source,
            kind: report.kind,
            date: record.date,
            address: recipient.address.as_deref(),
            original_address: recipient.original_address.as_deref(),
            action: recipient.action,
            remote: recipient.remote.as_deref(),
            entry: diagnosis.map(|diagnosis| diagnosis.entry),
            advice: diagnosis.map(|diagnosis| (diagnosis.suppress, diagnosis.retry)),
            values: values.iter().map(|(name, value)| (*name, value.as_str())).collect(),
            message_id: report.original.message_id.as_deref(),
            from: report.original.from.as_deref(),
            subject: report.original.subject.as_deref(),
        }
    }
}
