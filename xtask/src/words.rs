//! `cargo xtask catalog words`: how common words are, counted in the sentences of xtask/words.

use crate::shared::{read, root};
use std::collections::BTreeMap;

/// Where the sentences stand.
const SENTENCES: [&str; 2] = ["xtask/words/life.txt", "xtask/words/servers.txt"];
/// The table that is written.
const TABLE: &str = "crates/ndr-resolve/src/frequencies.rs";
/// The line of that file behind which the table begins, and the one that ends it.
const BEGIN: &str = "const TABLE: &[(&str, u8)] = &[\n";
const END: &str = "];\n";
/// The longest line.
const WIDTH: usize = 118;

/// Writes the table, or fails where it is stale.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in SENTENCES {
        for line in read(name)?.lines().filter(|line| !line.starts_with('#')) {
            count(line, &mut counts);
        }
    }
    let before = read(TABLE)?;
    let (head, rest) = before.split_once(BEGIN).ok_or_else(|| format!("{TABLE} has no table"))?;
    let (_, tail) = rest.split_once(END).ok_or_else(|| format!("{TABLE} has no end"))?;
    let after = format!("{head}{BEGIN}{}{END}{tail}", table(&counts));
    if before == after {
        return Ok(());
    }
    if check {
        return Err(format!("{TABLE} is stale\nrun: cargo xtask catalog words"));
    }
    println!("wrote {TABLE}: {} words", counts.len());
    std::fs::write(root().join(TABLE), after).map_err(|error| format!("{TABLE}: {error}"))
}

/// Counts the words of a line; numbers are none.
fn count(line: &str, counts: &mut BTreeMap<String, usize>) {
    let words = line.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    for word in words.filter(|word| !word.is_empty() && !word.chars().all(|c| c.is_ascii_digit())) {
        *counts.entry(word).or_default() += 1;
    }
}

/// The rows: each word with the number of binary digits of its count.
fn table(counts: &BTreeMap<String, usize>) -> String {
    let (mut out, mut line) = (String::new(), String::new());
    for (word, count) in counts {
        let item = format!("(\"{word}\", {}), ", usize::BITS - count.leading_zeros());
        if line.chars().count() + item.chars().count() > WIDTH {
            out += &format!("    {}\n", line.trim_end());
            line.clear();
        }
        line += &item;
    }
    out + &format!("    {}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        let mut counts = BTreeMap::new();
        count("The mail, the MAIL: l'été 550", &mut counts);
        let counted: Vec<(&str, usize)> = counts.iter().map(|(word, count)| (word.as_str(), *count)).collect();
        assert_eq!(counted, [("l", 1), ("mail", 2), ("the", 2), ("été", 1)]);
        assert_eq!(table(&counts), "    (\"l\", 1), (\"mail\", 2), (\"the\", 2), (\"été\", 1),\n");
    }

    #[test]
    fn the_table_is_fresh() {
        assert_eq!(run(true), Ok(()));
    }
}
