//! About whom a refusal speaks: by the command that it answers, its codes and its words, in this order.

use crate::code::StatusCode;
use crate::entry::{Command, Party};
use crate::words::{self, Word};
use std::collections::HashMap;
use std::sync::OnceLock;

/// About whom a server's words speak; `None` where nothing tells.
///
/// A refused connection, HELO, AUTH or MAIL FROM is always the sending side's. A refused RCPT or DATA proves nothing:
/// many servers give their verdict on the client and the sender only there.
///
/// ```
/// use ndr_resolve::{Party, party_of};
/// assert_eq!(party_of(None, None, Some(550), "User unknown"), Some(Party::Recipient));
/// assert_eq!(party_of(Some("MAIL FROM"), None, Some(550), "User unknown"), Some(Party::Sender));
/// assert_eq!(party_of(Some("RCPT TO"), None, Some(554), "Client host [192.0.2.4] refused"), Some(Party::SendingHost));
/// assert_eq!(party_of(None, "5.1.8".parse().ok(), None, "no"), Some(Party::Sender));
/// assert_eq!(party_of(None, None, Some(550), "no"), None);
/// ```
pub fn party_of(command: Option<&str>, status: Option<StatusCode>, reply: Option<u16>, words: &str) -> Option<Party> {
    let said = by_words(words);
    let proven = command.and_then(Command::read).and_then(|command| match command {
        Command::Connect | Command::Helo => Some(Party::SendingHost),
        Command::Auth => Some(Party::Login),
        Command::Mail => Some(Party::Sender),
        Command::Starttls => Some(Party::Route),
        Command::Rcpt | Command::Data => None,
    });
    let code = || {
        let status = status.filter(|status| status.class() != 2)?;
        BY_STATUS.iter().find(|(subject, detail, _)| (status.subject(), status.detail()) == (*subject, *detail))
    };
    if let Some(proven) = proven {
        // The words may say which part of the sending side is meant; that it is the sending side is certain.
        return Some(said.filter(|(party, _)| party.is_sending_side()).map_or(proven, |(party, _)| party));
    }
    if let Some((.., party)) = code() {
        return Some(said.filter(|(said, _)| said.is_sending_side()).map_or(*party, |(said, _)| said));
    }
    let login = reply.filter(|reply| LOGIN_REPLIES.contains(reply)).map(|_| Party::Login);
    match said {
        Some((Party::Recipient, _)) | None => said.map(|(party, _)| party).or(login),
        Some((party, _)) => Some(login.unwrap_or(party)),
    }
}

/// Replies that only a client hears that has to log in (RFC 4954).
const LOGIN_REPLIES: &[u16] = &[530, 534, 535, 538];

/// Status codes of the IANA registry that speak of the sending side, by subject and detail.
const BY_STATUS: &[(u16, u16, Party)] = &[
    (1, 7, Party::Sender),
    (1, 8, Party::Sender),
    (7, 8, Party::Login),
    (7, 9, Party::Login),
    (7, 11, Party::Login),
    (7, 12, Party::Login),
    (7, 13, Party::Login),
    (7, 14, Party::Login),
    (7, 20, Party::Sender),
    (7, 21, Party::Sender),
    (7, 22, Party::Sender),
    (7, 23, Party::Sender),
    (7, 24, Party::Sender),
    (7, 25, Party::SendingHost),
    (7, 26, Party::Sender),
    (7, 27, Party::Sender),
    (7, 57, Party::Login),
];

/// How sure a phrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// It may also stand in advice: a statement about the recipient in front of it counts more.
    May,
    /// It speaks of this party wherever it stands.
    Does,
}

/// Phrases and what they speak of. Case, spacing and punctuation do not count.
const PHRASES: &[(Party, Sure, &[&str])] = &[
    (
        Party::Sender,
        Sure::Does,
        &[
            "sender address",
            "sender s address",
            "senders address",
            "sender email address",
            "sender domain",
            "sender s domain",
            "senders domain",
            "domain of sender",
            "domain of the sender",
            "sender rejected",
            "sender denied",
            "sender refused",
            "sender blocked",
            "sender not",
            "sender is",
            "sender has",
            "sender was",
            "sender over",
            "sender unknown",
            "sender unverified",
            "sender verify",
            "sender verification",
            "sender throttled",
            "sender quota",
            "sender account",
            "sender s mailbox",
            "sender mailbox",
            "sender authentication",
            "sender policy framework",
            "sender does not",
            "unknown sender",
            "invalid sender",
            "bad sender",
            "illegal sender",
            "spam sender",
            "blocked sender",
            "unauthorized sender",
            "null sender",
            "envelope sender",
            "envelope from",
            "return path",
            "sending domain",
            "sending address",
            "from address",
            "from domain",
            "from header",
            "header from",
            "mailfrom",
            "mail from address",
            "mail from domain",
            "mail from rejected",
            "mail from command",
            "rejected mail from",
            "verification failed for",
            "verify failed for",
            "callout verification",
            "you cannot send",
            "you can not send",
            "you may not send",
            "you are not allowed to send",
            "you are not authorized",
            "not authorized to send",
            "not allowed to send as",
            "send as denied",
            "you have exceeded",
            "you have sent",
            "you send too",
            "you are sending",
            "sending limit",
            "sending quota",
            "hourly quota",
            "daily quota",
            "domain s dmarc",
            "dmarc policy",
            "spf check",
            "spf fail",
            "spf record",
            "dkim signature",
            "absenderadresse",
            "absender adresse",
            "absenderdomain",
            "absender wurde",
            "absender ist",
            "absender abgelehnt",
            "unbekannter absender",
            "adresse de l expéditeur",
            "adresse expéditeur",
            "domaine de l expéditeur",
            "expéditeur refusé",
            "expéditeur rejeté",
            "dirección del remitente",
            "dominio del remitente",
            "remitente rechazado",
            "remitente no",
            "endereço do remetente",
            "domínio do remetente",
            "remetente rejeitado",
            "remetente não",
            "indirizzo del mittente",
            "dominio del mittente",
            "mittente rifiutato",
            "mittente non",
            "afzenderadres",
            "adres van de afzender",
            "afzender geweigerd",
            "adres nadawcy",
            "domena nadawcy",
            "nadawca odrzucony",
            "адрес отправителя",
            "домен отправителя",
            "отправитель отклонен",
            "送信者アドレス",
            "差出人アドレス",
            "发件人地址",
            "发件人域名",
            "寄件者地址",
        ],
    ),
    (
        Party::Sender,
        Sure::May,
        &[
            "your account",
            "your mailbox",
            "your domain",
            "your email address",
            "your address",
            "your tenant",
            "your organization",
            "ihr konto",
            "ihr postfach",
            "ihre domain",
            "votre compte",
            "votre domaine",
            "su cuenta",
            "su dominio",
            "sua conta",
            "seu domínio",
            "il tuo account",
            "il suo account",
            "uw account",
            "twoje konto",
            "ваш аккаунт",
            "ваша учетная запись",
        ],
    ),
    (
        Party::SendingHost,
        Sure::Does,
        &[
            "your ip",
            "your ips",
            "your host",
            "your ptr",
            "your ipv4",
            "your ipv6",
            "client host",
            "client ip",
            "client address",
            "client network",
            "sending ip",
            "sending host",
            "sending mta",
            "sending server",
            "sender ip",
            "source ip",
            "connecting ip",
            "connecting host",
            "helo",
            "ehlo",
            "ptr record",
            "dns ptr",
            "reverse dns",
            "reverse lookup",
            "reverse mapping",
            "rdns",
            "ip blocked",
            "ip is blocked",
            "ip is",
            "ip address is",
            "ip has been",
            "bad ip",
            "ip in",
            "dnsbl",
            "rbl",
            "block list",
            "blocklist",
            "blocklisted",
            "blacklist",
            "blacklisted",
            "ihre ip",
            "ihre ip adresse",
            "ihr mailserver",
            "ihr server",
            "votre ip",
            "votre adresse ip",
            "votre serveur",
            "su ip",
            "su dirección ip",
            "su servidor",
            "seu ip",
            "seu servidor",
            "il tuo ip",
            "il vostro ip",
            "il tuo server",
            "uw ip",
            "uw server",
            "twój ip",
            "twoje ip",
            "twój serwer",
            "ваш ip",
            "вашего ip",
            "ваш сервер",
            "您的ip",
            "您的服务器",
        ],
    ),
    (
        Party::SendingHost,
        Sure::May,
        &[
            "your server",
            "your mail server",
            "your mailserver",
            "your mta",
            "your network",
            "your isp",
            "too many connections",
        ],
    ),
    (
        Party::Login,
        Sure::Does,
        &[
            "authentication required",
            "authentication is required",
            "authentication needed",
            "authentication failed",
            "authentication failure",
            "authentication unsuccessful",
            "authentication credentials",
            "authentication mechanism",
            "not authenticated",
            "bad credentials",
            "invalid credentials",
            "invalid login",
            "login failed",
            "login denied",
            "login or password",
            "username and password",
            "user name or password",
            "username or password",
            "wrong password",
            "invalid password",
            "smtp auth",
            "smtpclientauthentication",
            "must authenticate",
            "please authenticate",
            "please log in",
            "authentifizierung erforderlich",
            "anmeldung fehlgeschlagen",
            "authentification requise",
            "échec de l authentification",
            "autenticación requerida",
            "se requiere autenticación",
            "autenticação necessária",
            "autenticazione richiesta",
            "autenticazione fallita",
            "требуется аутентификация",
            "требуется авторизация",
        ],
    ),
    (
        Party::Message,
        Sure::Does,
        &[
            "message too large",
            "message too big",
            "message size exceeds",
            "message exceeds",
            "message is too large",
            "message contains",
            "message content",
            "message looks",
            "message was classified",
            "message header",
            "content rejected",
            "content blocked",
            "file extension",
            "attachment",
            "attachments",
            "virus",
            "malware",
            "nachricht zu groß",
            "nachricht enthält",
            "message trop",
            "mensaje demasiado grande",
            "mensagem muito grande",
            "messaggio troppo grande",
            "сообщение слишком большое",
            "вирус",
        ],
    ),
    (
        Party::Recipient,
        Sure::Does,
        &[
            "user unknown",
            "unknown user",
            "unknown recipient",
            "recipient unknown",
            "recipient not found",
            "recipient address",
            "no such user",
            "no such recipient",
            "no such mailbox",
            "no such address",
            "no mailbox",
            "invalid recipient",
            "invalid mailbox",
            "mailbox full",
            "mailbox is full",
            "mailbox not found",
            "mailbox does not exist",
            "mailbox unavailable",
            "mailbox disabled",
            "mailbox is disabled",
            "over quota",
            "quota exceeded",
            "account does not exist",
            "account has been disabled",
            "user not found",
            "user does not exist",
            "user doesn t exist",
            "does not exist",
            "recipient s mailbox",
            "benutzer unbekannt",
            "unbekannter benutzer",
            "empfänger unbekannt",
            "unbekannter empfänger",
            "postfach voll",
            "postfach ist voll",
            "utilisateur inconnu",
            "destinataire inconnu",
            "boîte pleine",
            "usuario desconocido",
            "destinatario desconocido",
            "buzón lleno",
            "usuário desconhecido",
            "destinatário desconhecido",
            "caixa cheia",
            "utente sconosciuto",
            "destinatario sconosciuto",
            "casella piena",
            "gebruiker onbekend",
            "onbekende gebruiker",
            "nieznany użytkownik",
            "неизвестный пользователь",
            "пользователь не найден",
            "ящик переполнен",
        ],
    ),
    (
        Party::System,
        Sure::Does,
        &[
            "insufficient system",
            "insufficient disk",
            "out of memory",
            "disk full",
            "no space left on device",
            "system maintenance",
            "under maintenance",
            "server is busy",
            "server busy",
            "server too busy",
            "system not accepting",
            "server does not accept",
            "machine does not accept",
            "internal server error",
            "local error in processing",
            "wartungsarbeiten",
            "serveur en maintenance",
            "servidor en mantenimiento",
            "servidor em manutenção",
            "server in manutenzione",
        ],
    ),
    (
        Party::Route,
        Sure::Does,
        &[
            "too many hops",
            "mail loop",
            "loops back",
            "connection timed out",
            "connection refused",
            "no route to host",
            "host not found",
            "name server",
            "network is unreachable",
            "hop count exceeded",
        ],
    ),
];

/// Words in front of a phrase that make it advice: "contact your mail server's admin".
const ADVICE: &[&str] = &[
    "contact",
    "ask",
    "notify",
    "inform",
    "tell",
    "call",
    "check",
    "see",
    "bei",
    "kontaktieren",
    "contactez",
    "contacte",
    "contatta",
    "with",
    "add",
    "use",
];

/// Words behind a phrase that make it advice: "your network administrator".
const ADVISER: &[&str] =
    &["admin", "administrator", "administrators", "operator", "provider", "support", "log", "logs", "book", "to"];

type Phrases = HashMap<u64, Vec<(Vec<u64>, Party, Sure)>>;

fn phrases() -> &'static Phrases {
    static TABLE: OnceLock<Phrases> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Phrases::new();
        for (party, sure, list) in PHRASES {
            for phrase in *list {
                let hashes = hashes(phrase);
                if let Some((first, rest)) = hashes.split_first() {
                    table.entry(*first).or_default().push((rest.to_vec(), *party, *sure));
                }
            }
        }
        table
    })
}

fn hashes(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    words::split(text, 16, &mut found);
    found.iter().map(|word| word.hash).collect()
}

/// The longest text that is looked at, in words.
const MOST_WORDS: usize = 512;

/// The party that the words speak of. The sending side comes before the recipient, because a refusal that names the
/// sender's address, host or login is about that, and what is said of the recipient in front is the frame.
fn by_words(text: &str) -> Option<(Party, Sure)> {
    let mut found: Vec<Word> = Vec::new();
    words::split_prose(text, MOST_WORDS, &mut found);
    let table = phrases();
    let mut best: Option<(usize, Party, Sure)> = None;
    let mut recipient = None;
    for (at, word) in found.iter().enumerate() {
        for (rest, party, sure) in table.get(&word.hash).into_iter().flatten() {
            let behind = found.get(at + 1..).unwrap_or_default();
            if behind.len() < rest.len() || rest.iter().zip(behind).any(|(wanted, word)| *wanted != word.hash) {
                continue;
            }
            let last = found.get(at + rest.len()).unwrap_or(word);
            // "helo=<mx.example.com>" is a field of a log line.
            if text.as_bytes().get(last.end as usize) == Some(&b'=') {
                continue;
            }
            if *party == Party::Recipient {
                recipient = recipient.or(Some(at));
                continue;
            }
            if *sure == Sure::May && is_advice(&found, at, at + rest.len()) {
                continue;
            }
            let rank = |sure: Sure, party: Party| (sure, party.is_sending_side());
            if best.is_none_or(|(_, known, certain)| rank(*sure, *party) > rank(certain, known)) {
                best = Some((at, *party, *sure));
            }
        }
    }
    match (best, recipient) {
        (Some((at, _, Sure::May)), Some(before)) if before < at => Some((Party::Recipient, Sure::Does)),
        (Some((_, party, Sure::Does)), Some(_)) if !party.is_sending_side() => Some((Party::Recipient, Sure::Does)),
        (Some((_, party, sure)), _) => Some((party, sure)),
        (None, Some(_)) => Some((Party::Recipient, Sure::Does)),
        (None, None) => None,
    }
}

/// Whether the phrase from word `first` to `last` stands in advice.
fn is_advice(found: &[Word], first: usize, last: usize) -> bool {
    let is_one_of = |list: &[&str], word: &Word| list.iter().any(|known| words::hash_text(known) == word.hash);
    let before = found.get(first.saturating_sub(2)..first).unwrap_or_default();
    let behind = found.get(last + 1..(last + 4).min(found.len())).unwrap_or_default();
    before.iter().any(|word| is_one_of(ADVICE, word))
        || behind.first().is_some_and(|word| is_one_of(ADVISER, word))
        || behind.iter().any(|word| is_one_of(&["administrator", "admin", "administrators"], word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<Party> {
        party_of(None, None, None, text)
    }

    #[test]
    fn commands_that_prove_the_sending_side() {
        for (command, party) in [
            ("connect", Party::SendingHost),
            ("HELO", Party::SendingHost),
            ("EHLO mx.example.com", Party::SendingHost),
            ("AUTH LOGIN", Party::Login),
            ("MAIL FROM", Party::Sender),
            ("mail from:<a@example.com>", Party::Sender),
            ("end of MAIL FROM", Party::Sender),
        ] {
            assert_eq!(party_of(Some(command), None, Some(550), "5.1.1 user unknown"), Some(party), "{command}");
        }
        // Words that say more of the sending side count.
        let said = party_of(Some("MAIL FROM"), None, None, "your IP 192.0.2.4 is listed");
        assert_eq!(said, Some(Party::SendingHost));
        // These prove nothing.
        assert_eq!(party_of(Some("RCPT TO"), None, Some(550), "no"), None);
        assert_eq!(party_of(Some("end of DATA"), None, Some(550), "user unknown"), Some(Party::Recipient));
    }

    #[test]
    fn codes_that_speak_of_the_sending_side() {
        for (code, reply, party) in [
            ("5.1.7", 550, Party::Sender),
            ("4.1.8", 451, Party::Sender),
            ("5.7.8", 535, Party::Login),
            ("5.7.27", 550, Party::Sender),
            ("5.7.25", 550, Party::SendingHost),
        ] {
            assert_eq!(party_of(None, code.parse().ok(), Some(reply), "no"), Some(party), "{code}");
        }
        assert_eq!(party_of(None, None, Some(535), "no"), Some(Party::Login));
        assert_eq!(party_of(None, None, Some(530), "no"), Some(Party::Login));
        for (code, reply) in [("5.1.1", 550), ("2.1.7", 250), ("5.7.1", 554)] {
            assert_eq!(party_of(None, code.parse().ok(), Some(reply), "no"), None, "{code}");
        }
        // Some servers say so of a mailbox.
        assert_eq!(party_of(None, None, Some(530), "User unknown"), Some(Party::Recipient));
    }

    #[test]
    fn words_about_the_sender() {
        for text in [
            "Sender address rejected: Domain not found",
            "The sender's address does not exist",
            "sender's domain has null MX",
            "mailfrom domain has no MX record",
            "552 sender over quota",
            "Your account is blocked, contact support",
            "Your mailbox is over quota, you cannot send",
            "Verification failed for <bounce@example.org>: No Such User Here",
            "Absenderadresse wurde abgelehnt",
            "L'adresse de l'expéditeur est refusée",
            "La dirección del remitente no existe",
            "Indirizzo del mittente non valido",
            "Адрес отправителя не существует",
            "发件人地址不存在",
        ] {
            assert_eq!(words(text), Some(Party::Sender), "{text}");
        }
        for text in [
            "This message was returned to sender because of an error",
            "Please notify the sender",
            "User unknown. Ask your domain administrator",
            "No such user here; add us to your address book",
            "<sender@example.com>: user unknown",
        ] {
            assert_ne!(words(text), Some(Party::Sender), "{text}");
        }
    }

    #[test]
    fn words_about_the_sending_host() {
        for text in [
            "Client host [192.0.2.4] blocked using zen.example.org",
            "your IP could not be resolved: NXDOMAIN",
            "Helo command rejected: need fully-qualified hostname",
            "Bad DNS PTR resource record",
            "Fix reverse DNS for 192.0.2.4",
            "Ihre IP-Adresse steht auf einer Sperrliste",
            "Votre adresse IP est bloquée",
            "Su IP ha sido rechazada",
            "Ваш IP заблокирован",
            "IP is blocked",
        ] {
            assert_eq!(words(text), Some(Party::SendingHost), "{text}");
        }
        for text in [
            "user unknown; contact your mail server administrator",
            "from=<a@example.com> to=<b@example.com> proto=ESMTP helo=<mx.example.com>: no",
            "mx.helo.example.com said no",
            "User unknown, tell your network admin",
        ] {
            assert_ne!(words(text), Some(Party::SendingHost), "{text}");
        }
    }

    #[test]
    fn words_about_the_login() {
        for text in [
            "Authentication required",
            "SMTP AUTH is disabled for the tenant",
            "Username and Password not accepted",
            "Client was not authenticated",
            "Échec de l'authentification",
            "Se requiere autenticación",
        ] {
            assert_eq!(words(text), Some(Party::Login), "{text}");
        }
        for text in ["user unknown", "Email authentication of your message: see the log"] {
            assert_ne!(words(text), Some(Party::Login), "{text}");
        }
    }

    #[test]
    fn words_about_message_system_and_route() {
        for (text, party) in [
            ("Message size exceeds fixed maximum message size", Party::Message),
            ("Virus found", Party::Message),
            ("Blacklisted high risk: attachment of this type", Party::SendingHost),
            ("Insufficient system storage", Party::System),
            ("server does not accept mail at this time", Party::System),
            ("Too many hops", Party::Route),
            ("connect to mx.example.com: Connection timed out", Party::Route),
            ("Mailbox full, disk full", Party::Recipient),
        ] {
            assert_eq!(words(text), Some(party), "{text}");
        }
        for text in ["message", "the weather is fine", "queue file", "550 no"] {
            assert_eq!(words(text), None, "{text}");
        }
    }
}
