//! Reads a TNEF stream (`winmail.dat`, MS-OXTNEF): attributes, of which some hold lists of MAPI properties.

use crate::Error;
use crate::charset;
use crate::item::{Attachment, DEPTH, Item, MOST, Properties, Value, id, kind};

/// Attributes that are read (MS-OXTNEF section 2.1.3.3).
mod attribute {
    pub(super) const MESSAGE_CLASS: u32 = 0x0007_8008;
    pub(super) const BODY: u32 = 0x0002_800C;
    pub(super) const SUBJECT: u32 = 0x0001_8004;
    pub(super) const CODE_PAGE: u32 = 0x0006_9007;
    pub(super) const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
    pub(super) const RECIPIENTS: u32 = 0x0006_9004;
    pub(super) const ATTACH_BEGIN: u32 = 0x0006_9002;
    pub(super) const ATTACH_DATA: u32 = 0x0006_800F;
    pub(super) const ATTACH_TITLE: u32 = 0x0001_8010;
    pub(super) const ATTACH_PROPERTIES: u32 = 0x0006_9005;
}

/// Reads the message.
pub(crate) fn read(bytes: &[u8]) -> Result<Item, Error> {
    read_at(bytes, DEPTH)
}

fn read_at(bytes: &[u8], depth: usize) -> Result<Item, Error> {
    if !crate::is_tnef(bytes) {
        return Err(Error::NotAnItem);
    }
    let mut item = Item::default();
    let mut page = None;
    let mut input = Input { rest: bytes.get(6..).unwrap_or_default() };
    while let Some((name, data)) = attribute(&mut input) {
        match name {
            attribute::CODE_PAGE => page = data.first_chunk().map(|page| u32::from_le_bytes(*page)),
            attribute::MESSAGE_CLASS => set(&mut item.properties, id::MESSAGE_CLASS, data),
            attribute::SUBJECT => set(&mut item.properties, id::SUBJECT, data),
            attribute::BODY => set(&mut item.properties, id::BODY, data),
            attribute::MESSAGE_PROPERTIES => {
                let (found, _) = properties(&mut Input { rest: data }, page, depth);
                item.properties.values.extend(found.values);
                item.properties.settle_page(page);
            }
            attribute::RECIPIENTS => {
                let mut rows = Input { rest: data };
                let count = rows.number().unwrap_or(0) as usize;
                for _ in 0..count.min(MOST) {
                    if rows.rest.is_empty() {
                        break;
                    }
                    item.recipients.push(properties(&mut rows, page, depth).0);
                }
            }
            attribute::ATTACH_BEGIN if item.attachments.len() < MOST => {
                item.attachments.push(Attachment::File(Properties { page, ..Properties::default() }));
            }
            attribute::ATTACH_DATA | attribute::ATTACH_TITLE => {
                if let Some(Attachment::File(file)) = item.attachments.last_mut() {
                    let binary = name == attribute::ATTACH_DATA;
                    let id = if binary { id::ATTACH_DATA } else { id::ATTACH_NAME };
                    let value = if binary { Value::Binary(data.to_vec()) } else { Value::Bytes8(data.to_vec()) };
                    file.values.insert(id, value);
                }
            }
            attribute::ATTACH_PROPERTIES => {
                let (found, inner) = properties(&mut Input { rest: data }, page, depth);
                match (item.attachments.last_mut(), inner) {
                    (Some(last), Some(inner)) => *last = Attachment::Item(inner),
                    (Some(Attachment::File(file)), None) => file.values.extend(found.values),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    item.properties.settle_page(page);
    if let Some(class) = item.properties.text(id::MESSAGE_CLASS) {
        item.properties.values.insert(id::MESSAGE_CLASS, Value::Unicode(class_of(&class)));
    }
    if item.properties.values.is_empty() && item.attachments.is_empty() {
        return Err(Error::Damaged("it holds no message".to_string()));
    }
    Ok(item)
}

/// The message class by its present name: TNEF still writes that of Microsoft Mail (MS-OXTNEF section 2.1.3.3).
fn class_of(class: &str) -> String {
    match class {
        "IPM.Microsoft Mail.Non-Delivery" => "REPORT.IPM.Note.NDR",
        "IPM.Microsoft Mail.Read Receipt" => "REPORT.IPM.Note.IPNRN",
        "IPM.Microsoft Mail.Note" => "IPM.Note",
        other => other,
    }
    .to_string()
}

fn set(properties: &mut Properties, id: u16, data: &[u8]) {
    properties.values.entry(id).or_insert_with(|| Value::Bytes8(data.to_vec()));
}

/// The next attribute: its name and its data.
fn attribute<'b>(input: &mut Input<'b>) -> Option<(u32, &'b [u8])> {
    input.take(1)?;
    let name = input.number()?;
    let len = input.number()? as usize;
    let data = input.take(len)?;
    // The checksum; broken ones are common, so nothing depends on it.
    input.take(2);
    Some((name, data))
}

/// A list of properties, and the message that one of them holds.
fn properties(input: &mut Input<'_>, page: Option<u32>, depth: usize) -> (Properties, Option<Item>) {
    let mut found = Properties::default();
    let mut inner = None;
    let count = input.number().unwrap_or(0);
    for _ in 0..count {
        let Some((kind, id, data)) = property(input) else { break };
        if !id::WANTED.contains(&id) {
            continue;
        }
        let number = |data: &[u8]| data.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let short = |data: &[u8]| data.first_chunk().map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
        let value = match kind {
            kind::INTEGER | kind::BOOLEAN => short(data).map(Value::Number),
            kind::TIME => number(data).map(Value::Number),
            kind::UNICODE => Some(Value::Unicode(charset::decode_utf16(data))),
            kind::STRING8 => Some(Value::Bytes8(data.to_vec())),
            kind::BINARY => Some(Value::Binary(data.to_vec())),
            // The id of the interface stands in front of an embedded message.
            kind::OBJECT => {
                let stream = data.get(16..).unwrap_or_default();
                if depth > 0 && crate::is_tnef(stream) {
                    inner = read_at(stream, depth - 1).ok();
                }
                None
            }
            _ => None,
        };
        if let Some(value) = value {
            found.values.insert(id, value);
        }
    }
    found.settle_page(page);
    (found, inner)
}

/// The next property: type, id and the first value (MS-OXTNEF section 2.1.3.4).
fn property<'b>(input: &mut Input<'b>) -> Option<(u16, u16, &'b [u8])> {
    const MULTIPLE: u16 = 0x1000;
    let (kind, id) = (input.short()?, input.short()?);
    if id >= 0x8000 {
        // A named property: a set, then a number or a name.
        input.take(16)?;
        if input.number()? == 0 {
            input.number()?;
        } else {
            let len = input.number()? as usize;
            input.take_padded(len)?;
        }
    }
    let base = kind & !MULTIPLE;
    let is_variable = matches!(base, kind::UNICODE | kind::STRING8 | kind::BINARY | kind::OBJECT);
    let count = if is_variable || kind & MULTIPLE != 0 { input.number()? } else { 1 };
    let mut first: &[u8] = &[];
    for at in 0..count {
        let data = if is_variable {
            let len = input.number()? as usize;
            input.take_padded(len)?
        } else {
            input.take(width(base)?)?
        };
        if at == 0 {
            first = data;
        }
    }
    Some((base, id, first))
}

/// How many bytes a value of fixed length has, padded.
fn width(kind: u16) -> Option<usize> {
    match kind {
        // Integers of 16 and 32 bits, reals of 32 bits, errors, booleans.
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => Some(4),
        // Reals of 64 bits, currency, dates, integers of 64 bits, times.
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    }
}

struct Input<'b> {
    rest: &'b [u8],
}

impl<'b> Input<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (data, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(data)
    }

    /// As [`Input::take`], with the bytes that fill up to a multiple of four.
    fn take_padded(&mut self, len: usize) -> Option<&'b [u8]> {
        let data = self.take(len)?;
        let padding = len.next_multiple_of(4) - len;
        self.rest = self.rest.get(padding..).unwrap_or_default();
        Some(data)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}
