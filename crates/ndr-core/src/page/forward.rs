//! Messages that a mail client wrote into the text of another mail: header lines in its own words, then the body.

use crate::phrases::forwards::{LABELS, Label};
use crate::text::{self, address};

/// A message that stands in the text of another one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// The value of its From line.
    pub(crate) from: String,
    /// The value of its To line.
    pub(crate) to: String,
    /// The value of its Subject line.
    pub(crate) subject: String,
    /// Its text, without marks of quoting.
    pub(crate) body: String,
}

/// The most such headers that are looked at in one text: a thread has some, a flood of them is hostile.
const MOST: usize = 20;

impl Forwarded {
    /// The messages in a text, the outermost first.
    pub(crate) fn all(text: &str) -> Vec<Forwarded> {
        let lines: Vec<&str> = text::lines(text).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < lines.len() && found.len() < MOST {
            let rest = lines.get(at..).unwrap_or_default();
            match header(rest).or_else(|| attribution(rest)) {
                Some((mut one, used, quote)) => {
                    one.body = body(lines.get(at + used..).unwrap_or_default(), quote);
                    found.push(one);
                    at += used;
                }
                None => at += 1,
            }
        }
        found
    }

    /// The message as a mail, for the reader of mails.
    pub(crate) fn to_mail(&self) -> Vec<u8> {
        let line = |value: &str| value.replace(['\r', '\n'], " ");
        format!(
            "From: {}\nTo: {}\nSubject: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 8bit\n\n{}",
            line(&self.from),
            line(&self.to),
            line(&self.subject),
            self.body
        )
        .into_bytes()
    }
}

/// How deep a line is quoted: the marks `>` and `|` in front of it.
fn depth(line: &str) -> usize {
    let marks = line.trim_start_matches(['>', '|', ' ', '\t']);
    text::upto(line, line.len() - marks.len()).bytes().filter(|byte| matches!(byte, b'>' | b'|')).count()
}

/// A line without so many marks of quoting.
fn unquoted(line: &str, depth: usize) -> &str {
    let mut rest = line;
    for _ in 0..depth {
        let Some(bare) = rest.trim_start().strip_prefix(['>', '|']) else { break };
        rest = bare;
    }
    if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest }
}

/// The label of a header line and its value: `From: a`, `*Von:* a`, `De : a`, `Subject: \ta`.
fn labelled(line: &str) -> Option<(Label, &str)> {
    let line = line.trim().trim_start_matches(['*', '_']);
    let (label, value) = line.split_once([':', '：']).filter(|(label, _)| label.len() <= 40)?;
    let label = label.trim().trim_matches(['*', '_', '\u{a0}']).trim().to_lowercase();
    let (_, label) = LABELS.iter().find(|(known, _)| *known == label)?;
    Some((*label, value.trim().trim_start_matches(['*', '_']).trim()))
}

/// The header that begins a list of lines: the message without its body, how many lines it takes, how deep it is quoted.
fn header(lines: &[&str]) -> Option<(Forwarded, usize, usize)> {
    let quote = depth(lines.first()?);
    let mut one = Forwarded::default();
    let (mut labels, mut used, mut last) = (0, 0, None);
    for line in lines.iter().take(24) {
        let bare = unquoted(line, quote);
        if bare.trim().is_empty() {
            // Some clients put an empty line between two header lines.
            let goes_on = lines.get(used + 1).is_some_and(|next| labelled(unquoted(next, quote)).is_some());
            if labels == 0 || !goes_on {
                break;
            }
            used += 1;
            continue;
        }
        let Some((label, value)) = labelled(bare) else {
            // The value may stand below its label, or go on there.
            let slot = match last {
                Some(Label::From) => &mut one.from,
                Some(Label::Subject) => &mut one.subject,
                Some(Label::To) => &mut one.to,
                _ => break,
            };
            let is_continued = bare.starts_with([' ', '\t']) && used > 0;
            if !slot.is_empty() && !is_continued {
                break;
            }
            slot.push_str(if slot.is_empty() { "" } else { " " });
            slot.push_str(bare.trim());
            used += 1;
            continue;
        };
        let slot = match label {
            Label::From => Some(&mut one.from),
            Label::To => Some(&mut one.to),
            Label::Subject => Some(&mut one.subject),
            Label::Other => None,
        };
        if let Some(slot) = slot.filter(|slot| slot.is_empty()) {
            slot.push_str(value);
        }
        last = Some(label);
        labels += 1;
        used += 1;
    }
    let is_header = labels >= 3 && (!one.from.is_empty() || !one.subject.is_empty())
        || labels == 2 && !one.subject.is_empty()
        || labels == 1 && quote > 0 && !one.subject.is_empty();
    is_header.then_some((one, used, quote))
}

/// The line that introduces a quoted mail: `On 2 March, Mail Delivery System <mailer-daemon@example.net> wrote:`, in any
/// language: it names an address, ends with a colon, and quoted lines follow. It may be wrapped.
fn attribution(lines: &[&str]) -> Option<(Forwarded, usize, usize)> {
    const WRAPPED: usize = 3;
    let first = lines.first()?;
    if first.trim().is_empty() || depth(first) > 0 {
        return None;
    }
    let count = lines.iter().take(WRAPPED).position(|line| line.trim_end().ends_with([':', '：']))? + 1;
    let line = lines.iter().take(count).map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let one = address::find(&line).last()?;
    let quoted = lines.iter().skip(count).find(|line| !line.trim().is_empty())?;
    let depth = depth(quoted);
    // What stands in front of the name is a date, behind a comma or a verb.
    let name = text::upto(&line, one.start).rsplit([',', '\u{2e}']).next().unwrap_or_default();
    let from = format!("{} <{}>", name.trim().trim_end_matches('<').trim(), one.address);
    (depth > 0 && line.len() < 300).then(|| (Forwarded { from, ..Forwarded::default() }, count, depth))
}

/// The body behind a header that is quoted so deep: all lines while it is quoted, or all.
fn body(lines: &[&str], quote: usize) -> String {
    let mut out = String::new();
    for line in lines {
        if quote > 0 && depth(line) < quote && !line.trim().is_empty() {
            break;
        }
        out.push_str(unquoted(line, quote));
        out.push('\n');
    }
    // Where the client quotes the body and not the header.
    let quoted = out.lines().filter(|line| line.starts_with('>')).count();
    let all = out.lines().filter(|line| !line.trim().is_empty()).count();
    if quote == 0 && quoted >= 3 && quoted * 3 >= all * 2 {
        return out.lines().map(|line| format!("{}\n", unquoted(line, 1))).collect();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_clients() {
        for text in [
            "look\n\n-----Original Message-----\nFrom: Mail <d@example.net>\nSent: Monday\nTo: a@example.com\nSubject: Failure\n\nbody\n",
            "---------- Forwarded message ---------\nDe: Mail <d@example.net>\nDate: lun. 1\nSubject: Failure\nTo: <a@example.com>\n\nbody\n",
            "Begin forwarded message:\n\n> From: Mail <d@example.net>\n> Subject: Failure\n> Date: 1 May\n> To: a@example.com\n> \n> body\n",
            "WG\n\nVon: Mail <d@example.net>\nGesendet: Montag\nAn: a@example.com\nBetreff: Failure\n\nbody\n",
            "*From:* Mail <d@example.net>\n*Sent:* Monday\n*To:* a@example.com\n*Subject:* Failure\n\nbody\n",
            "De : Mail <d@example.net>\nEnvoyé : lundi\nÀ : a@example.com\nObjet : Failure\n\nbody\n",
            "差出人: Mail <d@example.net>\n送信日時: 月曜日\n宛先: a@example.com\n件名: Failure\n\nbody\n",
        ] {
            let found = Forwarded::all(text);
            let one = found.first().unwrap_or_else(|| panic!("{text}"));
            assert_eq!((one.from.as_str(), one.to.trim_matches(['<', '>'])), ("Mail <d@example.net>", "a@example.com"));
            assert_eq!((one.subject.as_str(), one.body.trim()), ("Failure", "body"), "{text}");
        }
    }

    #[test]
    fn an_attribution_introduces_a_quoted_mail() {
        for text in [
            "look\n\nOn Mon, 2 March 2026, Mail Delivery System <d@example.net> wrote:\n\n> body\n> more\n",
            "Am Di., 4. März 2025 um 09:12 Uhr schrieb Mail Delivery Subsystem\n<d@example.net>:\n\n> body\n",
            "Le lun. 2 mars 2026 à 09:12, Mail <d@example.net> a écrit :\n> body\n",
        ] {
            let found = Forwarded::all(text);
            assert!(found[0].from.ends_with("<d@example.net>"), "{found:?}");
            assert!(found[0].body.trim().starts_with("body"), "{found:?}");
        }
    }

    #[test]
    fn prose_is_no_header() {
        for text in ["Hello: there\nfrom me", "From: only one line\n\ntext", "a: 1\nb: 2\nc: 3\n", "> To: you\n> text"]
        {
            assert_eq!(Forwarded::all(text), [], "{text}");
        }
    }
}
