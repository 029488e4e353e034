//! One message of a scan: its report, or why there is none.

use crate::date;
use ndr::{Decoder, Note, Report};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One message of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The path as it was given, with `#n` for the n-th message of a container; `-` is standard input.
    pub source: String,
    /// When the report was written: its Date header, else the time in its first Received header. Seconds since 1970 (UTC).
    pub date: Option<i64>,
    /// The report, or why the message could not be read.
    pub result: Result<Report, ScanError>,
    /// Values of the columns that [`Scan::column`](crate::Scan::column) keeps, with their names.
    pub kept: Vec<(String, String)>,
}

impl Record {
    /// Decodes one message as a scan does: a panic of the decoder is an error.
    ///
    /// ```
    /// let record = ndr_scan::Record::decoded("row 1", b"550 5.1.1 User unknown", &ndr::Decoder::new());
    /// assert_eq!(record.result.unwrap().source.as_deref(), Some("row 1"));
    /// ```
    pub fn decoded(source: impl Into<String>, bytes: &[u8], decoder: &Decoder) -> Record {
        Record::of_bytes(source.into(), bytes, bytes.len() as u64, &|bytes| decoder.decode(bytes))
    }

    /// Decodes what is there of a message of `size` bytes.
    pub(crate) fn of_bytes(source: String, bytes: &[u8], size: u64, decode: &dyn Fn(&[u8]) -> Report) -> Record {
        // A panic is a fault of ours; it costs this message and no other.
        let outcome = catch_unwind(AssertUnwindSafe(|| (decode(bytes), date::of_message(bytes))));
        let (mut report, date) = match outcome {
            Ok(outcome) => outcome,
            Err(cause) => {
                let what = cause.downcast_ref::<String>().map(String::as_str);
                let what = what.or(cause.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
                let what: String = what.chars().take(200).collect();
                let message = format!("the decoder failed on this message; please report it ({what})");
                return Record {
                    source,
                    date: None,
                    result: Err(ScanError::new(ErrorKind::Panic, message)),
                    kept: Vec::new(),
                };
            }
        };
        report.source = Some(source.clone());
        if size > bytes.len() as u64 {
            let text = format!("the message has {size} bytes; only the first {} were read", bytes.len());
            report.notes.push(Note { code: "limit-message-bytes", text: text.into() });
        }
        Record { source, date, result: Ok(report), kept: Vec::new() }
    }
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The same in words, without the source.
    pub message: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// The system or a damaged container gave no bytes.
    Unreadable,
    /// Not opened on purpose: a device, a socket, or a pipe that was not named.
    Skipped,
    /// A limit of [`ScanLimits`](crate::ScanLimits) stopped the reading.
    Limit,
    /// The decoder failed, which is a fault of ndr.
    Panic,
    /// Neither mail nor text: an archive or mailbox of a format that is not read, or a binary that the user named.
    NotMail,
}

impl ErrorKind {
    /// Every value.
    pub const ALL: &'static [ErrorKind] =
        &[ErrorKind::Unreadable, ErrorKind::Skipped, ErrorKind::Limit, ErrorKind::Panic, ErrorKind::NotMail];

    /// The permanent name, which is the code of the note in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            ErrorKind::Unreadable | ErrorKind::NotMail => "error",
            ErrorKind::Skipped => "skipped",
            ErrorKind::Limit => "limit",
            ErrorKind::Panic => "panic",
        }
    }
}

impl ScanError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> ScanError {
        ScanError { kind, message: message.into() }
    }

    /// An error of the system, or of whatever the reader below says.
    pub(crate) fn from_io(error: &std::io::Error) -> ScanError {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<ScanError>()) {
            Some(own) => own.clone(),
            None => ScanError::new(ErrorKind::Unreadable, error.to_string()),
        }
    }
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScanError {}

/// Values by the names of their columns.
struct Kept<'k>(&'k [(String, String)]);

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(serde::Serialize)]
struct WithKept<'k> {
    #[serde(flatten)]
    report: &'k Report,
    kept: Kept<'k>,
}

/// A report as it is everywhere; an error as a message of kind `other` with one note, and of no kind where the file is
/// no mail at all. Values of columns that are kept are an object, `kept`.
///
/// ```
/// let record = ndr_scan::Scan::of(["no-such-file.eml"]).records().next().unwrap();
/// let json = serde_json::to_value(&record).unwrap();
/// assert_eq!(json["source"], "no-such-file.eml");
/// assert_eq!(json["notes"][0]["code"], "error");
/// ```
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = match &self.result {
            Ok(report) if self.kept.is_empty() => return report.serialize(serializer),
            Ok(report) => return WithKept { report, kept: Kept(&self.kept) }.serialize(serializer),
            Err(error) => error,
        };
        let has_kept = !self.kept.is_empty();
        let mut out = serializer.serialize_struct("Report", 8 + usize::from(has_kept))?;
        out.serialize_field("source", &self.source)?;
        out.serialize_field("kind", &(error.kind != ErrorKind::NotMail).then_some(ndr::Kind::Other.slug()))?;
        out.serialize_field("dialect", &None::<&str>)?;
        out.serialize_field("event", &None::<&str>)?;
        out.serialize_field("generator", &None::<&str>)?;
        out.serialize_field("recipients", &[(); 0])?;
        out.serialize_field("original", &ndr::Original::default())?;
        out.serialize_field("notes", &[ndr::Note { code: error.kind.slug(), text: error.message.clone().into() }])?;
        if has_kept {
            out.serialize_field("kept", &Kept(&self.kept))?;
        }
        out.end()
    }
}
