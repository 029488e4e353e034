//! From a server's words to the entry that explains them.

use crate::code::{CodePattern, StatusCode};
use crate::entry::{Command, Entry, Provider, Suppress};
use crate::index::{Facts, Index, Match, Providers, STRANGER, Scratch, bit, flag, with_scratch};
use crate::intern::intern;
use crate::marks;
use crate::party::{Party, party_of};
use crate::template::TemplateError;

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
    /// Every value, strongest first.
    pub const ALL: &'static [Basis] =
        &[Basis::CodeAndText, Basis::RangeAndText, Basis::Text, Basis::Code, Basis::Range, Basis::Class];

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
    /// The SMTP command that was answered, as reports name it.
    pub command: Option<&'q str>,
    /// About whom it speaks, where that is known; else the command, the codes and the words tell: see [`party_of`].
    pub party: Option<Party>,
    /// Whether the words stand in a report: one or two common words are a server's then, even without a code.
    pub is_reported: bool,
}

/// Who may have said it.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// By host, by mailer, or by a mark in the words.
    all: Providers,
    /// Those of them that spoke themselves: not a list or a filter that the words only quote.
    speakers: Providers,
    /// Whether a host or a mailer is known.
    spoke: bool,
}

impl Known {
    /// Whether nobody is known to have spoken.
    const fn is_open(&self) -> bool {
        !self.spoke && self.speakers == 0
    }
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
    entries: &'static [Entry],
    providers: &'static [Provider],
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

/// What candidates with a matching phrase are ordered by, as one number, the best lowest. From the top: telling before
/// vague, an overlay before the built-in entries, tier, the command that fits, rarer words, the code that was seen, any
/// server's wording before one provider's, lower code.
type Rank = u64;

/// The weight below which the words of a mailbox host are those of any server.
const DISTINCTIVE: u16 = 30;
/// The weight below which one or two words tell something only beside a code, a host or a command.
const TELLING: u16 = 12;
/// The same for words that hold all that any server is known to say here.
const FULLER: u16 = 20;
/// The bit that makes a candidate vague.
const VAGUE: Rank = 1 << 63;
/// Two candidates with the same rank above these bits differ in nothing but their lowest code.
const CODE_BITS: u32 = 24;
/// Where stands whether its code was seen, behind two bits for whose wording it is.
const CODED_SHIFT: u32 = CODE_BITS + 2;
/// Where the weight stands.
const WEIGHT_SHIFT: u32 = CODED_SHIFT + 1;
/// Where stands how the command fits.
const AFTER_SHIFT: u32 = WEIGHT_SHIFT + 16;
/// Where the tier stands.
const TIER_SHIFT: u32 = AFTER_SHIFT + 2;

/// The tier in a rank.
const fn tier_of(rank: Rank) -> Rank {
    (rank >> TIER_SHIFT) & 7
}

impl Catalog {
    /// Builds a catalogue. Entries and providers are kept for as long as the process lives, so that diagnoses can point
    /// at them; equal lists are kept once ([`intern`]).
    ///
    /// # Errors
    /// A text that is not a template.
    pub fn build(entries: Vec<Entry>, providers: Vec<Provider>) -> Result<Catalog, TemplateError> {
        let index = Index::build(&entries, &providers)?;
        Ok(Catalog { entries: intern(entries), providers: intern(providers), index })
    }

    /// For the macro, which writes all three as static tables.
    #[doc(hidden)]
    pub const fn from_static(entries: &'static [Entry], providers: &'static [Provider], index: Index) -> Catalog {
        Catalog { entries, providers, index }
    }

    /// Every entry, in the order of the catalogue.
    pub const fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    /// Every provider.
    pub const fn providers(&self) -> &'static [Provider] {
        self.providers
    }

    /// For the macro, which writes it as a static table.
    #[doc(hidden)]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The entry of a slug, present or former.
    pub fn by_slug(&self, slug: &str) -> Option<&'static Entry> {
        self.entries
            .iter()
            .find(|entry| entry.slug == slug)
            .or_else(|| self.entries.iter().find(|entry| entry.was.contains(&slug)))
    }

    /// The entries that claim `code`: those that name it, then ranges, narrowest first.
    pub fn by_code(&self, code: StatusCode) -> Vec<&'static Entry> {
        let entry = |i: u16| self.entries.get(usize::from(i));
        let mut found: Vec<&'static Entry> = self.index.exact(code).filter_map(entry).collect();
        // In the order of the catalogue, which is that of its memory.
        found.sort_unstable_by_key(|entry| std::ptr::from_ref::<Entry>(entry));
        found.dedup_by_key(|entry| entry.slug);
        for (_, i) in self.index.in_range(code) {
            found.extend(entry(i).filter(|entry| found.iter().all(|known| known.slug != entry.slug)));
        }
        found
    }

    /// The entry of last resort for an SMTP reply code that stands alone.
    pub fn by_reply(&self, reply: u16) -> Option<&'static Entry> {
        self.of_reply(reply, Known::default()).and_then(|i| self.entries.get(usize::from(i)))
    }

    fn of_reply(&self, reply: u16, known: Known) -> Option<u16> {
        let all = || self.index.of_reply(reply);
        let is_iana = |i: &u16| self.facts(*i).is(flag::IANA);
        all().find(|i| self.is_known(*i, known) && !is_iana(i)).or_else(|| all().find(is_iana))
    }

    fn facts(&self, entry: u16) -> &Facts {
        self.index.facts.get(usize::from(entry)).unwrap_or(&Facts::NONE)
    }

    /// Whether the provider of an entry is among `known`.
    fn is_known(&self, entry: u16, known: Known) -> bool {
        known.all & bit(self.facts(entry).provider) != 0
    }

    /// The providers that own one of `hosts`.
    pub fn providers_of<'h>(&self, hosts: &'h [&str]) -> impl Iterator<Item = &'static Provider> + use<'h> {
        self.providers.iter().filter(move |provider| hosts.iter().any(|host| provider.owns_host(host)))
    }

    /// Finds the entry that explains a failure.
    ///
    /// The order is fixed and never depends on the order of the file: code and text, range and text, text alone,
    /// exact code, narrowest range, class. Among texts, one that tells what happened beats one that only says that
    /// something did; the provider known to have said it beats others, whose codes mean nothing there; then the longer
    /// phrase wins.
    pub fn resolve(&self, query: &Query<'_>) -> Resolution {
        let mut speakers: Providers = query.providers.iter().fold(0, |known, id| known | self.index.provider(id));
        for host in query.hosts {
            speakers |= self.index.owners(host);
        }
        let spoke = !query.hosts.is_empty() || speakers != 0;
        with_scratch(|scratch| {
            if query.text.is_empty() {
                scratch.hits.clear();
                scratch.marks.clear();
            } else {
                self.index.matches(query.text, scratch);
            }
            let mut known = Known { all: speakers, speakers, spoke };
            for (provider, nth, start) in scratch.marks.drain(..) {
                let marks = self.providers.get(usize::from(provider)).map_or(&[][..], |provider| provider.marks);
                let Some(mark) = marks.get(usize::from(nth)) else { continue };
                if marks::stands(mark, query.text, start as usize) {
                    let mut marked = bit(provider);
                    if marked & self.index.microsoft != 0 && speakers & self.index.microsoft != 0 {
                        // Which of Microsoft's it is, is known better.
                        marked = 0;
                    } else if marked & self.index.microsoft != 0 {
                        // One mark serves all that Microsoft runs.
                        marked = self.index.microsoft;
                    }
                    known.all |= marked;
                    known.speakers |= marked & self.index.hosted;
                }
            }
            scratch.hits.retain(|hit| !self.facts(hit.owner).needs_host() || self.is_known(hit.owner, known));
            let says_who =
                query.is_reported || spoke || known.all != 0 || query.command.is_some() || query.reply.is_some();
            if !says_who && query.status.is_none() && query.inner.is_empty() {
                // One or two common words are a server's only where they are much of what was said.
                scratch.hits.retain(|hit| {
                    let phrase = query.text.get(hit.span.0..hit.span.1).unwrap_or_default();
                    hit.weight >= TELLING
                        || phrase.split_whitespace().nth(2).is_some()
                        || phrase.len() * 3 >= query.text.len()
                });
            }
            if let Some(command) = query.command.and_then(Command::read) {
                scratch.hits.retain(|hit| self.facts(hit.owner).after().is_none_or(|after| after == command));
            }
            self.drop_strangers(query, known, scratch);
            if scratch.hits.is_empty() { self.resolve_by_code(query, known) } else { self.best(query, known, scratch) }
        })
    }

    /// Settles between the words of mailbox hosts that did not speak and those that anybody may have said: the former
    /// stay only where they are rare, and rarer by far than the others.
    fn drop_strangers(&self, query: &Query<'_>, known: Known, scratch: &mut Scratch) {
        if known.is_open() {
            return;
        }
        let is_foreign = |hit: &Match| self.tier(hit.owner, query, known) == Tier::Foreign;
        if !scratch.hits.iter().any(is_foreign) {
            return;
        }
        let telling = |hit: &&Match| !is_foreign(hit) && !self.facts(hit.owner).is(flag::VAGUE);
        let own = scratch.hits.iter().filter(telling).map(|hit| hit.weight).max().unwrap_or(0);
        let is_spoken = scratch.hits.iter().any(|hit| self.is_known(hit.owner, known));
        // Whoever runs Exchange says Microsoft's words. Where no server's own words are known, or all of them are a part of
        // the foreign phrase, less of it is enough.
        let union = |all: (usize, usize), hit: &Match| (all.0.min(hit.span.0), all.1.max(hit.span.1));
        let (from, to) = scratch.hits.iter().filter(telling).fold((usize::MAX, 0), union);
        let is_fuller = |hit: &Match| hit.span.0 <= from && to <= hit.span.1 && hit.span != (from, to);
        let stays = |hit: &Match| {
            let least = match () {
                () if self.facts(hit.owner).is(flag::MICROSOFT) => (DISTINCTIVE / 2).max(own.saturating_mul(2)),
                () if is_fuller(hit) => FULLER.max(own + own / 3),
                () => DISTINCTIVE.max(own.saturating_mul(2)),
            };
            !is_spoken && hit.weight >= least
        };
        let any_stays = scratch.hits.iter().any(|hit| is_foreign(hit) && stays(hit));
        scratch.hits.retain(|hit| if any_stays { is_foreign(hit) && stays(hit) } else { !is_foreign(hit) });
    }

    /// The best of the entries whose phrase matched.
    fn best(&self, query: &Query<'_>, known: Known, scratch: &mut Scratch) -> Resolution {
        let Scratch { hits, ranked, .. } = scratch;
        ranked.clear();
        if let [only] = hits.as_slice() {
            ranked.push((0, 0, 0, only.owner));
        } else {
            for (i, hit) in hits.iter().enumerate() {
                let rank = self.settle_vagueness(self.rank(hit, query, known), hit, hits);
                ranked.push((rank, self.facts(hit.owner).slug, i as u16, hit.owner));
            }
            ranked.sort_unstable();
            self.settle_party(query, hits, ranked);
        }
        let Some(((best_rank, _, best, _), rest)) = ranked.split_first() else {
            return self.resolve_by_code(query, known);
        };
        let Some(hit) = hits.get(usize::from(*best)) else { return self.resolve_by_code(query, known) };
        let tied = rest
            .iter()
            .take_while(|(rank, ..)| rank >> CODE_BITS == best_rank >> CODE_BITS)
            .any(|(.., owner)| *owner != hit.owner);
        let mut others = Others::beside(usize::from(hit.owner));
        // What only some other provider says with these words, this one did not mean.
        for (.., owner) in rest.iter().filter(|(rank, ..)| tier_of(*rank) < Tier::Foreign as Rank) {
            others.push(usize::from(*owner));
        }
        for code in query.status.iter().chain(query.inner) {
            self.worth_naming(*code, known, &mut others);
        }
        let caught = scratch.caught.get(hit.caught.0..hit.caught.1).unwrap_or_default();
        let value = |(name, (from, to)): &(u16, (usize, usize))| {
            Some((*self.index.names.get(usize::from(*name))?, query.text.get(*from..*to)?.to_string()))
        };
        Resolution {
            entry: Some(usize::from(hit.owner)),
            basis: Some(self.basis_with_text(hit.owner, query)),
            phrase: Some(hit.span),
            values: caught.iter().filter_map(value).collect(),
            others: others.list,
            tied,
        }
    }

    /// How strongly a matching phrase speaks for its entry, by who may have said it.
    fn tier(&self, entry: u16, query: &Query<'_>, known: Known) -> Tier {
        let facts = self.facts(entry);
        let basis = || self.basis_with_text(entry, query);
        if self.is_known(entry, known) {
            return match basis() {
                Basis::CodeAndText => Tier::KnownCode,
                Basis::RangeAndText => Tier::KnownRange,
                _ => Tier::KnownText,
            };
        }
        if facts.is(flag::MICROSOFT) && known.is_open() {
            return match basis() {
                Basis::CodeAndText => Tier::OpenCode,
                Basis::RangeAndText => Tier::OpenRange,
                _ => Tier::Anybody,
            };
        }
        // Lists, filters and software are quoted by any server; a mailbox host speaks for itself.
        if !facts.is(flag::HOSTED) || known.is_open() {
            return Tier::Anybody;
        }
        // Microsoft numbers its details from 100 on, and nobody else does.
        let own_code = |code: &StatusCode| {
            self.claims(entry, *code)
                && (facts.is(flag::MICROSOFT) && code.detail() >= 100 || self.is_only_its_own(entry, *code))
        };
        if known.speakers & !STRANGER == 0 && query.status.iter().chain(query.inner).any(own_code) {
            return Tier::OpenCode;
        }
        Tier::Foreign
    }

    /// Whether nobody but the provider of an entry uses a code, which the registry does not know either, so that the code
    /// tells who spoke.
    fn is_only_its_own(&self, entry: u16, code: StatusCode) -> bool {
        // The registry's numbers end at x.7.30, and with other subjects at 14.
        if code.detail() <= if code.subject() == 7 { 30 } else { 14 } {
            return false;
        }
        let own = self.facts(entry);
        let is_own = |i: u16| {
            let facts = self.facts(i);
            facts.provider == own.provider || facts.is(flag::MICROSOFT) && own.is(flag::MICROSOFT)
        };
        let mut all = self.index.exact(code).peekable();
        all.peek().is_some() && all.all(is_own)
    }

    /// Whether an entry names a code, by itself or in a range.
    fn claims(&self, entry: u16, code: StatusCode) -> bool {
        self.patterns(entry).any(|pattern| pattern.matches(code))
    }

    fn patterns(&self, entry: u16) -> impl Iterator<Item = &CodePattern> {
        let facts = self.facts(entry);
        self.index.patterns.iter().skip(usize::from(facts.patterns)).take(usize::from(facts.count))
    }

    fn rank(&self, hit: &Match, query: &Query<'_>, known: Known) -> Rank {
        let facts = self.facts(hit.owner);
        let tier = self.tier(hit.owner, query, known);
        // What answers another command is gone already.
        let after = match (facts.after(), query.command.and_then(Command::read)) {
            (Some(_), Some(_)) => 0,
            (None, _) => 1,
            (Some(_), None) => 2,
        };
        let own = match () {
            () if facts.is(flag::EXCHANGE_ONLINE) && !known.spoke => 0,
            () if facts.is(flag::GENERIC | flag::IANA) => 1,
            () if facts.is(flag::EXCHANGE_ONLINE) => 2,
            () => 3,
        };
        // Words that go with other codes than the one seen say less of who wrote them.
        let coded = query.status.is_some_and(|status| !status.is_bare()) && facts.count > 0;
        let own_number = facts.is(flag::MICROSOFT) && query.status.is_some_and(|status| status.detail() >= 100);
        let other_code = facts.is(flag::HOSTED) && tier == Tier::Anybody && coded && !own_number;
        let weight = if other_code && !known.spoke && self.basis_with_text(hit.owner, query) == Basis::Text {
            hit.weight - hit.weight / 4
        } else {
            hit.weight
        };
        // Of the same words, those with the code that was seen; a mailbox host's code says nothing of other hosts.
        let is_coded = (!facts.is(flag::HOSTED) || self.is_known(hit.owner, known))
            && self.basis_with_text(hit.owner, query) == Basis::CodeAndText;
        (if facts.is(flag::VAGUE) { VAGUE } else { 0 })
            | Rank::from(!facts.is(flag::OVERLAY)) << 62
            | (tier as Rank) << TIER_SHIFT
            | after << AFTER_SHIFT
            | Rank::from(u16::MAX - weight) << WEIGHT_SHIFT
            | u64::from(!is_coded) << CODED_SHIFT
            | own << CODE_BITS
            | Rank::from(facts.first_code.min(Facts::NO_CODE))
    }

    /// Where entries about several parties are close, the one about the party that the words speak of is worth more.
    fn settle_party(&self, query: &Query<'_>, hits: &[Match], ranked: &mut [(Rank, u16, u16, u16)]) {
        let Some((best, ..)) = ranked.first().copied() else { return };
        let of = |owner: u16| self.facts(owner).party();
        let close = ranked.iter().take_while(|(rank, ..)| rank >> AFTER_SHIFT == best >> AFTER_SHIFT).count();
        let close = ranked.get_mut(..close).unwrap_or_default();
        if close.iter().all(|(.., owner)| of(*owner) == close.first().and_then(|(.., first)| of(*first))) {
            return;
        }
        let said = query.party.or_else(|| party_of(query.command, query.status, query.reply, query.text));
        let Some(said) = said else { return };
        for (rank, _, nth, owner) in close.iter_mut() {
            let other = of(*owner).is_some_and(|party| {
                party != said && (party.is_sending_side() != said.is_sending_side() || party == Party::Recipient)
            });
            if other && let Some(hit) = hits.get(usize::from(*nth)) {
                // A quarter of the weight.
                *rank += Rank::from(hit.weight / 4) << WEIGHT_SHIFT;
            }
        }
        close.sort_unstable();
    }

    /// Whether a candidate counts as vague beside the others.
    fn settle_vagueness(&self, rank: Rank, hit: &Match, hits: &[Match]) -> Rank {
        let mut is_vague = rank & VAGUE != 0;
        let is_open = tier_of(rank) >= Tier::Anybody as Rank;
        // The very words of any server say no more because one provider uses them too.
        if !is_vague && is_open && !self.facts(hit.owner).is(flag::GENERIC) {
            is_vague = hits.iter().any(|other| {
                let facts = self.facts(other.owner);
                other.span == hit.span && facts.is(flag::GENERIC) && facts.is(flag::VAGUE)
            });
        }
        // A vague statement that contains the telling one is the fuller statement of the two.
        if is_vague {
            is_vague = !hits.iter().any(|other| {
                hit.span != other.span
                    && hit.span.0 <= other.span.0
                    && other.span.1 <= hit.span.1
                    && !self.facts(other.owner).is(flag::VAGUE)
            });
        }
        if is_vague { rank | VAGUE } else { rank & !VAGUE }
    }

    /// Names the entries of a code that are worth it beside the answer: those of whoever may have said it, never those
    /// of some other provider. In an order of their own, so that the file's does not matter.
    fn worth_naming(&self, code: StatusCode, known: Known, others: &mut Others) {
        let all = || self.index.exact(code).map(|i| (i, self.facts(i)));
        let is_known = |facts: &Facts| known.all & bit(facts.provider) != 0 && !facts.is(flag::OVERLAY);
        let is_anybodys =
            |facts: &Facts| facts.is(flag::OVERLAY | flag::MICROSOFT | flag::GENERIC | flag::IANA) && !is_known(facts);
        if known.all != 0 {
            // Whoever is known to have said it comes behind overlays and before all others.
            for (i, _) in all().take_while(|(_, facts)| facts.is(flag::OVERLAY)) {
                others.push(usize::from(i));
            }
            let mut own: Vec<(u16, u16)> =
                all().filter(|(_, facts)| is_known(facts)).map(|(i, facts)| (facts.slug, i)).collect();
            own.sort_unstable();
            own.into_iter().for_each(|(_, i)| others.push(usize::from(i)));
        }
        for (i, _) in all().filter(|(_, facts)| is_anybodys(facts)) {
            if others.list.len() >= MAX_OTHERS {
                break;
            }
            others.push(usize::from(i));
        }
    }

    /// The one entry of a group, or the one that speaks for its code without a text.
    fn only(&self, group: &[u16]) -> Option<u16> {
        let mut bare = group.iter().filter(|i| self.facts(**i).is(flag::BARE));
        match (group, bare.next(), bare.next()) {
            ([one], _, _) => Some(*one),
            (_, Some(one), None) => Some(*one),
            _ => None,
        }
    }

    /// Whether an entry says of any class of a code that the address is gone, and the code is temporary.
    fn is_final(&self, entry: u16, code: StatusCode) -> bool {
        let gone = |entry: &Entry| entry.suppress == Suppress::Yes && entry.codes.iter().all(|code| code.class != 4);
        code.class() == 4 && self.entries.get(usize::from(entry)).is_some_and(gone)
    }

    /// The entry of a reply code where the server said more, which nobody knows: what a code usually means is no more
    /// than a guess then, so that only the class counts.
    fn rough(&self, entry: u16, reply: u16) -> u16 {
        // Others are too narrow for servers to use them for anything.
        const WIDE: &[u16] = &[421, 450, 451, 452, 550, 551, 552, 553, 554];
        if self.facts(entry).is(flag::VAGUE) || !WIDE.contains(&reply) {
            return entry;
        }
        let class = StatusCode::new((reply / 100) as u8, 0, 0);
        let class = class.and_then(|code| self.index.in_range(code).map(|(_, i)| i).last());
        class.filter(|i| self.facts(*i).is(flag::IANA)).unwrap_or(entry)
    }

    fn basis_with_text(&self, entry: u16, query: &Query<'_>) -> Basis {
        let mut best = Basis::Text;
        for pattern in self.patterns(entry) {
            if query.status.iter().chain(query.inner).any(|code| pattern.matches(*code)) {
                best = best.min(if pattern.is_exact() { Basis::CodeAndText } else { Basis::RangeAndText });
            }
        }
        best
    }

    /// The answer where no phrase is known: by exact code, narrowest range, reply code, class.
    fn resolve_by_code(&self, query: &Query<'_>, known: Known) -> Resolution {
        let mut answer =
            Resolution { entry: None, basis: None, phrase: None, values: Vec::new(), others: Vec::new(), tied: false };
        // A bare x.0.0 says nothing but its class: any other code comes first.
        let codes = query.status.iter().chain(query.inner).filter(|code| !code.is_bare());
        let open_context = known.is_open();
        let wordy = query.text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 3).nth(1).is_some();
        for code in codes {
            // What is said of a mailbox that is gone for good is not what unknown words say for the time being.
            let exact = self.index.exact(*code).filter(|i| !wordy || !self.is_final(*i, *code));
            let exact: Vec<u16> = exact.collect();
            let of =
                |wanted: &dyn Fn(u16) -> bool| -> Vec<u16> { exact.iter().copied().filter(|i| wanted(*i)).collect() };
            let overlay = of(&|i| self.facts(i).is(flag::OVERLAY));
            let hinted = of(&|i| self.is_known(i, known));
            let microsoft = of(&|i| self.facts(i).is(flag::MICROSOFT));
            let registry = of(&|i| self.facts(i).is(flag::IANA));
            // Words that are none of its texts speak against an entry that has texts.
            let open: Vec<u16> =
                microsoft.iter().copied().filter(|i| !wordy || self.facts(*i).is(flag::BARE)).collect();
            let first = [&overlay, &hinted]
                .into_iter()
                .chain(open_context.then_some(&open))
                .chain([&registry, &microsoft])
                .find_map(|group| self.only(group));
            let first = first.map(usize::from);
            let mut others =
                Others { list: std::mem::take(&mut answer.others), ..Others::beside(first.unwrap_or(usize::MAX)) };
            self.worth_naming(*code, known, &mut others);
            answer.others = others.list;
            if let Some(first) = first {
                answer.entry = Some(first);
                answer.basis = Some(Basis::Code);
                return answer;
            }
            if !exact.is_empty() && registry.is_empty() && (hinted.len() > 1 || microsoft.len() > 1) {
                // Several meanings and no text: honest beats confident.
                return answer;
            }
            let usable =
                |i: &u16| self.facts(*i).is(flag::OVERLAY | flag::MICROSOFT | flag::IANA) || self.is_known(*i, known);
            let ranges = || self.index.in_range(*code).filter(|(pattern, _)| pattern.subject.0 == pattern.subject.1);
            let own = ranges().find(|(_, i)| self.is_known(*i, known));
            if let Some((_, i)) = own.or_else(|| ranges().find(|(_, i)| usable(i))) {
                answer.entry = Some(usize::from(i));
                answer.basis = Some(Basis::Range);
                let mut others = Others { list: std::mem::take(&mut answer.others), ..Others::beside(usize::from(i)) };
                ranges().filter(|(_, other)| usable(other)).for_each(|(_, other)| others.push(usize::from(other)));
                answer.others = others.list;
                return answer;
            }
        }
        if let Some(reply) = query.reply
            && let Some(i) = self.of_reply(reply, known).map(|i| if wordy { self.rough(i, reply) } else { i })
        {
            answer.entry = Some(usize::from(i));
            answer.basis = Some(Basis::Class);
            return answer;
        }
        if let Some(code) = query.status {
            let exact = self.index.exact(code).filter(|i| !wordy || !self.is_final(*i, code));
            let by_class = exact.map(|i| (Basis::Class, i)).find(|(_, i)| self.facts(*i).is(flag::IANA));
            let found = by_class.or_else(|| self.index.in_range(code).map(|(_, i)| (Basis::Class, i)).last());
            if let Some((basis, i)) = found {
                answer.entry = Some(usize::from(i));
                answer.basis = Some(basis);
            }
        }
        answer
    }
}

/// Alternatives to an answer, each once, and no more than are worth naming.
struct Others {
    answer: usize,
    list: Vec<usize>,
}

impl Others {
    const fn beside(answer: usize) -> Others {
        Others { answer, list: Vec::new() }
    }

    fn push(&mut self, entry: usize) {
        if entry != self.answer && self.list.len() < MAX_OTHERS && !self.list.contains(&entry) {
            if self.list.capacity() == 0 {
                self.list.reserve_exact(MAX_OTHERS);
            }
            self.list.push(entry);
        }
    }
}
