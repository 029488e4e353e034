//! Which events, log lines and tables ndr reads, for documentation.

use crate::phrases::{events, logs};

/// A form of input that is read by its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputForm {
    /// What kind of input it is: `event`, `log` or `table`.
    pub kind: &'static str,
    /// The permanent name, as in [`Report::dialect`](crate::Report::dialect).
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// Which of its events or lines these are; empty for all.
    pub told: &'static str,
}

/// Every form of event, log line and table that is read by its structure.
///
/// ```
/// assert!(ndr::input_forms().any(|form| form.kind == "event" && form.id == "amazon-ses"));
/// ```
pub fn input_forms() -> impl Iterator<Item = InputForm> {
    let events = events::SHAPES.iter().map(|shape| InputForm {
        kind: "event",
        id: shape.id,
        name: shape.name,
        told: shape.told,
    });
    let lines =
        logs::FORMATS.iter().map(|format| InputForm { kind: "log", id: format.id, name: format.name, told: "" });
    let qmail = InputForm { kind: "log", id: "qmail", name: "qmail, notqmail, s/qmail", told: "" };
    let tables = logs::TABLES.iter().map(|table| InputForm { kind: "table", id: table.id, name: table.name, told: "" });
    events.chain(lines).chain([qmail]).chain(tables)
}
