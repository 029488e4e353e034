//! ndr
use std::io::Write;
fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for a in std::env::args().skip(1).filter(|a| a != "scan" && a != "--format" && a != "ndjson") {
        let bytes = std::fs::read(&a).unwrap();
        let mut r = ndr::decode(&bytes);
        r.source = Some(a);
        serde_json::to_writer(&mut out, &r).unwrap();
        writeln!(out).unwrap();
    }
}
