//! Hard limits on what is read. Mail is written by attackers; past a limit the rest is left out and a note says so.

/// Limits of one decode. [`Limits::default`] suits mail of ordinary servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a message that are read (default 32 MiB).
    pub message_bytes: usize,
    /// Deepest nesting of messages in messages (default 16). mail-parser has no limit of its own, and dropping a tree of
    /// some 30,000 levels overflows the stack.
    pub nesting: usize,
    /// Most body parts (default 2,000).
    pub parts: usize,
    /// Most header lines in one block (default 10,000).
    pub header_lines: usize,
    /// Most recipients of one report (default 1,000).
    pub recipients: usize,
    /// Most bytes of one text part that are read (default 512 KiB).
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_bytes: 32 << 20,
            nesting: 16,
            parts: 2_000,
            header_lines: 10_000,
            recipients: 1_000,
            text_bytes: 512 << 10,
        }
    }
}
