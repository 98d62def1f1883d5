//! The text that a run executes, as what it makes remembers it.
//!
//! Functions outlive the text from which they were made: somebody goes on typing beside them, or
//! in the body of one that nobody has called. They find themselves in the program as it is then.

use std::cell::RefCell;
use std::rc::Rc;

use crate::program::Program;
use crate::syntax::ast::{ExprId, StmtId};
use crate::syntax::body_edit::BodyEdit;

/// The text of a run.
#[derive(Debug)]
pub(super) struct Text {
    program: RefCell<Rc<Program>>,
    made: RefCell<Vec<Made>>,
}

/// Which of the things that a run has made something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

/// Something that is executed later.
#[derive(Debug)]
struct Made {
    code: Code,
    /// Somebody has looked into it.
    is_used: bool,
}

/// Where what is executed later stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Code {
    /// A function, with its parameters.
    Def(StmtId),
    /// A lambda or a generator expression.
    Lambda(ExprId),
}

impl Text {
    pub(super) fn new(program: Rc<Program>) -> Rc<Text> {
        Rc::new(Text { program: RefCell::new(program), made: RefCell::default() })
    }

    pub(super) fn program(&self) -> Rc<Program> {
        Rc::clone(&self.program.borrow())
    }

    /// The text has been edited. What was made from it stands where it stood.
    pub(super) fn set(&self, program: Rc<Program>) {
        *self.program.borrow_mut() = program;
    }

    /// Something is made.
    pub(super) fn make(&self, code: Code) -> Place {
        let mut made = self.made.borrow_mut();
        made.push(Made { code, is_used: false });
        Place(made.len() - 1)
    }

    pub(super) fn code(&self, place: Place) -> Code {
        self.made.borrow()[place.0].code
    }

    pub(super) fn note_use(&self, place: Place) {
        self.made.borrow_mut()[place.0].is_used = true;
    }

    /// How much has been made.
    pub(super) fn mark(&self) -> usize {
        self.made.borrow().len()
    }

    /// Forgets what was made after a mark: nobody has it.
    pub(super) fn rewind(&self, mark: usize) {
        self.made.borrow_mut().truncate(mark);
    }

    /// Whether nothing that was made, nobody having looked into it, is other than it was.
    pub(super) fn withstands(&self, edit: &BodyEdit) -> bool {
        let made = self.made.borrow();
        made.iter().all(|made| match made.code {
            Code::Def(id) if Some(id) == edit.function => !made.is_used,
            Code::Def(id) => edit.stmt(id).is_some(),
            Code::Lambda(id) => edit.expr(id).is_some(),
        })
    }

    /// Goes over to the text after an edit that it withstands.
    pub(super) fn follow(&self, edit: &BodyEdit) {
        for made in self.made.borrow_mut().iter_mut() {
            made.code = match made.code {
                Code::Def(id) => Code::Def(edit.stmt(id).unwrap_or(id)),
                Code::Lambda(id) => Code::Lambda(edit.expr(id).unwrap_or(id)),
            };
        }
    }
}
