//! What the catalogue says of one meaning: [`Entry`] and its closed vocabularies.

use crate::code::CodePattern;
use crate::party::Party;
use crate::template::fill;

/// Declares a closed vocabulary: an enum whose variants have a permanent kebab-case name.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $slug:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The permanent name, as in JSON and in catalog.yaml.
            pub const fn slug(self) -> &'static str {
                match self { $($name::$variant => $slug,)+ }
            }

            /// The value of a permanent name; `None` for any other text.
            pub fn from_slug(slug: &str) -> Option<Self> {
                match slug { $($slug => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.slug())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// What kind of trouble an entry describes. Each entry has exactly one; [`Category::usual`] tells what is usual for it.
    Category {
        /// No such mailbox at that domain.
        MailboxUnknown = "mailbox-unknown",
        /// The mailbox exists or existed: disabled, suspended, unlicensed, expired, changed owner.
        MailboxDisabled = "mailbox-disabled",
        /// The recipient has another address now.
        MailboxMoved = "mailbox-moved",
        /// The recipient's storage or quota is used up.
        MailboxFull = "mailbox-full",
        /// The address itself is malformed or cannot be resolved.
        AddressInvalid = "address-invalid",
        /// The recipient's domain does not exist, has no usable MX, or a null MX.
        DomainUnknown = "domain-unknown",
        /// The recipient, group or tenant takes mail only from some senders, or blocked this one.
        RecipientRestricted = "recipient-restricted",
        /// The sender's address or domain is refused or does not resolve.
        SenderRejected = "sender-rejected",
        /// The sender's own account or tenant is blocked or restricted.
        AccountBlocked = "account-blocked",
        /// The sender's own quota of messages or recipients is used up.
        SendingLimit = "sending-limit",
        /// The submitting client or server did not log in, or with a bad or expired credential.
        AuthenticationRequired = "authentication-required",
        /// The server does not relay for this sender or does not take mail for that domain.
        RelayDenied = "relay-denied",
        /// SPF, DKIM, DMARC, ARC or composite authentication of the sender failed.
        SenderAuthentication = "sender-authentication",
        /// The sending host lacks what receivers demand: reverse DNS, valid HELO, IPv6 conditions.
        SendingHost = "sending-host",
        /// The sending IP, network, domain or a URL is on a block list, banned, or scored too low.
        Reputation = "reputation",
        /// The content was judged as spam or phishing.
        SpamContent = "spam-content",
        /// Malware or a forbidden attachment or link.
        MaliciousContent = "malicious-content",
        /// A filter or converter rejected the message for another reason.
        Content = "content",
        /// The message breaks a standard: headers, line endings, encoding, several From.
        MessageMalformed = "message-malformed",
        /// The message or a header is larger than allowed.
        MessageTooLarge = "message-too-large",
        /// More recipients than allowed in one message or transaction.
        TooManyRecipients = "too-many-recipients",
        /// Too much too fast for the receiver: rates, connections, greylisting, back pressure.
        Throttled = "throttled",
        /// Demands of TLS, DANE, DNSSEC or MTA-STS were not met.
        TransportSecurity = "transport-security",
        /// A loop, a hop limit, or a routing set-up that cannot work.
        Routing = "routing",
        /// The next server could not be reached, refused, or broke off; DNS timed out.
        HostUnreachable = "host-unreachable",
        /// Retries ran out, and nothing says why.
        Expired = "expired",
        /// An error, shortage or maintenance in a mail system itself.
        SystemError = "system-error",
        /// An SMTP command or parameter was not understood or out of order.
        ProtocolError = "protocol-error",
        /// Refused by policy, and the report says no more.
        Policy = "policy",
        /// A failure, but nothing tells what kind.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// Who must act.
    Actor {
        /// The person who sent the message.
        Sender = "sender",
        /// Whoever runs the sender's mail.
        SenderAdmin = "sender-admin",
        /// The person the message was for.
        Recipient = "recipient",
        /// Whoever runs the recipient's mail.
        RecipientAdmin = "recipient-admin",
        /// A provider between or behind them (Microsoft, a block list, a filtering service).
        Provider = "provider",
        /// Nobody: the mail system retries by itself.
        Wait = "wait",
    }
}

vocabulary! {
    /// Whether the recipient's address is itself to be dropped from lists.
    Suppress {
        /// The address is gone: stop sending to it.
        Yes = "yes",
        /// Only when it fails again and again.
        AfterRepeats = "after-repeats",
        /// Never because of this: the address is fine.
        No = "no",
    }
}

vocabulary! {
    /// Whether sending again helps.
    Retry {
        /// The same message may pass later.
        AsIs = "as-is",
        /// Once somebody has fixed the cause.
        AfterFix = "after-fix",
        /// No.
        No = "no",
    }
}

vocabulary! {
    /// How sure a source is.
    Trust {
        /// The provider or a standard says so on its own page.
        Documented = "documented",
        /// Seen in real reports or told by third parties.
        Observed = "observed",
        /// Concluded from other facts.
        Inferred = "inferred",
    }
}

vocabulary! {
    /// A step of an SMTP session (RFC 5321), which a reply answers.
    Command {
        /// The connection itself.
        Connect = "connect",
        /// HELO, EHLO or LHLO.
        Helo = "helo",
        /// STARTTLS.
        Starttls = "starttls",
        /// AUTH.
        Auth = "auth",
        /// MAIL FROM.
        Mail = "mail",
        /// RCPT TO.
        Rcpt = "rcpt",
        /// DATA or BDAT, or the end of the message.
        Data = "data",
    }
}

impl Command {
    /// Reads a command as reports name it: `RCPT TO`, `end of DATA`, `EHLO mx.example.com`.
    ///
    /// ```
    /// use ndr_resolve::Command;
    /// assert_eq!(Command::read("RCPT TO"), Some(Command::Rcpt));
    /// assert_eq!(Command::read("end of DATA command"), Some(Command::Data));
    /// assert_eq!(Command::read("QUIT"), None);
    /// ```
    pub fn read(text: &str) -> Option<Command> {
        const WORDS: &[(&str, Command)] = &[
            ("connect", Command::Connect),
            ("connection", Command::Connect),
            ("helo", Command::Helo),
            ("ehlo", Command::Helo),
            ("lhlo", Command::Helo),
            ("starttls", Command::Starttls),
            ("auth", Command::Auth),
            ("mail", Command::Mail),
            ("rcpt", Command::Rcpt),
            ("data", Command::Data),
            ("bdat", Command::Data),
        ];
        text.split(|c: char| !c.is_ascii_alphabetic()).take(4).find_map(|word| {
            WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, command)| *command)
        })
    }
}

vocabulary! {
    /// What a provider is, which tells who may quote its words.
    ProviderKind {
        /// Runs mailboxes or forwards to them: its own servers say its words.
        MailboxHost = "mailbox-host",
        /// Filters mail for others: its words come from any host that it protects.
        Filter = "filter",
        /// Lists addresses and names: any server quotes it.
        BlockList = "block-list",
        /// A mail server that anybody may run.
        Software = "software",
        /// A standard or registry.
        Registry = "registry",
    }
}

/// What is usual for a category; an [`Entry`] may say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Permanent or temporary; `None` where neither is usual.
    pub permanent: Option<bool>,
    /// Who must act, in order.
    pub act: &'static [Actor],
    /// Whether to drop the address.
    pub suppress: Suppress,
    /// Whether sending again helps.
    pub retry: Retry,
}

impl Category {
    /// What is usual for this category.
    ///
    /// ```
    /// use ndr_resolve::{Actor, Category, Suppress};
    /// let usual = Category::Reputation.usual();
    /// assert_eq!(usual.act, [Actor::SenderAdmin]);
    /// assert_eq!(usual.suppress, Suppress::No); // never the recipient's fault
    /// ```
    pub const fn usual(self) -> Usual {
        use Actor::*;
        use Category::*;
        const fn of(permanent: bool, act: &'static [Actor], suppress: Suppress, retry: Retry) -> Usual {
            Usual { permanent: Some(permanent), act, suppress, retry }
        }
        match self {
            MailboxUnknown => of(true, &[Sender], Suppress::Yes, Retry::No),
            MailboxDisabled => of(true, &[Recipient], Suppress::Yes, Retry::AfterFix),
            MailboxMoved => of(true, &[Sender], Suppress::Yes, Retry::AfterFix),
            MailboxFull => of(false, &[Recipient], Suppress::AfterRepeats, Retry::AsIs),
            AddressInvalid => of(true, &[Sender], Suppress::Yes, Retry::AfterFix),
            DomainUnknown => of(true, &[Sender, RecipientAdmin], Suppress::AfterRepeats, Retry::No),
            RecipientRestricted => of(true, &[Recipient, RecipientAdmin], Suppress::No, Retry::AfterFix),
            SenderRejected
            | AccountBlocked
            | AuthenticationRequired
            | SenderAuthentication
            | SendingHost
            | Reputation
            | MessageMalformed
            | ProtocolError => of(true, &[SenderAdmin], Suppress::No, Retry::AfterFix),
            SendingLimit => of(false, &[Sender], Suppress::No, Retry::AsIs),
            RelayDenied => of(true, &[SenderAdmin, RecipientAdmin], Suppress::No, Retry::AfterFix),
            SpamContent | MaliciousContent | Content | MessageTooLarge => {
                of(true, &[Sender], Suppress::No, Retry::AfterFix)
            }
            TooManyRecipients => of(false, &[Sender], Suppress::No, Retry::AfterFix),
            Throttled => of(false, &[Wait, SenderAdmin], Suppress::No, Retry::AsIs),
            TransportSecurity => of(true, &[SenderAdmin, RecipientAdmin], Suppress::No, Retry::AfterFix),
            Routing => of(true, &[RecipientAdmin, SenderAdmin], Suppress::No, Retry::AfterFix),
            HostUnreachable => of(false, &[Wait, RecipientAdmin], Suppress::AfterRepeats, Retry::AsIs),
            Expired => of(true, &[RecipientAdmin], Suppress::AfterRepeats, Retry::AsIs),
            SystemError => of(false, &[RecipientAdmin, Provider], Suppress::No, Retry::AsIs),
            Policy => of(true, &[RecipientAdmin], Suppress::No, Retry::AfterFix),
            Unknown => Usual { permanent: None, act: &[], suppress: Suppress::No, retry: Retry::No },
        }
    }

    /// Whether the category says little, so that any more telling statement in the same text wins over it.
    pub const fn is_vague(self) -> bool {
        matches!(self, Category::Expired | Category::Policy | Category::Unknown)
    }

    /// What the category means, in words.
    ///
    /// ```
    /// use ndr_resolve::Category;
    /// assert_eq!(Category::MailboxUnknown.means(), "no such mailbox at that domain");
    /// ```
    pub const fn means(self) -> &'static str {
        use Category::*;
        match self {
            MailboxUnknown => "no such mailbox at that domain",
            MailboxDisabled => "the mailbox is disabled, suspended, unlicensed or has changed owner",
            MailboxMoved => "the recipient has another address now",
            MailboxFull => "the recipient's storage is used up",
            AddressInvalid => "the address is malformed or cannot be resolved",
            DomainUnknown => "the recipient's domain does not exist or takes no mail",
            RecipientRestricted => "the recipient takes mail only from some senders, or blocked this one",
            SenderRejected => "the sender's address or domain is refused",
            AccountBlocked => "the sender's own account or tenant is blocked",
            SendingLimit => "the sender's own sending quota is used up",
            AuthenticationRequired => "the submitting client or server did not log in properly",
            RelayDenied => "the server does not relay for this sender or domain",
            SenderAuthentication => "SPF, DKIM or DMARC of the sender failed",
            SendingHost => "the sending host lacks what receivers demand, such as reverse DNS",
            Reputation => "the sending address, domain or a link has a bad reputation",
            SpamContent => "the content was judged as spam or phishing",
            MaliciousContent => "malware, or a forbidden attachment or link",
            Content => "a filter or converter refused the content",
            MessageMalformed => "the message breaks a mail standard",
            MessageTooLarge => "the message or a header is too large",
            TooManyRecipients => "too many recipients in one message",
            Throttled => "too much too fast for the receiver",
            TransportSecurity => "demands of TLS, DANE or MTA-STS were not met",
            Routing => "a mail loop or a routing set-up that cannot work",
            HostUnreachable => "the next server could not be reached",
            Expired => "retries ran out, and nothing says why",
            SystemError => "an error or shortage in a mail system itself",
            ProtocolError => "an SMTP command was not understood or out of order",
            Policy => "refused by policy, and the report says no more",
            Unknown => "nothing tells what kind of failure it is",
        }
    }
}

/// A number that can change, with the date at which it was true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The limit in words.
    pub text: &'static str,
    /// Date (`YYYY-MM-DD`) of the source.
    pub as_of: &'static str,
}

/// Where the facts of an entry come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Name of the page, table or collection.
    pub name: &'static str,
    /// Its address, where it has one.
    pub url: Option<&'static str>,
    /// Date (`YYYY-MM-DD`) at which somebody last compared the entry with it.
    pub checked: &'static str,
    /// How sure it is.
    pub trust: Trust,
}

/// One meaning of a bounce, as catalog.yaml describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The permanent name of the meaning, kebab-case.
    pub slug: &'static str,
    /// Whose entry it is: a [`Provider::id`].
    pub provider: &'static str,
    /// What happened, in one line.
    pub title: &'static str,
    /// The codes that go with it.
    pub codes: &'static [CodePattern],
    /// The SMTP reply codes that go with it.
    pub replies: &'static [u16],
    /// How servers say it: templates of words and typed holes.
    pub texts: &'static [&'static str],
    /// The kind of trouble.
    pub category: Category,
    /// About whom it speaks, where that is not what is usual for the category; see [`Entry::party`].
    pub about: Option<Party>,
    /// The SMTP command that it answers, where the same words mean something else behind another.
    pub after: Option<Command>,
    /// Why its examples cannot be told from others' without the host that said them.
    pub needs_host: Option<&'static str>,
    /// Permanent or temporary; `None`: the class of the code seen decides.
    pub permanent: Option<bool>,
    /// Who must act, in order.
    pub act: &'static [Actor],
    /// Whether to drop the recipient's address.
    pub suppress: Suppress,
    /// Whether sending again helps.
    pub retry: Retry,
    /// Whether it may mean a compromised account or an attack.
    pub security: bool,
    /// Whether its words only introduce what happened: any more telling statement in the same text wins over it.
    pub wrapper: bool,
    /// What it means; may hold `{hole|fallback}` (see [`Entry::meaning_with`]).
    pub meaning: &'static str,
    /// Steps for the person who sent the message.
    pub steps_sender: &'static [&'static str],
    /// Steps for an admin.
    pub steps_admin: &'static [&'static str],
    /// Numbers that can change.
    pub limits: &'static [Limit],
    /// Pages that help, all https.
    pub links: &'static [&'static str],
    /// Realistic reply lines; each resolves to this entry.
    pub examples: &'static [&'static str],
    /// Where the facts come from.
    pub sources: &'static [Source],
    /// Former slugs.
    pub was: &'static [&'static str],
    /// Where the entry was written: `None` for the built-in catalogue, a file name for an overlay.
    pub origin: Option<&'static str>,
}

impl Entry {
    /// Whether it says little, by its category or since its words only introduce what happened.
    pub const fn is_vague(&self) -> bool {
        self.wrapper || self.category.is_vague()
    }

    /// The meaning with the caught values filled in; a hole that caught nothing gives its fallback words.
    pub fn meaning_with(&self, values: &[(&'static str, String)]) -> String {
        fill(self.meaning, values)
    }

    /// About whom or what it speaks: what it says itself, or what is usual for its category.
    pub const fn party(&self) -> Option<Party> {
        match self.about {
            Some(party) => Some(party),
            None => self.category.party(),
        }
    }

    /// Whether it is permanent, given the class digit of the code seen (0 where none was).
    pub fn is_permanent(&self, class: u8) -> Option<bool> {
        self.permanent.or(match class {
            5 => Some(true),
            4 | 2 => Some(false),
            _ => {
                let mut classes = self.codes.iter().map(|code| code.class).filter(|&class| class != 0);
                let first = classes.next();
                match first {
                    Some(first) if classes.all(|class| class == first) => Some(first == 5),
                    _ => self.category.usual().permanent,
                }
            }
        })
    }
}

/// Who writes texts that entries of the catalogue describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Provider {
    /// The permanent name, kebab-case.
    pub id: &'static str,
    /// The name in words.
    pub name: &'static str,
    /// What it is.
    pub kind: ProviderKind,
    /// Host names that are the provider's: exact, or `*.suffix`.
    pub hosts: &'static [&'static str],
    /// Words that only this provider's replies hold.
    pub marks: &'static [&'static str],
}

impl Provider {
    /// Whether `host` is one of the provider's hosts. Case does not matter.
    ///
    /// ```
    /// use ndr_resolve::{Provider, ProviderKind};
    /// let kind = ProviderKind::MailboxHost;
    /// let gmail = Provider { id: "gmail", name: "Gmail", kind, hosts: &["*.google.com"], marks: &[] };
    /// assert!(gmail.owns_host("ASPMX.L.Google.com"));
    /// assert!(!gmail.owns_host("google.com.example.net"));
    /// ```
    pub fn owns_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').as_bytes();
        self.hosts.iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(suffix) => {
                let end = host.len().checked_sub(suffix.len()).and_then(|at| host.get(at..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
            }
            None => host.eq_ignore_ascii_case(pattern.as_bytes()),
        })
    }
}
