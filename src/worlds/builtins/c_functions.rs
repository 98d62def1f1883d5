//! What functions of the standard library refuse that no source shows, read from
//! `c_functions.txt`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::worlds::eval::Args;
use crate::worlds::value::{External, Value};

/// How many positional arguments a function takes; None where nobody tells.
type Arity = Option<(usize, usize)>;

static FUNCTIONS: LazyLock<FxHashMap<(&'static str, &'static str), Arity>> = LazyLock::new(|| {
    let text: &'static str = include_str!("c_functions.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let modules = lines.filter_map(|line| line.split_once(": "));
    let entries = modules.flat_map(|(module, names)| {
        names.split(' ').map(move |entry| {
            let (name, range) = entry.split_once('@').unwrap_or((entry, ""));
            let arity = range.split_once('-').map(|(least, most)| {
                (least.parse().unwrap_or(0), most.parse().unwrap_or(usize::MAX))
            });
            ((module, name), arity)
        })
    });
    entries.collect()
});

/// How many parameters generic aliases of `typing` take.
const TYPE_PARAMETERS: &[(&str, usize)] = &[
    ("Deque", 1),
    ("DefaultDict", 2),
    ("Dict", 2),
    ("FrozenSet", 1),
    ("Iterable", 1),
    ("Iterator", 1),
    ("List", 1),
    ("Mapping", 2),
    ("MutableMapping", 2),
    ("Optional", 1),
    ("Sequence", 1),
    ("Set", 1),
    ("Type", 1),
];

/// What `typing` takes no type to be, and makes no object of (`_SpecialForm`).
const SPECIAL_FORMS: &[&str] =
    &["ClassVar", "Concatenate", "Final", "Literal", "Optional", "TypeGuard", "Union"];
/// Aliases that make no objects; with parameters they do not either (`_BaseGenericAlias`).
const NOT_CALLABLE: &[&str] = &[
    "AbstractSet",
    "Any",
    "Callable",
    "Collection",
    "Container",
    "Dict",
    "FrozenSet",
    "ItemsView",
    "Iterable",
    "Iterator",
    "KeysView",
    "List",
    "Mapping",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "NoReturn",
    "Sequence",
    "Set",
    "Tuple",
    "Type",
    "ValuesView",
];

/// Whether `alias[index]` is no type: `typing` does not take as many parameters, or these.
pub(in crate::worlds) fn refuses_parameters(alias: &External, index: &Value, minor: u8) -> bool {
    let given = match index {
        Value::Tuple(items) => items,
        Value::Opaque(_) | Value::Unknown | Value::Union(_) => return false,
        index => std::slice::from_ref(index),
    };
    let taken = TYPE_PARAMETERS.iter().find(|(name, _)| **name == *alias.attribute);
    let is_wrong = |(_, taken): &(&str, usize)| {
        *taken != given.len() || given.iter().any(|value| is_no_type(value, minor))
    };
    let is_union = &*alias.attribute == "Union";
    &*alias.module == "typing"
        && (taken.is_some_and(is_wrong)
            || is_union && given.iter().any(|value| is_no_type(value, minor)))
}

/// `typing._type_check`
fn is_no_type(value: &Value, minor: u8) -> bool {
    match value {
        Value::External(_) => is_special_form(value, minor),
        // From 3.11 on it does not ask whether what it is given can be called.
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Bytes(_) => minor < 11,
        _ => false,
    }
}

/// Whether a value is a form of `typing` that is no class, and stands for none by itself.
pub(in crate::worlds) fn is_special_form(value: &Value, minor: u8) -> bool {
    let Value::External(form) = value else { return false };
    // `Union` is a class then.
    let is_class = &*form.attribute == "Union" && minor >= 14;
    &*form.module == "typing" && SPECIAL_FORMS.contains(&&*form.attribute) && !is_class
}

/// Whether calling something of `typing` is a `TypeError` for certain.
fn is_uncallable(module: &str, name: &str, args: &Args) -> bool {
    let (form, is_alias) = match name.strip_suffix("[]") {
        Some(form) => (form, true),
        None => (name, false),
    };
    let is_form = match form {
        // `Union[int]` is `int`, `Optional[None]` the type of `None`.
        "Union" if is_alias => false,
        "Optional" if is_alias => !args.is_empty(),
        form => SPECIAL_FORMS.contains(&form),
    };
    module == "typing" && (is_form || NOT_CALLABLE.contains(&form))
}

/// Functions of `math` that take sequences of numbers.
const OF_SEQUENCES: &[&str] = &["dist", "fsum", "prod", "sumprod"];
/// Builtin classes whose objects `math` takes for no number (`PyFloat_AsDouble`).
const NO_NUMBERS: &[&str] =
    &["NoneType", "bytes", "dict", "function", "list", "module", "set", "str", "tuple", "type"];

/// Whether something is known to be a function that is written in C.
pub(in crate::worlds) fn is_c_function(external: &External) -> bool {
    FUNCTIONS.contains_key(&(&*external.module, &*external.attribute))
}

/// Why a call of a function of a module, or of a builtin, is a `TypeError` for certain, if it is.
pub(in crate::worlds) fn misuse(module: &str, name: &str, args: &Args) -> Option<String> {
    if let ("copy", "copy" | "deepcopy", [Value::Module(copied), ..]) =
        (module, name, &args.positional[..])
    {
        // `copyreg.__reduce_ex__`.
        return Some(format!("the module `{copied}` cannot be copied"));
    }
    if is_uncallable(module, name, args) {
        return Some(format!("`{name}` of `typing` makes no objects"));
    }
    match (module, name, &args.positional[..]) {
        ("collections", "defaultdict", [factory, ..])
            if factory.is_constant() && !matches!(factory, Value::None) =>
        {
            return Some("the factory of a `defaultdict` cannot be called".to_owned());
        }
        ("typing" | "typing_extensions", "TypeVar", [_, _]) if !args.inexact => {
            return Some("a type variable has no constraint or more than one".to_owned());
        }
        _ => {}
    }
    let arity = FUNCTIONS.get(&(module, name))?;
    let given = args.positional.len();
    let is_plain = !args.inexact && args.keywords.is_empty();
    match arity {
        Some((least, _)) if is_plain && given < *least => {
            return Some(format!("`{name}()` takes {least} arguments or more, {given} are given"));
        }
        Some((_, most)) if given > *most => {
            return Some(format!("`{name}()` takes at most {most} arguments, {given} are given"));
        }
        _ => {}
    }
    let wants_numbers = module == "math" && !OF_SEQUENCES.contains(&name);
    let is_no_number =
        |value: &&Value| value.type_name().is_some_and(|class| NO_NUMBERS.contains(&class));
    args.positional.iter().find(is_no_number).filter(|_| wants_numbers).map(|value| {
        let class = value.type_name().unwrap_or("object");
        format!("`{name}()` takes numbers, `{class}` is given")
    })
}
