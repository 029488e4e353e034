//! Files that ndr does not read, by their first bytes, with the way out.

/// A file that ndr does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRead {
    /// What it is.
    pub what: &'static str,
    /// What to do instead.
    pub instead: &'static str,
    /// Whether it may hold mail: an archive or a mailbox of a format that is not read. Other binaries hold none.
    pub may_hold_mail: bool,
}

impl std::fmt::Display for NotRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it is {}, which ndr does not read", self.what)?;
        if !self.instead.is_empty() {
            write!(f, "; {}", self.instead)?;
        }
        Ok(())
    }
}

const fn archive(what: &'static str, instead: &'static str) -> NotRead {
    NotRead { what, instead, may_hold_mail: true }
}

const fn binary(what: &'static str) -> NotRead {
    NotRead { what, instead: "", may_hold_mail: false }
}

/// A file with bytes that no text has.
pub(crate) const BINARY: NotRead = binary("binary data and no mail");

/// A compound file of another program.
#[cfg(feature = "outlook")]
pub(crate) const OFFICE: NotRead = binary("an Office file and no Outlook item");

/// A message that nobody sent.
#[cfg(feature = "outlook")]
pub(crate) const TEMPLATE: NotRead =
    archive("an Outlook template (.oft)", "open it in Outlook and save the message itself as .msg or .eml");

/// An item that breaks off.
#[cfg(feature = "outlook")]
pub(crate) const DAMAGED_ITEM: NotRead =
    archive("a damaged Outlook item (.msg or winmail.dat)", "save the message again, as .msg or .eml");

const UNPACK: &str = "unpack it and scan the directory";

/// Where the bytes stand, the bytes, and what they tell.
pub(crate) static MAGIC: &[(usize, &[u8], NotRead)] = &[
    (0, b"Rar!\x1a\x07", archive("a RAR archive", UNPACK)),
    (0, b"7z\xBC\xAF\x27\x1C", archive("a 7z archive", UNPACK)),
    (
        0,
        b"!BDN",
        archive(
            "an Outlook data file (.pst or .ost)",
            "convert it with `readpst -e -o DIRECTORY FILE` and scan the directory",
        ),
    ),
    (
        0,
        b"\xCF\xAD\x12\xFE",
        archive("an Outlook Express mailbox (.dbx)", "convert it with `readdbx` (libdbx) and scan the result"),
    ),
    (
        0,
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        archive(
            "an Outlook item (.msg, .oft) or another Office file",
            "save the message as .eml, or convert it with `msgconvert`",
        ),
    ),
    (0, b"\x78\x9F\x3E\x22", archive("a winmail.dat (TNEF)", "unpack it with `tnef` and scan the result")),
    (0, b"LZIP", archive("an lzip file", UNPACK)),
    (0, b"\x04\x22\x4D\x18", archive("an LZ4 file", UNPACK)),
    (0, b"\x1F\x9D", archive("a file packed with compress (.Z)", UNPACK)),
    (0, b"\x1F\xA0", archive("a file packed with compress (.Z)", UNPACK)),
    (0, b"MSCF", archive("a Windows cabinet", UNPACK)),
    (0, b"!<arch>\n", archive("an ar archive or a Debian package", UNPACK)),
    (0, b"\x60\xEA", archive("an ARJ archive", UNPACK)),
    (0, b"SQLite format 3\0", archive("a database (SQLite)", "export its messages to files or an mbox")),
    (0, b"PAR1", archive("a Parquet file", "export the column of messages as CSV or as files")),
    (0, b"\x7FELF", binary("a program")),
    (0, b"MZ", binary("a program for Windows")),
    (0, b"\xCF\xFA\xED\xFE", binary("a program for macOS")),
    (0, b"\xCA\xFE\xBA\xBE", binary("a program")),
    (0, b"\0asm", binary("a WebAssembly module")),
    (0, b"#!", binary("a script")),
    (0, b"\x89PNG", binary("a picture")),
    (0, b"\xFF\xD8\xFF", binary("a picture")),
    (0, b"GIF8", binary("a picture")),
    (0, b"%PDF-", binary("a PDF document")),
    (0, b"%!PS", binary("a PostScript document")),
    (0, b"OggS", binary("sound or video")),
    (0, b"ID3", binary("sound")),
    (0, b"RIFF", binary("sound, video or a picture")),
    (4, b"ftyp", binary("a video")),
    (0, b"wOFF", binary("a font")),
    (0, b"wOF2", binary("a font")),
    (0, b"\0\x01\0\0", binary("a font")),
    (0, b"OTTO", binary("a font")),
];
