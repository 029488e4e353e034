//! The identity of the message that a report is about.

use crate::headers::Block;
use crate::report::Original;

/// Reads it from the returned header.
pub(crate) fn read(header: &[u8]) -> Original {
    let mut original = Original::default();
    let mut missing = 5;
    for (name, raw) in Block::new(header.trim_ascii_start()) {
        let slot = match name.len() {
            10 if name.eq_ignore_ascii_case(b"message-id") => &mut original.message_id,
            4 if name.eq_ignore_ascii_case(b"from") => &mut original.from,
            2 if name.eq_ignore_ascii_case(b"to") => &mut original.to,
            7 if name.eq_ignore_ascii_case(b"subject") => &mut original.subject,
            4 if name.eq_ignore_ascii_case(b"date") => &mut original.date,
            _ => continue,
        };
        if slot.is_none() {
            let text = crate::headers::decode(raw);
            let text = text.trim();
            if !text.is_empty() {
                *slot = Some(text.to_string());
                missing -= 1;
                if missing == 0 {
                    break;
                }
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
