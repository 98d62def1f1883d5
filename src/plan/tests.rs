use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::modules::{Found, ModuleOrigin};
use crate::text::source::{Revision, Source};

struct Files(Vec<Arc<ModuleFile>>);

impl Modules for Files {
    fn find(&self, _: &str) -> Found {
        Found::Unknown
    }

    fn importers(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        let leaf = module.rsplit('.').next().unwrap();
        let may = |file: &&Arc<ModuleFile>| {
            let text = file.source.text();
            text.contains(leaf) && words.iter().any(|word| text.contains(word))
        };
        self.0.iter().filter(may).cloned().collect()
    }
}

fn files(texts: &[(&str, &str)]) -> Arc<dyn Modules> {
    let file = |(name, text): &(&str, &str)| {
        let path = PathBuf::from(format!("{}.py", name.replace('.', "/")));
        Arc::new(ModuleFile {
            name: (*name).to_owned(),
            source: Source::new(&path, Revision::Current, (*text).to_owned()),
            path,
            is_package: false,
            origin: ModuleOrigin::Workspace,
        })
    };
    Arc::new(Files(texts.iter().map(file).collect()))
}

fn changed(module: &str, names: &[&str], modules: &Arc<dyn Modules>) -> Changed {
    Changed {
        module: module.to_owned(),
        is_pending: true,
        names: names.iter().map(|name| (Name::from(*name), None)).collect(),
        imports: FxHashSet::default(),
        modules: Arc::clone(modules),
        python: PythonVersion::DEFAULT,
    }
}

/// The plan as `module <- module.name module.name`, one a line.
fn told(steps: &[Step]) -> Vec<String> {
    let why = |why: &Why| match why {
        Why::Changed => vec!["changed".to_owned()],
        Why::Holds { module, names } => {
            names.iter().map(|name| format!("{module}.{name}")).collect()
        }
    };
    let line = |step: &Step| {
        let reasons: Vec<String> = step.why.iter().flat_map(why).collect();
        format!("{} <- {}", step.module, reasons.join(" "))
    };
    steps.iter().map(line).collect()
}

/// The plan after `shapes.area` was changed.
fn plan_of(texts: &[(&str, &str)]) -> Vec<String> {
    let modules = files(texts);
    told(&plan(&[changed("shapes", &["area", "Shape"], &modules)], &FxHashMap::default()))
}

#[test]
fn who_took_a_name_is_reloaded_after_it() {
    let texts = [("app", "from shapes import area\n"), ("other", "from shapes import size\n")];
    assert_eq!(plan_of(&texts), ["shapes <- changed", "app <- shapes.area"]);
}

#[test]
fn who_reads_through_the_module_sees_what_is_new() {
    let texts = [
        ("app", "import shapes\n\n\ndef run():\n    return shapes.area(1)\n"),
        ("late", "def run():\n    from shapes import area\n    return area(1)\n"),
        ("once", "import shapes\n\nshapes.area(1)\n"),
        (
            "method",
            "import shapes\n\n\nclass A:\n    def run(self):\n        return shapes.area(1)\n",
        ),
    ];
    assert_eq!(plan_of(&texts), ["shapes <- changed"]);
}

#[test]
fn what_was_made_from_it_is_as_old() {
    let texts = [
        ("sub", "import shapes\n\n\nclass Square(shapes.Shape):\n    pass\n"),
        ("value", "import shapes as s\n\nSIZE = s.area(1)\n"),
        ("table", "import shapes\n\n\nclass T:\n    make = shapes.area\n"),
        ("default", "import shapes\n\n\ndef run(f=shapes.area):\n    pass\n"),
        ("annotated", "import shapes\n\n\ndef run(it: shapes.Shape):\n    pass\n"),
        ("branch", "import shapes\nif True:\n    X = shapes.area\n"),
    ];
    let expected = [
        "shapes <- changed",
        "branch <- shapes.area",
        "default <- shapes.area",
        "sub <- shapes.Shape",
        "table <- shapes.area",
        "value <- shapes.area",
    ];
    assert_eq!(plan_of(&texts), expected);
}

#[test]
fn it_goes_on_from_holder_to_holder() {
    let texts = [
        ("api", "from shapes import area as surface\n"),
        ("app", "from api import surface\n"),
        ("quiet", "import api\n\n\ndef run():\n    api.surface()\n"),
        ("square", "from shapes import Shape\n\n\nclass Square(Shape):\n    pass\n"),
        ("user", "from square import Square\n\nONE = Square()\n"),
    ];
    let expected = [
        "shapes <- changed",
        "api <- shapes.area",
        "app <- api.surface",
        "square <- shapes.Shape",
        "user <- square.Square",
    ];
    assert_eq!(plan_of(&texts), expected);
}

#[test]
fn relative_and_star_imports_and_packages() {
    let modules = files(&[
        ("pkg.app", "from .shapes import area\n"),
        ("pkg.deep.app", "from .. import shapes\n\nX = shapes.area\n"),
        ("star", "from pkg.shapes import *\n\nprint(area)\n"),
        ("elsewhere", "from other.shapes import area\n"),
    ]);
    let steps = plan(&[changed("pkg.shapes", &["area"], &modules)], &FxHashMap::default());
    let expected = [
        "pkg.shapes <- changed",
        "pkg.app <- pkg.shapes.area",
        "pkg.deep.app <- pkg.shapes.area",
        "star <- pkg.shapes.area",
    ];
    assert_eq!(told(&steps), expected);
}

#[test]
fn who_was_reloaded_since_is_up_to_date() {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let modules =
        files(&[("app", "from shapes import area\n"), ("old", "from shapes import area\n")]);
    let mut shapes = changed("shapes", &[], &modules);
    shapes.is_pending = false;
    shapes.names = vec![(Name::from("area"), Some(at(10)))];
    let loads = FxHashMap::from_iter([("app".to_owned(), at(20)), ("old".to_owned(), at(5))]);
    assert_eq!(told(&plan(&[shapes], &loads)), ["old <- shapes.area"]);
}

#[test]
fn circles_come_to_an_end() {
    let modules =
        files(&[("a", "from b import two\none = 1\n"), ("b", "from a import one\ntwo = one\n")]);
    let steps = plan(&[changed("a", &["one"], &modules)], &FxHashMap::default());
    assert_eq!(told(&steps), ["a <- changed b.two", "b <- a.one"]);
    assert!(steps[0].is_in_cycle && !steps[1].is_in_cycle);
}

#[test]
fn those_that_have_changed_come_after_what_they_import() {
    let modules = files(&[]);
    let mut app = changed("app", &[], &modules);
    app.imports.insert("shapes".to_owned());
    let shapes = changed("shapes", &["area"], &modules);
    let steps = plan(&[app, shapes], &FxHashMap::default());
    assert_eq!(told(&steps), ["shapes <- changed", "app <- changed"]);
}
