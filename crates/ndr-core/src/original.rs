//! The identity of the message that a report is about.

use crate::headers::Headers;
use crate::report::Original;

/// Reads it from the returned header.
pub(crate) fn read(header: &[u8]) -> Original {
    let headers = Headers::of_message(header.trim_ascii_start());
    let mut original = Original::default();
    for (name, raw) in headers.iter() {
        let slot = match name.len() {
            10 if name.eq_ignore_ascii_case("message-id") => &mut original.message_id,
            4 if name.eq_ignore_ascii_case("from") => &mut original.from,
            2 if name.eq_ignore_ascii_case("to") => &mut original.to,
            7 if name.eq_ignore_ascii_case("subject") => &mut original.subject,
            4 if name.eq_ignore_ascii_case("date") => &mut original.date,
            _ => continue,
        };
        if slot.is_none() {
            let text = crate::headers::decode(raw);
            let text = text.trim();
            if !text.is_empty() {
                *slot = Some(text.to_string());
            }
        }
    }
    if let Some(id) = &mut original.message_id {
        *id = id.trim_start_matches('<').split('>').next().unwrap_or_default().trim().to_string();
    }
    original
}

impl Original {
    /// Takes from `other` what is missing here.
    pub(crate) fn complete(&mut self, other: Original) {
        let Original { message_id, from, to, subject, date } = other;
        for (slot, value) in [
            (&mut self.message_id, message_id),
            (&mut self.from, from),
            (&mut self.to, to),
            (&mut self.subject, subject),
            (&mut self.date, date),
        ] {
            if slot.is_none() {
                *slot = value;
            }
        }
    }
}
