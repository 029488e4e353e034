//! The way into Python for threads of ours. Python ends under the feet of a thread that it does not know: one that runs
//! Python code then is a crash. So the threads enter through this gate, which closes first and waits for those inside.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

/// How long the end of Python waits for Python code that a scan runs, such as a generator that waits for a queue.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Gate {
    closed: bool,
    inside: usize,
}

static GATE: Mutex<Gate> = Mutex::new(Gate { closed: false, inside: 0 });
static LEFT: Condvar = Condvar::new();

fn gate() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts one thread inside until it is dropped.
struct Inside;

impl Inside {
    fn enter() -> Option<Inside> {
        let mut gate = gate();
        (!gate.closed).then(|| {
            gate.inside += 1;
            Inside
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        gate().inside -= 1;
        LEFT.notify_all();
    }
}

/// Runs Python code on a thread of ours; none if Python is ending.
pub(crate) fn enter<R>(run: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _inside = Inside::enter()?;
    Python::try_attach(run)
}

/// Lets no thread of ours into Python any more, and waits for those inside. Python calls it at its exit.
#[pyfunction]
fn _close(py: Python<'_>) {
    py.detach(|| {
        let mut gate = gate();
        gate.closed = true;
        // Who still runs after that time hangs until the process ends.
        drop(LEFT.wait_timeout_while(gate, PATIENCE, |gate| gate.inside > 0));
    });
}

/// Asks Python to call [`_close`] at its exit.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let close = wrap_pyfunction!(_close, module)?;
    module.py().import("atexit")?.call_method1("register", (close,))?;
    Ok(())
}
