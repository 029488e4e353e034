//! Where a message went and why it was trusted or not, read from its header.

mod antispam;
mod auth;
pub mod exchange_address;
mod hints;
mod knowledge;
#[cfg(feature = "serde")]
mod serialize;
mod text;

pub use antispam::{Antispam, AntispamField, AntispamHeader};
pub use auth::{
    Alignment, ArcChain, ArcSet, AuthCause, AuthField, AuthResults, Authentication, Check, CheckKind, Composite,
    DkimReason, DkimSignature, DmarcAction, DnsRecord, FailureCause, Fix, FixKind, Identities, Identity, MethodResult,
    OrganisationBasis, OrganisationalDomain, Outcome, Property, ReceivedSpf, TrustBasis, Trusted, Verdict,
    organisational_domain,
};
pub use exchange_address::{ExchangeAddress, ExchangeAddressKind};
pub use hints::{Hint, HintContext, HintKind};
pub use knowledge::Knowledge;
pub use text::HeaderEvidence;
