//! Texts as sequences of words: case, spacing and punctuation do not count.

/// A word of a text: a hash of its lower-cased letters and digits, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) hash: u64,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Hashes keep this bit free: template elements use it to mark a hole.
pub(crate) const HASH_MASK: u64 = u64::MAX >> 1;

const SEPARATOR: u8 = 0;
const WORD: u8 = 1;
const WIDE: u8 = 2;

/// What each byte is: separator, ASCII letter or digit, or part of a non-ASCII character.
static KIND: [u8; 256] = {
    let mut table = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = WORD;
        } else if byte >= 0x80 {
            table[byte] = WIDE;
        }
        byte += 1;
    }
    table
};

const fn mix(hash: u64, chunk: u64) -> u64 {
    let product = (hash ^ chunk).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 29)
}

/// The hash of the word at `start..end` of `bytes`. ASCII case is folded here; other letters must be lower-cased by the
/// caller.
#[inline]
fn hash_at(bytes: &[u8], start: usize, end: usize) -> u64 {
    const FOLD: u64 = 0x2020_2020_2020_2020;
    let mut hash = (end - start) as u64;
    let mut at = start;
    while end - at > 8 {
        hash = mix(hash, eight(bytes, at) | FOLD);
        at += 8;
    }
    // What lies behind the word is shifted out.
    let spare = 8 * (8 - (end - at)) as u32;
    mix(hash, ((eight(bytes, at) | FOLD) << spare) >> spare) & HASH_MASK
}

/// Eight bytes from `at` on, zeros behind the end.
#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => rest.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)),
    }
}

/// The hash of a text as one word, whatever it holds; ASCII case does not matter.
pub(crate) fn hash_text(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

/// The same of bytes.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    if bytes.is_empty() { 0 } else { hash_at(bytes, 0, bytes.len()) }
}

/// The hash of two adjacent words.
pub(crate) const fn hash_pair(first: u64, second: u64) -> u64 {
    mix(first.rotate_left(23), second) & HASH_MASK
}

/// Scripts written without spaces: each character counts as a word.
fn stands_alone(c: char) -> bool {
    matches!(c as u32, 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
}

/// Appends the words of `text` to `out`, at most `limit` of them.
pub(crate) fn split(text: &str, limit: usize, out: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while out.len() < limit {
        while at < bytes.len() && KIND[bytes[at] as usize] == SEPARATOR {
            at += 1;
        }
        if at >= bytes.len() {
            return;
        }
        let start = at;
        while at < bytes.len() && KIND[bytes[at] as usize] == WORD {
            at += 1;
        }
        if at >= bytes.len() || KIND[bytes[at] as usize] == SEPARATOR {
            out.push(Word { hash: hash_at(bytes, start, at), start: start as u32, end: at as u32 });
        } else {
            at = split_wide(text, start, out);
        }
    }
}

/// A word that holds a non-ASCII character, or the non-ASCII separator that ends it.
#[cold]
fn split_wide(text: &str, start: usize, out: &mut Vec<Word>) -> usize {
    let mut lower = String::new();
    let mut end = start;
    for (offset, c) in text[start..].char_indices() {
        let at = start + offset;
        let alone = stands_alone(c);
        if !c.is_alphanumeric() || (alone && !lower.is_empty()) {
            break;
        }
        lower.extend(c.to_lowercase());
        end = at + c.len_utf8();
        if alone {
            break;
        }
    }
    if lower.is_empty() {
        // A separator: step over it.
        return start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    out.push(Word { hash: hash_text(&lower), start: start as u32, end: end as u32 });
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        split(text, usize::MAX, &mut out);
        out.iter().map(|w| &text[w.start as usize..w.end as usize]).collect()
    }

    fn hashes(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        split(text, usize::MAX, &mut out);
        out.iter().map(|w| w.hash).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(
            words("550 5.1.1 RESOLVER.ADR.RecipNotFound; can't"),
            ["550", "5", "1", "1", "RESOLVER", "ADR", "RecipNotFound", "can", "t"]
        );
        assert_eq!(words("Échec de\u{a0}la remise \u{201c}x\u{201d}"), ["Échec", "de", "la", "remise", "x"]);
        assert_eq!(words("宛先 unknown"), ["宛", "先", "unknown"]);
        assert_eq!(hashes("User  UNKNOWN."), hashes("user unknown"));
        assert_eq!(hashes("ÉCHEC ОШИБКА"), hashes("échec ошибка"));
        assert_ne!(hashes("user"), hashes("usera"));
    }

    proptest! {
        #[test]
        fn spacing_and_ascii_case_do_not_count(text in "[a-zA-Z0-9 .,;\n\t'-]{0,80}") {
            let spaced = text.replace(' ', " \r\n ");
            prop_assert_eq!(hashes(&text), hashes(&spaced.to_ascii_uppercase()));
        }

        #[test]
        fn spans_are_on_character_boundaries(text in "\\PC{0,60}") {
            let mut last = 0;
            for word in words(&text) {
                let at = word.as_ptr() as usize - text.as_ptr() as usize;
                prop_assert!(at >= last && !word.is_empty());
                last = at + word.len();
            }
        }
    }
}
