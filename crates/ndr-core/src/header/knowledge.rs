//! How well the meaning of a value is known.

use crate::vocabulary::named;

named! {
    /// How well a meaning is known.
    Knowledge {
        /// The vendor's documentation or a standard says it.
        Documented = "documented",
        /// The vendor's documentation does not say it; it is commonly read so, from real mail.
        Observed = "observed",
        /// The vendor keeps it to itself, or says that it is for its own diagnostics.
        Undocumented = "undocumented",
    }
}
