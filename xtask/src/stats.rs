//! Counts entries, codes, texts and sources of each provider.

use ndr_resolve::{Catalog, Entry, Trust};

/// The counts of one provider, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) entries: usize,
    /// Codes and ranges in its entries.
    pub(crate) codes: usize,
    pub(crate) texts: usize,
    pub(crate) examples: usize,
    /// Entries by their most reliable source: documented, observed, inferred.
    pub(crate) trust: [usize; 3],
    /// The oldest date in the `checked` fields of its sources.
    pub(crate) oldest: &'static str,
}

/// Returns a row for each provider that has entries, in catalogue order.
pub(crate) fn rows(catalog: &Catalog) -> Vec<Row> {
    let row = |id: &'static str, name: &'static str| {
        let mut row = Row { id, name, ..Row::default() };
        catalog.entries().iter().filter(|entry| entry.provider == id).for_each(|entry| row.add(entry));
        row
    };
    let rows = catalog.providers().iter().map(|provider| row(provider.id, provider.name));
    rows.filter(|row| row.entries > 0).collect()
}

/// Returns the counts of the whole catalogue.
pub(crate) fn total(catalog: &Catalog) -> Row {
    let mut row = Row { id: "all", name: "All", ..Row::default() };
    catalog.entries().iter().for_each(|entry| row.add(entry));
    row
}

impl Row {
    fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        self.codes += entry.codes.len();
        self.texts += entry.texts.len();
        self.examples += entry.examples.len();
        let surest = [Trust::Documented, Trust::Observed, Trust::Inferred]
            .into_iter()
            .position(|trust| entry.sources.iter().any(|source| source.trust == trust));
        if let Some(at) = surest {
            self.trust[at] += 1;
        }
        for source in entry.sources {
            if self.oldest.is_empty() || source.checked < self.oldest {
                self.oldest = source.checked;
            }
        }
    }

    /// Returns the counts in the order of [`HEAD`].
    pub(crate) fn cells(&self) -> [String; 8] {
        let [documented, observed, inferred] = self.trust;
        let counts = [self.entries, self.codes, self.texts, self.examples, documented, observed, inferred];
        let [a, b, c, d, e, f, g] = counts.map(|count| count.to_string());
        [a, b, c, d, e, f, g, self.oldest.to_string()]
    }
}

/// Column titles of [`Row::cells`].
pub(crate) const HEAD: [&str; 8] =
    ["entries", "codes", "texts", "examples", "documented", "observed", "inferred", "oldest check"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_counted_once() {
        let entry = |slug: &str, provider: &str, sources: &str| {
            format!(
                "- {{slug: {slug}, provider: {provider}, title: A, codes: [\"5.2.{}\"], texts: [\"{slug} is full\"], category: \
                 mailbox-full, meaning: Full., steps: {{sender: [Wait.]}}, examples: [\"552 {slug} is full\"], sources: [{sources}]}}\n",
                slug.len()
            )
        };
        let text = format!(
            "providers:\n- id: generic\n  name: Any\n- id: gmail\n  name: Gmail\n- id: unused\n  name: None\nentries:\n{}{}{}",
            entry("box", "generic", "{name: A, checked: 2026-02-01, trust: inferred}"),
            entry(
                "store",
                "generic",
                "{name: A, checked: 2026-03-01, trust: observed}, {name: B, checked: 2025-01-01, trust: documented}"
            ),
            entry("mailbox", "gmail", "{name: A, checked: 2026-04-01, trust: observed}")
        );
        let catalog = ndr_catalog::load("small.yaml", &text).unwrap();
        let shown: Vec<String> =
            rows(&catalog).iter().map(|row| format!("{} {}", row.id, row.cells().join(" "))).collect();
        assert_eq!(shown, ["generic 2 2 2 2 1 0 1 2025-01-01", "gmail 1 1 1 1 0 1 0 2026-04-01"]);
        assert_eq!(total(&catalog).cells().join(" "), "3 3 3 3 1 1 1 2025-01-01");
    }
}
