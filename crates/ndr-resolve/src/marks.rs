//! Marks: words that only one provider's replies hold, whoever relays them.
//!
//! A mark is compared sign by sign, so `AUP#` is not the word "aup". A run of two `#` or more stands for so many digits:
//! `OFR_###`, `S####`. A `*` at the end stands for whatever follows. A mark without small letters counts only as it is written; in any other, case does not matter.

use crate::words::{hash_pair, hash_text};

/// What a mark is filed under: the hash of its first word, or of the letters and the number of digits of one that
/// changes, such as `S####`.
pub(crate) fn key(mark: &str) -> u64 {
    let rest = mark.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match rest.get(word.len()..).map(digits) {
        Some(count) if count > 1 => numbered(word.as_bytes(), count),
        _ => hash_text(&word.to_lowercase()),
    }
}

/// The key of a word of the text that is letters and then digits.
pub(crate) fn numbered_key(word: &[u8]) -> Option<u64> {
    let letters = word.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (letters, digits) = word.split_at_checked(letters)?;
    let fits = (1..=6).contains(&letters.len()) && (2..=9).contains(&digits.len());
    (fits && digits.iter().all(u8::is_ascii_digit)).then(|| numbered(letters, digits.len()))
}

fn numbered(letters: &[u8], count: usize) -> u64 {
    hash_pair(crate::words::hash_bytes(letters), count as u64)
}

/// How many `#` begin a text.
fn digits(text: &str) -> usize {
    text.bytes().take_while(|b| *b == b'#').count()
}

/// Whether `mark` stands in `text` where the word at `start` is its first.
pub(crate) fn stands(mark: &str, text: &str, start: usize) -> bool {
    let lead = mark.len() - mark.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let Some(start) = start.checked_sub(lead) else { return false };
    let bytes = text.as_bytes();
    let (mark, open) = mark.strip_suffix('*').map_or((mark, false), |mark| (mark, true));
    let exact = !mark.bytes().any(|b| b.is_ascii_lowercase());
    let mut at = start;
    let mut rest = mark;
    while let Some(first) = rest.bytes().next() {
        let count = digits(rest);
        if count > 1 {
            if !bytes.get(at..at + count).is_some_and(|run| run.iter().all(u8::is_ascii_digit)) {
                return false;
            }
            at += count;
            rest = rest.get(count..).unwrap_or_default();
            continue;
        }
        if first == b' ' {
            let blanks = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_whitespace()).count();
            if blanks == 0 {
                return false;
            }
            at += blanks;
        } else {
            let same = bytes.get(at).is_some_and(|b| *b == first || (!exact && b.eq_ignore_ascii_case(&first)));
            if !same {
                return false;
            }
            at += 1;
        }
        // Marks are compared byte by byte, so a character of several bytes is several steps.
        rest = match rest.get(1..) {
            Some(rest) => rest,
            None => {
                let len = rest.chars().next().map_or(1, char::len_utf8);
                let (whole, here) = (rest.get(..len), text.get(at - 1..at - 1 + len));
                if whole != here {
                    return false;
                }
                at += len - 1;
                rest.get(len..).unwrap_or_default()
            }
        };
    }
    let is_part = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let opens = mark.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let closes = !open && (mark.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric()) || mark.ends_with("##"));
    let is_cut = (opens && is_part(start.checked_sub(1))) || (closes && is_part(Some(at)));
    !is_cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{self, Word};

    /// Whether a look-up would find the mark.
    fn holds(mark: &str, text: &str) -> bool {
        let mut found: Vec<Word> = Vec::new();
        words::split(text, usize::MAX, &mut found);
        found.iter().any(|word| {
            let bytes = text.as_bytes().get(word.start as usize..word.end as usize).unwrap_or_default();
            (word.hash == key(mark) || numbered_key(bytes) == Some(key(mark)))
                && stands(mark, text, word.start as usize)
        })
    }

    #[test]
    fn marks_are_compared_sign_by_sign() {
        for (mark, text) in [
            ("AUP#", "554 AUP#I-1220 blocked"),
            ("AUP#", "(AUP#BL)"),
            ("OFR_###", "550 OFR_416 refused [416]"),
            ("LPN###_###", "LPN105_104"),
            ("S####", "block list (S3140)."),
            ("IB###", "554 IB105 Service not available"),
            ("OU-###", "(OU-001) Unfortunately"),
            ("AUP#1*", "554 AUP#1530"),
            ("(RTR:*", "554 (RTR:BB) no"),
            ("(G1E)", "Temporary failure (G1E)"),
            ("spamhaus.org", "see https://www.spamhaus.org/query/ip/192.0.2.4"),
            ("gsmtp", "OK x1si1 - GSMTP"),
            ("sending MTA's poor reputation", "due to the sending  MTA's\npoor reputation"),
        ] {
            assert!(holds(mark, text), "{mark}: {text}");
        }
        for (mark, text) in [
            ("AUP#", "our AUP is here"),
            ("AUP#", "aup#1"),
            ("AUP#1*", "AUP#CXBL"),
            ("OFR_###", "OFR_41"),
            ("OFR_###", "OFR_4167"),
            ("S####", "AS3140"),
            ("S####", "s3140"),
            ("S####", "S31405"),
            ("IB###", "RIB105"),
            ("OU-###", "YOU-001"),
            ("OU-###", "OU=001"),
            ("(G1E)", "G1E"),
            ("spamhaus.org", "spamhaus.organisation"),
        ] {
            assert!(!holds(mark, text), "{mark}: {text}");
        }
    }
}
