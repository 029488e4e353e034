//! The fields of a delivery status: RFC 3464, and RFC 6533 for addresses beyond ASCII. Some systems write the same
//! fields into a text.

use crate::text::{self, address, lines};
use crate::vocabulary::Action;
use ndr_resolve::{StatusCode, find_codes, unfold_reply};
use std::borrow::Cow;

/// The fields of a delivery status.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) reporting_mta: Option<String>,
    pub(crate) recipients: Vec<FieldRecipient>,
}

/// The fields of one recipient.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldRecipient {
    pub(crate) final_recipient: Option<String>,
    pub(crate) original_recipient: Option<String>,
    /// Whether the final recipient came as a source route, whose mailbox means nothing outside its last host.
    pub(crate) routed: bool,
    pub(crate) action: Option<Action>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) remote_mta: Option<String>,
    /// The diagnostic code, on one line.
    pub(crate) diagnostic: Option<String>,
    /// `X-Supplementary-Info` and friends: what a relay adds to a bare status.
    pub(crate) supplement: Option<String>,
}

impl FieldRecipient {
    /// The address that failed.
    pub(crate) fn address(&self) -> Option<&str> {
        self.addresses().0
    }

    /// The address that failed, and what the sender typed where that is known besides. Where Final-Recipient is no
    /// address but a name of the last system (a local user, an X.400 name), Original-Recipient is asked.
    pub(crate) fn addresses(&self) -> (Option<&str>, Option<&str>) {
        let original = self.original_recipient.as_deref();
        let is_address = |value: &&str| value.contains('@');
        match self.final_recipient.as_deref() {
            Some(last) if original.is_none() => (Some(last), None),
            Some(last) if !self.routed && (is_address(&last) || original.filter(is_address).is_none()) => {
                (Some(last), original)
            }
            _ => (original, None),
        }
    }

    fn is_empty(&self) -> bool {
        self.final_recipient.is_none()
            && self.original_recipient.is_none()
            && self.action.is_none()
            && self.status.is_none()
            && self.diagnostic.is_none()
    }
}

/// The host of the first Reporting-MTA field in a text.
pub(crate) fn reporting_mta(text: &str) -> Option<String> {
    lines(text).find_map(|line| {
        let (name, value) = text::cut(line, b':')?;
        (known_name(text::trim(name)) == Some("reporting-mta")).then(|| host(text::trim(value))).flatten()
    })
}

/// Lines that are longer were not wrapped between words.
const CUT: usize = 90;

/// Whether a line begins with the name of a field.
fn is_field(line: &str) -> bool {
    let name = text::cut(line, b':').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Reads the fields of `text`; `limit` caps the recipients.
pub(crate) fn parse(text: &str, limit: usize) -> Fields {
    let mut fields = Fields::default();
    let mut current = FieldRecipient::default();
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        if text::trim(line).is_empty() {
            close(&mut fields, &mut current);
            continue;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, first)) = text::cut(line, b':') else {
            continue;
        };
        let Some(name) = known_name(text::trim(name)) else {
            continue;
        };
        let mut value = Cow::Borrowed(text::trim(first));
        let (mut width, mut spaced) = (line.len(), line.ends_with(' '));
        while let Some(next) = lines.peek() {
            if !next.starts_with([' ', '\t']) || text::trim(next).is_empty() {
                // A reply whose further lines lost their indent: `550-...` right after the field.
                let runs_on = name == "diagnostic-code"
                    && matches!(next.as_bytes(), [a, b, c, _, _, ..] if [a, b, c].into_iter().all(u8::is_ascii_digit));
                // A gateway that cuts lines at its own width cuts words.
                let is_cut =
                    name == "diagnostic-code" && width > CUT && !text::trim(next).is_empty() && !is_field(next);
                if !(runs_on || is_cut) {
                    break;
                }
                if is_cut && !runs_on {
                    let value = value.to_mut();
                    value.push_str(if spaced { " " } else { "" });
                    value.push_str(next.trim_end());
                    spaced = next.ends_with(' ');
                    width = next.len();
                    lines.next();
                    continue;
                }
            }
            let value = value.to_mut();
            value.push('\n');
            value.push_str(text::trim(next));
            (width, spaced) = (next.len(), next.ends_with(' '));
            lines.next();
        }
        take(&mut fields, &mut current, name, &value);
        if fields.recipients.len() >= limit {
            break;
        }
    }
    close(&mut fields, &mut current);
    fields
}

/// Files one field under the recipient whose group is open, or begins the next group.
fn take(fields: &mut Fields, current: &mut FieldRecipient, name: &str, value: &str) {
    match name {
        "reporting-mta" => {
            close(fields, current);
            if fields.reporting_mta.is_none() {
                fields.reporting_mta = host(value);
            }
        }
        "final-recipient" => {
            if current.final_recipient.is_some() {
                close(fields, current);
            }
            current.final_recipient = recipient(value);
            current.routed = value.split_once(';').is_some_and(|(_, address)| address.trim_start().starts_with('@'));
        }
        "original-recipient" => {
            if current.original_recipient.is_some() {
                close(fields, current);
            }
            current.original_recipient = recipient(value);
        }
        "action" => {
            if current.action.is_some() {
                close(fields, current);
            }
            current.action = action(value);
        }
        "status" => {
            let code = find_codes(value).next().map(|found| found.code);
            if current.status.is_none() {
                current.status = code;
            }
        }
        "remote-mta" => current.remote_mta = current.remote_mta.take().or_else(|| host(value)),
        "diagnostic-code" => {
            // "smtp;", "x-unix;"
            let is_type = |kind: &str| (1..=20).contains(&kind.len()) && !kind.contains(char::is_whitespace);
            let text = text::cut(value, b';').filter(|(kind, _)| is_type(kind)).map_or(value, |(_, text)| text);
            if current.diagnostic.is_none() {
                current.diagnostic = Some(unfold_reply(text)).filter(|text| !text.is_empty());
            }
        }
        "x-supplementary-info" | "x-notes" | "x-error" => {
            let text = unfold_reply(value.trim_matches(['<', '>']));
            if !text.is_empty() {
                current.supplement = Some(text);
            }
        }
        _ => {}
    }
}

/// The fields that are read, under the one spelling that counts. Some systems write blanks for the hyphens.
fn known_name(name: &str) -> Option<&'static str> {
    const NAMES: &[&str] = &[
        "reporting-mta",
        "final-recipient",
        "original-recipient",
        "action",
        "status",
        "remote-mta",
        "diagnostic-code",
        "x-supplementary-info",
        "x-notes",
        "x-error",
    ];
    let same = |(a, b): (u8, u8)| a.eq_ignore_ascii_case(&b) || (a == b' ' && b == b'-');
    let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
    let may_be = |known: &&&str| known.len() == name.len() && known.as_bytes().first().copied() == first;
    NAMES.iter().filter(may_be).find(|known| name.bytes().zip(known.bytes()).all(same)).copied()
}

/// Ends a group. A group without an address completes the one before, which a stray blank line cut in two.
fn close(fields: &mut Fields, current: &mut FieldRecipient) {
    if current.is_empty() {
        return;
    }
    let group = std::mem::take(current);
    if group.address().is_none()
        && let Some(last) = fields.recipients.last_mut()
        && (last.action.is_none() || last.status.is_none() || last.diagnostic.is_none())
    {
        last.action = last.action.or(group.action);
        last.status = last.status.or(group.status);
        last.remote_mta = last.remote_mta.take().or(group.remote_mta);
        if last.diagnostic.is_none() {
            last.diagnostic = group.diagnostic;
        }
        return;
    }
    if let Some(last) = fields.recipients.last_mut()
        && last.final_recipient.is_none()
        && last.original_recipient.is_some()
        && last.action.is_none()
        && group.original_recipient.is_none()
    {
        *last = FieldRecipient { original_recipient: last.original_recipient.take(), ..group };
        return;
    }
    fields.recipients.push(group);
}

/// `rfc822; user@example.com` and its many relatives.
fn recipient(value: &str) -> Option<String> {
    let one_line = if value.contains('\n') { Cow::Owned(value.replace('\n', "")) } else { Cow::Borrowed(value) };
    let text = match text::cut(&one_line, b';') {
        Some((kind, rest)) if !kind.contains('@') => rest,
        _ => &one_line,
    };
    // Sendmail and others repeat the type.
    let text = text::trim(text);
    let text = match text::cut(text, b';') {
        Some((kind, rest)) if text::trim(kind).eq_ignore_ascii_case("rfc822") => rest,
        _ => text,
    };
    // A source route (RFC 5321 appendix C): "@relay.example.com:user@example.net".
    let text = text::trim(text);
    let text = if text.starts_with('@') { text.split_once(':').map_or(text, |(_, mailbox)| mailbox) } else { text };
    let unescaped = address::unescape(text);
    let address = address::unescape(address::bare(&unescaped));
    (!address.is_empty()).then(|| address.into_owned())
}

/// `dns; mx.example.com (192.0.2.1)` gives the host.
fn host(value: &str) -> Option<String> {
    let text = memchr::memrchr(b';', value.as_bytes()).map_or(value, |at| text::from(value, at + 1));
    let text = text::trim(text).trim_matches(['<', '>', '[', ']']);
    let ends = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'(' | b',');
    let host = text::upto(text, text.bytes().position(ends).unwrap_or(text.len())).trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_string())
}

/// The action word, with the words that some systems use instead.
fn action(value: &str) -> Option<Action> {
    const WORDS: &[(&str, Action)] = &[
        ("failed", Action::Failed),
        ("delayed", Action::Delayed),
        ("delivered", Action::Delivered),
        ("relayed", Action::Relayed),
        ("expanded", Action::Expanded),
        ("failure", Action::Failed),
        ("fail", Action::Failed),
        ("error", Action::Failed),
        ("expired", Action::Failed),
        ("undeliverable", Action::Failed),
        ("undelivered", Action::Failed),
        ("bounced", Action::Failed),
        ("deny", Action::Failed),
        ("rejected", Action::Failed),
        ("delay", Action::Delayed),
        ("deferred", Action::Delayed),
        ("transient", Action::Delayed),
        ("deliverable", Action::Delivered),
    ];
    let word = value.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?;
    WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, action)| *action)
}

/// The names of the fields that only a delivery status has, to tell such a block from prose.
pub(crate) const TELLING: &[&str] = &[
    "reporting-mta",
    "final-recipient",
    "original-recipient",
    "diagnostic-code",
    "remote-mta",
    "arrival-date",
    "received-from-mta",
    "last-attempt-date",
    "final-log-id",
    "will-retry-until",
    "original-envelope-id",
    "dsn-gateway",
];

/// Whether a line begins one of the fields that only a delivery status has.
pub(crate) fn is_field_line(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else {
        return false;
    };
    let name = text::trim(name);
    name.len() < 24 && TELLING.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether data begins with one of these fields.
pub(crate) fn begins(data: &[u8]) -> bool {
    let line = data.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    std::str::from_utf8(line.get(..64).unwrap_or(line)).is_ok_and(is_field_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_with_and_without_blank_lines() {
        let text = "Reporting-MTA: dns; mx.example.com\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: RFC822;<b@example.com>\nAction: delayed\nStatus: 4.4.1 (no answer)\nDiagnostic-Code: smtp; 450-4.4.1 no\n 450 4.4.1 answer\n";
        for text in [text.to_string(), text.replace("\nFinal", "\n\nFinal")] {
            let fields = parse(&text, 100);
            assert_eq!(fields.reporting_mta.as_deref(), Some("mx.example.com"));
            assert_eq!(fields.recipients.len(), 2);
            assert_eq!(fields.recipients[0].address(), Some("a@example.com"));
            assert_eq!(fields.recipients[1].address(), Some("b@example.com"));
            assert_eq!(fields.recipients[1].action, Some(Action::Delayed));
            assert_eq!(fields.recipients[1].diagnostic.as_deref(), Some("450 4.4.1 no answer"));
        }
    }

    #[test]
    fn a_name_of_the_last_system_gives_way_to_the_original_address() {
        for (last, want) in [
            ("LOCAL;<a.b>", "a.b@example.com"),
            ("x400; /S=b/G=a/O=org/C=GB/", "a.b@example.com"),
            ("rfc822; alias@example.net", "alias@example.net"),
        ] {
            let text =
                format!("Original-Recipient: rfc822;<a.b@example.com>\nFinal-Recipient: {last}\nAction: failed\n");
            assert_eq!(parse(&text, 9).recipients[0].address(), Some(want), "{last}");
        }
        assert_eq!(parse("Final-Recipient: LOCAL;<a.b>\nAction: failed\n", 9).recipients[0].address(), Some("a.b"));
    }

    #[test]
    fn a_blank_line_within_a_group() {
        let fields = parse("Final-Recipient: rfc822;a@example.com\n\nAction: error\nStatus: 5.0.0\n", 9);
        assert_eq!(fields.recipients.len(), 1);
        assert_eq!(fields.recipients[0].action, Some(Action::Failed));
    }

    #[test]
    fn addresses_in_every_dress() {
        for (value, want) in [
            ("rfc822; a@example.com", "a@example.com"),
            ("RFC822;RFC822; a@example.com", "a@example.com"),
            ("utf-8; us\\x{E9}r@example.com", "usér@example.com"),
            ("<a@example.com>", "a@example.com"),
            ("x400; /S=User/O=Org", "/S=User/O=Org"),
            ("rfc822; \"a\" <a@example.com>", "a@example.com"),
            ("rfc822;IMCEAEX-_O=EX_OU=X_CN=user+20one@example.com", "IMCEAEX-_O=EX_OU=X_CN=user+20one@example.com"),
        ] {
            assert_eq!(recipient(value).as_deref(), Some(want), "{value}");
        }
    }
}
