//! Closed vocabularies in JSON: by their permanent names.

use super::{
    AuthCause, AuthField, CheckKind, DkimReason, ExchangeAddressKind, FixKind, HintKind, Knowledge, OrganisationBasis,
    Outcome, TrustBasis,
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
    ExchangeAddressKind,
    FixKind,
    HintKind,
    Knowledge,
    OrganisationBasis,
    Outcome,
    TrustBasis,
);
