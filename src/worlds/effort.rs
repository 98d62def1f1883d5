//! How much copying and joining of states a thread has done.
//!
//! Steps say how far code is followed, not what that costs: a step in a world of many objects
//! may copy or join thousands of them. Who wants to bound that asks here; it is a count, not a
//! time, so that the same texts always come out the same.

use std::cell::Cell;

thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// Counts that many cells, elements or bindings as copied or joined.
pub(super) fn spend(cells: usize) {
    SPENT.set(SPENT.get().wrapping_add(cells as u64));
}

/// What this thread has counted so far; only differences mean anything.
fn spent() -> u64 {
    SPENT.get()
}

/// Turns what is spent on states into steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meter {
    seen: u64,
    cells_per_step: u64,
}

impl Meter {
    /// A meter for which so many cells count as a step more.
    pub(super) fn new(cells_per_step: u64) -> Meter {
        Meter { seen: spent(), cells_per_step }
    }

    /// Steps that one step counts as, with what was spent since the last.
    pub(super) fn cost_of_step(&mut self) -> u32 {
        let now = spent();
        let cells = now.wrapping_sub(std::mem::replace(&mut self.seen, now));
        1 + u32::try_from(cells / self.cells_per_step).unwrap_or(u32::MAX - 1)
    }
}
