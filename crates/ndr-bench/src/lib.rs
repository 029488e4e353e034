//! What the programs of this crate have in common: the work that is measured.

pub mod shown;
pub mod work;
