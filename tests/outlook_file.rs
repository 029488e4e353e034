//! Writes Outlook items for tests: a `.msg` as a compound file, and a TNEF stream, from the same description.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

/// A property: its id and its value.
pub(crate) type Property = (u16, Value);

/// A value of a property.
#[derive(Clone)]
pub(crate) enum Value {
    Number(u32),
    Time(u64),
    Text(&'static str),
    /// A text in the code page of the item.
    Bytes8(&'static [u8]),
    Binary(Vec<u8>),
}

/// An attachment.
#[derive(Clone)]
pub(crate) enum Attachment {
    Item(Item),
    File(Vec<Property>),
}

/// An item.
#[derive(Clone, Default)]
pub(crate) struct Item {
    pub(crate) properties: Vec<Property>,
    pub(crate) recipients: Vec<Vec<Property>>,
    pub(crate) attachments: Vec<Attachment>,
}

fn kind(value: &Value) -> u16 {
    match value {
        Value::Number(_) => 0x0003,
        Value::Time(_) => 0x0040,
        Value::Text(_) => 0x001F,
        Value::Bytes8(_) => 0x001E,
        Value::Binary(_) => 0x0102,
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Number(number) => number.to_le_bytes().to_vec(),
        Value::Time(time) => time.to_le_bytes().to_vec(),
        Value::Text(text) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Value::Bytes8(bytes) => bytes.to_vec(),
        Value::Binary(bytes) => bytes.clone(),
    }
}

/// The item as the bytes of a `.msg` file.
pub(crate) fn msg(item: &Item) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    storage(&mut file, Path::new("/"), item, 32);
    file.flush().unwrap();
    file.into_inner().into_inner()
}

type File = cfb::CompoundFile<Cursor<Vec<u8>>>;

fn storage(file: &mut File, at: &Path, item: &Item, head: usize) {
    properties(file, at, &item.properties, head);
    for (number, recipient) in item.recipients.iter().enumerate() {
        let place = at.join(format!("__recip_version1.0_#{number:08X}"));
        file.create_storage(&place).unwrap();
        properties(file, &place, recipient, 8);
    }
    for (number, attachment) in item.attachments.iter().enumerate() {
        let place = at.join(format!("__attach_version1.0_#{number:08X}"));
        file.create_storage(&place).unwrap();
        match attachment {
            Attachment::File(of_file) => properties(file, &place, of_file, 8),
            Attachment::Item(inner) => {
                properties(file, &place, &[(0x3705, Value::Number(5))], 8);
                let inside = place.join("__substg1.0_3701000D");
                file.create_storage(&inside).unwrap();
                storage(file, &inside, inner, 24);
            }
        }
    }
}

fn properties(file: &mut File, at: &Path, properties: &[Property], head: usize) {
    let mut fixed = vec![0; head];
    for (id, value) in properties {
        let data = bytes(value);
        fixed.extend(kind(value).to_le_bytes());
        fixed.extend(id.to_le_bytes());
        fixed.extend(6u32.to_le_bytes());
        let is_fixed = matches!(value, Value::Number(_) | Value::Time(_));
        let mut eight = if is_fixed { data.clone() } else { (data.len() as u32).to_le_bytes().to_vec() };
        eight.resize(8, 0);
        fixed.extend(eight);
        if !is_fixed {
            write(file, at.join(format!("__substg1.0_{id:04X}{:04X}", kind(value))), &data);
        }
    }
    write(file, at.join("__properties_version1.0"), &fixed);
}

fn write(file: &mut File, at: PathBuf, data: &[u8]) {
    file.create_stream(at).unwrap().write_all(data).unwrap();
}

/// The item as a TNEF stream.
pub(crate) fn tnef(item: &Item) -> Vec<u8> {
    let mut out = 0x223E_9F78u32.to_le_bytes().to_vec();
    out.extend(1u16.to_le_bytes());
    attribute(&mut out, 1, 0x0006_9003, &list(&item.properties));
    if !item.recipients.is_empty() {
        let mut rows = (item.recipients.len() as u32).to_le_bytes().to_vec();
        rows.extend(item.recipients.iter().flat_map(|one| list(one)));
        attribute(&mut out, 1, 0x0006_9004, &rows);
    }
    for attachment in &item.attachments {
        attribute(&mut out, 2, 0x0006_9002, &[0; 14]);
        match attachment {
            Attachment::File(of_file) => attribute(&mut out, 2, 0x0006_9005, &list(of_file)),
            Attachment::Item(inner) => {
                let mut object = vec![7; 16];
                object.extend(tnef(inner));
                let mut data = 1u32.to_le_bytes().to_vec();
                data.extend([0x0D, 0, 0x01, 0x37, 1, 0, 0, 0]);
                data.extend((object.len() as u32).to_le_bytes());
                pad(&mut object);
                data.extend(object);
                attribute(&mut out, 2, 0x0006_9005, &data);
            }
        }
    }
    out
}

fn attribute(out: &mut Vec<u8>, level: u8, name: u32, data: &[u8]) {
    out.push(level);
    out.extend(name.to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    out.extend(sum.to_le_bytes());
}

fn list(properties: &[Property]) -> Vec<u8> {
    let mut out = (properties.len() as u32).to_le_bytes().to_vec();
    for (id, value) in properties {
        out.extend(kind(value).to_le_bytes());
        out.extend(id.to_le_bytes());
        let mut data = bytes(value);
        if !matches!(value, Value::Number(_) | Value::Time(_)) {
            out.extend(1u32.to_le_bytes());
            out.extend((data.len() as u32).to_le_bytes());
        }
        pad(&mut data);
        out.extend(data);
    }
    out
}

fn pad(data: &mut Vec<u8>) {
    data.resize(data.len().next_multiple_of(4), 0);
}
