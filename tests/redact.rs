//! Masking, on every sample: it is proved, it is complete, and to do it twice changes nothing more.

use ndr::redact::{Masks, Redactor};
use std::path::{Path, PathBuf};

fn samples() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
        names.sort();
        for name in names {
            if name.is_dir() {
                collect(&name, found);
            } else if name.file_name().is_some_and(|file| file != "README.md") {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), &mut found);
    assert!(found.len() > 200, "{} samples", found.len());
    found
}

#[test]
fn every_sample_is_masked_with_proof() {
    let mut refused = Vec::new();
    let mut kept = Vec::new();
    for path in samples() {
        let name = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples")).unwrap();
        let name = name.display();
        let bytes = std::fs::read(&path).unwrap();
        match Redactor::new().redact(&bytes) {
            Ok(masked) => {
                if !masked.kept.is_empty() {
                    kept.push(format!("{name}: {}", masked.kept.join(", ")));
                }
                match Redactor::new().redact(&masked.bytes) {
                    Ok(twice) if twice.bytes == masked.bytes => {}
                    Ok(twice) => {
                        let (once, twice) =
                            (String::from_utf8_lossy(&masked.bytes), String::from_utf8_lossy(&twice.bytes));
                        let line = once.lines().zip(twice.lines()).find(|(once, twice)| once != twice);
                        refused.push(format!("{name}: masked twice: {line:?}"));
                    }
                    Err(error) => refused.push(format!("{name}: masked twice: {error}")),
                }
            }
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    println!("{} kept something:\n{}", kept.len(), kept.join("\n"));
    assert!(refused.is_empty(), "{} refused:\n{}", refused.len(), refused.join("\n"));
}
