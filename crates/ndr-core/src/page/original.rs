//! The identity of the message that a report is about.

use crate::mail::headers::Block;
use crate::report::Original;
use crate::text;

impl Original {
    /// Reads what is missing from the returned header.
    pub(crate) fn read(&mut self, header: &[u8]) {
        let Original { message_id, from, to, subject, date } = self;
        let mut missing = [&message_id, &from, &to, &subject, &date].into_iter().filter(|slot| slot.is_none()).count();
        let mut fields = Block::new(header.trim_ascii_start());
        while missing > 0
            && let Some((name, raw)) = fields.next()
        {
            let slot = match name.len() {
                10 if name.eq_ignore_ascii_case(b"message-id") => &mut *message_id,
                4 if name.eq_ignore_ascii_case(b"from") => &mut *from,
                2 if name.eq_ignore_ascii_case(b"to") => &mut *to,
                7 if name.eq_ignore_ascii_case(b"subject") => &mut *subject,
                4 if name.eq_ignore_ascii_case(b"date") => &mut *date,
                _ => continue,
            };
            if slot.is_some() {
                continue;
            }
            let text = crate::mail::headers::decode(raw);
            let mut text = text::trim(&text);
            if name.len() == 10 {
                let id = text.trim_start_matches('<');
                text = text::trim(text::cut(id, b'>').map_or(id, |(id, _)| id));
            }
            if !text.is_empty() {
                *slot = Some(text.to_string());
                missing -= 1;
            }
        }
    }

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
