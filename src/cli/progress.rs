//! How far a run has come, on standard error.

use std::io::IsTerminal;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::check::{NoProgress, Progress};
use crate::report::visible;

/// A bar where somebody watches, nothing elsewhere.
pub(super) fn for_terminal(wanted: bool) -> Box<dyn Progress> {
    if wanted && std::io::stderr().is_terminal() {
        Box::new(Bar(ProgressBar::hidden()))
    } else {
        Box::new(NoProgress)
    }
}

struct Bar(ProgressBar);

impl Progress for Bar {
    fn start(&mut self, modules: usize) {
        self.0 = ProgressBar::new(modules as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            self.0.set_style(style);
        }
    }

    fn advance(&mut self, path: &Path) {
        self.0.set_message(visible(&path.to_string_lossy()).into_owned());
        self.0.inc(1);
    }

    fn finish(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bar {
    /// A run that fails leaves no bar behind.
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
