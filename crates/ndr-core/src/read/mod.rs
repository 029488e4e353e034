//! Readers: each turns a [`Page`] into [`Findings`]. A reader never calls another one and does not know the catalogue.

mod event;
mod exchange;
mod feedback;
mod fields;
mod general;
mod log;
mod reply;
mod transcript;

use crate::evidence::{Findings, Reader};
use crate::page::Page;

pub(crate) use reply::of as reply_of;

/// A reader and when it reads.
struct Row {
    reader: Reader,
    /// Whether the page has what this reader reads. Cheap, so that a plain report pays only for the readers it needs.
    applies: fn(&Page<'_>) -> bool,
    read: fn(&Page<'_>) -> Findings,
    /// It reads only if none of these has found a recipient.
    unless: &'static [Reader],
}

/// Readers of a grammar, whose findings leave nothing for the others to read.
const STRUCTURED: &[Reader] = &[Reader::Event, Reader::Log];

/// In the order in which they read. Structure is read before words, since what a structure states needs no guess.
static READERS: &[Row] = &[
    Row { reader: Reader::Event, applies: event::applies, read: event::read, unless: &[] },
    Row { reader: Reader::Log, applies: log::applies, read: log::read, unless: STRUCTURED },
    Row { reader: Reader::Fields, applies: fields::applies, read: fields::read, unless: STRUCTURED },
    Row { reader: Reader::Exchange, applies: exchange::applies, read: exchange::read, unless: STRUCTURED },
    Row {
        reader: Reader::Transcript,
        applies: transcript::applies,
        read: transcript::read,
        unless: &[Reader::Event, Reader::Log, Reader::Exchange],
    },
    Row {
        reader: Reader::General,
        applies: general::applies,
        read: general::read,
        unless: &[Reader::Event, Reader::Log, Reader::Exchange, Reader::Transcript],
    },
    Row { reader: Reader::Feedback, applies: feedback::applies, read: feedback::read, unless: &[] },
    Row { reader: Reader::Reply, applies: reply::applies, read: reply::read, unless: STRUCTURED },
];

pub(crate) use event::split as split_events;
pub(crate) use log::{is_line as is_log_line, result as log_line, table_head, table_row};

/// What all readers found, in the order of the table.
pub(crate) fn all(page: &Page<'_>) -> Vec<Findings> {
    let mut found: Vec<Findings> = Vec::with_capacity(2);
    for row in READERS {
        let is_left_out = || found.iter().any(|one| row.unless.contains(&one.reader) && one.is_decisive());
        if (row.applies)(page) && !is_left_out() {
            let findings = (row.read)(page);
            debug_assert_eq!(findings.reader, row.reader);
            found.push(findings);
        }
    }
    found
}
