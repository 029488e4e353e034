//! What a server said without what is private in it: addresses, hosts, numbers and ids, taken out of the words that
//! stay the same from message to message.

use std::net::IpAddr;

/// A text with its private parts taken out.
///
/// ```
/// let masked = ndr_catalog::mask("Mail from <ann@contoso.com> was held by mx7.contoso.com, id 4aF93k20x1", &[]);
/// assert_eq!(masked.text, "Mail from <{address}> was held by {host}, id");
/// assert_eq!(masked.example, "Mail from <kim@example.com> was held by mx.example.com, id a1b2c3d4");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    /// The first statement as a text for the catalogue: words with holes, without the codes in front.
    pub text: String,
    /// How many words of it are literal.
    pub words: usize,
    /// The whole line with reserved names in place of real ones.
    pub example: String,
}

/// Most parts of a text: more are not needed to know it again.
const PARTS: usize = 24;
/// A sentence that ends after so many words says enough.
const SENTENCE: usize = 4;
/// Most characters of an example.
const EXAMPLE: usize = 300;

/// Takes out what is private. `known` are words that the message itself shows to be so: addresses, hosts, names.
pub fn mask(line: &str, known: &[&str]) -> Masked {
    let line: String = line.chars().map(|c| if c.is_control() || matches!(c, '{' | '}') { ' ' } else { c }).collect();
    let pieces = pieces(&line, known);
    let shown: String = pieces.iter().map(|piece| piece.hole.map_or(piece.text, |hole| hole.example())).collect();
    let example: String = squeezed(&shown).chars().take(EXAMPLE).collect();
    let (text, words) = statement(pieces.get(codes(&pieces)..).unwrap_or_default());
    Masked { text, words, example: example.trim_end().to_string() }
}

/// What may stand where something was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Ip,
    Address,
    Host,
    Number,
    Tag,
    Url,
}

impl Hole {
    const fn name(self) -> &'static str {
        match self {
            Hole::Ip => "{ip}",
            Hole::Address => "{address}",
            Hole::Host => "{host}",
            Hole::Number => "{number}",
            Hole::Tag => "{tag}",
            Hole::Url => "{url}",
        }
    }

    /// A reserved name or address of the same kind.
    const fn example(self) -> &'static str {
        match self {
            Hole::Ip => "203.0.113.7",
            Hole::Address => "kim@example.com",
            Hole::Host => "mx.example.com",
            Hole::Number => "12",
            Hole::Tag => "a1b2c3d4",
            Hole::Url => "https://example.com/help",
        }
    }
}

/// A run of the line: a word, or what stands between words.
#[derive(Clone, Copy, Debug)]
struct Piece<'l> {
    text: &'l str,
    hole: Option<Hole>,
    is_word: bool,
}

/// Cuts the line into words and what stands between them.
fn pieces<'l>(line: &'l str, known: &[&str]) -> Vec<Piece<'l>> {
    let mut out: Vec<Piece<'l>> = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let len = if is_url(rest) {
            rest.find(|c: char| c.is_whitespace() || "<>\"'[]|".contains(c)).unwrap_or(rest.len())
        } else if is_separator(first) {
            rest.find(|c: char| !is_separator(c)).unwrap_or(rest.len())
        } else {
            let wide = !first.is_ascii();
            rest.find(|c: char| is_separator(c) || c.is_ascii() == wide).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(len);
        rest = after;
        if is_separator(first) {
            out.push(Piece { text: word, hole: None, is_word: false });
        } else {
            split(word, known, &mut out);
        }
    }
    after_words(&mut out);
    out
}

fn is_url(text: &str) -> bool {
    ["http://", "https://", "www."]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || "<>()[]\"'`,;|!*\u{201c}\u{201d}\u{2018}\u{2019}\u{ab}\u{bb}".contains(c)
}

/// Takes a word apart until each part is one thing, and says what it is.
fn split<'l>(word: &'l str, known: &[&str], out: &mut Vec<Piece<'l>>) {
    let inner = word.trim_end_matches(['.', ':', '?', '-', '=', '/', '#']);
    let inner = inner.trim_start_matches(['.', ':', '#', '-', '=', '/']);
    let (start, end) = word.split_once(inner).unwrap_or((word, ""));
    let mut plain = |text: &'l str| {
        if !text.is_empty() {
            out.push(Piece { text, hole: None, is_word: false });
        }
    };
    plain(start);
    if !inner.is_empty() {
        let hole = kind(inner, known);
        let is_whole = matches!(hole, Some(Hole::Url | Hole::Address | Hole::Ip));
        let cut = inner.match_indices(['=', ':', '/']).next().filter(|_| !is_whole);
        if let Some((before, text, after)) =
            cut.and_then(|(at, mark)| Some((inner.get(..at)?, mark, inner.get(at + mark.len()..)?)))
        {
            split(before, known, out);
            out.push(Piece { text, hole: None, is_word: false });
            split(after, known, out);
        } else {
            out.push(Piece { text: inner, hole, is_word: true });
        }
    }
    if !end.is_empty() {
        out.push(Piece { text: end, hole: None, is_word: false });
    }
}

/// What a word is, if it is to be taken out.
fn kind(word: &str, known: &[&str]) -> Option<Hole> {
    if is_url(word) {
        return Some(Hole::Url);
    }
    if word.contains('@') {
        return Some(Hole::Address);
    }
    let address = word.strip_prefix("IPv6:").unwrap_or(word);
    if address.parse::<IpAddr>().is_ok() {
        return Some(Hole::Ip);
    }
    if known.iter().any(|name| name.eq_ignore_ascii_case(word)) {
        return Some(if word.contains('.') { Hole::Host } else { Hole::Tag });
    }
    if !word.is_ascii() || is_code(word) {
        return None;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits > 0 && letters == 0 {
        let whole = word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
        return Some(if whole { Hole::Number } else { Hole::Tag });
    }
    if is_host(word) {
        return Some(Hole::Host);
    }
    (digits > 0 && !is_server_code(word)).then_some(Hole::Tag)
}

/// A status code, alone or behind a reply code as in `550-5.7.1`.
fn is_code(word: &str) -> bool {
    let status = word.split_once('-').filter(|(reply, _)| is_reply(reply)).map_or(word, |(_, status)| status);
    status.parse::<ndr_resolve::StatusCode>().is_ok()
}

/// A reply code, if it stands where one may.
fn is_reply(word: &str) -> bool {
    word.len() == 3 && word.starts_with(['2', '4', '5']) && word.bytes().all(|b| b.is_ascii_digit())
}

/// A name with dots, and not an identifier such as `STOREDRV.Deliver`, whose parts begin with capitals.
fn is_host(word: &str) -> bool {
    let mut labels = word.split('.');
    let last = word.rsplit('.').next().unwrap_or_default();
    let is_top = last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic());
    let is_name = labels
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
    let is_identifier = word.split('.').all(|label| label.starts_with(|c: char| c.is_ascii_uppercase()))
        && !word.bytes().any(|b| b.is_ascii_digit())
        && last.len() > 3;
    word.contains('.') && is_top && is_name && !is_identifier
}

/// A short mark of letters and then digits, such as `IB508` or `S3150`: servers tell their reasons by it.
fn is_server_code(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = word.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    let rest = word.len() - letters - digits;
    (1..=6).contains(&letters) && (1..=5).contains(&digits) && rest <= 1
}

/// What its neighbours show: reply codes and the number of an RFC stay, and days and months of a date go.
fn after_words(pieces: &mut [Piece<'_>]) {
    const DATES: [&str; 19] = [
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
        "Oct", "Nov", "Dec",
    ];
    if let Some(first) = pieces.iter_mut().find(|piece| piece.is_word).filter(|first| is_reply(first.text)) {
        first.hole = None;
    }
    let words: Vec<usize> = pieces.iter().enumerate().filter(|(_, piece)| piece.is_word).map(|(at, _)| at).collect();
    for pair in words.windows(2) {
        let &[one, two] = pair else { continue };
        let Ok([one, two]) = pieces.get_disjoint_mut([one, two]) else { continue };
        let opens = |word: &str| ["rfc", "smtp", "esmtp"].iter().any(|name| name.eq_ignore_ascii_case(word));
        if opens(one.text) && two.hole == Some(Hole::Number) {
            two.hole = None;
        }
        if is_reply(one.text) && is_code(two.text) {
            one.hole = None;
        }
        let is_number = |piece: &Piece<'_>| piece.hole == Some(Hole::Number);
        let is_date = |piece: &Piece<'_>| DATES.contains(&piece.text);
        if is_date(one) && is_number(two) {
            one.hole = Some(Hole::Tag);
        } else if is_date(two) && is_number(one) {
            two.hole = Some(Hole::Tag);
        }
    }
}

/// How many pieces in front are the codes: `550 5.7.1 `, `550-5.7.1 `, `#5.7.1 `.
fn codes(pieces: &[Piece<'_>]) -> usize {
    let is_head = |piece: &Piece<'_>| {
        is_code(piece.text) || (is_reply(piece.text) && piece.hole.is_none()) || piece.text.eq_ignore_ascii_case("smtp")
    };
    pieces.iter().take_while(|piece| !piece.is_word || is_head(piece)).count()
}

/// The first statement as a text with holes, and how many literal words it has. Holes side by side are one.
fn statement(pieces: &[Piece<'_>]) -> (String, usize) {
    let mut text = String::new();
    let mut between = String::new();
    let mut words = 0;
    let mut parts = 0;
    // The length of the text up to its last literal word: a hole at the end says nothing.
    let mut end = 0;
    let mut open: Option<Hole> = None;
    let mut is_merged = false;
    for piece in pieces {
        if !piece.is_word {
            between += piece.text;
            continue;
        }
        let begins_anew = [". ", "? ", "! "].iter().any(|end| between.contains(end));
        if (words >= SENTENCE && begins_anew) || parts >= PARTS {
            break;
        }
        match (piece.hole, open) {
            (Some(_), Some(_)) => {
                // `[{ip}] {tag}` would be two holes side by side.
                if let Some(at) = text.rfind('{') {
                    text.truncate(at);
                    text += "{any}";
                    is_merged = true;
                }
            }
            (Some(_), None) if words == 0 => {}
            (hole, _) => {
                // What closed the brackets of holes that are one now has nothing to close.
                let closing = |c: char| is_merged && !c.is_whitespace();
                text += between.trim_start_matches(closing);
                is_merged = false;
                text += hole.map_or(piece.text, |hole| hole.name());
                open = hole;
                parts += 1;
            }
        }
        between.clear();
        if piece.hole.is_none() {
            // Scripts without spaces have many words in one run.
            words += if piece.text.is_ascii() { 1 } else { piece.text.chars().count().div_ceil(3) };
            end = text.len();
            open = None;
        }
    }
    text.truncate(end);
    (squeezed(text.trim_start_matches(|c: char| !c.is_alphanumeric())), words)
}

/// White space as single spaces.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> String {
        mask(line, &[]).text
    }

    #[test]
    fn what_is_private_goes() {
        for (line, want) in [
            ("550 5.7.812 Message held by policy of gw1.contoso.com", "Message held by policy of"),
            ("550-5.7.1 [198.51.100.9] is not welcome here", "is not welcome here"),
            (
                "Mailbox ann@contoso.com is over its 500 MB, see https://contoso.com/q?u=ann",
                "Mailbox {address} is over its {number} MB, see",
            ),
            ("rejected (IPv6 2001:db8:4::9) for ann", "rejected (IPv6 {ip}) for ann"),
            ("queue id 4Zk1x83Nvz9 was refused", "queue id {tag} was refused"),
            ("size=28311552 exceeds limit=10485760 of this host", "size={number} exceeds limit={number} of this host"),
            ("held since Tue, 21 Jan 2025 06:59:56 +0000 for review", "held since {any} for review"),
            ("host mx1.contoso.com[198.51.100.9] is unhappy today", "host {any} is unhappy today"),
        ] {
            assert_eq!(text(line), want, "{line}");
        }
    }

    #[test]
    fn what_tells_the_reason_stays() {
        for line in [
            "STOREDRV.Deliver failed to map the folder",
            "violates RFC 5322 in section four",
            "blocked for abuse IB508",
            "our block list (S3150) holds it",
            "MapiExceptionShutoffQuotaExceeded was thrown",
            "Remote server said 554 5.7.1 refused",
        ] {
            assert_eq!(text(line), line);
        }
    }

    #[test]
    fn the_first_statement_is_enough() {
        assert_eq!(text("550 Your message was turned away. Ask Ann Example for help."), "Your message was turned away");
        assert_eq!(
            text("No. Your message was turned away at the gate. More."),
            "No. Your message was turned away at the gate"
        );
    }

    #[test]
    fn words_that_the_message_shows_to_be_private() {
        let masked = mask("550 ann.smith has left the house", &["ann.smith"]);
        assert_eq!(masked.text, "has left the house");
        assert_eq!(mask("550 box Kranich has left", &["kranich"]).example, "550 box a1b2c3d4 has left");
    }

    #[test]
    fn scripts_without_spaces() {
        let masked = mask("550 收件人ann@contoso.com已经离职", &[]);
        assert_eq!(masked.text, "收件人{address}已经离职");
        assert_eq!(masked.example, "550 收件人kim@example.com已经离职");
    }

    #[test]
    fn any_text_gives_a_template_or_too_few_words() {
        let odd = "550 {x} }{ <<>> a@ @b http:// www. ::: == 5.7 1.2.3.4.5 .... \u{1b}[2J \u{9b} é {{";
        for end in 0..=odd.len() {
            let Some(line) = odd.get(..end) else { continue };
            let masked = mask(line, &[]);
            assert!(!masked.text.contains('\u{1b}') && !masked.example.contains('\u{1b}'));
            if masked.words >= 2 {
                ndr_resolve::Template::parse(&masked.text).unwrap_or_else(|error| panic!("{line}: {error}"));
            }
        }
    }
}
