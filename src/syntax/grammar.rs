//! The kinds of tree-sitter's nodes as an enum of ours, resolved once.

use std::sync::LazyLock;

use tree_sitter::Language;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $named:literal;)*) => {
        /// What a node is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            /// A kind that no rule of ours mentions.
            Other,
            $($variant,)*
        }

        fn kind(name: &str, named: bool) -> Kind {
            match (name, named) {
                $(($name, $named) => Kind::$variant,)*
                _ => Kind::Other,
            }
        }
    };
}

kinds! {
    Module = "module", true;
    Block = "block", true;
    ImportStatement = "import_statement", true;
    ImportFrom = "import_from_statement", true;
    ImportPrefix = "import_prefix", true;
    RelativeImport = "relative_import", true;
    WildcardImport = "wildcard_import", true;
    AliasedImport = "aliased_import", true;
    DottedName = "dotted_name", true;
    Assert = "assert_statement", true;
    ExpressionStatement = "expression_statement", true;
    Return = "return_statement", true;
    Delete = "delete_statement", true;
    Raise = "raise_statement", true;
    Pass = "pass_statement", true;
    Break = "break_statement", true;
    Continue = "continue_statement", true;
    Global = "global_statement", true;
    Nonlocal = "nonlocal_statement", true;
    TypeAlias = "type_alias_statement", true;
    If = "if_statement", true;
    Elif = "elif_clause", true;
    Else = "else_clause", true;
    Match = "match_statement", true;
    Case = "case_clause", true;
    For = "for_statement", true;
    While = "while_statement", true;
    Try = "try_statement", true;
    Except = "except_clause", true;
    Finally = "finally_clause", true;
    With = "with_statement", true;
    WithClause = "with_clause", true;
    WithItem = "with_item", true;
    FunctionDef = "function_definition", true;
    ClassDef = "class_definition", true;
    Decorated = "decorated_definition", true;
    Decorator = "decorator", true;
    Parameters = "parameters", true;
    LambdaParameters = "lambda_parameters", true;
    DefaultParameter = "default_parameter", true;
    TypedParameter = "typed_parameter", true;
    TypedDefaultParameter = "typed_default_parameter", true;
    KeywordSeparator = "keyword_separator", true;
    PositionalSeparator = "positional_separator", true;
    ListSplatPattern = "list_splat_pattern", true;
    DictSplatPattern = "dictionary_splat_pattern", true;
    TuplePattern = "tuple_pattern", true;
    ListPattern = "list_pattern", true;
    PatternList = "pattern_list", true;
    Type = "type", true;
    TypeParameter = "type_parameter", true;
    SplatType = "splat_type", true;
    GenericType = "generic_type", true;
    UnionType = "union_type", true;
    ConstrainedType = "constrained_type", true;
    MemberType = "member_type", true;
    ArgumentList = "argument_list", true;
    KeywordArgument = "keyword_argument", true;
    ListSplat = "list_splat", true;
    DictSplat = "dictionary_splat", true;
    ExpressionList = "expression_list", true;
    Assignment = "assignment", true;
    AugmentedAssignment = "augmented_assignment", true;
    Yield = "yield", true;
    NamedExpression = "named_expression", true;
    AsPattern = "as_pattern", true;
    AsPatternTarget = "as_pattern_target", true;
    Comparison = "comparison_operator", true;
    NotOperator = "not_operator", true;
    BooleanOperator = "boolean_operator", true;
    BinaryOperator = "binary_operator", true;
    UnaryOperator = "unary_operator", true;
    Lambda = "lambda", true;
    Conditional = "conditional_expression", true;
    Await = "await", true;
    Attribute = "attribute", true;
    Subscript = "subscript", true;
    Slice = "slice", true;
    Call = "call", true;
    List = "list", true;
    ListComprehension = "list_comprehension", true;
    Dictionary = "dictionary", true;
    DictComprehension = "dictionary_comprehension", true;
    Set = "set", true;
    SetComprehension = "set_comprehension", true;
    Tuple = "tuple", true;
    Parenthesized = "parenthesized_expression", true;
    Generator = "generator_expression", true;
    Pair = "pair", true;
    ForIn = "for_in_clause", true;
    IfClause = "if_clause", true;
    Ellipsis = "ellipsis", true;
    Identifier = "identifier", true;
    Integer = "integer", true;
    Float = "float", true;
    True = "true", true;
    False = "false", true;
    None = "none", true;
    String = "string", true;
    ConcatenatedString = "concatenated_string", true;
    StringStart = "string_start", true;
    StringContent = "string_content", true;
    StringEnd = "string_end", true;
    Interpolation = "interpolation", true;
    FormatExpression = "format_expression", true;
    FormatSpecifier = "format_specifier", true;
    TypeConversion = "type_conversion", true;
    CasePattern = "case_pattern", true;
    ClassPattern = "class_pattern", true;
    SplatPattern = "splat_pattern", true;
    UnionPattern = "union_pattern", true;
    DictPattern = "dict_pattern", true;
    KeywordPattern = "keyword_pattern", true;
    ComplexPattern = "complex_pattern", true;
    LineContinuation = "line_continuation", true;
    Comment = "comment", true;
    Error = "ERROR", true;
    LParen = "(", false;
    RParen = ")", false;
    LBracket = "[", false;
    RBracket = "]", false;
    LBrace = "{", false;
    RBrace = "}", false;
    Comma = ",", false;
    Colon = ":", false;
    Semicolon = ";", false;
    Equal = "=", false;
    Walrus = ":=", false;
    Dot = ".", false;
    Arrow = "->", false;
    At = "@", false;
    Plus = "+", false;
    Minus = "-", false;
    Star = "*", false;
    Slash = "/", false;
    DoubleSlash = "//", false;
    Percent = "%", false;
    DoubleStar = "**", false;
    Bar = "|", false;
    Ampersand = "&", false;
    Caret = "^", false;
    Tilde = "~", false;
    ShiftLeft = "<<", false;
    ShiftRight = ">>", false;
    Less = "<", false;
    LessEqual = "<=", false;
    EqualEqual = "==", false;
    NotEqual = "!=", false;
    GreaterEqual = ">=", false;
    Greater = ">", false;
    In = "in", false;
    NotIn = "not in", false;
    Is = "is", false;
    IsNot = "is not", false;
    And = "and", false;
    Or = "or", false;
    Not = "not", false;
    Async = "async", false;
    As = "as", false;
    From = "from", false;
    Import = "import", false;
    For_ = "for", false;
    If_ = "if", false;
    Else_ = "else", false;
    Underscore = "_", false;
    PlusEqual = "+=", false;
    MinusEqual = "-=", false;
    StarEqual = "*=", false;
    SlashEqual = "/=", false;
    AtEqual = "@=", false;
    DoubleSlashEqual = "//=", false;
    PercentEqual = "%=", false;
    DoubleStarEqual = "**=", false;
    ShiftRightEqual = ">>=", false;
    ShiftLeftEqual = "<<=", false;
    AmpersandEqual = "&=", false;
    CaretEqual = "^=", false;
    BarEqual = "|=", false;
}

/// The grammar and, by kind id, the kinds of its nodes.
pub(super) struct Grammar {
    pub(super) language: Language,
    kinds: Vec<Kind>,
}

impl Grammar {
    /// The kind with tree-sitter's id; the error node has one beyond the table.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds.get(usize::from(id)).copied().unwrap_or(Kind::Error)
    }
}

/// The one grammar.
pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = Language::from(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| id as u16)
        .map(|id| {
            kind(language.node_kind_for_id(id).unwrap_or(""), language.node_kind_is_named(id))
        })
        .collect();
    Grammar { language, kinds }
});
