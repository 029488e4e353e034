//! The words that results are made of, as Python types.

use crate::page::File;
use ndr::{Action, Actor, Basis, Catalog, Category, Certainty, Kind, Party, Retry, Suppress, Trust};

const LITERALS: &str = "bindings/python/python/ndr/_literals.py";

/// Returns the Python module with a `Literal` type for each closed set of words, so that a type checker finds unknown
/// words.
pub(crate) fn literals(catalog: &Catalog) -> Vec<File> {
    macro_rules! slugs {
        ($type:ident) => {
            $type::ALL.iter().map(|value| value.slug()).collect()
        };
    }
    let sets: [(&str, &str, Vec<&str>); 12] = [
        ("Action", "What was done with the message for one recipient.", slugs!(Action)),
        ("Actor", "Who must act.", slugs!(Actor)),
        ("Basis", "Which evidence decided, strongest first.", slugs!(Basis)),
        ("Category", "What kind of failure it is.", slugs!(Category)),
        ("Certainty", "How sure a diagnosis is.", slugs!(Certainty)),
        ("Kind", "What a message is.", slugs!(Kind)),
        ("Party", "About whom a refusal speaks.", slugs!(Party)),
        ("Provider", "Whose wording or code it is.", catalog.providers().iter().map(|provider| provider.id).collect()),
        ("Retry", "Does sending again help?", slugs!(Retry)),
        ("Slug", "The entries of the built-in catalogue.", catalog.entries().iter().map(|entry| entry.slug).collect()),
        ("Suppress", "Is the address itself to be dropped?", slugs!(Suppress)),
        ("Trust", "How well a source is known.", slugs!(Trust)),
    ];
    let mut out = String::from(
        "# Written by `cargo xtask docs` from catalog.yaml: edit that file, not this one.\n\"\"\"The words that results \
         are made of, as types.\"\"\"\n\nfrom typing import Literal, TypeAlias\n",
    );
    for (name, says, words) in sets {
        let words: String = words.iter().map(|word| format!("    \"{word}\",\n")).collect();
        out += &format!("\n{name}: TypeAlias = Literal[\n{words}]\n\"\"\"{says}\"\"\"\n");
    }
    vec![(LITERALS.to_string(), out)]
}
