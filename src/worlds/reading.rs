//! The text that was understood last, so that the next, which differs little, is understood fast.

use std::rc::Rc;
use std::sync::Arc;

use super::live::{Version, understand};
use crate::program::Program;
use crate::python::PythonVersion;
use crate::syntax::parse::{ParseFailure, ParseOptions, parse};
use crate::text::source::Source;

/// What is kept of the texts of one document from one to the next.
#[derive(Debug, Default)]
pub struct Reading {
    /// The last text that compiles.
    last: Option<Rc<Program>>,
}

impl Reading {
    /// # Errors
    /// Where the text is not understood for another reason than that it does not compile.
    pub(super) fn understand(
        &mut self,
        source: &Arc<Source>,
        python: PythonVersion,
    ) -> Result<Version, ParseFailure> {
        let options = ParseOptions::new(python);
        let edited =
            self.last.as_mut().and_then(|last| Rc::get_mut(last)?.edited(source, &options));
        if let Some(program) = edited {
            let program = Rc::new(program);
            self.last = Some(Rc::clone(&program));
            return Ok(Version::Healthy(program));
        }
        let version = understand(parse(source, &options), python)?;
        if let Version::Healthy(program) = &version {
            self.last = Some(Rc::clone(program));
        }
        Ok(version)
    }
}
