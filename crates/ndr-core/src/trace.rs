//! Where a message went, which server refused it, and whether it was authenticated, from its header and the report.
//!
//! [`of_message`] reads any message or pasted header. [`Decoder::with_trace`](crate::Decoder::with_trace) adds the
//! trace of the returned message to a decoded report.

mod chain;

pub use crate::header::antispam::{Antispam, AntispamField, AntispamHeader};
pub use crate::header::auth::{
    Alignment, ArcChain, ArcSet, AuthCause, AuthField, AuthResults, Authentication, Check, CheckKind, Composite,
    DkimReason, DkimSignature, DmarcAction, DnsRecord, FailureCause, Fix, FixKind, Identities, Identity, MethodResult,
    Outcome, Property, ReceivedSpf, TrustBasis, Trusted, Verdict,
};
pub use crate::header::exchange_address::{self, ExchangeAddress, ExchangeAddressKind};
pub use crate::header::fields::MessageFields;
pub use crate::header::find::HeaderSource;
pub use crate::header::hints::{Hint, HintContext, HintKind};
pub use crate::header::hop::{Hop, Scope, Tls};
pub use crate::header::knowledge::Knowledge;
pub use crate::header::organisation::{OrganisationBasis, OrganisationalDomain, organisational_domain};
pub use crate::header::path::{Path, PathSource};
pub use crate::header::text::HeaderEvidence;
pub use crate::header::time::Moment;
pub use crate::report::route::{Chain, Ending, Node, Refusal, Refuser, Role, Trace, Try};

use crate::header::fields;
use crate::header::find::{Found, text_of};
use crate::header::table;
use crate::mail::headers::Headers;
use crate::mail::input::{self, Input};
use crate::mail::{self, limits::Limits};
use crate::page::Page;
use crate::report::{Original, Report};
use crate::vocabulary::Kind;
use ndr_resolve::Catalog;

/// Builds the trace without its chain. `report` is the header of the report, and `returned` says whether a report
/// returned the message.
fn read(found: Found<'_>, report: Option<&Headers<'_>>, returned: bool, domains: &[String]) -> Trace {
    let headers = Headers::of_message(&found.block);
    let original = found.source.is_some().then_some(&headers);
    Trace {
        source: found.source,
        message: MessageFields::read(&headers),
        path: found.path,
        chain: Chain::default(),
        authentication: original.map(Authentication::read).filter(Authentication::tells).map(Box::new),
        antispam: Antispam::read(&headers),
        exchange_addresses: fields::exchange_addresses(&headers),
        hints: Hint::read(&HintContext { original, report, returned, domains }),
    }
}

/// Reads the header of a message, or a pasted header block, even if it is wrapped, quoted or preceded by other text.
///
/// ```
/// let trace = ndr::trace::of_message(
///     b"Received: from mail.example.net (mail.example.net [192.0.2.7])\n by mx.example.com (Postfix) with ESMTPS id 4F1;\n \
///       Tue, 21 Jan 2025 07:00:01 +0000\n\
///       Received: from laptop ([10.0.0.9]) by mail.example.net with ESMTPSA; Tue, 21 Jan 2025 06:59:56 +0000\n\
///       From: mia@example.net\n\nHello\n",
/// );
/// assert_eq!(trace.path.hops.len(), 2);
/// assert_eq!(trace.path.hops[0].by.as_deref(), Some("mail.example.net"));
/// assert_eq!(trace.path.hops[1].delay, Some(5));
/// assert_eq!(trace.message.from.as_deref(), Some("mia@example.net"));
/// ```
pub fn of_message(bytes: &[u8]) -> Trace {
    of_message_with(bytes, crate::catalog())
}

/// As [`of_message`], with the names of providers that `catalog` holds.
pub(crate) fn of_message_with(bytes: &[u8], catalog: &Catalog) -> Trace {
    let bytes = mail::clean(bytes);
    let text;
    let mut found = match input::kind(&bytes) {
        Input::Mail => Found::of_block(HeaderSource::Message, &bytes, catalog),
        _ => {
            text = text_of(&bytes);
            Found::of_text(&text, catalog)
        }
    };
    found.source = found.source.map(|_| HeaderSource::Message);
    let mut trace = read(found, None, false, &[]);
    trace.chain = Chain::of_path(&trace.path, catalog);
    trace
}

/// The trace of the message that a report is about: from the header that it returns or quotes, else from Exchange's
/// table of hops, and from what the report says about servers. `bytes` is the whole report.
pub(crate) fn of_report(
    report: &Report,
    page: &Page<'_>,
    bytes: &[u8],
    limits: &Limits,
    is_wrapped: bool,
    domains: &[String],
    catalog: &Catalog,
) -> Trace {
    let mut best = Found::default();
    if let Some(original) = &page.mail.original {
        best.take_better(Found::of_block(HeaderSource::Returned, original, catalog));
    }
    if let Some(quoted) = &page.words.returned {
        best.take_better(Found::of_text(quoted, catalog));
    }
    if best.path.hops.is_empty()
        && let Some(path) = page.parts().find_map(|(_, text)| table::read(text, catalog))
    {
        best.path = path;
    }
    let bounced = matches!(report.kind, Kind::Failure | Kind::Delay);
    if best.path.hops.is_empty() && bounced {
        best.take_better(Found::search(bytes, limits, catalog));
    }
    // The header of a forwarded report is not available.
    let outer = (bounced && !is_wrapped && input::kind(bytes) == Input::Mail).then(|| Headers::of_message(bytes));
    let mut trace = read(best, outer.as_ref(), bounced, domains);
    if trace.source.is_none() {
        trace.message = named_by_report(&report.original);
    }
    trace.exchange_addresses.extend(exchange_addresses_of(report));
    fields::say_once(&mut trace.exchange_addresses);
    trace.chain = Chain::of_report(report, &trace.path, catalog);
    trace
}

/// The fields of the original as the report itself names them.
fn named_by_report(original: &Original) -> MessageFields {
    let Original { message_id, from, to, subject, date } = original.clone();
    MessageFields { message_id, from, to, subject, date, ..MessageFields::default() }
}

/// The Exchange addresses that a report names as recipients.
fn exchange_addresses_of(report: &Report) -> Vec<ExchangeAddress> {
    let recipients = report.recipients.iter().take(fields::MOST_ADDRESSES);
    let named = recipients.flat_map(|recipient| [&recipient.address, &recipient.original_address]);
    named.flatten().filter_map(|address| exchange_address::decode(address)).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Catalog, Decoder, Provider, catalog};

    #[test]
    fn a_provider_of_an_overlay_shows_in_the_trace() {
        let mut providers = catalog().providers().to_vec();
        let hosts = &["*.relay.contoso.com"];
        providers.push(Provider {
            id: "our-relay",
            name: "Our relay",
            kind: ndr_resolve::ProviderKind::MailboxHost,
            hosts,
            marks: &[],
        });
        let own = Decoder::new().with_catalog(Catalog::build(catalog().entries().to_vec(), providers).unwrap());
        let header = b"Received: from pc by a.relay.contoso.com with ESMTPSA; Tue, 21 Jan 2025 06:59:56 +0000\n\n";
        let of = |decoder: &Decoder| decoder.trace_of(header).chain.nodes.last().unwrap().provider;
        assert_eq!((of(&own), of(&Decoder::new())), (Some("Our relay"), None));

        let bounce = b"From: mailer-daemon@a.relay.contoso.com\nSubject: Undelivered Mail Returned to Sender\n\n\
            This is the mail system at host a.relay.contoso.com.\n\n\
            <user@example.net>: host b.relay.contoso.com[192.0.2.1] said: 550 5.1.1 User unknown\n";
        let nodes = own.with_trace(true).decode(bounce).trace.unwrap().chain.nodes;
        assert_eq!(nodes.last().unwrap().provider, Some("Our relay"), "{nodes:?}");
    }
}
