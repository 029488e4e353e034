//! The catalogue as Rust: the macro writes the enum and the tables, the methods are here.

use ndr_resolve::{Category, Entry, StatusCode};

ndr_macros::catalog!("../../catalog.yaml");

/// The built-in catalogue.
///
/// ```
/// let entry = ndr::catalog().by_slug("banned-sending-ip").unwrap();
/// assert_eq!(entry.codes[0].to_string(), "5.7.606-649");
/// ```
pub fn catalog() -> &'static ndr_resolve::Catalog {
    &CATALOG
}

impl Cause {
    /// Everything the catalogue says of this meaning.
    ///
    /// ```
    /// use ndr::Cause;
    /// assert_eq!(Cause::BannedSendingIp.entry().slug, "banned-sending-ip");
    /// ```
    pub fn entry(self) -> &'static Entry {
        // One entry for each variant: the macro writes both.
        #[allow(clippy::indexing_slicing)]
        &ENTRIES[self as usize]
    }

    /// The permanent name.
    pub fn slug(self) -> &'static str {
        self.entry().slug
    }

    /// The kind of trouble: a closed enum, for exhaustive matches.
    pub fn category(self) -> Category {
        self.entry().category
    }

    /// The meaning of a slug, present or former.
    ///
    /// ```
    /// use ndr::Cause;
    /// assert_eq!(Cause::from_slug("banned-sending-ip"), Some(Cause::BannedSendingIp));
    /// assert_eq!(Cause::from_slug("no-such-slug"), None);
    /// ```
    pub fn from_slug(slug: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| {
            let entry = cause.entry();
            entry.slug == slug || entry.was.contains(&slug)
        })
    }

    /// Every meaning of a code, those that name it before those that hold it in a range.
    ///
    /// ```
    /// use ndr::Cause;
    /// let causes = Cause::for_code("5.7.1".parse().unwrap());
    /// assert!(causes.contains(&Cause::ClientNotAuthenticated));
    /// ```
    pub fn for_code(code: StatusCode) -> Vec<Cause> {
        catalog().by_code(code).into_iter().filter_map(|entry| Cause::from_slug(entry.slug)).collect()
    }
}
