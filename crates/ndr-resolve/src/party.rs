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
    // Dutch, the Nordic languages, Polish, Czech, Romanian, Hungarian, Turkish, Indonesian and Malay, without marks.
    ("afzender", &["geblokkeerd", "geweigerd", "niet", "onbekend", "ongeldig"], Party::Sender),
    ("afzenderadres", &[""], Party::Sender),
    ("adres", &["van afzender", "van de afzender", "nadawcy"], Party::Sender),
    ("uw", &["account", "domein", "mailbox", "postvak"], Party::Sender),
    ("uw", &["ip", "ip adres", "mailserver", "server"], Party::SendingHost),
    ("uw", &["inloggegevens", "wachtwoord"], Party::Login),
    ("afsender", &["afvist", "blokeret", "er", "findes", "ikke", "ukendt"], Party::Sender),
    ("afsenderadresse", &[""], Party::Sender),
    ("afsenderadressen", &[""], Party::Sender),
    ("avsender", &["avvist", "blokkert", "er", "finnes", "ikke", "sperret", "ukjent"], Party::Sender),
    ("avsenderadresse", &[""], Party::Sender),
    ("avsenderadressen", &[""], Party::Sender),
    ("din", &["konto", "postkasse", "postboks"], Party::Sender),
    ("din", &["ip", "ip adresse", "ip adress", "mailserver", "server"], Party::SendingHost),
    ("ditt", &["konto", "domene"], Party::Sender),
    ("dit", &["domæne", "domain"], Party::Sender),
    ("tilisi", &[""], Party::Sender),
    ("palvelimesi", &[""], Party::SendingHost),
    ("nadawca", &["jest", "nie", "nieznany", "odrzucony", "zablokowany"], Party::Sender),
    ("domena", &["nadawcy"], Party::Sender),
    ("twoje", &["konto"], Party::Sender),
    ("twoje", &["ip"], Party::SendingHost),
    ("adresa", &["expeditorului", "odesilatele", "odosielatela"], Party::Sender),
    ("domeniul", &["expeditorului"], Party::Sender),
    ("expeditor", &["blocat", "necunoscut", "respins"], Party::Sender),
    ("expeditorul", &["a fost", "este", "nu"], Party::Sender),
    ("contul", &["dumneavoastra", "dvs"], Party::Sender),
    ("ip", &["anda", "adresiniz", "osoitteesi"], Party::SendingHost),
    ("alamat", &["pengirim"], Party::Sender),
    ("alamat", &["ip anda"], Party::SendingHost),
    ("domain", &["pengirim"], Party::Sender),
    ("pengirim", &["diblokir", "disekat", "ditolak", "tidak"], Party::Sender),
    ("akun", &["anda"], Party::Sender),
    ("akaun", &["anda"], Party::Sender),
    ("server", &["anda"], Party::SendingHost),
    ("pelayan", &["anda"], Party::SendingHost),
    ("sunucunuz", &[""], Party::SendingHost),
    ("saatja", &["aadress", "domeen", "on"], Party::Sender),
    ("teie", &["konto", "postkast"], Party::Sender),
    ("teie", &["ip", "server"], Party::SendingHost),
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

/// Further sayings, in languages whose words have letters beyond ASCII. Only texts with such letters are asked.
#[rustfmt::skip]
const MARKED_SAYINGS: &[(&str, &[&str], Party)] = &[
    // Russian, Ukrainian, Belarusian, Bulgarian, Serbian.
    ("адрес", &["отправителя", "на подателя"], Party::Sender),
    ("адреса", &["відправника", "отправителя", "пошиљаоца"], Party::Sender),
    ("адресът", &["на подателя"], Party::Sender),
    ("домен", &["отправителя", "відправника", "на подателя"], Party::Sender),
    ("отправитель", &["не", "неизвестен", "отклонен", "отклонён", "заблокирован", "отвергнут", "запрещен", "запрещён", "превысил"], Party::Sender),
    ("відправник", &["не", "невідомий", "відхилений", "заблокований", "перевищив"], Party::Sender),
    ("подателят", &["е", "не"], Party::Sender),
    ("ваш", &["аккаунт", "домен", "почтовый ящик", "ящик", "обліковий запис", "налог", "рачун"], Party::Sender),
    ("ваша", &["учетная запись", "учётная запись", "поштова скринька"], Party::Sender),
    ("вашу", &["учетную запись", "учётную запись"], Party::Sender),
    ("вашей", &["учетной записи", "учётной записи"], Party::Sender),
    ("вашего", &["аккаунта"], Party::Sender),
    ("вашият", &["акаунт"], Party::Sender),
    ("ваш", &["ip", "ip адрес", "айпи", "почтовый сервер", "сервер", "хост"], Party::SendingHost),
    ("ваша", &["ip адреса"], Party::SendingHost),
    ("вашего", &["ip", "ip адреса"], Party::SendingHost),
    ("вашият", &["ip", "сървър"], Party::SendingHost),
    ("вы", &["не авторизованы", "не можете отправлять", "превысили"], Party::Sender),
    ("лимит", &["исходящих", "отправки", "отправляемых"], Party::Sender),
    ("ліміт", &["вихідних", "надсилання", "відправлення"], Party::Sender),
    ("требуется", &["авторизация", "аутентификация"], Party::Login),
    ("ошибка", &["авторизации", "аутентификации"], Party::Login),
    ("потрібна", &["автентифікація", "авторизація"], Party::Login),
    // Polish, Czech, Slovak, Croatian, Slovene.
    ("twój", &["adres ip", "ip", "serwer"], Party::SendingHost),
    ("twój", &["domena", "limit"], Party::Sender),
    ("twoja", &["domena", "skrzynka"], Party::Sender),
    ("limit", &["wysyłania", "wysyłki", "odesílání", "odosielania", "slanja", "pošiljanja"], Party::Sender),
    ("adresa", &["odesílatele", "odosielateľa", "pošiljatelja", "pošiljaoca", "expeditorului"], Party::Sender),
    ("doména", &["odesílatele", "odosielateľa"], Party::Sender),
    ("domena", &["pošiljatelja"], Party::Sender),
    ("naslov", &["pošiljatelja"], Party::Sender),
    ("odesílatel", &["byl", "je", "neexistuje", "neznámý", "není", "odmítnut", "zablokován"], Party::Sender),
    ("odosielateľ", &["bol", "je", "neexistuje", "neznámy", "nie", "odmietnutý", "zablokovaný"], Party::Sender),
    ("pošiljatelj", &["je", "nije", "ni", "odbijen", "zavrnjen", "blokiran", "nepoznat"], Party::Sender),
    ("váš", &["účet"], Party::Sender),
    ("vaše", &["doména", "schránka"], Party::Sender),
    ("vaša", &["doména", "schránka", "domena"], Party::Sender),
    ("váš", &["server"], Party::SendingHost),
    ("vaše", &["ip", "ip adresa"], Party::SendingHost),
    ("vaša", &["ip", "ip adresa"], Party::SendingHost),
    ("vaš", &["račun", "korisnički račun"], Party::Sender),
    ("vaš", &["ip", "poslužitelj", "strežnik", "server"], Party::SendingHost),
    // Lithuanian, Latvian, Estonian.
    ("siuntėjo", &["adresas", "domenas"], Party::Sender),
    ("siuntėjas", &["atmestas", "nežinomas", "užblokuotas"], Party::Sender),
    ("jūsų", &["paskyra", "domenas", "pašto dėžutė"], Party::Sender),
    ("jūsų", &["ip", "serveris"], Party::SendingHost),
    ("sūtītāja", &["adrese", "domēns"], Party::Sender),
    ("sūtītājs", &["bloķēts", "nav", "noraidīts", "nezināms"], Party::Sender),
    ("jūsu", &["konts", "domēns", "pastkaste"], Party::Sender),
    ("jūsu", &["ip", "serveris"], Party::SendingHost),
    // Swedish, Danish, Norwegian, Finnish.
    ("avsändare", &["blockerad", "finns", "nekad", "okänd", "är"], Party::Sender),
    ("avsändaren", &["blockerad", "finns", "har", "är"], Party::Sender),
    ("avsändaradress", &[""], Party::Sender),
    ("avsändaradressen", &[""], Party::Sender),
    ("avsändarens", &["adress", "domän"], Party::Sender),
    ("din", &["domän", "brevlåda"], Party::Sender),
    ("lähettäjä", &["ei", "estetty", "hylätty", "on", "tuntematon"], Party::Sender),
    ("lähettäjän", &["osoite", "osoitetta", "verkkotunnus"], Party::Sender),
    // Hungarian, Romanian, Greek, Turkish, Vietnamese.
    ("feladó", &["blokkolva", "cím", "címe", "elutasítva", "ismeretlen", "nem"], Party::Sender),
    ("ön", &["fiókja", "postafiókja"], Party::Sender),
    ("ön", &["ip címe", "kiszolgálója", "szervere"], Party::SendingHost),
    ("contul", &["dumneavoastră", "dvs", "tău"], Party::Sender),
    ("διεύθυνση", &["αποστολέα", "του αποστολέα"], Party::Sender),
    ("αποστολέας", &["απορρίφθηκε", "δεν", "αποκλεισμένος", "άγνωστος"], Party::Sender),
    ("λογαριασμός", &["σας"], Party::Sender),
    ("ip", &["σας"], Party::SendingHost),
    ("διακομιστής", &["σας"], Party::SendingHost),
    ("gönderen", &["adres", "adresi", "alan adı", "bilinmiyor", "engellendi", "reddedildi"], Party::Sender),
    ("gönderenin", &["adresi", "alan adı"], Party::Sender),
    ("gönderici", &["adresi", "engellendi", "reddedildi"], Party::Sender),
    ("hesabınız", &[""], Party::Sender),
    ("hesabınızın", &[""], Party::Sender),
    ("gönderim", &["kotası", "limiti", "limitiniz", "sınırı"], Party::Sender),
    ("sunucunuz", &[""], Party::SendingHost),
    ("địa", &["chỉ người gửi"], Party::Sender),
    ("tài", &["khoản của bạn"], Party::Sender),
    ("ip", &["của bạn"], Party::SendingHost),
    ("máy", &["chủ của bạn"], Party::SendingHost),
    // Arabic, Persian, Hebrew.
    ("عنوان", &["المرسل"], Party::Sender),
    ("المرسل", &["مرفوض", "محظور", "غير"], Party::Sender),
    ("نطاق", &["المرسل"], Party::Sender),
    ("حسابك", &[""], Party::Sender),
    ("حسابكم", &[""], Party::Sender),
    ("خادمك", &[""], Party::SendingHost),
    ("آدرس", &["فرستنده"], Party::Sender),
    ("فرستنده", &["رد", "مسدود", "نامعتبر"], Party::Sender),
    ("حساب", &["شما"], Party::Sender),
    ("سرور", &["شما"], Party::SendingHost),
    ("כתובת", &["השולח"], Party::Sender),
    ("השולח", &["נדחה", "חסום", "אינו", "לא"], Party::Sender),
    ("חשבונך", &[""], Party::Sender),
    ("החשבון", &["שלך"], Party::Sender),
    ("השרת", &["שלך"], Party::SendingHost),
];

/// The same for scripts that write words together: what to look for anywhere in the text.
#[rustfmt::skip]
const JOINED: &[(&str, Party)] = &[
    ("发件人地址", Party::Sender), ("发件人域", Party::Sender), ("发件人被", Party::Sender), ("发件人不", Party::Sender),
    ("发信人地址", Party::Sender), ("发信人被", Party::Sender), ("发送者地址", Party::Sender), ("发件地址", Party::Sender),
    ("寄件者地址", Party::Sender), ("寄件人地址", Party::Sender), ("寄件者被", Party::Sender), ("寄件者網域", Party::Sender),
    ("您的账户", Party::Sender), ("您的账号", Party::Sender), ("您的帐户", Party::Sender), ("您的帐号", Party::Sender),
    ("您的帳戶", Party::Sender), ("您的帳號", Party::Sender), ("你的帐号", Party::Sender), ("你的账号", Party::Sender),
    ("您的邮箱", Party::Sender), ("您的信箱", Party::Sender), ("您的域名", Party::Sender), ("您的網域", Party::Sender),
    ("发送限制", Party::Sender), ("发信限制", Party::Sender), ("发送数量", Party::Sender), ("发信数量", Party::Sender), ("發送限制", Party::Sender),
    ("您的ip", Party::SendingHost), ("您的 ip", Party::SendingHost), ("你的ip", Party::SendingHost), ("您的服务器", Party::SendingHost), ("您的伺服器", Party::SendingHost),
    ("发信ip", Party::SendingHost), ("发送方ip", Party::SendingHost), ("客户端ip", Party::SendingHost),
    ("需要认证", Party::Login), ("需要身份验证", Party::Login), ("需要驗證", Party::Login), ("请先登录", Party::Login),
    ("送信者アドレス", Party::Sender), ("送信者のアドレス", Party::Sender), ("送信元アドレス", Party::Sender), ("送信元のアドレス", Party::Sender),
    ("差出人アドレス", Party::Sender), ("差出人のアドレス", Party::Sender), ("差出人のドメイン", Party::Sender), ("送信元ドメイン", Party::Sender), ("送信者は", Party::Sender),
    ("あなたのアカウント", Party::Sender), ("お客様のアカウント", Party::Sender), ("ご利用のアカウント", Party::Sender), ("送信数", Party::Sender), ("送信制限", Party::Sender), ("送信上限", Party::Sender),
    ("あなたのip", Party::SendingHost), ("貴社のip", Party::SendingHost), ("お客様のip", Party::SendingHost), ("送信元ip", Party::SendingHost),
    ("あなたのサーバ", Party::SendingHost), ("貴サーバ", Party::SendingHost), ("送信元サーバ", Party::SendingHost), ("送信元ホスト", Party::SendingHost),
    ("認証が必要", Party::Login), ("認証に失敗", Party::Login), ("ログインが必要", Party::Login),
    ("발신자 주소", Party::Sender), ("보낸 사람 주소", Party::Sender), ("보내는 사람 주소", Party::Sender), ("송신자 주소", Party::Sender), ("발신자가", Party::Sender), ("발신 도메인", Party::Sender),
    ("귀하의 계정", Party::Sender), ("회원님의 계정", Party::Sender), ("사용자님의 계정", Party::Sender), ("발송 한도", Party::Sender), ("발송 제한", Party::Sender),
    ("귀하의 ip", Party::SendingHost), ("발신 ip", Party::SendingHost), ("귀하의 서버", Party::SendingHost), ("발신 서버", Party::SendingHost),
    ("인증이 필요", Party::Login), ("로그인이 필요", Party::Login),
    ("ที่อยู่ผู้ส่ง", Party::Sender), ("ผู้ส่งถูก", Party::Sender), ("บัญชีของคุณ", Party::Sender),
    ("ip ของคุณ", Party::SendingHost), ("เซิร์ฟเวอร์ของคุณ", Party::SendingHost),
    ("प्रेषक का पता", Party::Sender), ("आपका खाता", Party::Sender), ("आपके खाते", Party::Sender), ("आपका आईपी", Party::SendingHost), ("आपका सर्वर", Party::SendingHost),
];

/// What stands right behind such words where they name a person to turn to.
const JOINED_PEOPLE: &[&str] = &[
    "管理",
    "的管理",
    "管理员",
    "の管理",
    "の担当",
    "管理者",
    " 관리자",
    "의 관리자",
    " 담당자",
    "提供商",
    "供应商",
    "ผู้ดูแล",
];

/// About whom words speak that are written together. Texts are read up to [`MOST_JOINED`].
fn party_of_joined(words: &str) -> Option<Party> {
    let head = words.char_indices().nth(MOST_JOINED).map_or(words, |(end, _)| words.get(..end).unwrap_or(words));
    // Below are the scripts of Europe and the Near East, whose words are written apart.
    if !head.chars().any(|c| c >= '\u{900}' && !matches!(c, '\u{1e00}'..='\u{2bff}')) {
        return None;
    }
    let lower = head.to_lowercase();
    let names = |saying: &str| {
        lower.match_indices(saying).any(|(at, _)| {
            let behind = lower.get(at + saying.len()..).unwrap_or_default();
            !JOINED_PEOPLE.iter().any(|person| behind.starts_with(person))
        })
    };
    JOINED.iter().find(|(saying, _)| names(saying)).map(|(_, party)| *party)
}

/// Most characters of a text that are looked at for words written together.
const MOST_JOINED: usize = 1_000;

/// Words that sayings are compared without.
const FILLERS: &[&str] = &["a", "an", "been", "e", "email", "has", "is", "mail", "s", "the", "this", "was"];

/// Words in front of a saying that make it a person to turn to, or the way back: "returned to sender", "contact your
/// server's admin".
const ADDRESSED: &[&str] =
    &["администратору", "администратор", "ask", "call", "consult", "contact", "inform", "notify", "tell", "to"];

/// Words behind a saying of the form "your ..." that make it a person to turn to.
const PEOPLE: &[&str] = &[
    "admin",
    "administrator",
    "administrátor",
    "administratora",
    "beheerder",
    "администратор",
    "администратора",
    "administrators",
    "admins",
    "manager",
    "owner",
    "postmaster",
    "provider",
    "support",
    "team",
    "yöneticisi",
    "yöneticiniz",
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
        sayings.filter(move |(head, ..)| is_same(head, word))
    }
}

/// About whom words speak, where they name the party. What they say of the sending side outweighs the rest, so that
/// "Sender address rejected: user unknown" speaks of the sender.
fn party_of_words(words: &str) -> Option<Party> {
    let (prose, heads) = (prose(words), Heads::get());
    let marked = if words.is_ascii() { &[][..] } else { MARKED_SAYINGS };
    let mut found = None;
    for (at, word) in prose.iter().enumerate() {
        let rest = prose.get(at + 1..).unwrap_or_default();
        let further = marked.iter().filter(|(head, ..)| is_same(head, word));
        for (_, tails, party) in further.chain(heads.of(word)) {
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
    let joined = if words.is_ascii() { None } else { party_of_joined(words) };
    joined.or(found)
}

/// Whether a word is the same as one in small letters.
fn is_same(known: &str, word: &str) -> bool {
    known.eq_ignore_ascii_case(word) || !known.is_ascii() && known.chars().eq(word.chars().flat_map(char::to_lowercase))
}

/// How many words `tail` has, where `words` begin with it.
fn follows(words: &[&str], tail: &str) -> Option<usize> {
    let mut count = 0;
    for want in tail.split_ascii_whitespace() {
        if !is_same(want, words.get(count)?) {
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
    for chunk in text.split_whitespace() {
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
    fn words_of_the_sending_side_in_other_languages() {
        for text in [
            "Адрес отправителя отклонен",
            "Ваш аккаунт заблокирован",
            "Ваша учетная запись отключена",
            "Превышен лимит исходящих сообщений",
            "Адреса відправника відхилена",
            "Adres nadawcy odrzucony",
            "Twoje konto zostało zablokowane",
            "Przekroczono limit wysyłania",
            "Adresa odesílatele odmítnuta",
            "Váš účet byl deaktivován",
            "Adresa odosielateľa neexistuje",
            "Vaš račun je onemogućen",
            "Naslov pošiljatelja zavrnjen",
            "Siuntėjo adresas atmestas",
            "Jūsų paskyra užblokuota",
            "Sūtītāja adrese noraidīta",
            "Jūsu konts ir slēgts",
            "Saatja aadress lükati tagasi",
            "Teie konto on suletud",
            "Avsändaradressen är blockerad",
            "Ditt konto är avstängt",
            "Afsenderadressen findes ikke",
            "Din konto er spærret",
            "Avsenderadressen er ukjent",
            "Lähettäjän osoite hylättiin",
            "Tilisi on suljettu",
            "Uw account is uitgeschakeld",
            "A feladó címe nem létezik",
            "Az Ön fiókja letiltva",
            "Adresa expeditorului nu există",
            "Contul dumneavoastră este suspendat",
            "Η διεύθυνση του αποστολέα απορρίφθηκε",
            "Ο λογαριασμός σας έχει απενεργοποιηθεί",
            "Gönderen adresi reddedildi",
            "Hesabınız devre dışı",
            "Địa chỉ người gửi bị từ chối",
            "Alamat pengirim ditolak",
            "Akun Anda dinonaktifkan",
            "تم رفض عنوان المرسل",
            "تم تعطيل حسابك",
            "כתובת השולח נדחתה",
            "发件人地址被拒绝",
            "您的帐户已停用",
            "寄件者地址無效",
            "送信元アドレスが拒否されました",
            "お客様のアカウントは停止されています",
            "발신자 주소가 거부되었습니다",
            "귀하의 계정이 정지되었습니다",
            "ที่อยู่ผู้ส่งถูกปฏิเสธ",
            "आपका खाता बंद है",
        ] {
            assert_eq!(words(text), Some(Party::Sender), "{text}");
        }
        for text in [
            "Ваш IP-адрес заблокирован",
            "Twój adres IP jest na liście",
            "Vaše IP adresa je blokována",
            "Jūsų IP užblokuotas",
            "Din IP-adress är spärrad",
            "Uw IP-adres staat op een lijst",
            "IP-osoitteesi on estetty",
            "IP adresiniz engellendi",
            "IP Anda diblokir",
            "您的IP被拒绝",
            "送信元IPが拒否されました",
            "귀하의 IP가 차단되었습니다",
        ] {
            assert_eq!(words(text), Some(Party::SendingHost), "{text}");
        }
    }

    #[test]
    fn near_misses_in_other_languages_name_no_sender() {
        for text in [
            "Письмо возвращено отправителю: пользователь не найден",
            "Ящик получателя переполнен",
            "Обратитесь к администратору вашего сервера",
            "Uživatel neexistuje, zpráva vrácena odesílateli",
            "Kontot är avstängt",
            "Kontoen er spærret",
            "Mottagarens brevlåda är full",
            "Hesap devre dışı",
            "Alıcının posta kutusu dolu",
            "Tili on suljettu",
            "收件人地址不存在",
            "请联系您的服务器管理员",
            "帐户已停用",
            "受信者のメールボックスがいっぱいです",
            "アカウントは停止されています",
            "수신자 주소가 없습니다",
            "لم يتم العثور على المستلم",
            "תיבת הדואר של הנמען מלאה",
            "Penerima tidak ditemukan",
        ] {
            assert!(words(text).is_none_or(|party| !party.is_sending_side()), "{text}: {:?}", words(text));
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
