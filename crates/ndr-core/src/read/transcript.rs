//! The transcript of an SMTP session that Postfix sends to its postmaster: lines ` In:  RCPT TO:<...>` and
//! ` Out: 550 ...`. The refusal that counts is the last one, and the command before it.

use crate::evidence::{Finding, Findings, Reader};
use crate::page::Page;
use crate::phrases::Topic;
use crate::statement;
use crate::text::address;
use ndr_resolve::{find_reply, unfold_reply};

/// Whether the words hold a transcript.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.words.matches.any(Topic::Transcript, usize::MAX) && page.words.text.contains("\n Out: ")
}

/// Reads the transcript.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    Findings::of(Reader::Transcript, refusal(&page.words.text).into_iter().collect())
}

/// The refusal that ended the session.
fn refusal(text: &str) -> Option<Finding> {
    // Continuation lines are indented further than the marks.
    let mut turns: Vec<(bool, String)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start();
        if let Some(said) = bare.strip_prefix("In: ").filter(|_| line.len() - bare.len() <= 2) {
            turns.push((true, said.trim().to_string()));
        } else if let Some(said) = bare.strip_prefix("Out: ").filter(|_| line.len() - bare.len() <= 2) {
            turns.push((false, said.trim().to_string()));
        } else if line.starts_with([' ', '\t'])
            && let Some((_, last)) = turns.last_mut()
            && last.len() < 2_000
        {
            last.push(' ');
            last.push_str(bare.trim_end());
        }
        if turns.len() > 2_000 {
            break;
        }
    }
    let refuses = |said: &str| find_reply(said).is_some_and(|(code, at)| at == 0 && code >= 400);
    let last = turns.iter().rposition(|(is_command, said)| !is_command && refuses(said))?;
    let refusal = turns.get(last).map(|(_, said)| unfold_reply(said))?;
    let command = turns.iter().take(last).rev().find(|(is_command, _)| *is_command).map(|(_, said)| said.as_str());
    let rcpt = |said: &str| said.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("rcpt to"));
    let addressed = command.filter(|said| rcpt(said)).or_else(|| {
        turns.iter().rev().filter(|(is_command, _)| *is_command).map(|(_, said)| said.as_str()).find(|said| rcpt(said))
    });
    let address = addressed.and_then(|said| address::find(said).next()).map(|found| found.address.to_string());
    let mut recipient = Finding::new(address);
    statement::set_text(&mut recipient, &refusal);
    recipient.command = command.and_then(|said| statement::Marked::new(&format!(">>> {said}")).command());
    Some(recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_refusal_counts() {
        let text = "Transcript of session follows.\n\n Out: 220 mx.example.com ESMTP\n In:  EHLO a.example.net\n Out: 250 DSN\n \
                    In:  MAIL FROM:<a@example.net>\n Out: 250 2.1.0 Ok\n In:  RCPT TO:<b@example.com>\n     ORCPT=rfc822;b@example.com\n \
                    Out: 451 4.3.0 <b@example.com>: Temporary\n     lookup failure\n In:  QUIT\n Out: 221 2.0.0 Bye\n";
        let recipient = refusal(text).unwrap();
        assert_eq!(recipient.address.as_deref(), Some("b@example.com"));
        assert_eq!(recipient.text.as_deref(), Some("451 4.3.0 <b@example.com>: Temporary lookup failure"));
        assert_eq!((recipient.reply, recipient.command), (Some(451), Some("RCPT TO")));
        assert!(refusal("hello").is_none());
    }
}
