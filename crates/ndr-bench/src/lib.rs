//! The work that the programs of this crate measure.

pub mod shown;
pub mod work;
