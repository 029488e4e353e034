//! The contents of a file or stream: one message, an mbox, an archive, or any of them compressed.

use crate::item::{Body, Feed, Flow};
use crate::lines::{self, read_most};
use crate::mbox::{self, Mbox};
use crate::mmdf;
use crate::{ErrorKind, ScanError, ScanLimits};
use std::cell::Cell;
use std::io::{BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::rc::Rc;

/// How many bytes at the start identify a file.
pub(crate) const HEAD: usize = 2048;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Mbox,
    Mmdf,
    /// Apple Mail: a message of so many bytes behind so many.
    Emlx(usize, u64),
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Zip,
    Tar,
    /// An Outlook item, or another compound file.
    Outlook,
    /// JSON, perhaps one value a line.
    Json,
    /// The log of a mail server.
    Log,
    /// A known table of deliveries, with so many lines in front of its rows.
    Table(usize),
    /// Neither mail nor text.
    NotRead(ndr::NotRead),
}

impl Kind {
    /// Whether other files lie in it.
    const fn is_container(self) -> bool {
        !matches!(
            self,
            Kind::Message | Kind::Outlook | Kind::Emlx(..) | Kind::Json | Kind::Log | Kind::Table(_) | Kind::NotRead(_)
        )
    }
}

pub(crate) fn kind(head: &[u8]) -> Kind {
    if head.starts_with(&[0x1F, 0x8B]) {
        Kind::Gzip
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Kind::Zstd
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Kind::Zip
    } else if head.get(257..262) == Some(b"ustar") {
        Kind::Tar
    } else if ndr::is_outlook_item(head) {
        Kind::Outlook
    } else if mbox::begins(head) {
        Kind::Mbox
    } else if mmdf::begins(head) {
        Kind::Mmdf
    } else if let Some((start, len)) = emlx(head) {
        Kind::Emlx(start, len)
    } else if head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY") {
        Kind::Bzip2
    } else if head.starts_with(b"\xFD7zXZ\0") {
        Kind::Xz
    } else if begins_header(head) {
        Kind::Message
    } else if let Some(what) = ndr::not_read(head) {
        Kind::NotRead(what)
    } else {
        text_kind(head)
    }
}

/// Whether other files, or several messages, lie in a file with these first bytes: a mailbox, an archive, a compressed
/// file.
///
/// ```
/// assert!(ndr_scan::is_container(b"PK\x03\x04"));
/// assert!(!ndr_scan::is_container(b"From: a@example.com\n\n"));
/// ```
pub fn is_container(head: &[u8]) -> bool {
    let kind = kind(head.get(..HEAD).unwrap_or(head));
    kind.is_container() || matches!(kind, Kind::Emlx(..))
}

/// Where the message of an `.emlx` begins, if a header stands there.
fn emlx(head: &[u8]) -> Option<(usize, u64)> {
    mmdf::emlx(head).filter(|(start, _)| head.get(*start..).is_some_and(begins_header))
}

/// Whether the first line is a field of a header, as in nearly all mail.
fn begins_header(head: &[u8]) -> bool {
    let colon = head.iter().take(80).position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    colon.is_some_and(|at| {
        head.first().is_some_and(u8::is_ascii_alphabetic)
            && head.get(at) == Some(&b':')
            && matches!(head.get(at + 1), Some(b' ' | b'\t' | b'\r' | b'\n'))
    })
}

fn text_kind(head: &[u8]) -> Kind {
    let mut letters = head.trim_ascii_start().iter().filter(|byte| !byte.is_ascii_whitespace());
    match (letters.next(), letters.next()) {
        (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b'[' | b']' | b'"')) => return Kind::Json,
        _ => {}
    }
    let text = String::from_utf8_lossy(head);
    match ndr::table_head(&text) {
        Some(lines) => Kind::Table(lines),
        None if ndr::begins_log(&text) => Kind::Log,
        None => Kind::Message,
    }
}

/// The first bytes of a stream, as far as it has them, and the error behind them.
pub(crate) fn head(reader: &mut dyn Read) -> (Vec<u8>, Option<std::io::Error>) {
    let mut head = Vec::with_capacity(HEAD);
    let error = reader.take(HEAD as u64).read_to_end(&mut head).err();
    (head, error)
}

/// An error that waits until the bytes in front of it are read.
struct Pending(Option<std::io::Error>);

impl Read for Pending {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Gives every message of a stream.
pub(crate) fn stream(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str, depth: usize) -> Flow {
    let (head, error) = head(reader);
    if let (true, Some(error)) = (head.is_empty(), &error) {
        return feed.error(name, error);
    }
    let kind = if feed.options.column.is_some() { column_kind(&head) } else { kind(&head) };
    let mut whole = Cursor::new(head).chain(Pending(error)).chain(reader);
    if kind.is_container() && depth >= feed.limits.container_depth {
        let message = format!("more than {} containers lie in each other", feed.limits.container_depth);
        return feed.give(name, Body::Error(ScanError::new(ErrorKind::Limit, message)));
    }
    match kind {
        Kind::Message | Kind::Json | Kind::Log | Kind::Table(_) if feed.options.column.is_some() => {
            let wanted = feed.options.column.clone().unwrap_or_default();
            lines::column(feed, &mut whole, name, &wanted)
        }
        Kind::Message => message(feed, &mut whole, name),
        Kind::Outlook => item(feed, &mut whole, name),
        Kind::Json => lines::json(feed, &mut whole, name),
        Kind::Log => lines::log(feed, &mut whole, name),
        Kind::Table(head) => lines::table(feed, &mut whole, name, head),
        Kind::NotRead(what) => feed.not_read(name, what),
        Kind::Mbox => split(feed, &mut whole, name),
        Kind::Mmdf => mmdf(feed, &mut BufReader::with_capacity(1 << 16, whole), name),
        Kind::Emlx(start, len) => {
            let mut behind = whole;
            match std::io::copy(&mut (&mut behind).take(start as u64), &mut std::io::sink()) {
                Ok(_) => message(feed, &mut behind.take(len), name),
                Err(error) => feed.error(name, &error),
            }
        }
        Kind::Tar => tar(feed, &mut whole, name, depth),
        Kind::Gzip => {
            let (counted, count) = Counted::new(whole);
            let inflated = flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted));
            stream(feed, &mut Guarded::new(inflated, count, feed.limits), name, depth + 1)
        }
        Kind::Zstd => {
            let (counted, count) = Counted::new(whole);
            let inflated = Frames::new(BufReader::with_capacity(1 << 16, counted));
            stream(feed, &mut Guarded::new(inflated, count, feed.limits), name, depth + 1)
        }
        Kind::Bzip2 => {
            let (counted, count) = Counted::new(whole);
            let inflated = bzip2::read::MultiBzDecoder::new(BufReader::with_capacity(1 << 16, counted));
            stream(feed, &mut Guarded::new(inflated, count, feed.limits), name, depth + 1)
        }
        Kind::Xz => {
            let (counted, count) = Counted::new(whole);
            let inflated = lzma_rust2::XzReader::new(BufReader::with_capacity(1 << 16, counted), true);
            stream(feed, &mut Guarded::new(inflated, count, feed.limits), name, depth + 1)
        }
        Kind::Zip => {
            let limit = feed.limits.nested_archive_bytes;
            match read_most(&mut whole, limit as usize) {
                Ok((_, size)) if size > limit => {
                    let message = format!("a zip inside another file may have {limit} bytes, this one has {size}");
                    feed.give(name, Body::Error(ScanError::new(ErrorKind::Limit, message)))
                }
                Ok((bytes, size)) => zip(feed, Cursor::new(bytes), size, name, depth),
                Err(error) => feed.error(name, &error),
            }
        }
    }
}

/// What a table with a wanted column is: packed, or text.
fn column_kind(head: &[u8]) -> Kind {
    match kind(head) {
        kind @ (Kind::Gzip
        | Kind::Zstd
        | Kind::Bzip2
        | Kind::Xz
        | Kind::Zip
        | Kind::Tar
        | Kind::Outlook
        | Kind::NotRead(_)) => kind,
        _ => Kind::Message,
    }
}

/// Gives the whole stream as one message.
fn message(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str) -> Flow {
    match read_most(reader, feed.limits.message_bytes) {
        Ok((bytes, size)) => feed.give(name, Body::Bytes { bytes, size }),
        Err(error) => feed.error(name, &error),
    }
}

/// Gives an Outlook item as one message, or says what the file is.
fn item(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str) -> Flow {
    match read_most(reader, feed.limits.message_bytes) {
        Ok((bytes, size)) => match ndr::not_read(&bytes) {
            Some(what) => feed.not_read(name, what),
            None => feed.give(name, Body::Bytes { bytes, size }),
        },
        Err(error) => feed.error(name, &error),
    }
}

fn split(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str) -> Flow {
    let mut mbox = Mbox::new(reader, feed.limits.message_bytes);
    let mut count = 0;
    while let Some(next) = mbox.next() {
        match next {
            Ok(mbox::Message { bytes, size }) => {
                count += 1;
                feed.give(&format!("{name}#{count}"), Body::Bytes { bytes, size })?;
            }
            Err(error) => feed.error(name, &error)?,
        }
    }
    ControlFlow::Continue(())
}

fn mmdf(feed: &mut Feed<'_>, reader: &mut dyn std::io::BufRead, name: &str) -> Flow {
    let mut count = 0;
    loop {
        match mmdf::next(reader, feed.limits.message_bytes) {
            Ok(Some((bytes, size))) => {
                count += 1;
                feed.give(&format!("{name}#{count}"), Body::Bytes { bytes, size })?;
            }
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return feed.error(name, &error),
        }
    }
}

fn tar(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str, depth: usize) -> Flow {
    let mut archive = tar::Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return feed.error(name, &error),
    };
    let mut count = 0;
    // Raw, because long names would be read into memory, and no name is used.
    for entry in entries.raw(true) {
        let mut entry = match entry {
            Ok(entry) => entry,
            // A broken archive gives no further entries.
            Err(error) => return feed.error(name, &error),
        };
        if entry.header().entry_type().is_file() {
            count += 1;
            feed.unnamed(|feed| stream(feed, &mut entry, &format!("{name}#{count}"), depth + 1))?;
        }
    }
    ControlFlow::Continue(())
}

/// Gives the messages of a zip of `size` bytes. Members are read, never written to disk, and their names lead nowhere.
pub(crate) fn zip<R: Read + Seek>(feed: &mut Feed<'_>, reader: R, size: u64, name: &str, depth: usize) -> Flow {
    let mut archive = match zip::ZipArchive::new(reader) {
        Ok(archive) => archive,
        Err(error) => return feed.error(name, &error.into()),
    };
    let size = Rc::new(Cell::new(size));
    let mut inflated = 0;
    let mut count = 0;
    for n in 0..archive.len() {
        let member = match archive.by_index(n) {
            Ok(member) => member,
            Err(error) => {
                count += 1;
                feed.error(&format!("{name}#{count}"), &error.into())?;
                continue;
            }
        };
        if !member.is_file() {
            continue;
        }
        count += 1;
        // One count for all members: they may share the same few bytes of the archive.
        let mut guarded = Guarded { inner: member, compressed: Rc::clone(&size), inflated, limits: *feed.limits };
        feed.unnamed(|feed| stream(feed, &mut guarded, &format!("{name}#{count}"), depth + 1))?;
        inflated = guarded.inflated;
        if let Some(error) = guarded.check() {
            let message = format!("{}; its other members are left out", error.message);
            return feed.give(name, Body::Error(ScanError { message, ..error }));
        }
    }
    ControlFlow::Continue(())
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    fn new(inner: R) -> (Counted<R>, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Counted { inner, count: Rc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }
}

/// Ends with an error where much more comes out than went in.
struct Guarded<R> {
    inner: R,
    compressed: Rc<Cell<u64>>,
    inflated: u64,
    limits: ScanLimits,
}

impl<R> Guarded<R> {
    fn new(inner: R, compressed: Rc<Cell<u64>>, limits: &ScanLimits) -> Guarded<R> {
        Guarded { inner, compressed, inflated: 0, limits: *limits }
    }

    fn check(&self) -> Option<ScanError> {
        let ScanLimits { inflated_bytes, inflated_ratio, inflated_free, .. } = self.limits;
        let message = if self.inflated > inflated_bytes {
            format!("it unpacks to more than {inflated_bytes} bytes")
        } else if self.inflated > inflated_free && self.inflated / inflated_ratio > self.compressed.get() {
            format!("it unpacks to more than {inflated_ratio} times its size")
        } else {
            return None;
        };
        Some(ScanError::new(ErrorKind::Limit, message))
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if let Some(error) = self.check() {
            return Err(std::io::Error::other(error));
        }
        let n = self.inner.read(buffer)?;
        self.inflated += n as u64;
        Ok(n)
    }
}

/// A zstd stream of several frames, some of them to be skipped; the decoder knows one frame.
struct Frames<R> {
    reader: R,
    frame: Option<Box<ruzstd::decoding::FrameDecoder>>,
    open: bool,
}

impl<R: std::io::BufRead> Frames<R> {
    fn new(reader: R) -> Frames<R> {
        Frames { reader, frame: None, open: false }
    }

    /// Opens the next frame; false at the end.
    fn open(&mut self) -> std::io::Result<bool> {
        use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
        loop {
            if self.reader.fill_buf()?.is_empty() {
                return Ok(false);
            }
            let frame = self.frame.get_or_insert_with(Default::default);
            match frame.reset(&mut self.reader) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    std::io::copy(&mut (&mut self.reader).take(length.into()), &mut std::io::sink())?;
                }
                Err(error) => return Err(std::io::Error::other(error.to_string())),
            }
        }
    }
}

impl<R: std::io::BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy::UptoBlocks;
        loop {
            if !self.open {
                if !self.open()? {
                    return Ok(0);
                }
                self.open = true;
            }
            let Some(frame) = &mut self.frame else { return Ok(0) };
            while frame.can_collect() == 0 && !frame.is_finished() {
                frame
                    .decode_blocks(&mut self.reader, UptoBlocks(1))
                    .map_err(|error| std::io::Error::other(error.to_string()))?;
            }
            let n = frame.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.open = false;
        }
    }
}
