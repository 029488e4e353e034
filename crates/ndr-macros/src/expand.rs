//! From a checked catalogue to tokens. Data only: the methods are ordinary Rust in the core crate.

use ndr_resolve::{Actor, Catalog, CodePattern, Entry, Facts, Index, Limit, Provider, Slot, Source};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

pub(crate) fn tables(catalog: &Catalog) -> TokenStream {
    let entries = catalog.entries();
    let count = entries.len();
    let variants = entries.iter().map(|entry| {
        let name = variant(entry.slug);
        let doc = doc(entry);
        quote! { #[doc = #doc] #name, }
    });
    let all = entries.iter().map(|entry| {
        let name = variant(entry.slug);
        quote! { Cause::#name }
    });
    let rows = entries.iter().map(entry);
    let providers = catalog.providers().iter().map(provider);
    let index = index(catalog.index());
    quote! {
        /// What a bounce can mean: one variant per entry of catalog.yaml.
        ///
        /// The variant follows from the entry's slug, which is permanent. New meanings are added in minor releases.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum Cause { #(#variants)* }

        impl Cause {
            /// Every meaning, in the order of the catalogue.
            pub const ALL: [Cause; #count] = [#(#all),*];
        }

        static ENTRIES: [::ndr_resolve::Entry; #count] = [#(#rows),*];
        static PROVIDERS: &[::ndr_resolve::Provider] = &[#(#providers),*];
        static CATALOG: ::ndr_resolve::Catalog =
            ::ndr_resolve::Catalog::from_static(&ENTRIES, PROVIDERS, #index);
    }
}

/// `relay-denied` becomes `RelayDenied`.
fn variant(slug: &str) -> Ident {
    let name: String = slug
        .split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect();
    format_ident!("{name}")
}

/// Title, codes, meaning, who acts, what to do, an example, sources: in that order, everywhere.
fn doc(entry: &Entry) -> String {
    let plain = |sentence: &str| escape(&ndr_resolve::fill(sentence, &[]));
    let mut out = format!(" {}.\n\n", escape(entry.title));
    let codes: Vec<String> = entry.codes.iter().map(|code| format!("`{code}`")).collect();
    let replies: Vec<String> = entry.replies.iter().map(|reply| format!("`{reply}`")).collect();
    let codes = if codes.is_empty() { "none".to_string() } else { codes.join(", ") };
    out += &format!(" Codes: {codes}");
    if !replies.is_empty() {
        out += &format!(" (replies {})", replies.join(", "));
    }
    out += &format!(". Category: `{}`. Provider: `{}`. Slug: `{}`.\n\n", entry.category, entry.provider, entry.slug);
    out += &format!(" {}\n\n", plain(entry.meaning));
    let act: Vec<&str> = entry.act.iter().map(|actor| actor.slug()).collect();
    out += &format!(" Who acts: {}.\n\n", if act.is_empty() { "nobody".to_string() } else { act.join(", then ") });
    for (who, steps) in [("Sender", entry.steps_sender), ("Admin", entry.steps_admin)] {
        if !steps.is_empty() {
            out += &format!(" {who}:\n\n");
            for (i, step) in steps.iter().enumerate() {
                out += &format!(" {}. {}\n", i + 1, plain(step));
            }
            out += "\n";
        }
    }
    if let Some(example) = entry.examples.first() {
        out += &format!(" Example:\n\n ```text\n {}\n ```\n\n", example.replace("```", "'''"));
    }
    let sources: Vec<String> = entry
        .sources
        .iter()
        .map(|source| match source.url {
            Some(url) => format!("[{}]({url}) ({}, {})", escape(source.name), source.checked, source.trust),
            None => format!("{} ({}, {})", escape(source.name), source.checked, source.trust),
        })
        .collect();
    out += &format!(" Sources: {}.\n", sources.join("; "));
    out
}

/// Keeps Markdown and rustdoc from reading the text as markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.find("https://").and_then(|at| rest.split_at_checked(at)) {
        out += &escape_plain(before);
        let url = link
            .split(|c: char| c.is_whitespace() || "()<>".contains(c))
            .next()
            .unwrap_or(link)
            .trim_end_matches(['.', ',', ';', ':']);
        out += &format!("<{url}>");
        rest = link.get(url.len()..).unwrap_or_default();
    }
    out + &escape_plain(rest)
}

fn escape_plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "[]<>*_`\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

fn entry(entry: &Entry) -> TokenStream {
    let Entry {
        slug,
        provider,
        title,
        replies,
        texts,
        security,
        wrapper,
        meaning,
        steps_sender,
        steps_admin,
        links,
        examples,
        was,
        ..
    } = entry;
    let option = |path: Option<TokenStream>| path.map_or_else(|| quote! { None }, |path| quote! { Some(#path) });
    let about = option(entry.about.map(|party| path("Party", party.slug())));
    let after = option(entry.after.map(|command| path("Command", command.slug())));
    let needs_host = option(entry.needs_host.map(|reason| quote! { #reason }));
    let codes = entry.codes.iter().map(pattern);
    let category = path("Category", entry.category.slug());
    let permanent = match entry.permanent {
        Some(value) => quote! { Some(#value) },
        None => quote! { None },
    };
    let act = entry.act.iter().map(|actor: &Actor| path("Actor", actor.slug()));
    let suppress = path("Suppress", entry.suppress.slug());
    let retry = path("Retry", entry.retry.slug());
    let limits =
        entry.limits.iter().map(|Limit { text, as_of }| quote! { ::ndr_resolve::Limit { text: #text, as_of: #as_of } });
    let sources = entry.sources.iter().map(|Source { name, url, checked, trust }| {
        let trust = path("Trust", trust.slug());
        let url = match url {
            Some(url) => quote! { Some(#url) },
            None => quote! { None },
        };
        quote! { ::ndr_resolve::Source { name: #name, url: #url, checked: #checked, trust: #trust } }
    });
    quote! {
        ::ndr_resolve::Entry {
            slug: #slug, provider: #provider, title: #title, codes: &[#(#codes),*], replies: &[#(#replies),*],
            texts: &[#(#texts),*], category: #category, about: #about, after: #after, needs_host: #needs_host, permanent: #permanent, act: &[#(#act),*], suppress: #suppress,
            retry: #retry, security: #security, wrapper: #wrapper, meaning: #meaning, steps_sender: &[#(#steps_sender),*],
            steps_admin: &[#(#steps_admin),*], limits: &[#(#limits),*], links: &[#(#links),*], examples: &[#(#examples),*],
            sources: &[#(#sources),*], was: &[#(#was),*], origin: None,
        }
    }
}

fn provider(provider: &Provider) -> TokenStream {
    let Provider { id, name, kind, hosts, marks } = provider;
    let kind = path("ProviderKind", kind.slug());
    quote! { ::ndr_resolve::Provider { id: #id, name: #name, kind: #kind, hosts: &[#(#hosts),*], marks: &[#(#marks),*] } }
}

fn path(kind: &str, slug: &str) -> TokenStream {
    let kind = Ident::new(kind, Span::call_site());
    let value = variant(slug);
    quote! { ::ndr_resolve::#kind::#value }
}

fn pattern(code: &CodePattern) -> TokenStream {
    let CodePattern { class, subject: (s0, s1), detail: (d0, d1) } = code;
    quote! { ::ndr_resolve::CodePattern { class: #class, subject: (#s0, #s1), detail: (#d0, #d1) } }
}

fn index(index: &Index) -> TokenStream {
    let names = index.names.iter();
    let parts = index.parts.iter().map(|part| Literal::u32_unsuffixed(*part));
    let bitmap = index.bitmap.iter().map(|word| Literal::u64_unsuffixed(*word));
    let slots = index.slots.iter().map(|slot| {
        let Slot { key, start, owner, weight, next, len, offset } = slot;
        quote! {
            ::ndr_resolve::Slot {
                key: #key, start: #start, owner: #owner, weight: #weight, next: #next, len: #len, offset: #offset,
            }
        }
    });
    let dir = index.dir.iter().map(|at| Literal::u16_unsuffixed(*at));
    let codes = index.codes.iter().map(|(code, entry)| quote! { (#code, #entry) });
    let ranges = index.ranges.iter().map(|(code, entry)| {
        let code = pattern(code);
        quote! { (#code, #entry) }
    });
    let replies = index.replies.iter().map(|(reply, entry)| quote! { (#reply, #entry) });
    let facts = index.facts.iter().map(|facts| {
        let Facts { provider, flags, slug, first_code, patterns, count, about } = facts;
        quote! {
            ::ndr_resolve::Facts {
                provider: #provider, flags: #flags, slug: #slug, first_code: #first_code, patterns: #patterns,
                count: #count, about: #about,
            }
        }
    });
    let patterns = index.patterns.iter().map(pattern);
    let providers = index.providers.iter().map(|hash| Literal::u64_unsuffixed(*hash));
    let hosts = index.hosts.iter().map(|(hash, provider)| quote! { (#hash, #provider) });
    let marks = index.marks.iter().map(|(key, provider, nth)| quote! { (#key, #provider, #nth) });
    let (hosted, microsoft) = (index.hosted, index.microsoft);
    quote! {
        ::ndr_resolve::Index {
            names: ::std::borrow::Cow::Borrowed(&[#(#names),*]),
            parts: ::std::borrow::Cow::Borrowed(&[#(#parts),*]),
            bitmap: ::std::borrow::Cow::Borrowed(&[#(#bitmap),*]),
            slots: ::std::borrow::Cow::Borrowed(&[#(#slots),*]),
            dir: ::std::borrow::Cow::Borrowed(&[#(#dir),*]),
            codes: ::std::borrow::Cow::Borrowed(&[#(#codes),*]),
            ranges: ::std::borrow::Cow::Borrowed(&[#(#ranges),*]),
            replies: ::std::borrow::Cow::Borrowed(&[#(#replies),*]),
            facts: ::std::borrow::Cow::Borrowed(&[#(#facts),*]),
            patterns: ::std::borrow::Cow::Borrowed(&[#(#patterns),*]),
            providers: ::std::borrow::Cow::Borrowed(&[#(#providers),*]),
            hosts: ::std::borrow::Cow::Borrowed(&[#(#hosts),*]),
            marks: ::std::borrow::Cow::Borrowed(&[#(#marks),*]),
            hosted: #hosted,
            microsoft: #microsoft,
        }
    }
}
