//! Reads the compound file of a `.msg` (MS-OXMSG).

use crate::Error;
use crate::charset;
use crate::item::{Attachment, DEPTH, Item, LONGEST, MOST, Properties, Value, id, kind};
use cfb::CompoundFile;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

type File<'b> = CompoundFile<Cursor<&'b [u8]>>;

/// The stream of the properties of fixed length.
const PROPERTIES: &str = "__properties_version1.0";

/// The class id of a template (`.oft`).
const TEMPLATE: &str = "0006f046-0000-0000-c000-000000000046";

/// What a storage holds, which decides how long the head of its property stream is (MS-OXMSG section 2.4.1).
#[derive(Clone, Copy)]
enum Level {
    Top,
    Embedded,
    Part,
}

impl Level {
    const fn head(self) -> usize {
        match self {
            Level::Top => 32,
            Level::Embedded => 24,
            Level::Part => 8,
        }
    }
}

/// Reads the item.
pub(crate) fn read(bytes: &[u8]) -> Result<Item, Error> {
    if !crate::is_compound(bytes) {
        return Err(Error::NotAnItem);
    }
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|error| Error::Damaged(error.to_string()))?;
    if !file.is_stream(Path::new("/").join(PROPERTIES)) {
        return Err(Error::NotAnItem);
    }
    if file.root_entry().clsid().to_string().eq_ignore_ascii_case(TEMPLATE) {
        return Err(Error::Template);
    }
    let item = item(&mut file, Path::new("/"), Level::Top, None, DEPTH);
    if item.properties.text(id::MESSAGE_CLASS).is_none() && item.properties.values.len() < 2 {
        return Err(Error::Damaged("its properties are missing".to_string()));
    }
    Ok(item)
}

fn item(file: &mut File<'_>, at: &Path, level: Level, page: Option<u32>, depth: usize) -> Item {
    let properties = properties(file, at, level, page);
    let page = properties.page;
    let mut item = Item { properties, ..Item::default() };
    for storage in storages(file, at, "__recip_version1.0_") {
        item.recipients.push(self::properties(file, &storage, Level::Part, page));
    }
    for storage in storages(file, at, "__attach_version1.0_") {
        let inner = storage.join(format!("__substg1.0_{:04X}{:04X}", id::ATTACH_DATA, kind::OBJECT));
        if file.is_storage(&inner) {
            if depth > 0 {
                item.attachments.push(Attachment::Item(self::item(file, &inner, Level::Embedded, page, depth - 1)));
            }
        } else {
            item.attachments.push(Attachment::File(self::properties(file, &storage, Level::Part, page)));
        }
    }
    item
}

/// The storages at a place whose names begin so, in the order of their numbers.
fn storages(file: &File<'_>, at: &Path, begin: &str) -> Vec<PathBuf> {
    let Ok(entries) = file.read_storage(at) else { return Vec::new() };
    let wanted = entries.filter(|entry| entry.is_storage() && entry.name().starts_with(begin));
    let mut found: Vec<PathBuf> = wanted.take(MOST).map(|entry| entry.path().to_path_buf()).collect();
    found.sort();
    found
}

/// The properties of a storage that are wanted.
fn properties(file: &mut File<'_>, at: &Path, level: Level, page: Option<u32>) -> Properties {
    let mut found = Properties::default();
    let fixed = stream(file, &at.join(PROPERTIES)).unwrap_or_default();
    let (rows, _) = fixed.get(level.head()..).unwrap_or_default().as_chunks::<16>();
    for [k0, k1, i0, i1, _, _, _, _, value @ ..] in rows {
        let (kind, id) = (u16::from_le_bytes([*k0, *k1]), u16::from_le_bytes([*i0, *i1]));
        if !id::WANTED.contains(&id) {
            continue;
        }
        let number = u64::from_le_bytes(*value);
        let value = match kind {
            kind::INTEGER | kind::BOOLEAN => Value::Number(number & 0xFFFF_FFFF),
            kind::TIME => Value::Number(number),
            _ => {
                let name = at.join(format!("__substg1.0_{id:04X}{kind:04X}"));
                let Some(bytes) = stream(file, &name) else { continue };
                match kind {
                    kind::UNICODE => Value::Unicode(charset::decode_utf16(&bytes)),
                    kind::STRING8 => Value::Bytes8(bytes),
                    kind::BINARY => Value::Binary(bytes),
                    _ => continue,
                }
            }
        };
        found.values.insert(id, value);
    }
    found.settle_page(page);
    found
}

/// The bytes of a stream, of which no more than [`LONGEST`] are read.
fn stream(file: &mut File<'_>, at: &Path) -> Option<Vec<u8>> {
    if !file.is_stream(at) {
        return None;
    }
    let mut bytes = Vec::new();
    // What was read before a fault is better than nothing.
    let _ = file.open_stream(at).ok()?.take(LONGEST as u64).read_to_end(&mut bytes);
    Some(bytes)
}
