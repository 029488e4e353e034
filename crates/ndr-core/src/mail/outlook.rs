//! Outlook items, alone and attached, as the mail that they hold. Without the feature `outlook` nothing is one.

/// Whether bytes begin as an Outlook item or another compound file does.
#[cfg(feature = "outlook")]
pub(crate) fn is_item(head: &[u8]) -> bool {
    ndr_outlook::is_compound(head) || ndr_outlook::is_tnef(head)
}

#[cfg(not(feature = "outlook"))]
pub(crate) const fn is_item(_: &[u8]) -> bool {
    false
}

/// The mail of an Outlook item (`.msg`) or a `winmail.dat`, or why it was not read; `None` where the bytes are neither.
#[cfg(feature = "outlook")]
pub(crate) fn read(bytes: &[u8]) -> Option<Result<Vec<u8>, ndr_outlook::Error>> {
    if ndr_outlook::is_compound(bytes) {
        Some(ndr_outlook::to_mail(bytes))
    } else if ndr_outlook::is_tnef(bytes) {
        Some(ndr_outlook::tnef_to_mail(bytes))
    } else {
        None
    }
}

/// The mail of such an item; `None` where there is none or it cannot be read.
#[cfg(feature = "outlook")]
pub(crate) fn to_mail(bytes: &[u8]) -> Option<Vec<u8>> {
    read(bytes)?.ok()
}

#[cfg(not(feature = "outlook"))]
pub(crate) const fn to_mail(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// The media types of attachments that may be such items.
pub(crate) fn may_be_item(mime: &str) -> bool {
    const TYPES: &[&str] =
        &["application/ms-tnef", "application/vnd.ms-tnef", "application/vnd.ms-outlook", "application/octet-stream"];
    cfg!(feature = "outlook") && TYPES.contains(&mime)
}
