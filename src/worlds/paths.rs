//! Paths that part and come together again.

use super::guided::{Kind, Repeats};
use super::machine::{Flow, Machine, Stop};
use super::state::State;
use super::value::Value;

/// More alternatives than this are not tried one after the other.
const MAX_WAYS: usize = 16;

impl Machine<'_> {
    /// Executes alternatives from the same state and joins what they leave.
    pub(super) fn alternatives<T>(
        &mut self,
        count: usize,
        mut run: impl FnMut(&mut Self, usize) -> Flow<T>,
        join: impl Fn(T, T) -> T,
    ) -> Flow<T> {
        if count == 1 {
            return run(self, 0);
        }
        let start = std::mem::take(&mut self.state);
        if self.guide.is_some() {
            let fork = self.fork(Kind::Alternatives, count);
            let ways = (0..count.min(MAX_WAYS)).map(|way| (way as u8, start.clone())).collect();
            return self.one_way(fork, Repeats::Surely, ways, |machine, way| {
                run(machine, usize::from(way))
            });
        }
        let mut joined: Option<(State, T)> = None;
        for index in 0..count {
            self.state = start.clone();
            if let Ok(result) = run(self, index) {
                let state = std::mem::take(&mut self.state);
                joined = Some(match joined {
                    None => (state, result),
                    Some((others, earlier)) => (others.join(&state), join(earlier, result)),
                });
            }
        }
        let (state, result) = joined.ok_or(Stop)?;
        self.state = state;
        Ok(result)
    }

    /// Executes `run` for each object that a value may be, and joins the results.
    pub(super) fn each(
        &mut self,
        value: &Value,
        mut run: impl FnMut(&mut Self, &Value) -> Flow<Value>,
    ) -> Flow<Value> {
        let alternatives = value.alternatives();
        self.alternatives(
            alternatives.len(),
            |machine, index| run(machine, &alternatives[index]),
            |a, b| a.join(&b),
        )
    }

    /// As [`Self::resume`]; names that only unlikely states bind are hardly ever bound.
    pub(super) fn resume_likely(
        &mut self,
        states: impl IntoIterator<Item = State>,
        unlikely: impl IntoIterator<Item = State>,
    ) -> Flow<()> {
        let likely = states.into_iter().reduce(|a, b| a.join(&b));
        let unlikely = unlikely.into_iter().reduce(|a, b| a.join(&b));
        let (likely, unlikely) = match (likely, unlikely) {
            (Some(likely), Some(unlikely)) => (likely, unlikely),
            (likely, unlikely) => return self.resume(likely.or(unlikely)),
        };
        let names = unlikely.bound_besides(&likely);
        self.state = likely.join(&unlikely);
        self.state.hold_unlikely(names);
        Ok(())
    }

    /// Goes on in the joined states, or not at all where there are none.
    pub(super) fn resume(&mut self, states: impl IntoIterator<Item = State>) -> Flow<()> {
        let joined = states.into_iter().reduce(|a, b| a.join(&b));
        self.state = joined.ok_or(Stop)?;
        Ok(())
    }
}
