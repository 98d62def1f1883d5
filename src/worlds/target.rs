//! What the configured Python and platform decide.

use super::resolve::Resolver;
use super::value::Value;

impl Resolver<'_> {
    /// An attribute of a module of the standard library that is the same in every process.
    pub(super) fn target_constant(&self, module: &str, name: &str) -> Option<Value> {
        let windows = self.platform == "win32";
        Some(match (module, name) {
            ("sys", "version_info") => Value::tuple(vec![
                Value::Int(3),
                Value::Int(i64::from(self.python.minor)),
                Value::Opaque(Some("int")),
                Value::Opaque(Some("str")),
                Value::Opaque(Some("int")),
            ]),
            ("sys", "hexversion") => Value::Int(0x0300_00F0 | i64::from(self.python.minor) << 16),
            ("sys", "platform") => Value::str(self.platform),
            ("sys", "maxsize") => Value::Int(i64::MAX),
            ("sys", "maxunicode") => Value::Int(0x0010_FFFF),
            ("sys", "byteorder") => Value::str("little"),
            ("os", "name") => Value::str(if windows { "nt" } else { "posix" }),
            ("os" | "os.path", "sep") => Value::str(if windows { "\\" } else { "/" }),
            ("typing" | "typing_extensions", "TYPE_CHECKING") => Value::Bool(false),
            ("types", "ModuleType") => Value::Type("module"),
            ("types", "FunctionType" | "LambdaType") => Value::Type("function"),
            ("math" | "cmath", "pi") => Value::Float(std::f64::consts::PI),
            ("math" | "cmath", "e") => Value::Float(std::f64::consts::E),
            ("math" | "cmath", "tau") => Value::Float(std::f64::consts::TAU),
            ("math" | "cmath", "inf") => Value::Float(f64::INFINITY),
            ("math" | "cmath", "nan") => Value::Float(f64::NAN),
            _ => return None,
        })
    }
}
