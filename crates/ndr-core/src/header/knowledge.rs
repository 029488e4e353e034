//! How well the meaning of a value is known.

use crate::vocabulary::named;

named! {
    /// How well a meaning is known.
    Knowledge {
        /// The vendor's documentation or a standard says it.
        Documented = "documented",
        /// The vendor's documentation does not say it; this is the common reading of real mail.
        Observed = "observed",
        /// The vendor does not publish it, or reserves it for its own diagnostics.
        Undocumented = "undocumented",
    }
}
