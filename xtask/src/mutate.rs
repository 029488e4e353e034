//! Mutates good messages into what broken or hostile software might send. The same seed gives the same messages.

/// A seeded pseudo-random number generator (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Returns a number below `end`, or 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() >> 11) as usize % end }
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Maximum size of a mutated message in bytes.
const MOST: usize = 256 << 10;

/// Fragments that are hard to parse.
const PIECES: &[&[u8]] = &[
    b"\n\n",
    b"\r",
    b"\0\0\0\0",
    b"\x1B[2J\x1B]52;c;AAAA\x07",
    b"=?utf-8?q?=E2=80?=",
    b"=?iso-2022-jp?b?GyRC?=",
    b"=\n",
    b"\xC2",
    b"\xFF\xFE",
    b"\xE2\x80\xAE",
    b"<<<<a@example.com>",
    b"\"\\",
    b"--=_boundary--\n",
    b"Content-Type: multipart/report; boundary=\"\"\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Final-Recipient: rfc822;\n",
    b"Status: 5.999999999999.1\n",
    b"550-5.1.1 \n550 5.1.1 \n",
    b"4.7.500-699 5.7.606-649 999999999999999999999999",
    b"Diagnostic-Code: smtp; 550 #5.1.1\n",
    b"{ip} {domain} %s %n \\x{10FFFF}",
    b"[203.0.113.7] [2001:db8::5.1.1]",
    b"{\"eventType\":\"Bounce\",\"bounce\":{",
    b"<html><body><table><td>&#0;&#x110000;&nbsp;<!--",
];

const CHARSETS: &[&[u8]] =
    &[b"utf-8", b"utf-16", b"utf-7", b"iso-8859-1", b"windows-1252", b"iso-2022-jp", b"gb18030", b"x-unknown", b""];

/// Returns one of `all`, changed one to four times.
pub(crate) fn mutated(all: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut message = dice.pick(all).clone();
    for _ in 0..=dice.below(4) {
        change(&mut message, all, dice);
        message.truncate(MOST);
    }
    message
}

fn change(message: &mut Vec<u8>, all: &[Vec<u8>], dice: &mut Dice) {
    let len = message.len();
    let at = dice.below(len + 1);
    match dice.below(11) {
        0 => message.truncate(at),
        1 => {
            for _ in 0..=dice.below(30) {
                if let Some(byte) = message.get_mut(dice.below(len)) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        2 => line_ends(message, dice),
        3 => charset(message, dice),
        4 => {
            // Join the head of one message with the tail of another.
            let other = dice.pick(all);
            message.truncate(at);
            message.extend_from_slice(&other[dice.below(other.len() + 1)..]);
        }
        5 => {
            // Repeat a header line many times.
            let lines: Vec<&[u8]> = message.split_inclusive(|b| *b == b'\n').take(60).collect();
            if !lines.is_empty() {
                let line = dice.pick(&lines).to_vec();
                let times = 1 + dice.below(300);
                message.splice(0..0, line.repeat(times));
            }
        }
        6 => {
            let end = (at + dice.below(2000)).min(len);
            let chunk = message[at..end].to_vec();
            message.splice(at..at, chunk);
        }
        7 => drop(message.drain(at..(at + dice.below(500)).min(len))),
        8 => {
            for _ in 0..=dice.below(6) {
                let at = dice.below(message.len() + 1);
                let piece = dice.pick(PIECES).to_vec();
                message.splice(at..at, piece);
            }
        }
        9 => {
            let deep = b"Content-Type: message/rfc822\n\n".repeat(1 + dice.below(40));
            message.splice(0..0, deep);
        }
        _ => {
            let long = dice.pick(PIECES).repeat(1 + dice.below(400));
            message.splice(at..at, long);
        }
    }
}

fn line_ends(message: &mut Vec<u8>, dice: &mut Dice) {
    let way = dice.below(4);
    let mut out = Vec::with_capacity(message.len() + message.len() / 40);
    for byte in message.iter().filter(|byte| **byte != b'\r') {
        match (byte, if way == 3 { dice.below(3) } else { way }) {
            (b'\n', 0) => out.extend_from_slice(b"\r\n"),
            (b'\n', 1) => out.push(b'\r'),
            (b'\n', _) => out.push(b'\n'),
            (byte, _) => out.push(*byte),
        }
    }
    *message = out;
}

/// Names another charset, or changes the bytes so that they no longer fit the named one.
fn charset(message: &mut Vec<u8>, dice: &mut Dice) {
    let name = b"charset=";
    if let Some(at) = message.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name)) {
        let from = at + name.len();
        let end = message[from..].iter().position(|b| matches!(b, b'\n' | b'\r' | b';')).map_or(from, |n| from + n);
        message.splice(from..end, dice.pick(CHARSETS).iter().copied());
    }
    match dice.below(4) {
        0 => message.iter_mut().filter(|byte| matches!(byte, b'a' | b'e')).for_each(|byte| *byte |= 0x80),
        1 => *message = message.iter().take(MOST / 2).flat_map(|byte| [*byte, 0]).collect(),
        2 => {
            let start = message.len() / 2;
            let half: Vec<u8> = message[start..]
                .iter()
                .flat_map(|byte| if *byte == b'o' { vec![0xC3, 0xB8] } else { vec![*byte] })
                .collect();
            message.splice(start.., half);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_messages() {
        let all = [b"From: a@example.com\n\nx\n".to_vec(), b"Content-Type: text/plain; charset=utf-8\n\ny\n".to_vec()];
        let make = |seed| {
            let mut dice = Dice::new(seed);
            (0..500).map(|_| mutated(&all, &mut dice)).collect::<Vec<_>>()
        };
        assert!(make(7) == make(7));
        assert!(make(7) != make(8));
        assert!(make(7).iter().all(|message| message.len() <= MOST));
    }
}
