//! Grades of entries, given by people who did not write them: `catalog.review.tsv` beside the catalogue.
//!
//! A line is a slug, the hash of the entry as it was read, the grade (3 right and ready to act on, 2 right but short of
//! something, 1 misleads, 0 wrong), the date, and what is missing; tabs stand between them. An entry may be graded twice.
//! A line whose hash is no longer the entry's is stale: the entry has changed since.

use crate::layout::{Layout, field_of};
use crate::problem::Problem;
use crate::raw::nearest;
use std::collections::BTreeMap;

/// The lowest grade that an entry may have.
const LEAST: u8 = 2;

/// One grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The entry.
    pub slug: String,
    /// From 0 to 3.
    pub grade: u8,
    /// When it was given.
    pub date: String,
    /// What the entry lacks.
    pub missing: String,
    /// Whether the entry is still as it was graded.
    pub is_fresh: bool,
}

/// The hash of each entry of a catalogue, in its order. Blank lines, the end of lines and comments do not count.
///
/// ```
/// let hashes = |text: &str| ndr_catalog::entry_hashes(text);
/// assert_eq!(hashes("entries:\n- slug: a\n  title: B\n"), hashes("entries:\n# one\n- slug: a\n  title: B \n\n"));
/// assert_ne!(hashes("entries:\n- slug: a\n  title: B\n"), hashes("entries:\n- slug: a\n  title: C\n"));
/// ```
pub fn entry_hashes(text: &str) -> Vec<(String, String)> {
    let layout = Layout::read("", text);
    let of = |item: &crate::layout::Item<'_>| {
        let slug = item.lines.iter().find(|line| field_of(line) == Some("slug"))?;
        let (_, slug) = slug.split_once(':')?;
        // FNV-1a: the same on every machine and in every version.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let lines = item.lines.iter().map(|line| line.trim_end());
        for line in lines.filter(|line| !line.is_empty() && !line.trim_start().starts_with('#')) {
            for byte in line.bytes().chain([b'\n']) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Some((slug.trim().trim_matches(['"', '\'']).to_string(), format!("{:012x}", hash >> 16)))
    };
    layout.entries.iter().filter_map(of).collect()
}

/// Reads the grades of the catalogue in `catalog`, and finds what is wrong with them: lines that cannot be read, unknown
/// slugs, and grades below 2 of entries that have not changed since.
pub fn reviews(file: &str, text: &str, catalog: &str) -> (Vec<Review>, Vec<Problem>) {
    let hashes: BTreeMap<String, String> = entry_hashes(catalog).into_iter().collect();
    let names = crate::names(catalog);
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let mut complain = |message: String, help: String| {
            problems.push(Problem {
                file: file.to_string(),
                line: number + 1,
                column: 1,
                excerpt: line.replace('\t', " "),
                message,
                help: Some(help),
            });
        };
        let cells: Vec<&str> = line.split('\t').collect();
        let (Some(slug), Some(hash), Some(grade), Some(date)) =
            (cells.first(), cells.get(1), cells.get(2), cells.get(3))
        else {
            complain("a grade has five columns".to_string(), "slug, hash, grade, date, what is missing".to_string());
            continue;
        };
        let Some(grade) = grade.parse::<u8>().ok().filter(|grade| *grade <= 3) else {
            complain(format!("`{grade}` is no grade"), "a grade is 0, 1, 2 or 3".to_string());
            continue;
        };
        if !names.contains(*slug) {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let help =
                nearest(slug, &known).map_or("remove the line".to_string(), |near| format!("did you mean `{near}`?"));
            complain(format!("there is no entry `{slug}`"), help);
            continue;
        }
        let is_fresh = hashes.get(*slug).is_some_and(|own| own == hash);
        let missing = cells.get(4).copied().unwrap_or_default();
        if grade < LEAST && is_fresh {
            complain(
                format!("`{slug}` has the grade {grade}, and {LEAST} is the least"),
                if missing.is_empty() { "mend the entry".to_string() } else { format!("mend the entry: {missing}") },
            );
        }
        found.push(Review {
            slug: (*slug).to_string(),
            grade,
            date: (*date).to_string(),
            missing: missing.to_string(),
            is_fresh,
        });
    }
    (found, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOG: &str = "entries:\n- slug: full\n  title: Full\n- slug: gone\n  title: Gone\n  was: [left]\n";

    fn problems(lines: &str) -> Vec<String> {
        reviews("catalog.review.tsv", lines, CATALOG).1.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn a_low_grade_counts_until_the_entry_changes() {
        let hash = &entry_hashes(CATALOG)[0].1;
        let line = format!("# grades\nfull\t{hash}\t1\t2026-12-01\tsteps say nothing\n");
        assert_eq!(problems(&line), ["`full` has the grade 1, and 2 is the least"]);
        let stale = line.replace(hash.as_str(), "000000000000");
        assert_eq!(problems(&stale), Vec::<String>::new());
        let (found, _) = reviews("", &stale, CATALOG);
        assert_eq!((found.len(), found[0].is_fresh, found[0].missing.as_str()), (1, false, "steps say nothing"));
        // Twice graded is twice counted.
        let twice = format!("full\t{hash}\t2\t2026-12-01\t\nfull\t{hash}\t3\t2026-12-01\n");
        assert_eq!(reviews("", &twice, CATALOG).0.iter().filter(|one| one.is_fresh).count(), 2);
    }

    #[test]
    fn lines_that_cannot_be_read_are_named() {
        assert_eq!(problems("full\tabc\n"), ["a grade has five columns"]);
        assert_eq!(problems("full\tabc\t4\t2026-12-01\t\n"), ["`4` is no grade"]);
        assert_eq!(problems("ful\tabc\t3\t2026-12-01\t\n"), ["there is no entry `ful`"]);
        // A former name is a stale line.
        assert_eq!(problems("left\tabc\t1\t2026-12-01\t\n"), Vec::<String>::new());
    }
}
