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
