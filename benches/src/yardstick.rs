//! What the engine is measured against.

use tree_sitter::{Parser, Tree};

/// The least that understanding a text can cost: tree-sitter parses it, nothing more.
pub struct Floor {
    parser: Parser,
}

impl Floor {
    /// # Panics
    /// Where the grammar does not fit the library.
    pub fn new() -> Floor {
        let mut parser = Parser::new();
        let language = tree_sitter_python::LANGUAGE.into();
        parser.set_language(&language).expect("the grammar fits the library");
        Floor { parser }
    }

    /// Parses the texts one after the other.
    ///
    /// # Panics
    /// Never: there is neither a deadline nor a cancellation.
    pub fn parse(&mut self, texts: &[String]) -> Vec<Tree> {
        let parse = |text| self.parser.parse(text, None).expect("nothing stops the parser");
        texts.iter().map(parse).collect()
    }
}

impl Default for Floor {
    fn default() -> Floor {
        Floor::new()
    }
}
