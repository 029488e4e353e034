//! Phrases that say that a refusal is temporary: it may pass later.

use crate::text::search::{Phrases, phrases};

/// Words of a server that wants the message again. Case does not matter in ASCII; a phrase that begins with another
/// letter stands here in both cases, unless its language has none.
static LATER: Phrases = phrases!(&[
    "try again later",
    "try later",
    "try it later",
    "try again in ",
    "try again after",
    "try again at a later",
    "again in a few",
    "again later",
    "retry later",
    "retry in ",
    "retry after",
    "retry again",
    "resend later",
    "come back later",
    "temporarily",
    "temporary fail",
    "temporary error",
    "temporary problem",
    "temporary issue",
    "temporary local problem",
    "temporary block",
    "temporary defer",
    "temporary reject",
    "temporary lookup",
    "transient",
    "tempfail",
    "greylist",
    "graylist",
    "grey-list",
    "gray-list",
    "später erneut",
    "später noch einmal",
    "später nochmal",
    "später wieder",
    "vorübergehend",
    "zeitweise",
    "temporär",
    "plus tard",
    "ultérieurement",
    "temporaire",
    "provisoirement",
    "más tarde",
    "temporalmente",
    "error temporal",
    "fallo temporal",
    "più tardi",
    "temporane",
    "mais tarde",
    "temporariamente",
    "erro temporário",
    "later opnieuw",
    "later nog eens",
    "tijdelijk",
    "igen senere",
    "igen senare",
    "midlertidig",
    "tillfällig",
    "myöhemmin uudelleen",
    "tilapäi",
    "väliaikai",
    "spróbuj później",
    "spróbować później",
    "ponownie później",
    "tymczasow",
    "chwilowo",
    "zkuste to později",
    "zkuste později",
    "dočasn",
    "próbálja később",
    "átmenetileg",
    "ideiglenes",
    "încercați mai târziu",
    "temporar ",
    "daha sonra tekrar",
    "geçici",
    "αργότερα",
    "προσωριν",
    "позже",
    "позднее",
    "временн",
    "Временн",
    "пізніше",
    "тимчасов",
    "Тимчасов",
    "後でもう一度",
    "後ほど",
    "しばらくして",
    "時間をおいて",
    "一時的",
    "稍后",
    "稍後",
    "暂时",
    "暫時",
    "临时",
    "臨時",
    "나중에 다시",
    "잠시 후",
    "일시적",
    "مؤقت",
    "لاحقا",
    "מאוחר יותר",
    "זמנית",
]);

/// Whether words say that the refusal is temporary. "Check the address and try again" does not.
pub(crate) fn says_later(words: &str) -> bool {
    LATER.any(words)
}

#[cfg(test)]
mod tests {
    use super::says_later;

    #[test]
    fn words_that_put_off() {
        for text in [
            "450 4.1.1 user unknown, please try again later",
            "Mailbox TEMPORARILY disabled",
            "Temporary failure in name resolution",
            "550 Greylisted, come back in five minutes",
            "Bitte versuchen Sie es später noch einmal",
            "Boîte temporairement indisponible, réessayez plus tard",
            "Buzón no disponible temporalmente",
            "Временно недоступен",
            "メールボックスは一時的に利用できません",
            "用户暂时不可用，请稍后再试",
        ] {
            assert!(says_later(text), "{text}");
        }
    }

    #[test]
    fn words_that_do_not() {
        for text in [
            "550 5.1.1 Please check the recipient's address for typos and try again",
            "User unknown; do not resend",
            "Temporary e-mail addresses are not taken here",
            "550 mailbox closed, the owner left two years later",
            "",
        ] {
            assert!(!says_later(text), "{text}");
        }
    }
}
