//! The native part of the Python package `ndr`: a thin front over the core. Nothing is parsed or decided here.

mod catalog;
mod error;
mod gate;
mod input;
mod json;
mod object;
mod pickle;
mod report;
mod scan;
mod summary;
mod table;
mod trace;
mod values;

use pyo3::prelude::*;

/// Bounced mail decoded: what a report means, who must act, and what they do next.
#[pymodule]
fn _ndr(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<report::Report>()?;
    module.add_class::<report::Recipient>()?;
    module.add_class::<report::Attempt>()?;
    module.add_class::<report::Diagnosis>()?;
    module.add_class::<report::Steps>()?;
    module.add_class::<report::Evidence>()?;
    module.add_class::<report::Original>()?;
    module.add_class::<report::Note>()?;
    module.add_class::<trace::Trace>()?;
    module.add_function(wrap_pyfunction!(trace::_restore_trace, module)?)?;
    module.add_class::<catalog::Catalog>()?;
    module.add_class::<catalog::Entries>()?;
    module.add_class::<catalog::Entry>()?;
    module.add_class::<catalog::Limit>()?;
    module.add_class::<catalog::Source>()?;
    module.add_class::<scan::Scan>()?;
    module.add_class::<scan::Progress>()?;
    module.add_class::<table::Table>()?;
    module.add_class::<summary::Summary>()?;
    module.add_function(wrap_pyfunction!(summary::summary, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::load_catalog, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::_restore_catalog, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::_restore_entries, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::_restore_entry, module)?)?;
    module.add_function(wrap_pyfunction!(report::_restore_report, module)?)?;
    module.add_function(wrap_pyfunction!(pickle::_restore, module)?)?;
    gate::register(module)?;
    module.add("CATALOG", catalog::Catalog::built_in())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
