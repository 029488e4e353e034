//! Finds the header block to read: in a message, in pasted text, or in the parts of a report.

use super::block;
use super::path::Path;
use crate::mail::headers::Headers;
use crate::mail::input::{self, Input};
use crate::mail::limits::Limits;
use crate::mail::{Mail, PartKind};
use crate::vocabulary::named;
use ndr_resolve::Catalog;
use std::borrow::Cow;

named! {
    /// The header that was read.
    HeaderSource {
        /// The message's own header.
        Message = "message",
        /// The header of the message that the report returns as a part.
        Returned = "returned",
        /// The header of the message that the report quotes in its text.
        Quoted = "quoted",
    }
}

/// A header block and its path. The path decides which of several blocks is the best.
#[derive(Default)]
pub(crate) struct Found<'x> {
    pub(crate) source: Option<HeaderSource>,
    pub(crate) block: Cow<'x, [u8]>,
    pub(crate) path: Path,
}

impl<'x> Found<'x> {
    /// A header block, its folds repaired.
    pub(crate) fn of_block(source: HeaderSource, block: &'x [u8], catalog: &Catalog) -> Found<'x> {
        let block = block::repair(block);
        let headers = Headers::of_message(&block);
        let path = Path::of_headers(&headers, catalog);
        let tells = headers.iter().next().is_some();
        Found { source: tells.then_some(source), path, block }
    }

    /// Finds a header block in a text: the first that has hops, or else the first.
    pub(crate) fn of_text(text: &'x str, catalog: &Catalog) -> Found<'x> {
        const MOST_BLOCKS: usize = 50;
        let mut first = Found::default();
        let mut rest = text.as_bytes();
        for _ in 0..MOST_BLOCKS {
            let Some(from) = block::find(rest).and_then(|start| rest.get(start..)) else { break };
            let found = Found::of_block(HeaderSource::Quoted, from, catalog);
            if !found.path.hops.is_empty() {
                return found;
            }
            first.take_better(found);
            rest = from.get(block::end(from).max(1)..).unwrap_or_default();
        }
        first
    }

    /// Keeps the block with more hops.
    pub(crate) fn take_better(&mut self, other: Found<'x>) {
        let more = other.path.hops.len() > self.path.hops.len();
        if more || (self.source.is_none() && other.source.is_some()) {
            *self = other;
        }
    }

    fn into_owned(self) -> Found<'static> {
        Found { source: self.source, block: Cow::Owned(self.block.into_owned()), path: self.path }
    }

    /// Looks for the header in parts of a report that have no usable type: attachments without a type, text behind a
    /// mistyped boundary.
    pub(crate) fn search(bytes: &[u8], limits: &Limits, catalog: &Catalog) -> Found<'static> {
        let mut best = Found::default();
        if input::kind(bytes) != Input::Mail {
            return Found::of_text(&text_of(bytes), catalog).into_owned();
        }
        for part in Mail::read(bytes, limits).parts {
            best.take_better(match part.kind {
                PartKind::Html => Found::of_text(&block::of_html(&part.text), catalog).into_owned(),
                _ => Found::of_text(&part.text, catalog).into_owned(),
            });
        }
        if best.path.hops.is_empty() {
            // Some mailers put the header where the part's own header belongs.
            let body = String::from_utf8_lossy(bytes.get(block::end(bytes)..).unwrap_or_default());
            for part in body.split("\n--") {
                best.take_better(Found::of_text(part, catalog).into_owned());
            }
        }
        best
    }
}

/// Returns input that is not mail as text.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if input::kind(bytes) == Input::Html { Cow::Owned(block::of_html(&text)) } else { text }
}
