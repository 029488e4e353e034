//! Closed vocabularies that every step shares: what a message is, what was done for a recipient, and notes.

use ndr_resolve::Basis;
use std::borrow::Cow;

/// Declares an enum whose variants have a permanent name in JSON.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $slug:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The permanent name, as in JSON.
            pub const fn slug(self) -> &'static str {
                match self { $($name::$variant => $slug,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.slug())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        }
    };
}
#[cfg(feature = "trace")]
pub(crate) use named;

named! {
    /// What a message is.
    Kind {
        /// A report that delivery failed for good.
        Failure = "failure",
        /// A warning that delivery is late; it is still being tried.
        Delay = "delay",
        /// A report that delivery, relaying or expansion succeeded.
        Success = "success",
        /// An out-of-office or other automatic answer.
        AutoReply = "auto-reply",
        /// A read receipt (RFC 8098).
        ReadReceipt = "read-receipt",
        /// A complaint by feedback report (RFC 5965).
        Feedback = "feedback",
        /// None of these.
        Other = "other",
    }
}

named! {
    /// What was done with the message for one recipient (RFC 3464 section 2.3.3).
    Action {
        /// Given up.
        Failed = "failed",
        /// Not yet delivered; still being tried.
        Delayed = "delayed",
        /// Delivered.
        Delivered = "delivered",
        /// Passed to a system that does not report.
        Relayed = "relayed",
        /// Expanded to several recipients.
        Expanded = "expanded",
    }
}

named! {
    /// How sure a diagnosis is.
    Certainty {
        /// The server's words and its code say the same.
        Sure = "sure",
        /// One of the two says it: known words, or the exact code.
        Likely = "likely",
        /// Only the kind of code is known.
        Rough = "rough",
    }
}

impl Certainty {
    /// How sure evidence makes a diagnosis.
    ///
    /// ```
    /// use ndr::{Basis, Certainty};
    /// assert_eq!(Certainty::of(Basis::CodeAndText), Certainty::Sure);
    /// assert_eq!(Certainty::of(Basis::Class), Certainty::Rough);
    /// ```
    pub const fn of(basis: Basis) -> Certainty {
        match basis {
            Basis::CodeAndText | Basis::RangeAndText => Certainty::Sure,
            Basis::Text | Basis::Code => Certainty::Likely,
            Basis::Range | Basis::Class => Certainty::Rough,
        }
    }
}

/// An oddity, or the reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Note {
    /// A permanent name, kebab-case.
    pub code: &'static str,
    /// The note in words.
    pub text: Cow<'static, str>,
}

/// A value in JSON as it is displayed; null for `None`.
#[cfg(feature = "serde")]
pub(crate) fn as_text<T: std::fmt::Display, S: serde::Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}
