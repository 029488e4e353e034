//! What a batch may cost, whatever its input holds.

/// Limits of a scan. Past one of them there is a note on the message, or an error record that names the limit; the scan
/// goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanLimits {
    /// Most bytes of one message that are kept (default 32 MiB, the decoder's own limit). The rest is passed over, and a
    /// note on the message says so.
    pub message_bytes: usize,
    /// Most bytes that one compressed file or archive may unpack to (default 64 GiB).
    pub inflated_bytes: u64,
    /// Most bytes unpacked for each byte read, once more than [`inflated_free`](Self::inflated_free) came out (default
    /// 300). Bounces alike shrink to a hundredth; what shrinks further is a trap.
    pub inflated_ratio: u64,
    /// Bytes that may come out of one compressed file or archive whatever it shrank from (default 256 MiB).
    pub inflated_free: u64,
    /// Most bytes of an archive inside another file, which must be in memory to be opened (default 64 MiB).
    pub nested_archive_bytes: u64,
    /// Deepest containers in each other: an mbox in a gzip in a tar is three (default 4).
    pub container_depth: usize,
    /// Deepest directory (default 64).
    pub directory_depth: usize,
    /// Most bytes of messages that wait for a thread (default 64 MiB). At the limit the reading thread decodes too.
    pub waiting_bytes: usize,
}

impl Default for ScanLimits {
    fn default() -> Self {
        ScanLimits {
            message_bytes: 32 << 20,
            inflated_bytes: 64 << 30,
            inflated_ratio: 300,
            inflated_free: 256 << 20,
            nested_archive_bytes: 64 << 20,
            container_depth: 4,
            directory_depth: 64,
            waiting_bytes: 64 << 20,
        }
    }
}
