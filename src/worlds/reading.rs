//! The text that was understood last, so that the next, which differs little, is understood fast.

use std::rc::Rc;
use std::sync::Arc;

use super::checkpoint::Pending;
use super::live::{Version, understand};
use crate::program::Program;
use crate::python::PythonVersion;
use crate::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use crate::text::source::Source;

/// What is kept of the texts of one document from one to the next.
#[derive(Debug, Default)]
pub struct Reading {
    /// The last text that compiles.
    last: Option<Rc<Program>>,
    /// What its execution has left for the next.
    pub(super) pending: Pending,
}

/// A text that has been read.
pub(super) struct Read {
    pub(super) version: Version,
    /// How many statements it has in common with the last one, from the first on; None where
    /// that was not looked into.
    pub(super) alike: Option<usize>,
}

impl Reading {
    /// Nobody is typing here any more: the next text is executed as a whole.
    pub fn forget_runs(&mut self) {
        self.pending = Pending::default();
    }

    /// # Errors
    /// Where the text is not understood for another reason than that it does not compile.
    pub(super) fn understand(
        &mut self,
        source: &Arc<Source>,
        python: PythonVersion,
    ) -> Result<Read, ParseFailure> {
        let options = ParseOptions::new(python);
        let nothing = Rc::new(Program::new(Arc::new(Parsed::empty(source, python)), python));
        self.pending.release(&nothing);
        let edited =
            self.last.as_mut().and_then(|last| Rc::get_mut(last)?.edited(source, &options));
        if let Some((program, alike)) = edited {
            let program = Rc::new(program);
            self.last = Some(Rc::clone(&program));
            return Ok(Read { version: Version::Healthy(program), alike: Some(alike) });
        }
        let version = understand(parse(source, &options), python)?;
        if let Version::Healthy(program) = &version {
            self.last = Some(Rc::clone(program));
        }
        Ok(Read { version, alike: None })
    }
}
