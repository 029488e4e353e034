//! The organisation that a domain belongs to, by the public suffix list and Microsoft's names for tenants.

use super::text::{domain_name, is_microsoft_host};
use crate::vocabulary::named;

named! {
    /// How an organisational domain was found.
    OrganisationBasis {
        /// By the public suffix list.
        PublicSuffixList = "public-suffix-list",
        /// The domain is Microsoft's name for one tenant. The list does not have `onmicrosoft.com`, so by the list alone
        /// all tenants would be one organisation; ndr takes each tenant as its own.
        Tenant = "tenant",
        /// The name is a public suffix itself, or has one label.
        Itself = "itself",
    }
}

/// The domain of the organisation that a name belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OrganisationalDomain {
    /// The domain, in lower case.
    pub domain: String,
    /// How it was found.
    pub basis: OrganisationBasis,
}

/// The domains under which Microsoft gives each tenant a name. A tenant's `mail.` form serves hybrid routing.
const TENANT_DOMAINS: &[&str] =
    &["mail.onmicrosoft.com", "onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "partner.onmschina.cn"];

/// Whether a domain is Microsoft's name for a tenant, or below one.
pub(crate) fn tenant(domain: &str) -> Option<String> {
    let parent = TENANT_DOMAINS.iter().find_map(|parent| {
        let rest = domain.strip_suffix(parent)?.strip_suffix('.')?;
        Some((rest, parent))
    });
    let (rest, parent) = parent?;
    let label = rest.rsplit('.').next().filter(|label| !label.is_empty())?;
    let parent = parent.strip_prefix("mail.").unwrap_or(parent);
    // `mail.onmicrosoft.com` would be the name of a tenant called mail; there is none.
    Some(format!("{label}.{parent}"))
}

/// The organisational domain of a name (RFC 7489 section 3.2), with Microsoft's tenants kept apart.
///
/// ```
/// use ndr::trace::{OrganisationBasis, organisational_domain};
/// assert_eq!(organisational_domain("mail.eu.example.co.uk").domain, "example.co.uk");
/// let tenant = organisational_domain("contoso.mail.onmicrosoft.com");
/// assert_eq!((tenant.domain.as_str(), tenant.basis), ("contoso.onmicrosoft.com", OrganisationBasis::Tenant));
/// ```
pub fn organisational_domain(name: &str) -> OrganisationalDomain {
    let name = domain_name(name).unwrap_or_else(|| name.trim().to_lowercase());
    if let Some(domain) = tenant(&name) {
        return OrganisationalDomain { domain, basis: OrganisationBasis::Tenant };
    }
    match psl::domain_str(&name) {
        Some(domain) => OrganisationalDomain { domain: domain.to_string(), basis: OrganisationBasis::PublicSuffixList },
        None => OrganisationalDomain { domain: name, basis: OrganisationBasis::Itself },
    }
}

/// Whether two domains belong to one organisation.
pub(crate) fn same_organisation(a: &str, b: &str) -> bool {
    organisational_domain(a).domain == organisational_domain(b).domain
}

/// Whether two hosts are run by one organisation. Microsoft's mail service has several domains.
pub(crate) fn same_operator(a: &str, b: &str) -> bool {
    same_organisation(a, b) || (is_microsoft_host(a) && is_microsoft_host(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations() {
        for (name, domain, basis) in [
            ("Example.COM", "example.com", OrganisationBasis::PublicSuffixList),
            ("a.b.example.com.", "example.com", OrganisationBasis::PublicSuffixList),
            ("a.b.example.co.jp", "example.co.jp", OrganisationBasis::PublicSuffixList),
            ("host.example", "host.example", OrganisationBasis::PublicSuffixList),
            ("co.uk", "co.uk", OrganisationBasis::Itself),
            ("localhost", "localhost", OrganisationBasis::Itself),
            ("a.contoso.onmicrosoft.com", "contoso.onmicrosoft.com", OrganisationBasis::Tenant),
            ("contoso.mail.onmicrosoft.com", "contoso.onmicrosoft.com", OrganisationBasis::Tenant),
            ("onmicrosoft.com", "onmicrosoft.com", OrganisationBasis::PublicSuffixList),
        ] {
            let found = organisational_domain(name);
            assert_eq!((found.domain.as_str(), found.basis), (domain, basis), "{name}");
        }
    }
}
