//! Words around an address that tell whose it is: in front of it, behind it, and as the label of a line.
//!
//! The nearest words in front decide; where two lists match at the same place, the longer phrase does.

use crate::evidence::Role;
use crate::text::search::{Phrases, phrase_lists};

phrase_lists! {
    static BEFORE ():
    /// The address failed.
    FAILED = [
        "final-recipient", "original-recipient", "failed recipient", "failed address", "rcpt to", "rcpt",
        "unable to deliver message to", "could not be delivered to", "couldn't be delivered to",
        "was not delivered to", "wasn't delivered to", "not delivered to", "undeliverable to",
        "delivering your mail to", "deliver to", "delivered to", "delivery to", "deliver mail to",
        "deliver your message to", "recipient", "message to", "mail to", "email to", "sent to", "address", "user",
        "mailbox", "account", "for <", "unknown", "to:", "wasn't found at", "envelope-to", "expanded from",
        "to <", "to=", "addressee", "expired", "a expiré", "caducad", "expirad", "scadut", "wygasł", "empfänger", "empfaenger", "mailadresse", "an die adresse", "postfach",
        "destinataire", "destinatario", "destinatari", "destinatário", "ontvanger", "geadresseerde", "mottagare",
        "modtager", "mottaker", "vastaanottaj", "odbiorc", "adresat", "příjemc", "alıcı", "címzett",
        "получател", "Получател", "адрес", "Адрес", "абонент", "ящик", "кому", "Кому", "宛", "受信者",
        "収件人", "收件人", "收件者", "받는 사람", "수신자",
        "usuário", "usuario", "utilizador", "utente", "utilisateur", "benutzer", "användare", "brugere", "bruker", "gebruiker",
        "käyttäj", "użytkownik", "uživatel", "používate", "korisnik", "uporabnik", "пользовател", "Пользовател", "користувач",
        "потребител", "kullanıcı", "felhasználó", "utilizatorul", "用户", "用戶", "使用者", "ユーザ", "사용자", "casella di", "boîte de",
        "buzón de", "caixa de", "邮箱", "信箱", "メールボックス",
        "gavėj", "saņēmēj", "saaja", "primatelj", "primaoc", "prejemnik", "príjemc", "destinatarul", "παραλήπτ", "отримувач", "одержувач",
        "penerima", "người nhận", "ผู้รับ", "प्राप्तकर्ता", "הנמען", "المستلم", "گیرنده",
        "받는사람", "받는이", "수신인", "entregado a", "entregar a", "entregado para", "entregue a", "entregue para",
        "entregar para", "remis à", "remettre à", "recapitato a", "recapitare a", "consegnato a",
        "bezorgd aan", "bezorgd bij", "afgeleverd aan", "afgeleverd bij", "zugestellt an", "nicht an", "not to", "zustellung an",
        "e-mail an", "nachricht an", "mail an", "mensaje a", "mensaje para", "mensagem para", "message à",
        "messaggio a", "bericht aan", "meddelandet till", "till följande", "meddelelsen til",
        "viestiä osoitteeseen", "wiadomości do", "zprávu na", "iletiniz", "сообщение для", "письмо для",
        "could not send e-mail to", "could not send email to", "could not send mail to",
        "could not send a message to", "could not send an e-mail to", "could not send an email to",
        "could not send the message to", "could not send your message to", "could not send your email to",
        "couldn't send e-mail to", "couldn't send email to", "couldn't send mail to", "couldn't send a message to",
        "couldn't send an e-mail to", "couldn't send an email to", "couldn't send the message to",
        "couldn't send your message to", "couldn't send your email to", "failed to send e-mail to",
        "failed to send email to", "failed to send mail to", "failed to send a message to",
        "failed to send an e-mail to", "failed to send an email to", "failed to send the message to",
        "failed to send your message to", "failed to send your email to", "unable to send e-mail to",
        "unable to send email to", "unable to send mail to", "unable to send a message to",
        "unable to send an e-mail to", "unable to send an email to", "unable to send the message to",
        "unable to send your message to", "unable to send your email to", "cannot send e-mail to",
        "cannot send email to", "cannot send mail to", "cannot send a message to", "cannot send an e-mail to",
        "cannot send an email to", "cannot send the message to", "cannot send your message to",
        "cannot send your email to", "can't send e-mail to", "can't send email to", "can't send mail to",
        "can't send a message to", "can't send an e-mail to", "can't send an email to", "can't send the message to",
        "can't send your message to", "can't send your email to", "relay for ", "relaying for ", "relay to ",
        "письмо на", "адресу", "发送到", "发送给", "傳送到", "傳送給", "送達到", "naar <", "para <", "à <", "an <",
    ];
    /// The address is the sender's, or the report is addressed to it.
    SENDER = [
        "from:", "mail from", "from <", "from=", "from =", "from \"", "sender", "reply-to", "envelope-from", "return-path",
        "sender address", "sender's address", "from address", "return address", "sending address", "envelope address", "senders address",
        "originator", "addressed from", "message from", "messages from", "mails from", "email from", "emails from", "e-mails from",
        "nachrichten von", "messages de <", "mensajes de", "messaggi da", "mensagens de", "berichten van", "mail you sent from", "on behalf of", "sent by", "submitted by",
        "sent from", "ctladdr", "mailfrom", "helo", "verification failed for",
        "as sender", "task '", "reporter", "domain of", "authenticated as", "sasl_username", "logged in as", "login", "username",
        "absender", "von:", "von <", "gesendet von", "expéditeur", "expediteur", "de:", "de :", "de <",
        "remitente", "mittente", "da:", "remetente", "afzender", "van:", "avsändare", "från:", "afsender", "fra:",
        "avsender", "lähettäj", "nadawc", "od:", "odesílatel", "gönderen", "kimden", "feladó", "отправител",
        "Отправител", "от кого", "От:", "от:", "відправник", "发件人", "寄件者", "寄件人", "差出人", "送信者",
        "送信元", "보낸 사람", "발신자", "αποστολ", "השולח", "المرسل",
        "siuntėj", "sūtītāj", "saatja", "pošiljatelj", "pošiljaoc", "odosielate", "expeditor", "подател", "пошиља", "pengirim",
        "người gửi", "ผู้ส่ง", "प्रेषक", "فرستنده",
    ];
    /// The address is one to write to for help.
    CONTACT = [
        "contact", "send mail to", "reply to", "forward this", "report to", "questions", "e-mail to postmaster",
        "please mail", "write to", "write to the address", "write to this address", "mail the address", "contact the address", "use the address",
        "schreiben sie an die adresse", "sie bitte an die adresse", "sich an die adresse", "sich bitte an die adresse", "please email", "please e-mail", "please write", "please send", "please forward",
        "please report", "help", "unsubscribe", "via email", "delist", "assistance", "support", "postmaster at",
        "administrator", "send a message to", "send an email to", "send email to", "send e-mail to", "send an e-mail to", "mail us at", "reach us", "abuse@",
        "complain", "whitelist", "appeal",
        // Where the recipient is to be reached instead.
        "try <", "please try", "; try", ", try", "instead try", "please use", "instead use", "use instead", "write instead to", "moved to", "has moved",
        "relocated to", "new address", "new email address", "new e-mail address", "new mail address", "forwarding address", "forwarded to",
        "neue adresse", "neue e-mail-adresse", "neuen adresse", "stattdessen", "nouvelle adresse", "plutôt", "nueva dirección",
        "nuevo correo", "nuovo indirizzo", "novo endereço", "novo e-mail", "nieuw adres", "nieuwe adres", "ny adress", "ny adresse",
        "nowy adres", "nová adresa", "новый адрес", "новому адресу", "yeni adres", "新しいアドレス", "新アドレス", "新地址", "새 주소", "for more information", "feedback", "hotline", "kontakt", "fragen",
        "wenden sie sich", "schreiben sie", "rückfragen", "contacter", "contactez", "écrivez", "contacte", "contacto",
        "póngase en contacto", "contattare", "scrivere a", "entre em contato", "contate", "neem contact", "kontakta",
        "skriv til", "обратитесь", "Обратитесь", "обращайтесь", "Обращайтесь", "Свяжитесь", "Пишите", "Écrivez", "зверніться", "Зверніться", "связаться", "свяжитесь", "пишите", "联系", "聯絡", "お問い合わせ",
        "連絡", "문의",
    ];
    /// It is no mailbox at all.
    IDENTIFIER = [
        "message-id", "message id", "messageid", "msgid", "msg-id", "mid=", "msg_id", " id <", " id=<", "(id=<", "(id <", ",id=<", ";id=<", "id: <", "in-reply-to",
        "references", "queue-id", "queueid", "envelope-id", "nachrichten-id", "メッセージid",
    ];
    /// The report is addressed to it, where these words stand right in front of it.
    GREETING = ["dear ", "hello ", "hallo ", "hi ", "sorry ", "bonjour ", "hola ", "ciao ", "olá ", "beste ", "hej "];
    /// It is of the mail that the words quote.
    QUOTED = [
        "cc:", "bcc:", "cc <", "kopie:", "kopie an", "copie", "copia:", "copia a", "cópia", "kopia:", "kopi:", "kopio:", "копия:", "копія:",
        "抄送", "密送", "副本:", "参照:", "참조", "subject:", "betreff:",
    ];
}

/// The role that words in front of an address give it.
pub(crate) fn role_before(number: usize) -> Role {
    match number {
        number if FAILED.contains(&number) => Role::Failed,
        number if SENDER.contains(&number) || GREETING.contains(&number) => Role::Sender,
        number if CONTACT.contains(&number) => Role::Contact,
        _ => Role::Identifier,
    }
}

phrase_lists! {
    static BEHIND ():
    /// Words behind an address that speak of it as the sender.
    BEHIND_SENDER = [
        "sender address rejected", "sender rejected", "sender address", "sender verify", "sender denied", "sender is",
        "sender domain", "sender not", "sender ip", "sender blocked", "sender refused", "sender verification",
        "is not allowed to send", "not authorized to send", "not authorised to send", "not permitted to send",
        "cannot send", "can't send", "may not send", "unable to send", "domain of sender", "as sender",
        "invalid sender", "is blacklisted", "is blocked from sending", "has been blocked from sending",
        "has exceeded", "exceeded its", "sending limit", "sent too many", "sending quota", "is not owned by",
        "does not resolve", "returns an mx", "spf", "dmarc", "dkim", "your ip", "absender", "expéditeur", "remitente",
        "mittente", "remetente", "afzender", "отправител", "发件人", "差出人",
        "darf nicht senden", "darf nicht von", "nicht berechtigt", "no tiene permiso para enviar", "no puede enviar", "não tem permissão para enviar",
        "não pode enviar", "n'est pas autorisé à envoyer", "ne peut pas envoyer", "non è autorizzato a inviare", "non può inviare",
        "mag niet verzenden", "får inte skicka", "må ikke sende", "nie może wysyłać", "nesmí odesílat", "не может отправлять",
        "無權寄送", "无权发送", "不能发送", "送信できません", "gönderemez",
        "siuntėj", "sūtītāj", "saatja", "pošiljatelj", "odosielate", "odesílatel", "nadawc", "expeditor", "відправник", "подател",
        "avsändar", "afsender", "avsender", "lähettäj", "feladó", "gönderen", "αποστολ", "השולח", "المرسل", "pengirim", "người gửi",
        "发信人", "寄件", "送信者", "送信元", "发送者", "발신자", "보낸 사람", "ผู้ส่ง",
    ];
    /// Words behind an address that speak of it as the recipient.
    BEHIND_FAILED = [
        "recipient", "user unknown", "unknown user", "no such user", "does not exist", "doesn't exist", "mailbox",
        "not found", "over quota", "quota exceeded", "disabled", "inactive", "suspended", "no longer", "not known",
        "no mailbox", "invalid address", "address rejected", "host ", "said:", "delivery failed", "could not be delivered",
        "undeliverable", "unknown", "user ", "account", "unbekannt", "existiert nicht", "voll", "inconnu", "n'existe pas",
        "no existe", "desconocido", "lleno", "llena", "sconosciuto", "inesistente", "não existe", "onbekend",
        "bestaat niet", "okänd", "ukendt", "nieznany", "не существует", "не найден", "переполнен", "不存在", "存在しません",
        "não encontrado", "no encontrado", "introuvable", "non trovato", "finns inte", "findes ikke", "finnes ikke", "niet gevonden",
        "nie istnieje", "neexistuje", "не знайдено", "не існує", "bulunamadı", "nem található", "已停用", "未找到", "見つかりません", "찾을 수 없",
        "unrecognized", "unrecognised", "email address has", "address expired", "expired", "not a valid", "not valid", "mail receiving", "bounced",
        "relay access denied", "relaying denied", "greylisted",
    ];
}
