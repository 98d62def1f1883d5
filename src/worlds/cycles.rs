//! Import cycles among the modules that are summarised.
//!
//! A module that is asked for while its own summary is being made is hidden: what asks does
//! without it. Such a summary is not for good, but making it anew each time that somebody asks
//! takes exponentially long where many modules import each other. So it holds until the
//! outermost of the modules that were hidden from it has been finished.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::summaries::Summary;

#[derive(Debug, Default)]
pub(super) struct Cycles {
    /// Modules whose summaries are being made, outermost first.
    under_way: Vec<UnderWay>,
    /// Summaries that lack something, with the place in `under_way` of what they lack.
    provisional: FxHashMap<String, (usize, Arc<Summary>)>,
}

#[derive(Debug)]
struct UnderWay {
    module: String,
    /// The names of the modules that it has asked for.
    asked: FxHashSet<String>,
    /// The outermost place in `under_way` that was hidden from it.
    hidden: Option<usize>,
}

/// What is known of a module while others are under way.
pub(super) enum Known {
    /// It is under way itself.
    Hidden,
    Provisional(Arc<Summary>),
    Nothing,
}

/// What making a summary has come to.
pub(super) struct Made {
    /// The names of the modules that were asked for.
    pub(super) asked: FxHashSet<String>,
    /// The outermost place among the modules under way that was hidden from it.
    pub(super) hidden: Option<usize>,
}

impl Cycles {
    /// The module under way has asked for another.
    pub(super) fn note_asked(&mut self, name: &str) {
        if let Some(last) = self.under_way.last_mut() {
            last.asked.insert(name.to_owned());
        }
    }

    pub(super) fn known(&mut self, module: &str) -> Known {
        if let Some(at) = self.under_way.iter().position(|one| one.module == module) {
            self.lacks(at);
            return Known::Hidden;
        }
        match self.provisional.get(module) {
            Some((at, summary)) => {
                let (at, summary) = (*at, Arc::clone(summary));
                self.lacks(at);
                Known::Provisional(summary)
            }
            None => Known::Nothing,
        }
    }

    /// The innermost module under way lacks what is hidden at a place.
    fn lacks(&mut self, at: usize) {
        if let Some(last) = self.under_way.last_mut() {
            last.hidden = Some(last.hidden.map_or(at, |hidden| hidden.min(at)));
        }
    }

    pub(super) fn begin(&mut self, module: &str) {
        let module = module.to_owned();
        self.under_way.push(UnderWay { module, asked: FxHashSet::default(), hidden: None });
    }

    pub(super) fn end(&mut self) -> Made {
        let Some(UnderWay { asked, hidden, .. }) = self.under_way.pop() else {
            return Made { asked: FxHashSet::default(), hidden: None };
        };
        let depth = self.under_way.len();
        self.provisional.retain(|_, (at, _)| *at < depth);
        // What was hidden was this module itself, or is under way still.
        let hidden = hidden.filter(|&at| at < depth);
        if let Some(at) = hidden {
            self.lacks(at);
        }
        Made { asked, hidden }
    }

    /// Keeps a summary that lacks what is hidden at a place.
    pub(super) fn keep(&mut self, module: &str, at: usize, summary: &Arc<Summary>) {
        self.provisional.insert(module.to_owned(), (at, Arc::clone(summary)));
    }
}
