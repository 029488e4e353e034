//! Values in JSON: closed vocabularies by their permanent names, times as RFC 3339.

use super::{
    AuthCause, AuthField, CheckKind, DkimReason, Ending, ExchangeAddressKind, FixKind, HeaderSource, HintKind,
    Knowledge, Moment, OrganisationBasis, Outcome, PathSource, Refuser, Role, Scope, TrustBasis,
};
use serde::ser::{Serialize, Serializer};

macro_rules! by_slug {
    ($($name:ident),+ $(,)?) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.slug())
            }
        })+
    };
}

by_slug!(
    AuthCause,
    AuthField,
    CheckKind,
    DkimReason,
    Ending,
    ExchangeAddressKind,
    FixKind,
    HeaderSource,
    HintKind,
    Knowledge,
    OrganisationBasis,
    Outcome,
    PathSource,
    Refuser,
    Role,
    Scope,
    TrustBasis,
);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A status code as it is written.
pub(super) fn status<S: Serializer>(
    status: &Option<ndr_resolve::StatusCode>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    status.map(|status| status.to_string()).serialize(serializer)
}
