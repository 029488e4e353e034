//! The fields that name people and the message, and the Exchange addresses among them.

use super::exchange_address::{self, ExchangeAddress};
use super::text::addresses;
use crate::mail::headers::Headers;

/// The most Exchange addresses that are kept.
pub(crate) const MOST_ADDRESSES: usize = 100;

/// The names that a header gives. All are as the message states them, decoded; none is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MessageFields {
    /// The From field: the author that readers see (P2).
    pub from: Option<String>,
    /// The Sender field: who sent it on behalf of From.
    pub sender: Option<String>,
    /// The Reply-To field.
    pub reply_to: Option<String>,
    /// The Return-Path field: the envelope's sender (P1), where bounces go. Empty for reports.
    pub return_path: Option<String>,
    /// The To field.
    pub to: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The date as written.
    pub date: Option<String>,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The program that wrote it (User-Agent, X-Mailer).
    pub client: Option<String>,
    /// The IP address of the author's device, as a mail service states it (X-Originating-IP).
    pub originating_ip: Option<String>,
}

impl MessageFields {
    pub(crate) fn read(headers: &Headers<'_>) -> MessageFields {
        let mut found = MessageFields::default();
        for (name, raw) in headers.iter() {
            let slot = match name.to_ascii_lowercase().as_str() {
                "from" => &mut found.from,
                "sender" => &mut found.sender,
                "reply-to" => &mut found.reply_to,
                "return-path" => &mut found.return_path,
                "to" => &mut found.to,
                "subject" => &mut found.subject,
                "date" => &mut found.date,
                "message-id" => &mut found.message_id,
                "user-agent" | "x-mailer" => &mut found.client,
                "x-originating-ip" => &mut found.originating_ip,
                _ => continue,
            };
            if slot.is_none() {
                // Longer values are not names.
                let text = crate::mail::headers::decode(raw.get(..8 << 10).unwrap_or(raw));
                *slot = Some(text.trim().to_string());
            }
        }
        for value in [&mut found.message_id, &mut found.return_path, &mut found.originating_ip].into_iter().flatten() {
            *value = value.trim_matches(['<', '>', '[', ']', ' ']).to_string();
        }
        // An empty Return-Path has a meaning; any other empty field does not.
        for slot in [&mut found.from, &mut found.sender, &mut found.to, &mut found.subject, &mut found.message_id] {
            *slot = slot.take().filter(|value| !value.is_empty());
        }
        found
    }
}

/// The Exchange addresses in a header.
pub(crate) fn exchange_addresses(headers: &Headers<'_>) -> Vec<ExchangeAddress> {
    const FIELDS: &[&str] = &["from", "sender", "reply-to", "return-path", "to", "cc", "delivered-to", "x-original-to"];
    let mut found: Vec<ExchangeAddress> = headers
        .iter()
        .filter(|(name, _)| FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known)))
        .filter(|(_, raw)| memchr::memchr3(b'/', b'I', b'i', raw).is_some())
        .flat_map(|(_, raw)| addresses(raw))
        .filter_map(|address| exchange_address::decode(&address))
        .take(MOST_ADDRESSES)
        .collect();
    say_once(&mut found);
    found
}

/// Removes repeated addresses.
pub(crate) fn say_once(found: &mut Vec<ExchangeAddress>) {
    let mut seen = std::collections::HashSet::new();
    found.retain(|address| seen.insert(address.written.to_ascii_lowercase()));
}
