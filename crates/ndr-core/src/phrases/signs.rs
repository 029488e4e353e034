//! Finds the mailer whose signs a report shows, in one walk over its header and the phrases of its words.

use super::mailers::{MAILERS, Mailer, Sign};
use crate::mail::headers::{Field, Headers, name_hash};
use crate::text::search::Grams;
use std::sync::LazyLock;

use Sign::{Both, Header, Mta, Text};

/// The signs of all mailers, filed so that one walk over a message's header finds those that it shows. Signs that are
/// not `Both` have a number: texts first, then header fields, then hosts.
struct Filed {
    texts: Vec<&'static str>,
    names: Vec<Name>,
    /// The hash of each name that is known whole, and its number.
    whole: Vec<(u32, u16)>,
    /// The numbers of those of which only the beginning is known.
    begun: Vec<u16>,
    /// A bit for the upper bits of the hash of each whole name: most fields are no sign.
    filter: [u64; 16],
    /// A bit for the letter behind "X-" of each name of which only the beginning is known.
    thirds: u32,
    /// What the values of fields must hold, to be found in one pass over a value.
    values: Vec<&'static str>,
    /// For each of these, the number of its field's name, and of the sign.
    owners: Vec<(usize, usize)>,
    grams: Grams,
    hosts: Vec<(&'static str, usize)>,
    /// Number of a sign, the one that must show too, number of the mailer; sorted.
    proofs: Vec<(usize, usize, usize)>,
}

/// A name of header fields that are signs.
struct Name {
    name: &'static str,
    /// Of a name that is known whole; `None` where only its beginning is.
    hash: Option<u32>,
    /// The sign that any value is, where there is one.
    sign: Option<usize>,
    /// Whether values are signs by what they hold.
    has_values: bool,
}

impl Name {
    fn begins(&self, name: &[u8]) -> bool {
        name.get(..self.name.len()).is_some_and(|head| head.eq_ignore_ascii_case(self.name.as_bytes()))
    }
}

impl Filed {
    const fn filter_bit(hash: u32) -> (usize, u64) {
        let bit = hash >> 22;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    /// Whether a field of that name, which has that hash, may be a sign.
    #[inline]
    fn may_hold(&self, name: &[u8], hash: u32) -> bool {
        let (word, bit) = Filed::filter_bit(hash);
        let filter = self.filter.get(word).copied().unwrap_or(0);
        filter & bit | u64::from(self.thirds & third_bit(name)) != 0
    }

    /// The names that a field's name, which has that hash, fits.
    fn named(&self, name: &[u8], hash: u32) -> impl Iterator<Item = (usize, &Name)> {
        let begun = if self.thirds & third_bit(name) != 0 { self.begun.as_slice() } else { &[] };
        let whole = self.whole.iter().filter(move |(known, _)| *known == hash).map(|(_, number)| (*number, true));
        let found = whole.chain(begun.iter().map(|number| (*number, false)));
        found.filter_map(move |(number, is_whole)| {
            let known = self.names.get(usize::from(number))?;
            let fits = known.begins(name) && (!is_whole || known.name.len() == name.len());
            fits.then_some((usize::from(number), known))
        })
    }

    /// Files a header field as a sign.
    fn add_field(&mut self, name: &'static str, wanted: &'static str, sign: usize) {
        let (name, hash) = match name.strip_suffix('-') {
            Some(beginning) => (beginning, None),
            None => (name, Some(name_hash(name.as_bytes()))),
        };
        let known = self.names.iter().position(|known| known.name.eq_ignore_ascii_case(name) && known.hash == hash);
        let number = known.unwrap_or_else(|| {
            let number = self.names.len();
            self.names.push(Name { name, hash, sign: None, has_values: false });
            match hash {
                Some(hash) => self.whole.push((hash, number as u16)),
                None => self.begun.push(number as u16),
            }
            number
        });
        match hash {
            Some(hash) => {
                let (word, bit) = Filed::filter_bit(hash);
                if let Some(word) = self.filter.get_mut(word) {
                    *word |= bit;
                }
            }
            None => self.thirds |= third_bit(name.as_bytes()),
        }
        let Some(name) = self.names.get_mut(number) else { return };
        if wanted.is_empty() {
            name.sign = Some(sign);
        } else {
            name.has_values = true;
            self.values.push(wanted);
            self.owners.push((number, sign));
        }
    }
}

/// A bit for the letter behind "X-" of a field's name; none for a name that begins otherwise.
fn third_bit(name: &[u8]) -> u32 {
    match name {
        [b'x' | b'X', b'-', third, ..] => 1 << (third & 31),
        _ => 0,
    }
}

static FILED: LazyLock<Filed> = LazyLock::new(|| {
    let mut signs: Vec<Sign> = Vec::new();
    fn gather(sign: Sign, signs: &mut Vec<Sign>) {
        match sign {
            Both(one, other) => {
                gather(*one, signs);
                gather(*other, signs);
            }
            single if !signs.contains(&single) => signs.push(single),
            _ => {}
        }
    }
    for sign in MAILERS.iter().flat_map(|mailer| mailer.signs) {
        gather(*sign, &mut signs);
    }
    // Texts first: their numbers are those of their phrase matches.
    signs.sort_by_key(|sign| !matches!(sign, Text(_)));
    let number = |sign: &Sign| signs.iter().position(|known| known == sign).unwrap_or(usize::MAX);
    let mut filed = Filed {
        texts: Vec::new(),
        names: Vec::new(),
        whole: Vec::new(),
        begun: Vec::new(),
        filter: [0; 16],
        thirds: 0,
        values: Vec::new(),
        owners: Vec::new(),
        grams: Grams::build(&[], true),
        hosts: Vec::new(),
        proofs: Vec::new(),
    };
    for (i, sign) in signs.iter().enumerate() {
        match *sign {
            Text(text) => filed.texts.push(text),
            Mta(suffix) => filed.hosts.push((suffix, i)),
            Header(name, wanted) => filed.add_field(name, wanted, i),
            Both(..) => {}
        }
    }
    for (mailer, sign) in MAILERS.iter().enumerate().flat_map(|(i, mailer)| mailer.signs.iter().map(move |s| (i, s))) {
        let (one, other) = match sign {
            Both(one, other) => (number(one), number(other)),
            single => (number(single), number(single)),
        };
        filed.proofs.push((one, other, mailer));
    }
    filed.grams = Grams::build(&filed.values, true);
    filed.proofs.sort_unstable();
    filed
});

/// What the values of fields must hold to be a sign.
#[cfg(feature = "redact")]
pub(crate) fn values_of_signs() -> impl Iterator<Item = &'static str> {
    FILED.values.iter().copied()
}

/// All texts that signs look for.
pub(crate) fn texts() -> &'static [&'static str] {
    &FILED.texts
}

/// The mailer that the signs name: of those that fit, the one of the highest class, then the one with most signs.
/// `texts`: the numbers of those of [`texts`] that were found.
pub(crate) fn recognise(
    headers: &Headers<'_>,
    texts: impl Iterator<Item = usize>,
    mta: Option<&str>,
) -> Option<&'static Mailer> {
    let filed = &*FILED;
    let mut shown: Vec<usize> = texts.collect();
    for Field { name, value, hash } in headers.fields().iter().copied() {
        if !filed.may_hold(name, hash) {
            continue;
        }
        for (number, field) in filed.named(name, hash) {
            shown.extend(field.sign);
            if field.has_values {
                let held = filed.grams.find(&filed.values, value).filter_map(|hit| filed.owners.get(hit.number));
                shown.extend(held.filter(|(owner, _)| *owner == number).map(|(_, sign)| *sign));
            }
        }
    }
    if let Some(host) = mta.map(str::as_bytes) {
        let ends_with = |suffix: &str| {
            host.len()
                .checked_sub(suffix.len())
                .and_then(|at| host.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
        };
        shown.extend(filed.hosts.iter().filter(|(suffix, _)| ends_with(suffix)).map(|(_, sign)| *sign));
    }
    let proven = shown.iter().flat_map(|sign| {
        let from = filed.proofs.partition_point(|(known, ..)| known < sign);
        filed.proofs.iter().skip(from).take_while(move |(known, ..)| known == sign)
    });
    // Few reports show signs of more than one mailer.
    let mut fitting: Vec<usize> =
        proven.filter(|(_, other, _)| shown.contains(other)).map(|(.., mailer)| *mailer).collect();
    fitting.sort_unstable();
    let worth = |run: &[usize]| {
        let mailer = run.first().and_then(|at| MAILERS.get(*at));
        mailer.map(|mailer| ((mailer.class, mailer.id.is_some(), run.len(), std::cmp::Reverse(mailer.id)), mailer))
    };
    fitting.chunk_by(|a, b| a == b).filter_map(worth).max_by_key(|(worth, _)| *worth).map(|(_, mailer)| mailer)
}

pub(crate) fn contains_ignoring_case(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text)
        .any(|at| text.get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &str, words: &str, mta: Option<&str>) -> Option<&'static str> {
        let headers = Headers::of_message(header.as_bytes());
        let found = (0..texts().len()).filter(|at| words.contains(texts()[*at]));
        recognise(&headers, found, mta).and_then(|mailer| mailer.id)
    }

    #[test]
    fn strong_signs_name_the_mailer() {
        for (header, words, mta, id) in [
            ("From: mailer-daemon@googlemail.com\n\n", "", None, "gmail"),
            ("From: MAILER-DAEMON@mx.example.com\n\n", "", Some("a8-1.smtp-out.amazonses.com"), "amazon-ses"),
            ("\n", "This is the mail system at host mx.example.com.", None, "postfix"),
            ("\n", "Hi. This is the qmail-send program at mx.example.com.", None, "qmail"),
            ("\n", "   ----- The following addresses had permanent fatal errors -----", None, "sendmail"),
            ("From: Mail_Administrator@ezweb.ne.jp\n\n", "", None, "au-kddi"),
        ] {
            assert_eq!(named(header, words, mta), Some(id), "{header}{words}");
        }
    }

    /// Hosts on the way, addresses and common sentences name nobody.
    #[test]
    fn weak_signs_name_nobody() {
        const POSTFIX: &str = "This is the mail system at host mx.example.com.\n\n<a@courier.example.net>: host \
                               courier.example.net[192.0.2.1] said: 550 5.1.1 no";
        for (header, words, id) in [
            ("From: MAILER-DAEMON@mx.example.com\n\n", POSTFIX, Some("postfix")),
            (
                "Received: (qmail 1234 invoked by uid 7)\nFrom: MAILER-DAEMON@mx.example.com\n\n",
                POSTFIX,
                Some("postfix"),
            ),
            ("X-Virus-Scanned: amavisd-new at example.com\nFrom: a@example.com\n\n", POSTFIX, Some("postfix")),
            ("From: postmaster@beau.com\n\n", "For the following reason:\nunknown user", None),
            (
                "From: postmaster@example.com\n\n",
                "This is an automatically generated Delivery Status Notification.",
                None,
            ),
            (
                "Received: from a (Lotus Domino Release 8)\nX-MIMETrack: Itemize by SMTP Server on a/Domino\n\n",
                "no",
                None,
            ),
            (
                "X-Barracuda-Spam-Score: 1\nX-Mimecast-Spam-Score: 0\nX-MDaemon-Deliver-To: a@example.com\n\n",
                "no",
                None,
            ),
            ("\n", "powermta.example.com could not deliver. See mdaemon.example.com, haraka.example.com.", None),
        ] {
            assert_eq!(named(header, words, None), id, "{header}{words}");
        }
    }

    #[test]
    fn the_order_of_the_table_has_no_meaning() {
        let words = "This is the mail system at host mx.yandex.ru.";
        assert_eq!(named("X-Yandex-Uniq: 1\n\n", words, None), Some("yandex"));
        assert_eq!(named("X-Mailer: Amazon WorkMail\n\n", "", Some("a.amazonses.com")), Some("amazon-workmail"));
    }
}
