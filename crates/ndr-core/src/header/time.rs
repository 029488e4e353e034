//! Points in time as mail writes them: RFC 5322, its older forms, and variants between them.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::fmt;

/// A point in time, to the second.
///
/// ```
/// use ndr::trace::Moment;
/// let moment = Moment::parse("Tue, 21 Jan 2025 08:59:56 +0200 (EET)").unwrap();
/// assert_eq!(moment.to_string(), "2025-01-21T06:59:56Z");
/// assert_eq!(Moment::parse("tomorrow"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads a date as header fields and logs write it. `None` where the text holds no date, one that the calendar does
    /// not have, or no zone.
    pub fn parse(text: &str) -> Option<Moment> {
        iso(text).or_else(|| named_month(text))
    }

    /// Reads `M/D/YYYY h:mm:ss AM`, as Exchange writes UTC times in its table of hops.
    pub(crate) fn parse_american(date: &str, time: &str) -> Option<Moment> {
        let mut parts = date.split('/').map(number);
        let (month, day, year) = (parts.next()??, parts.next()??, parts.next()??);
        let (clock, half) = time.split_once(|c: char| c.is_whitespace() || c == '\u{202f}').unwrap_or((time, ""));
        let (hour, minute, second) = clock_time(clock)?;
        let hour = match half.trim().to_ascii_uppercase().as_str() {
            "AM" if hour == 12 => 0,
            "PM" if hour < 12 => hour + 12,
            _ => hour,
        };
        moment(year, month, day, (hour, minute, second), Offset::UTC)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(timestamp) => fmt::Display::fmt(&timestamp, f),
            // Not reached: a moment is only made from a timestamp.
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn moment(year: i64, month: i64, day: i64, (hour, minute, second): (i64, i64, i64), offset: Offset) -> Option<Moment> {
    // Mail is younger than 1970, and years past 9999 are no dates.
    let year = i16::try_from(year).ok().filter(|year| (1970..=9999).contains(year))?;
    let small = |n: i64| i8::try_from(n).ok();
    // A leap second counts as the one before it.
    let second = second.min(if second == 60 { 59 } else { second });
    let civil =
        DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    offset.to_timestamp(civil).ok().map(|timestamp| Moment(timestamp.as_second()))
}

/// `2025-01-21T06:59:56Z`, anywhere in the text.
fn iso(text: &str) -> Option<Moment> {
    text.split_whitespace()
        .filter(|word| word.len() >= 17 && matches!(word.as_bytes(), [b'0'..=b'9', _, _, _, b'-', ..]))
        .find_map(|word| word.parse::<jiff::Timestamp>().ok())
        .map(|timestamp| Moment(timestamp.as_second()))
}

/// `h:mm` or `h:mm:ss`; old mailers write a dot for the colon.
fn clock_time(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(if text.contains(':') { ':' } else { '.' });
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = match parts.next() {
        Some(second) => number(second.split('.').next().unwrap_or_default())?,
        None => 0,
    };
    (parts.next().is_none() && hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second))
}

fn month_number(word: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = word.get(..3)?.to_ascii_lowercase();
    let known = MONTHS.iter().position(|month| *month == head)?;
    word.bytes().all(|b| b.is_ascii_alphabetic()).then_some(known as i64 + 1)
}

/// `+0900`, or the name of a zone that means one offset only. Names that several parts of the world share stay unknown,
/// except those that RFC 5322 section 4.3 settles.
fn zone(word: &str) -> Option<Offset> {
    const NAMED: &[(&str, i32)] = &[
        ("UTC", 0),
        ("GMT", 0),
        ("UT", 0),
        ("Z", 0),
        ("EST", -5),
        ("EDT", -4),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("CET", 1),
        ("CEST", 2),
        ("EET", 2),
        ("EEST", 3),
        ("MSK", 3),
        ("JST", 9),
    ];
    let word = word.trim_matches(['(', ')']);
    if let Some((sign, digits)) = word.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "+" | "-")) {
        let digits = digits.replace(':', "");
        let (hours, minutes) = digits.split_at_checked(2).filter(|(_, minutes)| minutes.len() == 2)?;
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        return (minutes < 60).then(|| Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok())?;
    }
    NAMED
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .and_then(|(_, hours)| Offset::from_seconds(hours * 3600).ok())
}

/// A date around the name of a month: `21 Jan 2025 06:59:56 +0000`, `Jan 21 06:59:56 2025 +0000`, `21-Jan-25 06:59 GMT`.
fn named_month(text: &str) -> Option<Moment> {
    // The last date of a text is the one that counts, and none is longer than this.
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        match word.split('-').collect::<Vec<_>>().as_slice() {
            [day, month, year] if month_number(month).is_some() => words.extend([day, month, year]),
            _ => words.push(word),
        }
    }
    let at = words.iter().rposition(|word| month_number(word).is_some())?;
    let (before, found) = words.split_at_checked(at)?;
    let (month, rest) = found.split_first()?;
    let month = month_number(month)?;
    let day_of = |word: &&str| number(word).filter(|day| (1..=31).contains(day));
    let (day, rest) = match before.last().and_then(day_of) {
        Some(day) => (day, rest),
        None => rest.split_first().and_then(|(day, rest)| Some((day_of(day)?, rest)))?,
    };
    let mut clock = None;
    let mut year = None;
    let mut offset = None;
    for word in rest.iter().take(5) {
        if clock.is_none()
            && word.contains([':', '.'])
            && let Some(time) = clock_time(word)
        {
            clock = Some(time);
        } else if year.is_none()
            && let Some(found) = number(word)
        {
            // RFC 5322 section 4.3: two and three digits.
            year = Some(match found {
                0..=49 => found + 2000,
                50..=999 => found + 1900,
                _ => found,
            });
        } else if offset.is_none()
            && let Some(found) = zone(word)
        {
            offset = Some(found);
        }
    }
    moment(year?, month, day, clock?, offset?)
}

#[cfg(feature = "serde")]
impl serde::Serialize for Moment {
    /// As RFC 3339.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_dress() {
        for (text, want) in [
            ("Wed, 22 Mar 2023 21:14:22 +0000", "2023-03-22T21:14:22Z"),
            ("1 Jul 2014 08:30:56 -0000", "2014-07-01T08:30:56Z"),
            ("Thu,29 Apr 2010 23:34:45 +0900", "2010-04-29T14:34:45Z"),
            ("Thu 29 Apr 2010 23:34:45 +0900 (JST)", "2010-04-29T14:34:45Z"),
            ("Tue, 029 Apr 2019 23:34:45 -0800 (PST)", "2019-04-30T07:34:45Z"),
            ("Apr 29 23:34:45 2005 +0000", "2005-04-29T23:34:45Z"),
            ("Fri Apr 29 23:34:45 2005 GMT", "2005-04-29T23:34:45Z"),
            ("21-Jan-25 06:59 EST", "2025-01-21T11:59:00Z"),
            ("Wed, 23 May 2018 17:44:39 JST", "2018-05-23T08:44:39Z"),
            ("Fri, 10 Dec 2010 13:21:19 +0900 id 0EFD1EE6.4D01AABF", "2010-12-10T04:21:19Z"),
            ("id mf39.31452 Wed, 31 Oct 2012 04:46:27 -0500 (CDT)", "2012-10-31T09:46:27Z"),
            ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59Z"),
            ("2025-01-21T06:59:56Z", "2025-01-21T06:59:56Z"),
            ("Mon, 21 Jan 2025 06:59:56.123 +0100", "2025-01-21T05:59:56Z"),
        ] {
            assert_eq!(Moment::parse(text).map(|moment| moment.to_string()).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn no_dates() {
        for text in [
            "",
            "Wed, 31 Feb 2023 21:14:22 +0000",
            "Wed, 22 Mar 2023 25:14:22 +0000",
            "Wed, 22 Mar 2023 21:14:22",
            "Wed, 22 Mar 2023",
            "22 Mar 99999 21:14:22 +0000",
            "99999999999 Mar 2023 21:14:22 +0000",
            "Mar",
            "May be forged",
            "\u{1b}[2J é Mar é",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn american_times() {
        let at = |date, time| Moment::parse_american(date, time).map(|moment| moment.to_string());
        assert_eq!(at("9/1/2017", "6:40:30 AM").as_deref(), Some("2017-09-01T06:40:30Z"));
        assert_eq!(at("4/29/2017", "12:00:00 PM").as_deref(), Some("2017-04-29T12:00:00Z"));
        assert_eq!(at("4/29/2017", "12:00:00 AM").as_deref(), Some("2017-04-29T00:00:00Z"));
        assert_eq!(at("29/4/2017", "12:00:00"), None);
    }
}
