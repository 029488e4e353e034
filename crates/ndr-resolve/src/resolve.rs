//! From a server's words to the entry that explains them.

use crate::code::StatusCode;
use crate::entry::{Entry, Provider};
use crate::index::{Index, MARK, Match};
use crate::template::TemplateError;
use std::borrow::Cow;

/// Which evidence decided, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A phrase, and the exact code that goes with it.
    CodeAndText,
    /// A phrase, and a range that holds the code.
    RangeAndText,
    /// A phrase alone.
    Text,
    /// The exact code alone.
    Code,
    /// A range of codes.
    Range,
    /// Only the class, or the SMTP reply code.
    Class,
}

impl Basis {
    /// The permanent name, as in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Basis::CodeAndText => "code+text",
            Basis::RangeAndText => "range+text",
            Basis::Text => "text",
            Basis::Code => "code",
            Basis::Range => "range",
            Basis::Class => "class",
        }
    }
}

/// What is known of a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'q> {
    /// The server's words, on one line.
    pub text: &'q str,
    /// The enhanced status code.
    pub status: Option<StatusCode>,
    /// Further codes that the words hold, such as the one of a reply that a wrapper quotes.
    pub inner: &'q [StatusCode],
    /// The SMTP reply code.
    pub reply: Option<u16>,
    /// Hosts that may have said it: the remote server, else the generating one.
    pub hosts: &'q [&'q str],
    /// Providers that are known to have said it.
    pub providers: &'q [&'q str],
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The entry, as an index into [`Catalog::entries`]; `None` when nothing fits.
    pub entry: Option<usize>,
    /// Which evidence decided.
    pub basis: Option<Basis>,
    /// Byte span in the text of the phrase that decided.
    pub phrase: Option<(usize, usize)>,
    /// What the holes caught.
    pub values: Vec<(&'static str, String)>,
    /// Further candidates, best first.
    pub others: Vec<usize>,
    /// Whether several entries fitted equally well, so that only the fixed order decided.
    pub tied: bool,
}

/// The most alternatives that an answer names.
const MAX_OTHERS: usize = 12;

/// All entries and providers, with the index over them.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: Cow<'static, [Entry]>,
    providers: Cow<'static, [Provider]>,
    index: Index,
}

/// How strongly a matching phrase speaks for its entry; smaller is stronger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    /// Its provider is known to have said it, and the code fits.
    KnownCode,
    /// Its provider is known to have said it, and the code lies in its range.
    KnownRange,
    /// Its provider is known to have said it.
    KnownText,
    /// Nobody is known to have said it, and Microsoft's code fits.
    OpenCode,
    /// The same with a range.
    OpenRange,
    /// Anybody may have said it: the longer phrase wins.
    Anybody,
    /// Somebody else is known to have said it than the provider of the entry.
    Foreign,
}

/// What candidates with a matching phrase are ordered by, best first: telling before vague, an overlay before the
/// built-in entries, tier, longer phrase, any server's wording before one provider's, lower code.
type Rank = (bool, bool, Tier, std::cmp::Reverse<u16>, u8, u32);

impl Catalog {
    /// Builds a catalogue.
    ///
    /// # Errors
    /// A text that is not a template.
    pub fn build(entries: Vec<Entry>, providers: Vec<Provider>) -> Result<Catalog, TemplateError> {
        let index = Index::build(&entries, &providers)?;
        Ok(Catalog { entries: entries.into(), providers: providers.into(), index })
    }

    /// For the macro, which writes all three as static tables.
    #[doc(hidden)]
    pub const fn from_static(entries: &'static [Entry], providers: &'static [Provider], index: Index) -> Catalog {
        Catalog { entries: Cow::Borrowed(entries), providers: Cow::Borrowed(providers), index }
    }

    /// Every entry, in the order of the catalogue.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every provider.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// For the macro, which writes it as a static table.
    #[doc(hidden)]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The entry of a slug, present or former.
    pub fn by_slug(&self, slug: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.slug == slug)
            .or_else(|| self.entries.iter().find(|entry| entry.was.contains(&slug)))
    }

    /// The entries that claim `code`: those that name it, then ranges, narrowest first.
    pub fn by_code(&self, code: StatusCode) -> Vec<&Entry> {
        let mut found: Vec<&Entry> = Vec::new();
        let ranges = self.index.in_range(code).map(|(_, i)| i);
        for i in self.index.exact(code).chain(ranges) {
            let entry = &self.entries[usize::from(i)];
            if !found.iter().any(|known| known.slug == entry.slug) {
                found.push(entry);
            }
        }
        found
    }

    /// The entry of last resort for an SMTP reply code that stands alone.
    pub fn by_reply(&self, reply: u16) -> Option<&Entry> {
        self.of_reply(reply, &[]).map(|i| &self.entries[usize::from(i)])
    }

    fn of_reply(&self, reply: u16, known: &[&str]) -> Option<u16> {
        let all = || self.index.of_reply(reply);
        let of = |i: u16| self.entries[usize::from(i)].provider;
        all().find(|i| known.contains(&of(*i)) && of(*i) != "iana").or_else(|| all().find(|i| of(*i) == "iana"))
    }

    /// The providers that own one of `hosts`.
    pub fn providers_of<'c>(&'c self, hosts: &'c [&str]) -> impl Iterator<Item = &'c Provider> + 'c {
        self.providers.iter().filter(move |provider| hosts.iter().any(|host| provider.owns_host(host)))
    }

    /// Finds the entry that explains a failure.
    ///
    /// The order is fixed and never depends on the order of the file: code and text, range and text, text alone,
    /// exact code, narrowest range, class. Among texts, one that tells what happened beats one that only says that
    /// something did; the provider known to have said it beats others, whose codes mean nothing there; then the longer
    /// phrase wins.
    pub fn resolve(&self, query: &Query<'_>) -> Resolution {
        let mut hits: Vec<Match> = Vec::new();
        let mut known: Vec<&str> = Vec::new();
        if !query.text.is_empty() {
            self.index.matches(query.text, |hit| {
                if hit.owner >= MARK {
                    known.push(self.providers[usize::from(hit.owner - MARK)].id);
                } else {
                    hits.push(hit);
                }
            });
        }
        known.extend(query.providers);
        if !query.hosts.is_empty() {
            known.extend(self.providers_of(query.hosts).map(|provider| provider.id));
        }
        let rank = |hit: &Match| -> Rank {
            let entry = &self.entries[usize::from(hit.owner)];
            let basis = self.basis_with_text(entry, query);
            let is_shared = matches!(entry.provider, "generic" | "iana");
            let tier = if known.contains(&entry.provider) {
                match basis {
                    Basis::CodeAndText => Tier::KnownCode,
                    Basis::RangeAndText => Tier::KnownRange,
                    _ => Tier::KnownText,
                }
            } else if is_microsoft(entry.provider) && query.hosts.is_empty() && known.is_empty() {
                match basis {
                    Basis::CodeAndText => Tier::OpenCode,
                    Basis::RangeAndText => Tier::OpenRange,
                    _ => Tier::Anybody,
                }
            } else if is_shared || is_microsoft(entry.provider) || query.hosts.is_empty() {
                Tier::Anybody
            } else {
                Tier::Foreign
            };
            let own = match entry.provider {
                "exchange-online" if query.hosts.is_empty() => 0,
                "generic" | "iana" => 1,
                "exchange-online" => 2,
                _ => 3,
            };
            let first_code = entry.codes.first().map_or(u32::MAX, |code| code.first_key());
            (entry.category.is_vague(), entry.origin.is_none(), tier, std::cmp::Reverse(hit.weight), own, first_code)
        };
        if hits.is_empty() {
            return self.resolve_by_code(query, &known);
        }
        let mut ranked: Vec<(Rank, usize)> = hits.iter().enumerate().map(|(i, hit)| (rank(hit), i)).collect();
        let owner = |i: usize| &self.entries[usize::from(hits[i].owner)];
        for (key, i) in &mut ranked {
            let span = hits[*i].span;
            // The very words of any server say no more because one provider uses them too.
            let shared_and_vague = |other: usize| {
                hits[other].span == span && owner(other).provider == "generic" && owner(other).category.is_vague()
            };
            if key.2 >= Tier::Anybody && owner(*i).provider != "generic" && (0..hits.len()).any(shared_and_vague) {
                key.0 = true;
            }
            // A vague statement that contains the telling one is the fuller statement of the two.
            let contains = |inner: (usize, usize)| span != inner && span.0 <= inner.0 && inner.1 <= span.1;
            let tells_within = |other: usize| contains(hits[other].span) && !owner(other).category.is_vague();
            if key.0 && (0..hits.len()).any(tells_within) {
                key.0 = false;
            }
        }
        ranked.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| {
                self.entries[usize::from(hits[a.1].owner)].slug.cmp(self.entries[usize::from(hits[b.1].owner)].slug)
            })
        });
        let (best_rank, best) = ranked[0];
        let hit = &hits[best];
        let even = |rank: &Rank| (rank.0, rank.1, rank.2, rank.3, rank.4);
        let tied = ranked[1..].iter().any(|(rank, i)| even(rank) == even(&best_rank) && hits[*i].owner != hit.owner);
        let mut others = Vec::new();
        for (_, i) in &ranked[1..] {
            push_other(&mut others, usize::from(hits[*i].owner), usize::from(hit.owner));
        }
        for code in query.status.iter().chain(query.inner) {
            for entry in self.worth_naming(*code, &known) {
                push_other(&mut others, entry, usize::from(hit.owner));
            }
        }
        let basis = self.basis_with_text(&self.entries[usize::from(hit.owner)], query);
        let values = hit
            .caught
            .iter()
            .map(|(name, (from, to))| (self.index.names[usize::from(*name)], query.text[*from..*to].to_string()))
            .collect();
        Resolution {
            entry: Some(usize::from(hit.owner)),
            basis: Some(basis),
            phrase: Some(hit.span),
            values,
            others,
            tied,
        }
    }

    /// The entries of a code that are worth naming beside the answer: those of whoever may have said it, never those of
    /// some other provider. In an order of their own, so that the file's does not matter.
    fn worth_naming(&self, code: StatusCode, known: &[&str]) -> Vec<usize> {
        let place = |entry: &Entry| match entry.provider {
            _ if entry.origin.is_some() => Some(0),
            provider if known.contains(&provider) => Some(1),
            "exchange-online" => Some(2),
            provider if is_microsoft(provider) => Some(3),
            "generic" => Some(4),
            "iana" => Some(5),
            _ => None,
        };
        let mut found: Vec<(u8, &str, usize)> = self
            .index
            .exact(code)
            .filter_map(|i| {
                let entry = &self.entries[usize::from(i)];
                Some((place(entry)?, entry.slug, usize::from(i)))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, i)| i).collect()
    }

    /// The one entry of a group, or the one that speaks for its code without a text.
    fn only(&self, group: &[usize]) -> Option<usize> {
        let mut bare = group.iter().filter(|i| self.entries[**i].texts.is_empty());
        match (group, bare.next(), bare.next()) {
            ([one], _, _) => Some(*one),
            (_, Some(one), None) => Some(*one),
            _ => None,
        }
    }

    fn basis_with_text(&self, entry: &Entry, query: &Query<'_>) -> Basis {
        let mut best = Basis::Text;
        for code in query.status.iter().chain(query.inner) {
            for pattern in entry.codes {
                if pattern.matches(*code) {
                    best = best.min(if pattern.is_exact() { Basis::CodeAndText } else { Basis::RangeAndText });
                }
            }
        }
        best
    }

    /// The answer where no phrase is known: by exact code, narrowest range, reply code, class.
    fn resolve_by_code(&self, query: &Query<'_>, known: &[&str]) -> Resolution {
        let mut answer =
            Resolution { entry: None, basis: None, phrase: None, values: Vec::new(), others: Vec::new(), tied: false };
        // A bare x.0.0 says nothing but its class: any other code comes first.
        let codes = query.status.iter().chain(query.inner).filter(|code| !code.is_bare());
        let open_context = query.hosts.is_empty() && known.is_empty();
        for code in codes {
            let exact: Vec<usize> = self.index.exact(*code).map(usize::from).collect();
            let of = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
                exact.iter().copied().filter(|i| wanted(&self.entries[*i])).collect()
            };
            let overlay = of(&|entry| entry.origin.is_some());
            let hinted = of(&|entry| known.contains(&entry.provider));
            let microsoft = of(&|entry| is_microsoft(entry.provider));
            let registry = of(&|entry| entry.provider == "iana");
            let first = [&overlay, &hinted]
                .into_iter()
                .chain(open_context.then_some(&microsoft))
                .chain([&registry, &microsoft])
                .find_map(|group| self.only(group));
            for other in self.worth_naming(*code, known) {
                push_other(&mut answer.others, other, first.unwrap_or(usize::MAX));
            }
            if let Some(first) = first {
                answer.entry = Some(first);
                answer.basis = Some(Basis::Code);
                return answer;
            }
            if !exact.is_empty() && registry.is_empty() && (hinted.len() > 1 || microsoft.len() > 1) {
                // Several meanings and no text: honest beats confident.
                return answer;
            }
            let usable = |entry: &Entry| {
                entry.origin.is_some()
                    || known.contains(&entry.provider)
                    || is_microsoft(entry.provider)
                    || entry.provider == "iana"
            };
            let ranges = || self.index.in_range(*code).filter(|(pattern, _)| pattern.subject.0 == pattern.subject.1);
            let own = ranges().find(|(_, i)| known.contains(&self.entries[usize::from(*i)].provider));
            if let Some((_, i)) = own.or_else(|| ranges().find(|(_, i)| usable(&self.entries[usize::from(*i)]))) {
                answer.entry = Some(usize::from(i));
                answer.basis = Some(Basis::Range);
                for (_, other) in ranges().filter(|(_, other)| usable(&self.entries[usize::from(*other)])) {
                    push_other(&mut answer.others, usize::from(other), usize::from(i));
                }
                return answer;
            }
        }
        if let Some(i) = query.reply.and_then(|reply| self.of_reply(reply, known)) {
            answer.entry = Some(usize::from(i));
            answer.basis = Some(Basis::Class);
            return answer;
        }
        if let Some(code) = query.status {
            let by_class = self
                .index
                .exact(code)
                .map(|i| (Basis::Class, i))
                .find(|(_, i)| self.entries[usize::from(*i)].provider == "iana");
            let found = by_class.or_else(|| self.index.in_range(code).map(|(_, i)| (Basis::Class, i)).last());
            if let Some((basis, i)) = found {
                answer.entry = Some(usize::from(i));
                answer.basis = Some(basis);
            }
        }
        answer
    }
}

fn push_other(others: &mut Vec<usize>, entry: usize, chosen: usize) {
    if entry != chosen && others.len() < MAX_OTHERS && !others.contains(&entry) {
        others.push(entry);
    }
}

fn is_microsoft(provider: &str) -> bool {
    matches!(provider, "exchange-online" | "hve" | "exchange-server" | "outlook-com")
}
