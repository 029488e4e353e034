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

/// What a byte is: separator, ASCII letter or digit, or part of a non-ASCII character.
const fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => WORD,
        0x80.. => WIDE,
        _ => SEPARATOR,
    }
}

const fn mix(hash: u64, chunk: u64) -> u64 {
    let product = (hash ^ chunk).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 29)
}

/// The hash of the word at `start..end` of `bytes`. ASCII case is folded here; other letters must be lower-cased by the
/// caller.
#[inline]
fn hash_at(bytes: &[u8], start: usize, end: usize) -> u64 {
    let len = end - start;
    if len <= 8 { hash_tail(len as u64, bytes, start, end) } else { hash_long(bytes, start, end) }
}

const FOLD: u64 = 0x2020_2020_2020_2020;

/// The same of a word of more than eight bytes.
#[inline(never)]
fn hash_long(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = (end - start) as u64;
    let mut at = start;
    while end - at > 8 {
        hash = mix(hash, eight(bytes, at) | FOLD);
        at += 8;
    }
    hash_tail(hash, bytes, at, end)
}

/// Hashes the last one to eight bytes of a word.
#[inline]
fn hash_tail(hash: u64, bytes: &[u8], at: usize, end: usize) -> u64 {
    // What lies behind the word is shifted out.
    let spare = 8 * (8 - (end - at)) as u32;
    mix(hash, ((eight(bytes, at) | FOLD) << spare) >> spare) & HASH_MASK
}

/// Eight bytes from `at` on, zeros behind the end.
#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match (rest.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(chunk), _) => u64::from_le_bytes(*chunk),
        // Near the end, what stands in front is read too and shifted out.
        (None, Some(chunk)) => u64::from_le_bytes(*chunk).checked_shr(8 * (8 - rest.len()) as u32).unwrap_or(0),
        (None, None) => rest.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)),
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

/// What is added to the hash of a word inside an address, a host name, a web address, a file name or a quoted subject:
/// there it is no prose, and only what names the like itself is compared with it.
pub(crate) const INSIDE: u64 = 0x2545_F491_4F6C_DD1D & HASH_MASK;

/// As [`split`], and words that are no prose are told apart by [`INSIDE`].
pub(crate) fn split_prose(text: &str, limit: usize, out: &mut Vec<Word>) {
    let first = out.len();
    split(text, limit, out);
    let words = out.get_mut(first..).unwrap_or_default();
    zones(text, |from, to| {
        let at = words.partition_point(|word| (word.start as usize) < from);
        for word in words.iter_mut().skip(at).take_while(|word| (word.start as usize) < to) {
            word.hash ^= INSIDE;
        }
    });
}

/// The most quoted subjects of a text that are told apart.
const QUOTES: usize = 4;

/// Gives each part of `text` that is no prose once: addresses, host names, web addresses, paths, file names, quoted
/// subjects and names of files.
pub(crate) fn zones(text: &str, mut give: impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut quotes = [(0, 0); QUOTES];
    quoted(bytes, &mut quotes);
    for (from, to) in quotes {
        if from < to {
            give(from, to);
        }
    }
    let mut done = 0;
    for at in memchr::memchr3_iter(b'@', b'.', b'/', bytes) {
        if at < done {
            continue;
        }
        let Some((from, to)) = (match bytes.get(at) {
            Some(b'@') => address(bytes, at, done),
            Some(b'/') => path(bytes, at, done),
            // A dot within a number or at the end of a sentence is the usual case.
            _ if !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => None,
            _ => host(bytes, at, done),
        }) else {
            continue;
        };
        done = to;
        if !quotes.iter().any(|(open, close)| *open < to && from < *close) {
            give(from, to);
        }
    }
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Where a run of bytes that ends before `at` begins, not before `from`.
fn back(bytes: &[u8], at: usize, from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    const LONGEST: usize = 256;
    let from = from.max(at.saturating_sub(LONGEST));
    let run = bytes.get(from..at).unwrap_or_default().iter().rev().take_while(|b| wanted(**b)).count();
    at - run
}

/// Where a run of bytes that begins at `at` ends.
fn ahead(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| wanted(**b)).count()
}

/// `user@example.com`, with the `@` at `at`.
fn address(bytes: &[u8], at: usize, from: usize) -> Option<(usize, usize)> {
    let local = |b: u8| {
        is_label(b)
            || matches!(b, b'.' | b'+' | b'=' | b'%' | b'~' | b'&' | b'!' | b'#' | b'*' | b'/' | b'\'')
            || b >= 0x80
    };
    let start = back(bytes, at, from, local);
    let end = ahead(bytes, at + 1, |b| is_label(b) || b == b'.' || b >= 0x80);
    // "a@example.com...User unknown": the dots part the two.
    let host = bytes.get(at + 1..end)?;
    let end = memchr::memmem::find(host, b"..").map_or(end, |dots| at + 1 + dots);
    (start < at && end > at + 1).then_some((start, end))
}

/// `https://example.com/x` or `/var/mail/x`, with a slash at `at`; it begins no earlier than `from`.
fn path(bytes: &[u8], at: usize, from: usize) -> Option<(usize, usize)> {
    let ends = |b: u8| {
        b.is_ascii_whitespace() || matches!(b, b'<' | b'>' | b'"' | b'[' | b']' | b'{' | b'}' | b'|' | b'\\' | b'`')
    };
    let end = ahead(bytes, at, |b| !ends(b));
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    if before == Some(&b':') && bytes.get(at + 1) == Some(&b'/') {
        let start = back(bytes, at - 1, from, |b| b.is_ascii_alphabetic());
        return (start < at - 1).then_some((start, end));
    }
    let opens = before.is_none_or(|b| {
        b.is_ascii_whitespace() || matches!(*b, b'\'' | b'"' | b'(' | b'=' | b':' | b'<' | b'[' | b'|')
    });
    let begins = bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~'));
    let end = ahead(bytes, at, |b| !ends(b) && !matches!(b, b'\'' | b'(' | b')' | b',' | b';' | b':'));
    let more = bytes.get(at + 1..end)?.iter().any(|b| matches!(b, b'/' | b'.'));
    (opens && begins && more).then_some((at, end))
}

/// `mx.example.com` or `plan.docx`, with a dot at `at`.
fn host(bytes: &[u8], at: usize, from: usize) -> Option<(usize, usize)> {
    const DOMAINS: &[&str] = &[
        "arpa",
        "biz",
        "cloud",
        "com",
        "edu",
        "example",
        "gov",
        "info",
        "int",
        "internal",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "mil",
        "net",
        "org",
        "test",
    ];
    const FILES: &[&str] = &[
        "asp", "aspx", "bat", "c", "cfm", "cgi", "cpp", "csv", "doc", "docm", "docx", "eml", "exe", "gif", "gz", "htm",
        "html", "jar", "jpeg", "jpg", "js", "json", "jsp", "log", "msg", "pdf", "php", "png", "ppt", "pptx", "ps1",
        "py", "rar", "rtf", "scr", "sh", "shtml", "tar", "txt", "vbs", "xls", "xlsm", "xlsx", "xml", "yaml", "zip",
    ];
    let start = back(bytes, at, from, |b| is_label(b) || b == b'.');
    let end = ahead(bytes, at, |b| is_label(b) || b == b'.');
    // The local part of an address comes again with its "@".
    if start == at
        || matches!(bytes.get(end), Some(b'@'))
        || start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'@')
    {
        return None;
    }
    let token = bytes.get(start..end)?;
    let token = token.strip_suffix(b".").unwrap_or(token);
    let last = token.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let is_one_of = |list: &[&str]| list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(last));
    let dots = token.iter().filter(|b| **b == b'.').count();
    let tidy = !token.windows(2).any(|pair| pair == b"..");
    let lower = !token.iter().any(u8::is_ascii_uppercase);
    let named = (2..=6).contains(&last.len()) && last.iter().all(u8::is_ascii_alphabetic);
    let is_host = tidy && (is_one_of(DOMAINS) || is_one_of(FILES) || (dots >= 2 && lower && named));
    if !is_host {
        return None;
    }
    // What follows in a web address without a scheme: "example.com/help".
    let end = start + token.len();
    let goes_on = bytes.get(end) == Some(&b'/') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
    let stops = |b: u8| {
        b.is_ascii_whitespace()
            || matches!(b, b'<' | b'>' | b'"' | b'[' | b']' | b'{' | b'}' | b'|' | b'\\' | b'`' | b')' | b',' | b';')
    };
    Some((start, if goes_on { ahead(bytes, end, |b| !stops(b)) } else { end }))
}

/// What is quoted as a subject or the name of a file: `the subject "Mailbox full"`.
fn quoted(bytes: &[u8], found: &mut [(usize, usize); QUOTES]) {
    const BEFORE: &[&str] = &[
        "subject",
        "subject line",
        "titled",
        "file",
        "filename",
        "attachment",
        "named",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "onderwerp",
        "assunto",
        "temat",
    ];
    const LONGEST: usize = 200;
    let mut free = found.iter_mut();
    let mut done = 0;
    for open in memchr::memchr_iter(b'"', bytes) {
        if open < done {
            continue;
        }
        let before = bytes.get(open.saturating_sub(20)..open).unwrap_or_default().trim_ascii_end();
        let before = before.strip_suffix(b":").unwrap_or(before);
        let announced = BEFORE.iter().any(|word| {
            before.len().checked_sub(word.len()).and_then(|at| before.split_at_checked(at)).is_some_and(
                |(rest, end)| {
                    end.eq_ignore_ascii_case(word.as_bytes()) && !rest.last().is_some_and(u8::is_ascii_alphanumeric)
                },
            )
        });
        let behind = bytes.get(open + 1..).unwrap_or_default();
        let close = memchr::memchr(b'"', behind).filter(|len| announced && *len <= LONGEST);
        if let Some(len) = close {
            done = open + 1 + len + 1;
            match free.next() {
                Some(slot) => *slot = (open + 1, open + 1 + len),
                None => return,
            }
        }
    }
}

/// Appends the words of `text` to `out`, at most `limit` of them.
pub(crate) fn split(text: &str, limit: usize, out: &mut Vec<Word>) {
    if text.is_ascii() {
        split_ascii(text.as_bytes(), limit, out);
    } else {
        split_any(text, limit, out);
    }
}

/// Reads 64 bytes at a time into a mask of letters and digits, and the words off the mask: where a word ends is hard
/// to foretell, and a wrong guess costs a processor more than the rest of this.
fn split_ascii(bytes: &[u8], limit: usize, out: &mut Vec<Word>) {
    if limit == 0 {
        return;
    }
    let mut push = |start: usize, end: usize| {
        out.push(Word { hash: hash_at(bytes, start, end), start: start as u32, end: end as u32 });
        out.len() < limit
    };
    // Where the word begins that the end of the block before has cut.
    let mut open = None;
    for (i, block) in bytes.chunks(64).enumerate() {
        let base = i * 64;
        let mut mask = letters_and_digits(block);
        if let Some(start) = open {
            let run = (!mask).trailing_zeros() as usize;
            if run == 64 {
                continue;
            }
            if !push(start, base + run) {
                return;
            }
            open = None;
            mask &= u64::MAX << run;
        }
        while mask != 0 {
            let start = mask.trailing_zeros() as usize;
            // Adding one to a run of ones clears it and sets the bit behind it; nothing is left of one that goes on.
            let behind = mask.wrapping_add(mask & mask.wrapping_neg());
            if behind == 0 {
                open = Some(base + start);
                break;
            }
            if !push(base + start, base + behind.trailing_zeros() as usize) {
                return;
            }
            mask &= behind;
        }
    }
    if let Some(start) = open {
        push(start, bytes.len());
    }
}

/// Which of up to 64 ASCII bytes are letters or digits, a bit for each.
fn letters_and_digits(block: &[u8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // The high bit of each byte that is `low..=high`; all bytes are below 0x80.
    let within = |bytes: u64, low: u8, high: u8| {
        (bytes + (0x80 - u64::from(low)) * ONES) & !(bytes + (0x7F - u64::from(high)) * ONES)
    };
    let mut mask = 0;
    for at in (0..block.len()).step_by(8) {
        let bytes = eight(block, at);
        let found = (within(bytes, b'0', b'9') | within(bytes | (0x20 * ONES), b'a', b'z')) & HIGH;
        // Gathers the high bits into one byte.
        mask |= ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << at;
    }
    mask
}

/// Splits text that holds more than ASCII.
fn split_any(text: &str, limit: usize, out: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let kind_at = |at: usize| bytes.get(at).map(|byte| kind(*byte));
    let mut at = 0;
    while out.len() < limit {
        while kind_at(at) == Some(SEPARATOR) {
            at += 1;
        }
        if at >= bytes.len() {
            return;
        }
        let start = at;
        while kind_at(at) == Some(WORD) {
            at += 1;
        }
        if kind_at(at) != Some(WIDE) {
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
    let rest = text.get(start..).unwrap_or_default();
    for (offset, c) in rest.char_indices() {
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
        return start + rest.chars().next().map_or(1, char::len_utf8);
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
        out.iter().map(|w| text.get(w.start as usize..w.end as usize).unwrap()).collect()
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

    /// The words that are prose.
    fn prose(text: &str) -> Vec<&str> {
        let (mut raw, mut out) = (Vec::new(), Vec::new());
        split(text, usize::MAX, &mut raw);
        split_prose(text, usize::MAX, &mut out);
        let kept = raw.iter().zip(&out).filter(|(raw, word)| raw.hash == word.hash);
        kept.map(|(word, _)| text.get(word.start as usize..word.end as usize).unwrap()).collect()
    }

    #[test]
    fn what_stands_inside_names_is_no_prose() {
        for text in [
            "user-unknown@example.com",
            "<mailbox.full+tag=x@mx.example.net>",
            "https://example.com/mailbox-full?user=unknown",
            "mailbox.full.example.org",
            "over-quota.example.com/user/unknown",
            "/var/mail/user/unknown",
            "mailbox-full.docx",
            "SPAM.EXAMPLE.COM.",
            "virus.example.co.uk",
        ] {
            assert_eq!(prose(text), [""; 0], "{text}");
        }
        for (text, want) in [
            ("to a@example.com...User unknown", "to User unknown"),
            ("said: mailbox full. Try later", "said mailbox full Try later"),
            ("550 5.1.1 user.unknown and/or gone", "550 5 1 1 user unknown and or gone"),
            ("RESOLVER.ADR.RecipNotFound; not found", "RESOLVER ADR RecipNotFound not found"),
            ("192.0.2.1 blocked", "192 0 2 1 blocked"),
            ("the subject \"Mailbox full\" was said", "the subject was said"),
            ("returned \"550 User unknown\"", "returned 550 User unknown"),
            ("see http://example.com/x (user unknown)", "see user unknown"),
            ("file \"user unknown.doc\" and a@example.com", "file and"),
            ("a@b", ""),
            ("@ . / .. // ./a @a a@", "a a a"),
            (".@a://", ""),
            ("\"|/usr/bin/procmail -a u1\"... gone", "a u1 gone"),
        ] {
            assert_eq!(prose(text).join(" "), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn zones_are_in_the_text_and_apart(text in "[a-z@./: \"é]{0,80}|\\PC{0,60}") {
            let mut found = Vec::new();
            zones(&text, |from, to| found.push((from, to)));
            found.sort_unstable();
            prop_assert!(found.iter().all(|(from, to)| from < to && *to <= text.len()));
            prop_assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }

        #[test]
        fn blocks_and_bytes_give_the_same_words(text in "[a-zA-Z0-9 @\\[`{/:.]{0,200}", limit in 0usize..40) {
            let (mut blocks, mut bytes) = (Vec::new(), Vec::new());
            split_ascii(text.as_bytes(), limit, &mut blocks);
            split_any(&text, limit, &mut bytes);
            prop_assert_eq!(format!("{blocks:?}"), format!("{bytes:?}"));
        }

        #[test]
        fn what_stands_around_a_word_does_not_count(word in "[a-z0-9]{1,20}", before in " ?[a-z ]{0,12} ", after in " [a-z ]{0,12}") {
            let last = before + &word;
            prop_assert!(hashes(&last).ends_with(&hashes(&word)));
            prop_assert!(hashes(&(last + &after)).contains(&hashes(&word)[0]));
        }

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
