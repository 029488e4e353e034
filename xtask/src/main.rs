//! tasks
fn main() {
    let t = std::fs::read_to_string("catalog.yaml").unwrap();
    let s = std::time::Instant::now();
    match ndr_catalog::load("catalog.yaml", &t) {
        Ok(c) => println!("{} entries", c.entries().len()),
        Err(p) => {
            println!("{p}");
            println!("{} problems", p.0.len())
        }
    }
    println!("{:?}", s.elapsed());
}
