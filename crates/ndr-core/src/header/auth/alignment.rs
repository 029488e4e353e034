//! Identifier alignment (RFC 7489 section 3.1): does the checked identity belong to the author in From?

use crate::header::organisation::{OrganisationBasis, organisational_domain};

/// Whether the domain of one check belongs to the author in From.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Alignment {
    /// What was compared: `spf` (the envelope sender, or the HELO name where that is empty), `dkim` (a signing domain),
    /// or `sender` (the Sender field, which DMARC does not look at).
    pub identifier: &'static str,
    /// The domain that was checked.
    pub domain: String,
    /// Its organisational domain.
    pub organisation: String,
    /// The domain in From.
    pub from: String,
    /// The organisational domain in From.
    pub from_organisation: String,
    /// Aligned in relaxed mode, the usual one: the organisational domains are equal.
    pub relaxed: bool,
    /// Aligned in strict mode (`aspf=s`, `adkim=s`): the domains are equal.
    pub strict: bool,
    /// Whether the public suffix list alone would call them aligned, where ndr does not because they are two tenants of
    /// Microsoft 365.
    pub tenants: bool,
}

impl Alignment {
    pub(crate) fn of(identifier: &'static str, domain: &str, from: &str) -> Alignment {
        let own = organisational_domain(domain);
        let other = organisational_domain(from);
        let relaxed = own.domain == other.domain;
        let both_tenants = own.basis == OrganisationBasis::Tenant && other.basis == OrganisationBasis::Tenant;
        Alignment {
            identifier,
            domain: domain.to_string(),
            from: from.to_string(),
            relaxed,
            strict: domain == from,
            tenants: both_tenants && !relaxed && psl::domain_str(domain) == psl::domain_str(from),
            organisation: own.domain,
            from_organisation: other.domain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_apart() {
        let apart = Alignment::of("spf", "o1.onmicrosoft.com", "o2.onmicrosoft.com");
        assert!(!apart.relaxed && apart.tenants);
        let hybrid = Alignment::of("spf", "o1.mail.onmicrosoft.com", "o1.onmicrosoft.com");
        assert!(hybrid.relaxed && !hybrid.strict && !hybrid.tenants);
        let other = Alignment::of("dkim", "contoso.onmicrosoft.com", "contoso.com");
        assert!(!other.relaxed && !other.tenants);
        let sub = Alignment::of("dkim", "mail.example.com", "example.com");
        assert!(sub.relaxed && !sub.strict);
    }
}
