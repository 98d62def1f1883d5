//! Parts of the standard library in a few lines of Python: what matters of them to code that is
//! followed, where the real thing is C or takes too many steps.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::program::Program;
use crate::python::PythonVersion;
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::source::{Revision, Source};

const MODELS: &[(&str, &str)] = &[
    ("collections", include_str!("models/collections.py")),
    ("functools", include_str!("models/functools.py")),
    ("types", include_str!("models/types.py")),
];

/// The model of a module; what it does not bind is not followed.
pub(super) fn model(module: &str, python: PythonVersion) -> Option<Rc<Program>> {
    let (_, text) = MODELS.iter().find(|(name, _)| *name == module)?;
    let path = Path::new(module).with_extension("py");
    let source = Source::new(&path, Revision::Current, (*text).to_owned());
    let parsed = parse(&source, &ParseOptions::new(python)).ok()?;
    Some(Rc::new(Program::new(Arc::new(parsed), python)))
}

pub(super) fn is_model(module: &str) -> bool {
    MODELS.iter().any(|(name, _)| *name == module)
}
