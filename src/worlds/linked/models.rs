//! Parts of the standard library in a few lines of Python: what matters of them to code that is
//! followed, where the real thing is C or takes too many steps.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::modules::leads_to;
use crate::program::Program;
use crate::python::PythonVersion;
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::source::{Revision, Source};

const MODELS: &[(&str, &str)] = &[
    ("_thread", include_str!("models/_thread.py")),
    ("_collections", include_str!("models/collections.py")),
    ("builtins", include_str!("models/builtins.py")),
    ("collections", include_str!("models/collections.py")),
    ("collections.abc", include_str!("models/collections_abc.py")),
    ("concurrent.futures.thread", include_str!("models/thread_pool.py")),
    ("functools", include_str!("models/functools.py")),
    ("inspect", include_str!("models/inspect.py")),
    ("multiprocessing", include_str!("models/multiprocessing.py")),
    ("os", include_str!("models/os.py")),
    ("sys", include_str!("models/sys.py")),
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

/// Modules of the standard library that hold state, or whose objects refuse what they have been
/// through once. The others are what they are however often they are used.
const STATEFUL: &[&str] = &[
    "argparse",
    "asyncio",
    "cmd",
    "code",
    "concurrent.futures",
    "configparser",
    "contextlib",
    "copyreg",
    "fileinput",
    "http.server",
    "imaplib",
    "mimetypes",
    "multiprocessing",
    "optparse",
    "queue",
    "sched",
    "selectors",
    "shelve",
    "shutil",
    "socket",
    "socketserver",
    "threading",
    "unittest",
    "warnings",
    "webbrowser",
    "wsgiref",
    "xmlrpc",
];

/// Whether a module of the standard library is followed where its source is there.
pub(super) fn is_stateful(module: &str) -> bool {
    STATEFUL.iter().any(|name| leads_to(name, module))
}

/// Words of a text that may keep its own objects from one run to the next.
const KEEPING: &[&str] =
    &["globals()", "locals()", "vars()", "dir()", "except NameError", "sys.modules"];

/// What of the standard library a text reaches that imports nothing else to follow: modules that
/// hold something for the whole process, and those whose objects may be kept. A text that does so
/// has a word of each group.
const HOLDING: &[(&str, &[&[&str]])] = &[
    ("argparse", &[KEEPING]),
    ("asyncio", &[]),
    ("builtins", &[&["hasattr(builtins", "getattr(builtins", "del builtins"]]),
    ("concurrent.futures", &[KEEPING]),
    ("configparser", &[KEEPING]),
    ("contextlib", &[KEEPING, &["contextmanager", "ExitStack"]]),
    ("copyreg", &[&["add_extension"]]),
    ("fileinput", &[]),
    ("multiprocessing", &[]),
    ("optparse", &[KEEPING]),
    ("os", &[&["environ"]]),
    ("queue", &[KEEPING]),
    ("sched", &[KEEPING]),
    ("selectors", &[KEEPING]),
    ("shutil", &[&["register_"]]),
    ("sys", &[&["hasattr(sys", "getattr(sys", "del sys"]]),
    ("threading", &[&["globals()", "except NameError", "enumerate", "_thread()"]]),
];

/// Whether a text that imports a module of the standard library may find there what it has left.
pub(in crate::worlds) fn holds_state(module: &str, text: &str) -> bool {
    let held = HOLDING.iter().find(|(name, _)| leads_to(name, module));
    let has_one = |words: &&[&str]| words.iter().any(|word| text.contains(word));
    held.is_some_and(|(_, groups)| groups.iter().all(has_one))
}

/// Whether a module that has a model keeps something from one run to the next.
pub(super) fn keeps_state(module: &str) -> bool {
    matches!(module, "builtins" | "multiprocessing" | "os" | "sys")
}

/// Whether the standard library has the module, and there is a model in the place of its source.
pub(super) fn is_model(module: &str) -> bool {
    MODELS.iter().any(|(name, _)| *name == module)
}
