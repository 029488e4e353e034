//! Tokens for masked names: equal names get the same token.

use crate::text::address;
use ndr_resolve::Catalog;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

/// A kind of name that is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Masks {
    /// The part of an address before the `@`, or the name of a local user.
    User,
    /// A registrable domain.
    Domain,
    /// The part of a host name before the registrable domain, or a host name without dots.
    Host,
    /// An IP address.
    Ip,
    /// The name of a person next to an address.
    Name,
    /// A subject.
    Subject,
    /// The boundary of a multipart body.
    Boundary,
}

impl Masks {
    /// The permanent name, as in the map that `ndr redact --map` writes.
    pub const fn slug(self) -> &'static str {
        match self {
            Masks::User => "user",
            Masks::Domain => "domain",
            Masks::Host => "host",
            Masks::Ip => "ip",
            Masks::Name => "name",
            Masks::Subject => "subject",
            Masks::Boundary => "boundary",
        }
    }
}

/// Local parts that are roles or programs, and no secret. Mailers are recognised by some of them.
const ROLES: &[&str] = &[
    "mailer-daemon",
    "maildaemon",
    "postmaster",
    "daemon",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "root",
    "abuse",
    "bounce",
    "bounces",
    "mailerdaemon",
    "mdaemon",
    "post_master",
    "post-master",
    "mail-daemon",
    "complaints",
    "feedback",
    "staff",
    "system",
];

/// Names that end in these have the customer's own name in front.
const TENANTS: &[&str] = &[
    "mail.protection.outlook.com",
    "mail.eo.outlook.com",
    "mx.microsoft",
    "onmicrosoft.com",
    "pphosted.com",
    "ppe-hosted.com",
    "iphmx.com",
    "ess.barracudanetworks.com",
    "sharepoint.com",
];

/// Last labels that no registry has, but that networks use.
const INNER: &[&str] = &[
    "local",
    "localdomain",
    "lan",
    "internal",
    "intranet",
    "intra",
    "corp",
    "home",
    "private",
    "test",
    "example",
    "invalid",
    "localhost",
];

/// Where mailers and filters send their readers.
const PUBLIC: &[&str] =
    &["*.microsoft.com", "aka.ms", "*.google.com", "*.spamhaus.org", "*.spamcop.net", "*.ietf.org", "*.w3.org"];

/// The tokens given so far.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    known: HashMap<(Masks, String), String>,
    order: Vec<(Masks, String, String)>,
    counts: BTreeMap<Masks, usize>,
    /// Host names without a public suffix, found where only hosts occur.
    hosts: HashSet<String>,
    /// Hosts that stay as they are; `*.example.com` for all below.
    keep: Vec<String>,
    /// The message in lower case: a token that it already contains cannot be used.
    taken: String,
    /// Whether tokens have the length of the names that they replace, if possible.
    tight: bool,
}

impl Tokens {
    pub(super) fn new(keep: &[String], message: &[u8], tight: bool) -> Tokens {
        let taken = String::from_utf8_lossy(message).to_lowercase();
        Tokens { keep: keep.to_vec(), taken, tight, ..Tokens::default() }
    }

    /// What was masked, in order of appearance: kind, original, token.
    pub(super) fn list(&self) -> &[(Masks, String, String)] {
        &self.order
    }

    fn give(&mut self, kind: Masks, original: &str, make: impl Fn(usize) -> String) -> String {
        let key = (kind, original.to_lowercase());
        if let Some(token) = self.known.get(&key) {
            return token.clone();
        }
        let count = self.counts.entry(kind).or_default();
        let token = loop {
            *count += 1;
            let token = make(*count);
            if !self.taken.contains(&token.to_lowercase()) {
                break token;
            }
        };
        self.known.insert(key, token.clone());
        self.order.push((kind, original.to_string(), token.clone()));
        token
    }

    /// How a token is written: `user1`, or in four letters `u1xx`.
    fn form(&self, word: &'static str, len: usize) -> impl Fn(usize) -> String + use<> {
        let (word, len) = if self.tight { (word.get(..1).unwrap_or(word), len) } else { (word, 0) };
        move |n| format!("{:x<len$}", format!("{word}{n}"))
    }

    pub(super) fn known(&self, kind: Masks, original: &str) -> Option<&str> {
        self.known.get(&(kind, original.to_lowercase())).map(String::as_str)
    }

    /// Masks an address: its user and its domain each for itself.
    pub(super) fn address(&mut self, address: &str) -> String {
        if self.keep.contains(&address.to_ascii_lowercase()) {
            return address.to_string();
        }
        match address.rsplit_once('@') {
            Some((user, domain)) => format!("{}@{}", self.user(user), self.domain_of_address(domain)),
            None => self.user(address),
        }
    }

    /// Masks the part before the `@`.
    pub(super) fn user(&mut self, user: &str) -> String {
        let low = user.to_ascii_lowercase();
        let is_role = ROLES.contains(&low.as_str()) || low.starts_with("microsoftexchange");
        if is_role || is_numbered(&low, "user") || low.is_empty() {
            return user.to_string();
        }
        if let Some(kind) = low.split('-').next().filter(|kind| kind.starts_with("imcea")) {
            let inside = user.get(kind.len() + 1..).unwrap_or_default();
            if is_numbered(&inside.to_ascii_lowercase(), "_o=x_cn=user") {
                return user.to_string();
            }
            let kind = user.get(..kind.len()).unwrap_or("IMCEAEX").to_string();
            return self.give(Masks::User, user, |n| format!("{kind}-_o=x_cn=user{n}"));
        }
        let form = self.form("user", user.len());
        self.give(Masks::User, user, form)
    }

    fn domain_of_address(&mut self, domain: &str) -> String {
        if let Some(inside) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let bare = inside.strip_prefix("IPv6:").unwrap_or(inside);
            return bare.parse::<IpAddr>().map_or_else(|_| domain.to_string(), |ip| format!("[{}]", self.ip(ip, bare)));
        }
        self.host(domain)
    }

    /// Remembers a name as one of a host, whatever its last label.
    pub(super) fn learn_host(&mut self, name: &str) {
        let last = name.trim_end_matches('.').rsplit_once('.').map_or("", |(_, last)| last);
        if last.contains(char::is_alphabetic) && !name.contains(':') {
            self.hosts.insert(name.trim_end_matches('.').to_lowercase());
        }
    }

    /// Whether a dotted word is the name of a host, and no code, version or end of a sentence.
    pub(super) fn is_host(&self, word: &str) -> bool {
        let low = word.to_lowercase();
        if self.hosts.contains(&low) {
            return true;
        }
        let labels = || low.split('.');
        if labels().count() < 2
            || labels().any(|label| label.is_empty() || label.len() > 63 || label.starts_with('-'))
            || low.len() > 253
        {
            return false;
        }
        let last = labels().next_back().unwrap_or_default();
        if last.chars().all(|c| c.is_ascii_digit()) {
            return false;
        }
        INNER.contains(&last) || psl::domain(low.as_bytes()).is_some_and(|domain| domain.suffix().is_known())
    }

    /// Whether a host or an address stays as it is.
    pub(super) fn is_kept(&self, name: &str) -> bool {
        self.keep.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(domain) => name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => name == pattern,
        })
    }

    /// Masks the name of a host.
    pub(super) fn host(&mut self, name: &str) -> String {
        let low = name.trim_end_matches('.').to_lowercase();
        if low.is_empty() || low == "localhost" || is_token_host(&low) {
            return name.to_string();
        }
        let tenant = TENANTS.iter().find_map(|end| Some((low.strip_suffix(end)?.strip_suffix('.')?.to_string(), *end)));
        if let Some((tenant, end)) = tenant {
            if is_numbered(&tenant, "tenant") {
                return name.to_string();
            }
            return format!("{}.{end}", self.give(Masks::Host, &tenant, |n| format!("tenant{n}")));
        }
        if self.is_kept(&low) {
            return name.to_string();
        }
        if !low.contains('.') {
            if is_numbered(&low, "host") {
                return name.to_string();
            }
            return self.give(Masks::Host, &low, |n| format!("host{n}"));
        }
        let root = psl::domain(low.as_bytes()).and_then(|domain| std::str::from_utf8(domain.as_bytes()).ok());
        let root = root.unwrap_or(&low).to_string();
        let sub = low.strip_suffix(&root).unwrap_or_default().trim_end_matches('.').to_string();
        let form = self.form("domain", root.len().saturating_sub(".example".len()));
        let domain = match self.is_kept(&root) {
            true => root.clone(),
            false => self.give(Masks::Domain, &root, |n| format!("{}.example", form(n))),
        };
        if sub.is_empty() || is_numbered(&sub, "host") {
            return format!("{sub}{}{domain}", if sub.is_empty() { "" } else { "." });
        }
        let form = self.form("host", sub.len());
        format!("{}.{domain}", self.give(Masks::Host, &sub, form))
    }

    /// Masks an IP address; `text` is how it is written.
    pub(super) fn ip(&mut self, ip: IpAddr, text: &str) -> String {
        let is_token = match ip {
            IpAddr::V4(ip) => {
                matches!(ip.octets(), [198, 18 | 19, ..] | [10, 255, ..]) || ip.is_loopback() || ip.is_unspecified()
            }
            IpAddr::V6(ip) => {
                ip.segments().starts_with(&[0x2001, 0xdb8, 0xffff]) || ip.is_loopback() || ip.is_unspecified()
            }
        };
        if is_token {
            return text.to_string();
        }
        let low = |n: usize| (n / 250 % 250, n % 250 + 1);
        match ip {
            IpAddr::V4(ip) if ip.is_private() => self.give(Masks::Ip, &ip.to_string(), |n| {
                let (high, low) = low(n);
                format!("10.255.{high}.{low}")
            }),
            IpAddr::V4(ip) => self.give(Masks::Ip, &ip.to_string(), |n| {
                let (high, low) = low(n);
                format!("198.18.{high}.{low}")
            }),
            IpAddr::V6(ip) => self.give(Masks::Ip, &ip.to_string(), |n| format!("2001:db8:ffff::{n:x}")),
        }
    }

    /// Masks a person's name.
    pub(super) fn name(&mut self, name: &str) -> String {
        let name = name.trim();
        if is_numbered(&name.to_lowercase(), "name ") || !name.chars().any(char::is_alphabetic) {
            return name.to_string();
        }
        self.give(Masks::Name, name, |n| format!("Name {n}"))
    }

    /// Masks a subject.
    pub(super) fn subject(&mut self, subject: &str) -> String {
        let subject = subject.trim();
        if is_numbered(&subject.to_lowercase(), "subject ") || subject.is_empty() {
            return subject.to_string();
        }
        self.give(Masks::Subject, subject, |n| format!("Subject {n}"))
    }

    /// Masks a boundary that contains a name.
    pub(super) fn boundary(&mut self, boundary: &str) -> String {
        self.give(Masks::Boundary, boundary, |n| format!("=_b{n}_="))
    }

    /// Whether an address belongs to a mailer, not to a person.
    pub(super) fn is_role(address: &str) -> bool {
        let user = address.rsplit_once('@').map_or(address, |(user, _)| user).to_ascii_lowercase();
        ROLES.contains(&user.as_str()) || user.starts_with("microsoftexchange")
    }
}

/// Whether a text is `prefix` and a number: a token of ours, in its usual or in its short form.
fn is_numbered(text: &str, prefix: &str) -> bool {
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    let short = || text.strip_prefix(prefix.get(..1)?).map(|rest| rest.trim_end_matches('x'));
    text.strip_prefix(prefix).is_some_and(is_number) || short().is_some_and(is_number)
}

/// Whether a name is `domain1.example` or below it.
fn is_token_host(name: &str) -> bool {
    let Some(rest) = name.strip_suffix(".example") else { return false };
    match rest.rsplit_once('.') {
        Some((host, domain)) => is_numbered(domain, "domain") && is_numbered(host, "host"),
        None => is_numbered(rest, "domain"),
    }
}

/// Hosts and addresses that a catalogue names.
pub(super) fn public_names(catalog: &Catalog) -> Vec<String> {
    let tokens = Tokens::default();
    let mut names: Vec<String> = PUBLIC.iter().map(|name| name.to_string()).collect();
    for host in catalog.providers().iter().flat_map(|provider| provider.hosts) {
        names.push(host.to_ascii_lowercase());
    }
    for text in catalog.entries().iter().flat_map(|entry| entry.texts) {
        let found = addresses(text);
        names.extend(
            found.iter().filter(|found| !found.address.contains('{')).map(|found| found.address.to_ascii_lowercase()),
        );
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        names.extend(
            words
                .map(|word| word.trim_matches(['.', '-', '_']))
                .filter(|word| tokens.is_host(word))
                .map(str::to_ascii_lowercase),
        );
    }
    // What tells one mailer from another must stay.
    let signs = crate::phrases::signs::values_of_signs().map(|value| value.trim_start_matches(['@', '.']));
    names.extend(signs.filter(|value| tokens.is_host(value)).map(str::to_ascii_lowercase));
    // Where a host is known, its domain is no secret either.
    let roots: Vec<String> = names
        .iter()
        .map(|name| name.rsplit_once('@').map_or(name.trim_start_matches("*."), |(_, domain)| domain))
        .filter_map(|name| psl::domain(name.as_bytes()))
        .filter_map(|root| std::str::from_utf8(root.as_bytes()).ok().map(str::to_string))
        .collect();
    names.extend(roots);
    names.retain(|name| !["example.com", "example.net", "example.org"].iter().any(|reserved| name.ends_with(reserved)));
    names.sort();
    names.dedup();
    names
}

/// The addresses of a line, with their spans; without the cap that the decoder has on one text.
pub(super) fn addresses(line: &str) -> Vec<address::Found<'_>> {
    let mut all: Vec<address::Found> = Vec::new();
    loop {
        let from = all.last().map_or(0, |last| last.end);
        let more = address::find_all(line.get(from..).unwrap_or_default());
        if more.is_empty() {
            return all;
        }
        all.extend(more.into_iter().map(|found| address::Found {
            start: found.start + from,
            end: found.end + from,
            ..found
        }));
    }
}
