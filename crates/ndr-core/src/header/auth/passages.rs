//! The servers that a message passed, as far as authentication needs them.

use super::results::as_ip;
use crate::header::organisation::same_operator;
use crate::header::received;
use crate::header::text::domain_name;
use crate::mail::headers::Headers;

/// Most fields of one kind that are read. A header with more is an attack.
pub(super) const MOST_FIELDS: usize = 256;

/// One server on the route, as far as authentication needs it.
pub(crate) struct Passage {
    /// Its position among the header fields.
    pub(crate) position: usize,
    /// The server that received the message (`by`), if it is a host name.
    pub(crate) by: Option<String>,
    /// The server that sent the message (`from`), if it is a host name.
    pub(crate) from: Option<String>,
}

/// The Received fields, newest first.
pub(crate) fn passages(headers: &Headers<'_>) -> Vec<Passage> {
    let fields = headers.iter().enumerate().filter(|(_, (name, _))| name.eq_ignore_ascii_case("received"));
    let passages = fields.take(MOST_FIELDS).map(|(position, (_, raw))| {
        let hop = received::read("Received", raw);
        let host = |word: Option<String>| word.filter(|word| as_ip(word).is_none()).as_deref().and_then(domain_name);
        Passage { position, by: host(hop.by), from: host(hop.from) }
    });
    passages.collect()
}

/// Whether a Received field says that the message passed a server.
pub(crate) fn passed(server: &str, passages: &[Passage]) -> bool {
    passages.iter().filter_map(|passage| passage.by.as_deref()).any(|by| same_operator(by, server))
}
