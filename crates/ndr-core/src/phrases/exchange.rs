//! Phrases of Exchange's reports, in the languages that are known.

use crate::text;

/// Words that only an Exchange report has. The first [`HEADINGS`] of them are headings of the block for administrators,
/// in the languages that are known.
pub(crate) const MARKS: &[&str] = &[
    "diagnostic information for administrators",
    "informations de diagnostic pour les administrateurs",
    "informazioni di diagnostica per gli amministratori",
    "diagnostisk information f",
    "diagnostische gegevens voor beheerders",
    "stico para administradores",
    "diagnoseinformationen f",
    "diagnoseinformation f",
    "stico para los administradores",
    "información de diagnóstico para administradores",
    "管理者向けの診断情報",
    "generating server",
    "serveur de g",
    "server di generazione",
    "genererande server",
    "bronserver",
    "servidor de origem",
    "generierender server",
    "servidor de generaci",
    "remote server returned '",
    "remote server  returned '",
    "#smtp#",
    "more info for email admins",
    "original message details",
];

/// How many of them are such headings.
pub(crate) const HEADINGS: usize = 11;

/// What Exchange writes in front of a reply that a remote server gave when it was connected to.
pub(crate) const QUOTES: &[&str] = &["[Message=", "(Message=", "{MSG="];

/// Words of the latest style.
pub(crate) const LATEST_MARKS: &[&str] = &["original message details", "more info for email admins", "error details"];

/// Whole sentences of the part for users that Exchange Online writes for each kind of failure, and people hardly do.
pub(crate) const SENTENCES: &[&str] = &[
    "your message couldn't be delivered.",
    "your message couldn’t be delivered.",
    "your message couldn't be delivered because",
    "your message couldn’t be delivered because",
    "your message wasn't delivered because",
    "your message wasn’t delivered because",
    "your message wasn't delivered to anyone because",
    "your message wasn't delivered due to",
    "ask them to tell their email admin",
    "give them the error details shown below",
    "recipient's email admin is the only one who can fix",
    "tips to fix this issue see this article",
    "despite repeated attempts to contact the recipient's email system",
    "contact the recipient by some other means",
    "check the recipient's email address and try to resend",
    "check the recipient's e-mail address and try to resend",
    "ihre nachricht konnte nicht zugestellt werden.",
    "ihre nachricht konnte nicht übermittelt werden.",
    "votre message n'a pas pu être remis.",
    "votre message n’a pas pu être remis.",
    "no se pudo entregar el mensaje.",
    "no se pudo entregar su mensaje.",
    "no se ha podido entregar el mensaje.",
    "il messaggio non è stato recapitato.",
    "impossibile recapitare il messaggio.",
    "non è stato possibile recapitare il messaggio.",
    "não foi possível entregar sua mensagem.",
    "não foi possível entregar a sua mensagem.",
    "não foi possível entregar a mensagem.",
    "uw bericht kan niet worden bezorgd.",
    "uw bericht kon niet worden bezorgd.",
    "ditt meddelande kunde inte levereras.",
    "din meddelelse kunne ikke leveres.",
    "nie można dostarczyć wiadomości.",
    "е удалось доставить ваше сообщение.",
    "е удалось доставить сообщение.",
    "メッセージを配信できませんでした。",
    "无法传递您的邮件。",
    "您的邮件无法送达。",
];

/// "These recipients or groups" in the heading of the part for users: the stems of both words, in each language.
const RECIPIENTS_OR_GROUPS: &[(&str, &str)] = &[
    ("recipients", "groups"),
    ("empfänger", "gruppen"),
    ("destinataires", "groupes"),
    ("destinatarios", "grupos"),
    ("destinatari", "gruppi"),
    ("destinatários", "grupos"),
    ("geadresseerden", "groepen"),
    ("ontvangers", "groepen"),
    ("mottagare", "grupper"),
    ("modtagere", "grupper"),
    ("mottaker", "gruppe"),
    ("vastaanottaj", "ryhm"),
    ("adresat", "grup"),
    ("odbiorc", "grup"),
    ("příjemc", "skupin"),
    ("príjemc", "skup"),
    ("primatelj", "grup"),
    ("prejemnik", "skupin"),
    ("címzett", "csoport"),
    ("destinatar", "grup"),
    ("получател", "групп"),
    ("получател", "груп"),
    ("одержувач", "груп"),
    ("alıcı", "grup"),
    ("παραλήπτ", "ομάδ"),
    ("受信者", "グループ"),
    ("收件人", "组"),
    ("收件者", "群組"),
    ("받는 사람", "그룹"),
    ("נמענ", "קבוצ"),
    ("المستلم", "المجموع"),
    ("penerima", "grup"),
    ("penerima", "kumpulan"),
    ("người nhận", "nhóm"),
    ("ผู้รับ", "กลุ่ม"),
];

/// Whether one of the first lines is the heading of the part for users, in any language that is known: it names
/// recipients and groups, and ends with a colon.
pub(crate) fn has_heading(words: &str) -> bool {
    const LINES: usize = 40;
    text::lines(words).take(LINES).map(text::trim).any(|line| {
        (10..240).contains(&line.len()) && line.ends_with([':', '：', '.', '。']) && {
            let line = line.to_lowercase();
            RECIPIENTS_OR_GROUPS.iter().any(|(recipients, groups)| line.contains(recipients) && line.contains(groups))
        }
    })
}
