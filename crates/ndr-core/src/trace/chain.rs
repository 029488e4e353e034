//! Builds the chain from the sender's client to the server that refused, from the hops of the header and from what the
//! report says about its generator and the remote server.

use crate::header::hop::{Hop, Scope};
use crate::header::hosts;
use crate::header::path::Path;
use crate::header::text::ip;
use crate::header::time::Moment;
use crate::report::route::{Chain, Ending, Node, Refusal, Refuser, Role, Try};
use crate::report::{Recipient, Report};
use crate::vocabulary::{Action, Kind};
use ndr_resolve::{Catalog, Category};
use std::net::IpAddr;

/// The most remote servers that are listed.
const MOST_REMOTES: usize = 20;

impl Chain {
    /// Builds the chain of a message that arrived.
    pub(crate) fn of_path(path: &Path, catalog: &Catalog) -> Chain {
        let mut chain = Chain::of_hops(path, catalog);
        if let Some(last) = chain.nodes.last_mut().filter(|last| last.role != Role::Client) {
            last.role = Role::Receiver;
        }
        chain
    }

    /// Builds the chain of a message that a report returned.
    pub(crate) fn of_report(report: &Report, path: &Path, catalog: &Catalog) -> Chain {
        if !matches!(report.kind, Kind::Failure | Kind::Delay) {
            return Chain::of_path(path, catalog);
        }
        let mut chain = Chain::of_hops(path, catalog);
        let generator = match report.generator.as_deref() {
            Some(host) => Some(chain.generator(host, catalog)),
            None => chain.last_holder(),
        };
        let sent = report.original.date.as_deref().and_then(Moment::parse);
        for recipient in report.recipients.iter().filter(|recipient| !recipient.arrived()) {
            chain.refuse(recipient, report.kind, generator, sent, catalog);
        }
        chain
    }

    fn of_hops(path: &Path, catalog: &Catalog) -> Chain {
        let mut chain = Chain::default();
        for hop in path.hops.iter().filter(|hop| hop.parsed) {
            chain.add(hop, catalog);
        }
        chain
    }

    /// The generator of a report that does not name it: the server that took the message last. The report returns the
    /// header as its generator had it.
    fn last_holder(&mut self) -> Option<usize> {
        let at = self.nodes.len().checked_sub(1)?;
        let last = self.nodes.last_mut().filter(|node| !node.hops.is_empty())?;
        last.role = Role::Generator;
        Some(at)
    }

    /// Adds the machines of a hop.
    fn add(&mut self, hop: &Hop, catalog: &Catalog) {
        let client = hop.client();
        let submits = hop.authenticated || hop.scope == Scope::Local || is_client_protocol(hop.with.as_deref());
        if self.nodes.is_empty() {
            let same = client.zip(hop.by.as_deref()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
            let here = client.is_some_and(hosts::is_local_name) || client.is_none() && hop.ip.is_none();
            if !here && !same {
                let role = if submits || hop.scope == Scope::Internal { Role::Client } else { Role::Relay };
                self.push(role, client, hop.ip, catalog);
            }
        } else if let Some(client) = client.filter(|_| hop.scope == Scope::External)
            && self.is_stranger(client, catalog)
        {
            // A server that only the next one names.
            self.push(Role::Relay, Some(client), hop.ip, catalog);
        }
        let Some(by) = hop.by.as_deref() else { return };
        let known = self.nodes.last().is_some_and(|last| {
            let same = last.host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(by));
            !last.hops.is_empty() && (same || hosts::is_local_name(by))
        });
        if !known {
            let role = match (submits && self.nodes.iter().all(|node| node.hops.is_empty()), is_gateway(by, catalog)) {
                (true, _) => Role::Submission,
                (false, true) => Role::Gateway,
                (false, false) => Role::Relay,
            };
            self.push(role, Some(by), hop.by_ip, catalog);
        }
        if let Some(node) = self.nodes.last_mut() {
            node.hops.push(hop.number);
            node.time = node.time.or(hop.time);
            node.delay = match (node.delay, hop.delay) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
        }
    }

    /// Whether a client belongs to another organisation than the machine that had the message last.
    fn is_stranger(&self, client: &str, catalog: &Catalog) -> bool {
        self.nodes.last().and_then(|last| last.host.as_deref()).is_some_and(|last| {
            hosts::organisation(last).is_some()
                && hosts::organisation(client).is_some()
                && !hosts::same_organisation(catalog, last, client)
        })
    }

    fn push(&mut self, role: Role, host: Option<&str>, ip: Option<IpAddr>, catalog: &Catalog) {
        self.nodes.push(Node {
            role,
            host: host.map(str::to_string),
            ip,
            provider: host.and_then(|host| hosts::provider(catalog, host)),
            time: None,
            delay: None,
            hops: Vec::new(),
            refused: false,
        });
    }

    /// The index of the server that wrote the report.
    fn generator(&mut self, host: &str, catalog: &Catalog) -> usize {
        let known = self
            .nodes
            .iter()
            .rposition(|node| node.host.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(host)));
        let at = known.unwrap_or_else(|| {
            self.push(Role::Generator, Some(host), None, catalog);
            self.nodes.len() - 1
        });
        if let Some(node) = self.nodes.get_mut(at) {
            node.role = Role::Generator;
        }
        at
    }

    fn refuse(
        &mut self,
        recipient: &Recipient,
        kind: Kind,
        generator: Option<usize>,
        sent: Option<Moment>,
        catalog: &Catalog,
    ) {
        let by = if recipient.remote.is_some() { Refuser::Remote } else { Refuser::Generator };
        let ending = ending(recipient, kind);
        let node = match recipient.remote.as_deref() {
            None => generator,
            Some(host) => self.remote(host, generator, catalog),
        };
        let same = self.refusals.iter_mut().find(|known| {
            known.node == node
                && known.by == by
                && known.ending == ending
                && (known.reply, known.status, known.command) == (recipient.reply, recipient.status, recipient.command)
        });
        let address = recipient.address.clone();
        if let Some(known) = same {
            known.recipients.extend(address);
            return;
        }
        if let Some(node) = node.and_then(|node| self.nodes.get_mut(node)) {
            node.refused = true;
        }
        let tries = recipient.attempts.iter().map(|attempt| Try {
            time: try_time(&attempt.time, sent),
            time_text: attempt.time.clone(),
            server: attempt.server.clone(),
            text: attempt.text.clone(),
        });
        self.refusals.push(Refusal {
            recipients: address.into_iter().collect(),
            ending,
            by,
            node,
            reply: recipient.reply,
            status: recipient.status,
            command: recipient.command,
            attempts: tries.collect(),
        });
    }

    /// The index of a remote server, after the generator.
    fn remote(&mut self, host: &str, generator: Option<usize>, catalog: &Catalog) -> Option<usize> {
        let after = generator.map_or(0, |at| at + 1);
        let known = self.nodes.iter().skip(after).position(|node| {
            node.role == Role::Receiver && node.host.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(host))
        });
        if let Some(known) = known {
            return Some(after + known);
        }
        if self.nodes.iter().filter(|node| node.role == Role::Receiver).count() >= MOST_REMOTES {
            return None;
        }
        self.push(Role::Receiver, Some(host), ip(host), catalog);
        Some(self.nodes.len() - 1)
    }
}

/// Protocols between a mail client and its server.
fn is_client_protocol(with: Option<&str>) -> bool {
    const NAMES: &[&str] = &["HTTP", "mapi", "local", "NNFMP"];
    with.and_then(|with| with.split(' ').next())
        .is_some_and(|first| NAMES.iter().any(|name| first.eq_ignore_ascii_case(name)))
}

/// Services that organisations put in front of or behind their mail to filter it, by the catalogue's ids.
fn is_gateway(host: &str, catalog: &Catalog) -> bool {
    const IDS: &[&str] =
        &["barracuda", "cisco-email-security", "messagelabs", "mimecast", "proofpoint", "trendmicro", "cloudflare"];
    catalog.providers_of(&[host]).any(|provider| IDS.contains(&provider.id))
}

fn ending(recipient: &Recipient, kind: Kind) -> Ending {
    if kind == Kind::Delay || recipient.action == Some(Action::Delayed) {
        return Ending::Delayed;
    }
    match recipient.diagnosis.as_ref().map(|diagnosis| diagnosis.entry.category) {
        Some(Category::HostUnreachable) => Ending::Unreachable,
        // Without a reply no server was asked: DNS named none.
        Some(Category::DomainUnknown) if recipient.reply.is_none() => Ending::Unreachable,
        Some(Category::Expired) => Ending::GaveUp,
        _ => Ending::Refused,
    }
}

/// Exchange writes dates in the local order, month or day first. The date of the message decides:
/// attempts come after it, and within some ten days.
fn try_time(text: &str, sent: Option<Moment>) -> Option<Moment> {
    const DAY: i64 = 24 * 3600;
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.split('/');
    let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
    let readings = [Moment::parse_american(date, time), Moment::parse_american(&format!("{b}/{a}/{year}"), time)];
    let fits =
        |moment: &Moment| sent.is_none_or(|sent| (sent.unix() - DAY..sent.unix() + 10 * DAY).contains(&moment.unix()));
    match readings.map(|reading| reading.filter(fits)) {
        [Some(one), None] | [None, Some(one)] => Some(one),
        [Some(one), Some(other)] if one == other => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_the_message_tells_months_from_days() {
        let sent = Moment::parse("Sat, 4 Jan 2025 10:00:00 +0000");
        let read = |text| try_time(text, sent).map(|moment| moment.to_string());
        assert_eq!(read("1/5/2025 6:59:56 AM").as_deref(), Some("2025-01-05T06:59:56Z"));
        assert_eq!(read("5/01/2025 6:59:56 PM").as_deref(), Some("2025-01-05T18:59:56Z"));
        assert_eq!(read("1/1/2024 6:59:56 PM"), None);
        assert_eq!(try_time("1/5/2025 6:59:56 AM", None), None);
        assert_eq!(try_time("soon", sent), None);
    }
}
