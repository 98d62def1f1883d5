//! The text that was understood last, so that the next, which differs little, is understood fast.

use std::rc::Rc;
use std::sync::Arc;

use super::live::{Version, understand};
use super::pending::Pending;
use crate::program::{Edited, Program};
use crate::python::PythonVersion;
use crate::syntax::body_edit::BodyEdit;
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
    pub(super) alike: Alike,
}

/// What a text has in common with the last one, as far as that was looked into.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// How many statements of the module, from the first on.
    pub(super) statements: Option<usize>,
    /// All but what a function does.
    pub(super) body_edit: Option<BodyEdit>,
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
        if let Some(Edited { program, alike, body_edit }) = edited {
            let program = Rc::new(program);
            self.last = Some(Rc::clone(&program));
            let alike = Alike { statements: Some(alike), body_edit };
            return Ok(Read { version: Version::Healthy(program), alike });
        }
        let version = understand(parse(source, &options), python)?;
        if let Version::Healthy(program) = &version {
            self.last = Some(Rc::clone(program));
        }
        Ok(Read { version, alike: Alike::default() })
    }
}
