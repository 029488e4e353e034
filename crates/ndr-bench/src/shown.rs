//! Formats numbers for people.

/// Rounds to three significant digits.
pub fn rounded(value: f64) -> String {
    let digits = value.abs().max(1.0).log10().floor() as i32;
    let step = 10f64.powi((digits - 2).max(0));
    let mut text = format!("{:.0}", (value / step).round() * step);
    let mut at = text.len();
    while at > 3 {
        at -= 3;
        text.insert(at, ',');
    }
    text
}

/// Formats a time in a suitable unit.
pub fn shown(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}
