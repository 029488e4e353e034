//! Text of an RTF body: its compression (MS-OXRTFCP) and the plain text in it (MS-OXRTFEX).

use crate::charset;

/// What the dictionary holds at the start.
const START: &[u8; 207] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// How many bytes the dictionary has.
const DICTIONARY: usize = 4096;

/// Most bytes that a body may unpack to.
const LONGEST: usize = 16 << 20;

/// Unpacks a compressed RTF body. What comes before a fault is given.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, packed) = bytes.split_first_chunk::<16>()?;
    let [_, _, _, _, r0, r1, r2, r3, m0, m1, m2, m3, ..] = *head;
    let raw = (u32::from_le_bytes([r0, r1, r2, r3]) as usize).min(LONGEST);
    match &[m0, m1, m2, m3] {
        b"MELA" => return Some(packed.get(..raw).unwrap_or(packed).to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut dictionary = [b' '; DICTIONARY];
    for (slot, byte) in dictionary.iter_mut().zip(START) {
        *slot = *byte;
    }
    let mut write = START.len();
    let mut out = Vec::with_capacity(raw.min(1 << 20));
    let mut input = packed.iter().copied();
    'runs: while let Some(flags) = input.next() {
        for bit in 0..8 {
            if out.len() >= raw {
                break 'runs;
            }
            if flags >> bit & 1 == 0 {
                let Some(byte) = input.next() else { break 'runs };
                put(&mut dictionary, &mut write, &mut out, byte);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else { break 'runs };
            let reference = usize::from(u16::from_be_bytes([high, low]));
            let (offset, length) = (reference >> 4, (reference & 0xF) + 2);
            if offset == write {
                break 'runs;
            }
            for step in 0..length {
                let byte = dictionary.get((offset + step) % DICTIONARY).copied().unwrap_or(b' ');
                put(&mut dictionary, &mut write, &mut out, byte);
            }
        }
    }
    Some(out)
}

fn put(dictionary: &mut [u8; DICTIONARY], write: &mut usize, out: &mut Vec<u8>, byte: u8) {
    if let Some(slot) = dictionary.get_mut(*write) {
        *slot = byte;
    }
    *write = (*write + 1) % DICTIONARY;
    out.push(byte);
}

/// Groups whose content is no text.
const SILENT: &[&str] = &["fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "listtable"];

/// What applies within a group.
#[derive(Clone, Copy)]
struct State {
    is_silent: bool,
    /// Within `\htmlrtf`: text that only readers of RTF are to see.
    is_extra: bool,
    /// Characters to leave out behind `\u`.
    skip: usize,
}

/// The text of RTF, which may wrap HTML whose tags are left out.
pub(crate) fn text(rtf: &[u8], page: u32) -> String {
    const DEEPEST: usize = 256;
    let mut page = page;
    let mut out = Text { text: String::new(), bytes: Vec::new() };
    let mut states = vec![State { is_silent: false, is_extra: false, skip: 1 }];
    let mut hidden = 0usize;
    let mut left_out = 0usize;
    let mut rest = rtf;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        let state = states.last().copied().unwrap_or(State { is_silent: true, is_extra: false, skip: 1 });
        let shows = !state.is_silent && !state.is_extra && hidden == 0;
        match byte {
            b'{' if states.len() < DEEPEST && hidden == 0 => states.push(state),
            b'{' => hidden += 1,
            b'}' if hidden > 0 => hidden -= 1,
            b'}' if states.len() > 1 => {
                states.pop();
            }
            b'}' | b'\r' | b'\n' => {}
            b'\\' => {
                let control = Control::read(rest);
                rest = rest.get(control.len..).unwrap_or_default();
                let current = states.last_mut();
                match (control.word, control.number) {
                    ("*", _) => {
                        // A destination that a reader may not know. Tags of HTML are one.
                        let next = Control::read(rest.strip_prefix(b"\\").unwrap_or_default()).word;
                        if let Some(state) = current {
                            state.is_silent = true;
                        }
                        if shows && next == "htmltag" {
                            let tag = rest.split(|byte| *byte == b'}').next().unwrap_or_default();
                            if breaks_line(tag) {
                                out.push(page, '\n');
                            }
                        }
                    }
                    ("htmlrtf", number) => {
                        if let Some(state) = current {
                            state.is_extra = number != Some(0);
                        }
                    }
                    ("ansicpg", Some(number)) => page = u32::try_from(number).unwrap_or(page),
                    ("uc", Some(number)) => {
                        if let Some(state) = current {
                            state.skip = usize::try_from(number).unwrap_or(1).min(16);
                        }
                    }
                    (word, _) if SILENT.contains(&word) => {
                        if let Some(state) = current {
                            state.is_silent = true;
                        }
                    }
                    ("'", Some(byte)) if shows && left_out == 0 => out.bytes.push(byte as u8),
                    ("'", _) => left_out = left_out.saturating_sub(1),
                    ("u", Some(number)) if shows => {
                        // Signed 16-bit units.
                        let unit = (number & 0xFFFF) as u16;
                        out.push(page, char::decode_utf16([unit]).next().and_then(Result::ok).unwrap_or('\u{FFFD}'));
                        left_out = state.skip;
                    }
                    ("par" | "line" | "row" | "sect", _) if shows => out.push(page, '\n'),
                    ("tab" | "cell", _) if shows => out.push(page, '\t'),
                    ("~", _) if shows => out.push(page, ' '),
                    ("\\" | "{" | "}", _) if shows => out.push(page, control.word.chars().next().unwrap_or(' ')),
                    ("emdash" | "endash", _) if shows => out.push(page, '-'),
                    ("lquote" | "rquote", _) if shows => out.push(page, '\''),
                    ("ldblquote" | "rdblquote", _) if shows => out.push(page, '"'),
                    _ => {}
                }
            }
            _ if left_out > 0 => left_out -= 1,
            byte if shows => out.bytes.push(*byte),
            _ => {}
        }
    }
    out.flush(page);
    out.text
}

/// Text with bytes of the code page that are not decoded yet.
struct Text {
    text: String,
    bytes: Vec<u8>,
}

impl Text {
    fn flush(&mut self, page: u32) {
        if !self.bytes.is_empty() {
            self.text += &charset::decode(&self.bytes, page);
            self.bytes.clear();
        }
    }

    fn push(&mut self, page: u32, c: char) {
        self.flush(page);
        self.text.push(c);
    }
}

/// Whether a tag of HTML ends a line.
fn breaks_line(tag: &[u8]) -> bool {
    let Some(at) = tag.iter().position(|byte| *byte == b'<') else { return false };
    let name: Vec<u8> = tag
        .iter()
        .skip(at + 1)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'/')
        .map(u8::to_ascii_lowercase)
        .collect();
    matches!(name.as_slice(), b"br" | b"br/" | b"/p" | b"/div" | b"/tr" | b"/li" | b"/h1" | b"/h2" | b"/h3")
}

/// A control word or control symbol behind its backslash.
struct Control<'r> {
    word: &'r str,
    number: Option<i64>,
    /// How many bytes it has.
    len: usize,
}

impl<'r> Control<'r> {
    fn read(rest: &'r [u8]) -> Control<'r> {
        let letters = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = |len: usize| std::str::from_utf8(rest.get(..len).unwrap_or_default()).unwrap_or_default();
        if letters == 0 {
            let number = match rest {
                [b'\'', digits @ ..] => {
                    let digits = digits.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                    digits.and_then(|digits| i64::from_str_radix(digits, 16).ok())
                }
                _ => None,
            };
            return Control { word: word(1), number, len: if number.is_some() { 3 } else { rest.len().min(1) } };
        }
        let behind = rest.get(letters..).unwrap_or_default();
        let is_negative = behind.first() == Some(&b'-');
        let digits =
            behind.iter().skip(usize::from(is_negative)).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let signed = if digits > 0 { digits + usize::from(is_negative) } else { 0 };
        let number =
            std::str::from_utf8(behind.get(..signed).unwrap_or_default()).ok().and_then(|text| text.parse().ok());
        let blank = usize::from(behind.get(signed) == Some(&b' '));
        Control { word: word(letters), number, len: letters + signed + blank }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_unpacks() {
        // MS-OXRTFCP section 4.1.
        let packed = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00,
            0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09,
            0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(unpack(&packed).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    }

    #[test]
    fn text_without_tables_and_tags() {
        let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Unzustellbar: \'fcber\par \u8364?5 \{x\}\tab 550\par}";
        assert_eq!(text(rtf, 1252), "Unzustellbar: über\n\u{20ac}5 {x}\t550\n");
        let html = br"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 550 5.1.1 no{\*\htmltag84 <br>}\htmlrtf\par\htmlrtf0 such user\htmlrtf }\htmlrtf0 }";
        assert_eq!(text(html, 1252), "550 5.1.1 no\nsuch user");
    }

    #[test]
    fn broken_input_ends() {
        for bytes in [&b""[..], b"LZFu", b"{\\rtf1 {{{{", b"\\u", b"\\'zz", b"}}}}"] {
            text(bytes, 1252);
            unpack(bytes);
        }
        let mut packed = vec![0xFF; 64];
        packed[8..12].copy_from_slice(b"LZFu");
        unpack(&packed);
    }
}
