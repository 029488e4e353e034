//! About whom a refusal speaks: [`Party`], what is usual for a category, and what a reply itself shows.

use crate::code::StatusCode;
use crate::entry::{Category, vocabulary};
use std::sync::LazyLock;

vocabulary! {
    /// About whom a refusal speaks.
    Party {
        /// The recipient, their mailbox, or their domain.
        Recipient = "recipient",
        /// The sender: address, domain, account, or allowance.
        Sender = "sender",
        /// The host that sends: its IP address, name, or HELO.
        SendingHost = "sending-host",
        /// The login of the client that submits.
        Login = "login",
        /// The message: its content, form, or size.
        Message = "message",
        /// The system that receives: its state or set-up.
        System = "system",
        /// The way between the two systems.
        Route = "route",
    }
}

impl Party {
    /// Whether it is on the sending side: the recipient's address has nothing to do with the refusal.
    ///
    /// ```
    /// use ndr_resolve::Party;
    /// assert!(Party::Login.is_sending_side() && !Party::Route.is_sending_side());
    /// ```
    pub const fn is_sending_side(self) -> bool {
        matches!(self, Party::Sender | Party::SendingHost | Party::Login | Party::Message)
    }
}

impl Category {
    /// About whom a failure of this category usually speaks; `None` where the category does not tell.
    ///
    /// ```
    /// use ndr_resolve::{Category, Party};
    /// assert_eq!(Category::MailboxFull.party(), Some(Party::Recipient));
    /// assert_eq!(Category::Policy.party(), None);
    /// ```
    pub const fn party(self) -> Option<Party> {
        use Category::*;
        match self {
            MailboxUnknown | MailboxDisabled | MailboxMoved | MailboxFull | AddressInvalid | DomainUnknown
            | RecipientRestricted => Some(Party::Recipient),
            SenderRejected | AccountBlocked | SendingLimit | SenderAuthentication => Some(Party::Sender),
            AuthenticationRequired => Some(Party::Login),
            SendingHost | Reputation | ProtocolError => Some(Party::SendingHost),
            SpamContent | MaliciousContent | Content | MessageMalformed | MessageTooLarge | TooManyRecipients => {
                Some(Party::Message)
            }
            RelayDenied | Throttled | SystemError => Some(Party::System),
            TransportSecurity | Routing | HostUnreachable | Expired => Some(Party::Route),
            Policy | Unknown => None,
        }
    }
}

/// Commands that come before the server hears a recipient, and about whom a refusal of each speaks if nothing tells more.
const BEFORE_RECIPIENT: &[(&str, Party)] = &[
    ("CONNECT", Party::SendingHost),
    ("HELO", Party::SendingHost),
    ("EHLO", Party::SendingHost),
    ("LHLO", Party::SendingHost),
    ("STARTTLS", Party::SendingHost),
    ("AUTH", Party::Login),
    ("MAIL", Party::Sender),
];

/// About whom the refusal of an SMTP command speaks. RCPT and DATA prove nothing: servers refuse clients and senders
/// there, and pipelining shows refusals of RCPT under DATA.
///
/// ```
/// use ndr_resolve::{Party, party_of_command};
/// assert_eq!(party_of_command("MAIL FROM"), Some(Party::Sender));
/// assert_eq!(party_of_command("RCPT TO"), None);
/// ```
pub fn party_of_command(command: &str) -> Option<Party> {
    let verb = command.split([' ', ':']).next().unwrap_or_default();
    BEFORE_RECIPIENT.iter().find(|(known, _)| known.eq_ignore_ascii_case(verb)).map(|(_, party)| *party)
}

/// About whom a reply speaks, by what it is itself: the command that it answers, its codes, its words. `None` where
/// these do not tell; then the category of the entry does.
///
/// The command comes first, since no recipient was named before RCPT; words may say which party of the sending side it
/// is. Then the codes: x.1.7 and x.1.8 speak of the sender, x.7.8, 530 and 535 of a login. Then the words.
///
/// ```
/// use ndr_resolve::{Party, party_of};
/// assert_eq!(party_of(Some("MAIL FROM"), None, Some(550), "User unknown"), Some(Party::Sender));
/// assert_eq!(party_of(None, Some("5.1.8".parse().unwrap()), None, ""), Some(Party::Sender));
/// assert_eq!(party_of(None, None, Some(535), "no"), Some(Party::Login));
/// assert_eq!(party_of(Some("RCPT TO"), None, None, "Client host rejected"), Some(Party::SendingHost));
/// assert_eq!(party_of(Some("RCPT TO"), None, Some(550), "No such user here"), Some(Party::Recipient));
/// assert_eq!(party_of(None, None, Some(550), "no"), None);
/// ```
pub fn party_of(command: Option<&str>, status: Option<StatusCode>, reply: Option<u16>, words: &str) -> Option<Party> {
    let said = || party_of_codes(status, reply).or_else(|| party_of_words(words));
    match command.and_then(party_of_command) {
        Some(usual) => Some(said().filter(|party| party.is_sending_side()).unwrap_or(usual)),
        None => said(),
    }
}

/// About whom codes speak that have one meaning with every server.
fn party_of_codes(status: Option<StatusCode>, reply: Option<u16>) -> Option<Party> {
    match (status.map(|status| (status.subject(), status.detail())), reply) {
        (Some((1, 7 | 8)), _) => Some(Party::Sender),
        (Some((7, 8)), _) | (_, Some(530 | 535)) => Some(Party::Login),
        _ => None,
    }
}

/// Sayings by their first word: what may follow it, and about whom that speaks. An empty text is the first word alone.
/// Words of [`FILLERS`] are left out of both, so that "the sender's e-mail address is" is `sender address`.
#[rustfmt::skip]
const SAYINGS: &[(&str, &[&str], Party)] = &[
    ("sender", &[
        "account", "address", "banned", "blacklisted", "blocked", "callout", "cannot", "could not", "denied",
        "disabled", "does", "doesn", "domain", "exceeded", "exceeds", "forbidden", "id", "invalid", "limited", "listed",
        "locked", "mailbox", "mismatch", "must", "name", "not", "over", "policy", "quota", "refused", "reject",
        "rejected", "reputation", "restricted", "spoofed", "suspended", "throttled", "unknown", "unverified",
        "verification", "verified", "verify",
    ], Party::Sender),
    ("senders", &["address", "domain", "mailbox"], Party::Sender),
    ("sender", &["host", "ip", "mta", "server"], Party::SendingHost),
    ("banned", &["sender"], Party::Sender),
    ("bad", &["sender"], Party::Sender),
    ("blocked", &["sender"], Party::Sender),
    ("domain", &["of sender", "of your", "sender"], Party::Sender),
    ("forged", &["sender"], Party::Sender),
    ("invalid", &["sender", "from", "return path"], Party::Sender),
    ("unknown", &["sender"], Party::Sender),
    ("unverified", &["sender"], Party::Sender),
    ("envelope", &["from", "sender"], Party::Sender),
    ("from", &["address", "domain", "header"], Party::Sender),
    ("mailfrom", &[""], Party::Sender),
    ("return", &["path"], Party::Sender),
    ("sending", &["account", "address", "domain", "limit", "limits", "mailbox", "quota", "user"], Party::Sender),
    ("sending", &["host", "hosts", "ip", "ips", "mta", "network", "server", "system"], Party::SendingHost),
    ("submission", &["limit", "quota", "rate"], Party::Sender),
    // Exim's callout to the sender; the one to a recipient has other words.
    ("verification", &["failed for"], Party::Sender),
    ("spf", &[""], Party::Sender),
    ("dkim", &[""], Party::Sender),
    ("dmarc", &[""], Party::Sender),
    ("your", &["account", "domain", "inbox", "mailbox", "organization", "quota", "sending", "tenant"], Party::Sender),
    ("your", &[
        "client", "computer", "connection", "dns", "helo", "host", "hostname", "ip", "ips", "ipv4", "ipv6", "mta",
        "network", "ptr", "rdns", "reverse", "server",
    ], Party::SendingHost),
    ("your", &["credentials", "login", "password", "username"], Party::Login),
    ("you", &[
        "are not allowed to send", "are not allowed to use", "are not permitted to send", "can not send",
        "cannot send", "have exceeded your", "may not send",
    ], Party::Sender),
    ("you", &["must authenticate", "must first authenticate", "must login", "need to authenticate"], Party::Login),
    ("client", &["address", "exceeded", "helo", "host", "hostname", "ip"], Party::SendingHost),
    ("client", &["not authenticated", "not authorized"], Party::Login),
    ("connecting", &["client", "host", "ip", "mta", "server"], Party::SendingHost),
    ("source", &["address", "host", "ip"], Party::SendingHost),
    ("ip", &["banned", "blacklisted", "blocked", "listed", "reputation"], Party::SendingHost),
    ("helo", &[""], Party::SendingHost),
    ("ehlo", &[""], Party::SendingHost),
    ("fcrdns", &[""], Party::SendingHost),
    ("ptr", &[""], Party::SendingHost),
    ("rdns", &[""], Party::SendingHost),
    ("reverse", &["dns", "hostname", "lookup"], Party::SendingHost),
    ("authentication", &["credentials", "needed", "required", "unsuccessful"], Party::Login),
    ("smtp", &["auth", "authentication"], Party::Login),
    ("please", &["authenticate", "login"], Party::Login),
    // German, French, Spanish, Italian, Portuguese.
    ("absenderadresse", &[""], Party::Sender),
    ("absenderdomain", &[""], Party::Sender),
    ("absender", &["abgelehnt", "gesperrt", "nicht", "unbekannt"], Party::Sender),
    ("ihr", &["konto", "postfach"], Party::Sender),
    ("ihre", &["domain", "domäne"], Party::Sender),
    ("ihre", &["ip"], Party::SendingHost),
    ("expéditeur", &["bloqué", "inconnu", "invalide", "non", "refusé", "rejeté"], Party::Sender),
    ("adresse", &["expéditeur", "de expéditeur"], Party::Sender),
    ("domaine", &["expéditeur", "de expéditeur"], Party::Sender),
    ("votre", &["compte", "domaine"], Party::Sender),
    ("votre", &["adresse ip", "ip", "serveur"], Party::SendingHost),
    ("remitente", &["bloqueado", "desconocido", "inválido", "no", "rechazado"], Party::Sender),
    ("dirección", &["de remitente", "del remitente"], Party::Sender),
    ("dominio", &["de remitente", "del mittente", "del remitente"], Party::Sender),
    ("su", &["cuenta", "dominio"], Party::Sender),
    ("su", &["dirección ip", "ip", "servidor"], Party::SendingHost),
    ("mittente", &["bloccato", "non", "rifiutato", "sconosciuto"], Party::Sender),
    ("indirizzo", &["del mittente", "mittente"], Party::Sender),
    ("tuo", &["account", "dominio"], Party::Sender),
    ("tuo", &["ip", "indirizzo ip", "server"], Party::SendingHost),
    ("endereço", &["do remetente"], Party::Sender),
    ("domínio", &["do remetente"], Party::Sender),
    ("sua", &["conta"], Party::Sender),
    ("seu", &["domínio"], Party::Sender),
    ("seu", &["endereço ip", "ip", "servidor"], Party::SendingHost),
    // The recipient's side; any saying above outweighs these.
    ("recipient", &[
        "address", "does", "doesn", "full", "invalid", "mailbox", "not", "over", "refused", "rejected", "unknown",
    ], Party::Recipient),
    ("user", &["disabled", "does", "doesn", "invalid", "not", "over", "suspended", "unknown"], Party::Recipient),
    ("mailbox", &["disabled", "does", "doesn", "full", "not", "over", "unavailable", "unknown"], Party::Recipient),
    ("invalid", &["address", "mailbox", "recipient", "user"], Party::Recipient),
    ("unknown", &["address", "local", "mailbox", "recipient", "user"], Party::Recipient),
    ("no", &["mailbox", "such", "user"], Party::Recipient),
];

/// Words that sayings are compared without.
const FILLERS: &[&str] = &["a", "an", "been", "e", "email", "has", "is", "mail", "s", "the", "this", "was"];

/// Words in front of a saying that make it a person to turn to, or the way back: "returned to sender", "contact your
/// server's admin".
const ADDRESSED: &[&str] = &["ask", "call", "consult", "contact", "inform", "notify", "tell", "to"];

/// Words behind a saying of the form "your ..." that make it a person to turn to.
const PEOPLE: &[&str] = &[
    "admin",
    "administrator",
    "administrators",
    "admins",
    "manager",
    "owner",
    "postmaster",
    "provider",
    "support",
    "team",
];

/// Most words that are looked at.
const MOST_WORDS: usize = 400;

/// Numbers of [`SAYINGS`], filed by the first byte and the length of their first word, so that a word of a text is
/// compared with few of them.
struct Heads {
    /// Sorted by key, then by number.
    filed: Vec<(u8, u16)>,
    /// A bit for each key that is filed.
    known: [u64; 4],
}

impl Heads {
    fn get() -> &'static Heads {
        static HEADS: LazyLock<Heads> = LazyLock::new(|| {
            let mut heads = Heads { filed: Vec::with_capacity(SAYINGS.len()), known: [0; 4] };
            for (number, (head, ..)) in (0..).zip(SAYINGS) {
                let key = Heads::key(head);
                heads.filed.push((key, number));
                if let Some(bits) = heads.known.get_mut(usize::from(key >> 6)) {
                    *bits |= 1 << (key & 63);
                }
            }
            heads.filed.sort_unstable();
            heads
        });
        &HEADS
    }

    fn key(word: &str) -> u8 {
        let first = word.bytes().next().unwrap_or_default().to_ascii_lowercase();
        first.wrapping_mul(37).wrapping_add(word.len() as u8)
    }

    /// The sayings that begin with `word`.
    fn of(&self, word: &str) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str], Party)> {
        let key = Heads::key(word);
        let is_known = self.known.get(usize::from(key >> 6)).is_some_and(|bits| bits & 1 << (key & 63) != 0);
        let from = if is_known { self.filed.partition_point(|(filed, _)| *filed < key) } else { self.filed.len() };
        let filed = self.filed.get(from..).unwrap_or_default().iter().take_while(move |(filed, _)| *filed == key);
        let sayings = filed.filter_map(|(_, number)| SAYINGS.get(usize::from(*number)));
        sayings.filter(move |(head, ..)| head.eq_ignore_ascii_case(word))
    }
}

/// About whom words speak, where they name the party. What they say of the sending side outweighs the rest, so that
/// "Sender address rejected: user unknown" speaks of the sender.
fn party_of_words(words: &str) -> Option<Party> {
    let (prose, heads) = (prose(words), Heads::get());
    let mut found = None;
    for (at, word) in prose.iter().enumerate() {
        let rest = prose.get(at + 1..).unwrap_or_default();
        for (_, tails, party) in heads.of(word) {
            let Some(length) = tails.iter().find_map(|tail| follows(rest, tail)) else { continue };
            let before = at.checked_sub(1).and_then(|at| prose.get(at)).copied().unwrap_or_default();
            let behind = rest.get(length).copied().unwrap_or_default();
            let is_person = length > 0 && (is_among(ADDRESSED, before) || is_among(PEOPLE, behind));
            if is_person {
                continue;
            }
            if party.is_sending_side() {
                // "Recipient verification failed for ..." is about the recipient.
                if before.eq_ignore_ascii_case("recipient") {
                    continue;
                }
                return Some(*party);
            }
            found = found.or(Some(*party));
        }
    }
    found
}

/// How many words `tail` has, where `words` begin with it.
fn follows(words: &[&str], tail: &str) -> Option<usize> {
    let mut count = 0;
    for want in tail.split_ascii_whitespace() {
        if !words.get(count)?.eq_ignore_ascii_case(want) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

fn is_among(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The words of a text that are prose, without fillers: no addresses, hosts, URLs and numbers. An empty word stands
/// where a phrase ends.
fn prose(text: &str) -> Vec<&str> {
    let mut out = Vec::with_capacity(text.len().min(4_096) / 5);
    for chunk in text.split_ascii_whitespace() {
        if out.len() >= MOST_WORDS {
            break;
        }
        // Most chunks are a word, perhaps with a mark behind it.
        let (word, mark) = match chunk.as_bytes().split_last() {
            Some((b':' | b';' | b',' | b'.' | b'!' | b'?', _)) => (chunk.get(..chunk.len() - 1).unwrap_or(chunk), true),
            _ => (chunk, false),
        };
        if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            if !is_filler(word) && !is_elision(word) {
                out.push(word);
            }
            if mark {
                out.push("");
            }
            continue;
        }
        let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        if chunk.starts_with(['(', '"', ':']) {
            out.push("");
        }
        if !is_name(bare) {
            // A mark within a chunk that no word has: "rejected:user".
            let is_marked = bare.bytes().any(|byte| matches!(byte, b':' | b';' | b','));
            for (part, word) in bare.split(|c: char| !c.is_alphanumeric()).enumerate() {
                let is_word = word.chars().next().is_some_and(char::is_alphabetic);
                if part > 0 && is_marked {
                    out.push("");
                }
                if is_word && !is_filler(word) && !is_elision(word) {
                    out.push(word);
                }
            }
        }
        if chunk.ends_with([':', ';', ',', '.', '!', '?', ')', '"']) {
            out.push("");
        }
    }
    out
}

fn is_filler(word: &str) -> bool {
    const LONGEST: usize = 5;
    // Most words begin with another letter.
    let may =
        matches!(word.as_bytes(), [b'a' | b'b' | b'e' | b'h' | b'i' | b'm' | b's' | b't' | b'w' | b'A'..=b'Z', ..]);
    may && word.len() <= LONGEST && is_among(FILLERS, word)
}

/// The `d` and `l` of "d'expéditeur" and "l'adresse".
fn is_elision(word: &str) -> bool {
    matches!(word, "d" | "D" | "l" | "L")
}

/// Whether a chunk is an address, a host, or a URL: its words are names.
fn is_name(chunk: &str) -> bool {
    let (mut dots, mut is_host, mut before) = (0, true, b'.');
    for byte in chunk.bytes() {
        match byte {
            b'@' => return true,
            b'.' => {
                dots += 1;
                is_host &= before != b'.';
            }
            byte => is_host &= byte.is_ascii_alphanumeric() || byte == b'-',
        }
        before = byte;
    }
    dots > 0 && is_host && before != b'.' || chunk.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<Party> {
        party_of(None, None, None, text)
    }

    #[test]
    fn words_of_the_sender() {
        for text in [
            "Sender address rejected: user unknown in relay recipient table",
            "Domain of sender address bob@example.com does not resolve",
            "The sender's e-mail address is blocked",
            "sorry, your envelope sender is in my badmailfrom list (#5.7.1)",
            "Sender over quota",
            "Your mailbox is full, you cannot send mail until you make room",
            "the sending domain example.com has a null MX",
            "From domain example.com is not configured",
            "sender verify failed",
            "Sender <bob@example.com> rejected by policy",
            "SPF check failed",
            "mailfrom domain has no MX",
            "Your account has been suspended",
            "Sender throttled due to continuous mailbox full errors",
            "Message submission rate for this sender is too high",
            "Verification failed for <bob@example.com>: No such user here",
            "Absenderadresse abgelehnt",
            "Adresse d'expéditeur refusée",
            "Dirección del remitente rechazada",
            "L'indirizzo del mittente non esiste",
        ] {
            assert_eq!(words(text), Some(Party::Sender), "{text}");
        }
    }

    #[test]
    fn words_of_the_sending_host_and_of_a_login() {
        for text in [
            "Client host [192.0.2.1] blocked using a list",
            "Your IP is listed",
            "sending IP banned",
            "Invalid HELO name",
            "cannot find your reverse hostname, [192.0.2.1]",
            "550 The connecting host has no PTR record",
            "the rate of this client has exceeded the limit",
            "Ihre IP ist gesperrt",
            "Votre adresse IP est bloquée",
        ] {
            assert_eq!(words(text), Some(Party::SendingHost), "{text}");
        }
        for text in [
            "Authentication required",
            "SMTP AUTH is needed",
            "Client was not authenticated",
            "Please authenticate first",
        ] {
            assert_eq!(words(text), Some(Party::Login), "{text}");
        }
    }

    #[test]
    fn near_misses_name_no_sender() {
        for (text, want) in [
            ("Returned to sender: user unknown", Some(Party::Recipient)),
            ("returned to sender unknown user", Some(Party::Recipient)),
            ("User unknown; contact your mail server administrator", Some(Party::Recipient)),
            ("No such user. Please ask your domain administrator", Some(Party::Recipient)),
            ("<sender.address@example.com>: unknown user", Some(Party::Recipient)),
            ("mailbox unavailable, see https://your.ip.example.com/sender-address", Some(Party::Recipient)),
            ("550 The email account that you tried to reach does not exist", None),
            ("You have reached a mailbox that is no longer in use", None),
            ("Message sent by the sender; user unknown", Some(Party::Recipient)),
            ("Recipient verification failed for anna: no such user", Some(Party::Recipient)),
            ("your message to x was not delivered: no such user", Some(Party::Recipient)),
            ("", None),
            ("554 5.7.1 rejected", None),
        ] {
            assert_eq!(words(text), want, "{text}");
        }
    }

    #[test]
    fn a_command_proves_the_sending_side() {
        for (command, want) in [
            ("CONNECT", Party::SendingHost),
            ("EHLO", Party::SendingHost),
            ("HELO", Party::SendingHost),
            ("STARTTLS", Party::SendingHost),
            ("AUTH", Party::Login),
            ("MAIL FROM", Party::Sender),
            ("mail from:<a@example.com>", Party::Sender),
        ] {
            assert_eq!(party_of(Some(command), None, Some(550), "user unknown"), Some(want), "{command}");
        }
        assert_eq!(party_of(Some("MAIL FROM"), None, Some(530), "no"), Some(Party::Login));
        assert_eq!(party_of(Some("MAIL FROM"), None, None, "Client host rejected"), Some(Party::SendingHost));
        for command in ["RCPT TO", "DATA", "BDAT", "QUIT", "MAILX"] {
            assert_eq!(party_of(Some(command), None, None, ""), None, "{command}");
        }
    }

    #[test]
    fn codes_speak_of_the_sender_or_a_login() {
        let of = |status: &str, reply| party_of(None, status.parse().ok(), reply, "");
        for (status, reply, want) in [
            ("5.1.7", None, Some(Party::Sender)),
            ("4.1.8", None, Some(Party::Sender)),
            ("5.7.8", None, Some(Party::Login)),
            ("5.7.1", Some(530), Some(Party::Login)),
            ("", Some(535), Some(Party::Login)),
            ("5.1.1", Some(550), None),
            ("5.7.7", Some(550), None),
            ("5.1.10", Some(550), None),
        ] {
            assert_eq!(of(status, reply), want, "{status} {reply:?}");
        }
    }

    #[test]
    fn every_party_of_the_sending_side_is_some_categorys() {
        for party in Party::ALL {
            assert!(Category::ALL.iter().any(|category| category.party() == Some(*party)), "{party}");
            assert_eq!(Party::from_slug(party.slug()), Some(*party));
        }
    }
}
