//! The ARC chain (RFC 8617): what forwarders saw, and whether they vouch for each other.

use super::dkim::tags;
use super::results::{AuthField, AuthResults, Outcome};
use crate::header::text::{domain_name, unfold};
use crate::mail::headers::Headers;

/// The highest instance that RFC 8617 section 4.2.1 allows.
const HIGHEST: u32 = 50;

/// What one forwarder added to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ArcSet {
    /// Its number, 1 for the first forwarder.
    pub instance: u32,
    /// The domain that sealed (`d=` of ARC-Seal).
    pub domain: Option<String>,
    /// The selector of the seal (`s=`).
    pub selector: Option<String>,
    /// What the sealer found of the chain before it (`cv=`): `none` for the first, else `pass` or `fail`.
    pub chain: Option<Outcome>,
    /// When it sealed, in seconds since 1970 (`t=`).
    pub sealed: Option<u64>,
    /// Whether ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results are all there.
    pub complete: bool,
}

/// The ARC sets of a message. The seals are not verified: that needs the whole message and DNS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ArcChain {
    /// The sets, first forwarder first.
    pub sets: Vec<ArcSet>,
    /// Whether the sets are numbered 1, 2, 3 without a gap, are complete, and every `cv` is what it must be. `None` if
    /// there are no sets. A well-formed chain can still be forged.
    pub well_formed: Option<bool>,
    /// What the trusted server found of the chain (`arc=`).
    pub outcome: Option<Outcome>,
}

#[derive(Default)]
struct Found {
    set: ArcSet,
    seals: u32,
    signatures: u32,
    results: u32,
}

/// Reads the chain. `results` are the fields of authentication results that were read before.
pub(crate) fn read(headers: &Headers<'_>, results: &[AuthResults]) -> ArcChain {
    let mut found = std::collections::BTreeMap::<u32, Found>::new();
    for (name, raw) in headers.iter() {
        let seal = name.eq_ignore_ascii_case("arc-seal");
        if !seal && !name.eq_ignore_ascii_case("arc-message-signature") {
            continue;
        }
        let text = unfold(raw);
        let Some(instance) = tags(&text).find(|(name, _)| *name == "i").and_then(|(_, value)| instance(&value)) else {
            continue;
        };
        let one = found.entry(instance).or_default();
        if !seal {
            one.signatures += 1;
            continue;
        }
        one.seals += 1;
        for (name, value) in tags(&text) {
            match name {
                "d" => one.set.domain = domain_name(&value),
                "s" => one.set.selector = Some(value),
                "cv" => one.set.chain = Some(Outcome::of(&value)),
                "t" => one.set.sealed = value.parse().ok(),
                _ => {}
            }
        }
    }
    for field in results.iter().filter(|field| field.field == AuthField::Arc) {
        if let Some(number) = field.instance.filter(|number| (1..=HIGHEST).contains(number)) {
            found.entry(number).or_default().results += 1;
        }
    }
    let sets: Vec<ArcSet> = found
        .into_iter()
        .map(|(instance, one)| ArcSet {
            instance,
            complete: (one.seals, one.signatures, one.results) == (1, 1, 1),
            ..one.set
        })
        .collect();
    let well_formed = (!sets.is_empty()).then(|| {
        sets.iter().zip(1..).all(|(set, number)| {
            let chain = if number == 1 { Outcome::None } else { Outcome::Pass };
            set.instance == number && set.complete && set.chain == Some(chain)
        })
    });
    ArcChain { sets, well_formed, outcome: None }
}

fn instance(value: &str) -> Option<u32> {
    value.parse().ok().filter(|number| (1..=HIGHEST).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(block: &str) -> ArcChain {
        let headers = Headers::of_message(block.as_bytes());
        let results: Vec<AuthResults> = headers
            .iter()
            .enumerate()
            .filter_map(|(at, (name, raw))| Some(crate::header::auth::results::read(AuthField::of(name)?, at, raw)))
            .collect();
        read(&headers, &results)
    }

    #[test]
    fn a_chain() {
        let set = |i: u32, cv: &str| {
            format!(
                "ARC-Seal: i={i}; a=rsa-sha256; d=Example.com; s=arc; t=1700000000; cv={cv}; b=x\n\
                 ARC-Message-Signature: i={i}; d=example.com; b=x\n\
                 ARC-Authentication-Results: i={i}; example.com; spf=pass\n"
            )
        };
        let good = chain(&(set(2, "pass") + &set(1, "none")));
        assert_eq!(good.well_formed, Some(true));
        assert_eq!(good.sets.len(), 2);
        assert_eq!(good.sets[0].domain.as_deref(), Some("example.com"));
        assert_eq!(good.sets[1].sealed, Some(1_700_000_000));
        assert_eq!(chain(&(set(2, "none") + &set(1, "none"))).well_formed, Some(false));
        assert_eq!(chain(&(set(3, "pass") + &set(1, "none"))).well_formed, Some(false));
        assert_eq!(chain("ARC-Seal: i=1; cv=none\n").well_formed, Some(false));
        assert_eq!(chain("Subject: x\n").well_formed, None);
        assert_eq!(chain("ARC-Seal: i=99; cv=none\n").well_formed, None);
    }
}
