//! When a report was written.

use mail_parser::DateTime;
use ndr::Headers;

/// The Date header, else the time at the end of the first Received header, as seconds since 1970 (UTC).
pub(crate) fn of_message(bytes: &[u8]) -> Option<i64> {
    let headers = Headers::of_message(bytes);
    let date = headers.text("date").and_then(|date| seconds(&date));
    date.or_else(|| seconds(headers.text("received")?.rsplit(';').next()?))
}

/// A date as mail writes it (RFC 5322 section 3.3), as seconds since 1970 (UTC).
pub(crate) fn seconds(date: &str) -> Option<i64> {
    DateTime::parse_rfc822(date.trim()).filter(DateTime::is_valid).map(|date| date.to_timestamp())
}

/// A time in seconds since 1970 (UTC) as JSON gives it (RFC 3339); nothing for nothing.
///
/// ```
/// assert_eq!(ndr_scan::rfc3339(Some(1_795_000_000)), "2026-11-18T11:06:40Z");
/// assert_eq!(ndr_scan::rfc3339(None), "");
/// ```
pub fn rfc3339(seconds: Option<i64>) -> String {
    seconds.map(written).unwrap_or_default()
}

pub(crate) fn written(seconds: i64) -> String {
    DateTime::from_timestamp(seconds).to_rfc3339()
}

/// A time for people, to the minute.
pub(crate) fn minute(seconds: i64) -> String {
    let date = DateTime::from_timestamp(seconds);
    format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", date.year, date.month, date.day, date.hour, date.minute)
}

/// The day of a time (RFC 3339).
pub(crate) fn day(seconds: i64) -> String {
    let date = DateTime::from_timestamp(seconds);
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}
