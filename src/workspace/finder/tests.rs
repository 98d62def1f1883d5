use super::super::tree::OverlayTree;
use super::*;

const SITE: &str = "/env/lib/python3.11/site-packages";
const STDLIB: &str = "/py/lib/python3.11";

struct World {
    files: Vec<(String, String)>,
    roots: Vec<PathBuf>,
    environment: Environment,
    version: PythonVersion,
}

fn world(files: &[(&str, &str)]) -> World {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    World {
        files: files.collect(),
        roots: vec![PathBuf::from("/w")],
        environment: Environment {
            stdlib: Some(STDLIB.into()),
            site_packages: vec![SITE.into()],
            is_known: true,
            ..Environment::default()
        },
        version: PythonVersion { minor: 11 },
    }
}

impl World {
    fn unknown_environment(mut self) -> World {
        self.environment.is_known = false;
        self
    }

    fn finder(&self) -> Finder {
        let tree: Arc<dyn FileTree> = Arc::new(OverlayTree::of(self.files.iter().cloned()));
        Finder::new(&FinderInput {
            workspace: Arc::clone(&tree),
            disk: tree,
            project: Path::new("/w"),
            roots: &self.roots,
            environment: &self.environment,
            version: self.version,
            shown_from: Some(Path::new("/w")),
            is_loaded: false,
        })
    }

    fn find(&self, name: &str) -> String {
        show(&self.finder().find(name))
    }
}

fn show(found: &Found) -> String {
    match found {
        Found::Source(file) => file.path.display().to_string(),
        Found::Namespace => "namespace".to_owned(),
        Found::Opaque => "opaque".to_owned(),
        Found::Missing => "missing".to_owned(),
        Found::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn a_package_goes_before_a_module_and_a_module_before_a_namespace() {
    let world = world(&[
        ("/w/a/__init__.py", ""),
        ("/w/a.py", ""),
        ("/w/b/c.py", ""),
        ("/w/b.py", ""),
        ("/w/n/m.py", ""),
        ("/w/x.cpython-311-x86_64-linux-gnu.so", ""),
        ("/w/x.py", ""),
        ("/w/y.cpython-312-x86_64-linux-gnu.so", ""),
        ("/w/y.py", ""),
        ("/w/z.pyc", ""),
        ("/w/s.pyi", ""),
    ]);
    assert_eq!(world.find("a"), "/w/a/__init__.py");
    assert_eq!(world.find("b"), "/w/b.py");
    assert_eq!(world.find("b.c"), "missing", "`b` is no package");
    assert_eq!(world.find("n"), "namespace");
    assert_eq!(world.find("n.m"), "/w/n/m.py");
    assert_eq!(world.find("x"), "opaque");
    assert_eq!(world.find("y"), "/w/y.py", "an extension module of another version");
    assert_eq!(world.find("z"), "opaque");
    assert_eq!(world.find("s"), "missing", "a stub is no module");
}

#[test]
fn a_compiled_package_has_modules_and_its_source_beside_it() {
    let world = world(&[
        ("/w/p/__init__.cpython-311-x86_64-linux-gnu.so", ""),
        ("/w/p/__init__.py", "from .fields import Field"),
        ("/w/p/fields.py", ""),
        ("/w/p/main.cpython-311-x86_64-linux-gnu.so", ""),
        ("/w/p/main.py", "class Model: pass"),
        ("/w/q/__init__.cpython-311-x86_64-linux-gnu.so", ""),
    ]);
    assert_eq!(world.find("p"), "opaque");
    assert_eq!(world.find("p.fields"), "/w/p/fields.py");
    assert_eq!(world.find("p.main"), "opaque");
    assert_eq!(world.find("p.other"), "unknown", "it may be in another module's file");
    let source_of = |name: &str| {
        world.finder().compiled_source(name).map(|file| file.path.display().to_string())
    };
    assert_eq!(source_of("p").as_deref(), Some("/w/p/__init__.py"));
    assert_eq!(source_of("p.main").as_deref(), Some("/w/p/main.py"));
    assert_eq!(source_of("p.fields"), None, "it is not compiled");
    assert_eq!(source_of("q"), None);
}

#[test]
fn the_workspace_shadows_the_library_but_not_the_interpreter() {
    let world = world(&[
        ("/w/json.py", ""),
        ("/w/sys.py", ""),
        ("/w/os.py", ""),
        ("/w/email/m.py", ""),
        ("/py/lib/python3.11/os.py", ""),
        ("/py/lib/python3.11/posixpath.py", ""),
        ("/py/lib/python3.11/email/__init__.py", ""),
        ("/py/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so", ""),
    ]);
    assert_eq!(world.find("json"), "/w/json.py");
    assert_eq!(world.find("sys"), "opaque");
    assert_eq!(world.find("sys.x"), "missing");
    assert_eq!(world.find("os"), "/py/lib/python3.11/os.py", "frozen since 3.11");
    assert_eq!(world.find("os.path"), "/py/lib/python3.11/posixpath.py");
    assert_eq!(world.find("email"), "/py/lib/python3.11/email/__init__.py");
    assert_eq!(world.find("math"), "opaque");
    assert_eq!(world.find("asyncio"), "opaque", "in the table, not in the directory");
    assert_eq!(world.find("tomllib"), "opaque");
    assert_eq!(world.find("__main__"), "opaque");
}

#[test]
fn missing_only_where_the_environment_is_known() {
    let files = [("/w/m.py", ""), ("/w/p/__init__.py", ""), ("/env/x", "")];
    assert_eq!(world(&files).find("requests"), "missing");
    assert_eq!(world(&files).find("requests.api"), "missing");
    let unknown = world(&files).unknown_environment();
    assert_eq!(unknown.find("requests"), "unknown");
    assert_eq!(unknown.find("requests.api"), "unknown");
    assert_eq!(unknown.find("p.absent"), "missing", "would lie in the workspace");
    assert_eq!(unknown.find("m.absent"), "missing");
    assert_eq!(unknown.find("distutils"), "opaque");
    let hidden = world(&[("/env/lib/python3.11/site-packages/hook.pth", "import hook\n")]);
    assert_eq!(hidden.find("requests"), "unknown");
}

#[test]
fn setuptools_may_replace_distutils() {
    let files =
        [("/py/lib/python3.11/distutils/__init__.py", ""), ("/py/lib/python3.11/os.py", "")];
    assert_eq!(world(&files).find("distutils._log"), "missing");
    let both = [&files[..], &[("/w/setuptools/__init__.py", "")]].concat();
    assert_eq!(world(&both).find("distutils"), "opaque");
    assert_eq!(world(&both).find("distutils._log"), "unknown");
}

#[test]
fn packages_that_extend_their_path() {
    let text =
        "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)  # more\n";
    let files = [
        ("/env/lib/python3.11/site-packages/p/__init__.py", ""),
        ("/env/lib/python3.11/site-packages/p/brought.py", ""),
        ("/env/lib/python3.11/site-packages/p/q/brought.py", ""),
        ("/w/p/__init__.py", text),
        ("/w/p/q/__init__.py", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"),
        ("/w/p/r/__init__.py", ""),
        ("/env/lib/python3.11/os.py", ""),
    ];
    let known = world(&files);
    for (name, expected) in [
        ("p.brought", "/env/lib/python3.11/site-packages/p/brought.py"),
        ("p.q.brought", "/env/lib/python3.11/site-packages/p/q/brought.py"),
        ("p.absent", "missing"),
        ("p.q.absent", "missing"),
        ("p.r.brought", "missing"),
    ] {
        assert_eq!(known.find(name), expected, "{name}");
    }
    let unknown = world(&files).unknown_environment();
    assert_eq!(unknown.find("p.absent"), "unknown", "somebody else may bring it");
    for text in [
        "__path__ = __import__('pkgutil').extend_path(__path__, 'other')",
        "__import__('pkg_resources').declare_namespace(__name__)",
        "import sys\nsys.modules[__name__ + '.absent'] = object()",
    ] {
        assert_eq!(world(&[("/w/p/__init__.py", text)]).find("p.absent"), "unknown");
    }
    let another = "import sys\nsys.modules[__name__ + '.other'] = object()";
    assert_eq!(world(&[("/w/p/__init__.py", another)]).find("p.absent"), "missing");
    let six = [("/env/lib/python3.11/site-packages/six.py", "__path__ = []\n")];
    assert_eq!(world(&six).find("six.moves"), "unknown");
}

#[test]
fn modules_that_a_build_makes() {
    let world = world(&[
        ("/w/p/__init__.py", ""),
        ("/w/p/fast.pyx", ""),
        ("/w/.gitignore", "*_gen.py\n/p/made/\n"),
        ("/w/setup.py", "setup(ext_modules=[Extension('p._core', ['c.c'])])"),
    ]);
    for name in ["p.fast", "p.x_pb2", "p._version", "p.a_gen", "p._core"] {
        assert_eq!(world.find(name), "unknown", "{name}");
    }
    assert_eq!(world.find("p.core"), "missing");
}

#[test]
fn modules_of_directories_that_are_no_packages() {
    let world = world(&[
        ("/w/scripts/run.py", ""),
        ("/w/scripts/helper.py", ""),
        ("/w/p/__init__.py", ""),
        ("/w/p/inner.py", ""),
    ]);
    assert_eq!(world.find("helper"), "unknown", "scripts/ may be on sys.path");
    assert_eq!(world.find("inner"), "missing");
    let seen = world.finder().seen_from(Path::new("/w"), Path::new("/w/scripts"));
    assert_eq!(show(&seen.find("helper")), "/w/scripts/helper.py");
    assert_eq!(show(&seen.find("scripts.helper")), "/w/scripts/helper.py");
}

#[test]
fn each_project_sees_its_own_root_first() {
    let mut world = world(&[("/w/a/tests/__init__.py", ""), ("/w/b/tests/__init__.py", "")]);
    world.roots = vec!["/w/a".into(), "/w/b".into()];
    assert_eq!(world.find("tests"), "/w/a/tests/__init__.py");
    let seen = world.finder().seen_from(Path::new("/w/b"), Path::new("/w/b/tests"));
    assert_eq!(show(&seen.find("tests")), "/w/b/tests/__init__.py");
}

#[test]
fn a_module_that_was_deleted_is_missing_in_any_environment() {
    let before = world(&[("/w/gone.py", ""), ("/w/ns/m.py", ""), ("/w/ns/n.py", "")]);
    let after = world(&[("/w/ns/n.py", "")]).unknown_environment();
    assert_eq!(after.find("gone"), "unknown");
    let finder = after.finder().with_former(before.finder());
    assert_eq!(show(&finder.find("gone")), "missing");
    assert_eq!(show(&finder.find("ns.m")), "missing");
    assert_eq!(show(&finder.find("ns.x")), "unknown");
    assert_eq!(show(&finder.find("never")), "unknown");
}

#[test]
fn a_directory_of_data_is_no_namespace_package_for_certain() {
    let files = [("/w/docs/index.md", ""), ("/w/ns/deep/m.py", "")];
    assert_eq!(world(&files).find("docs"), "namespace");
    let unknown = world(&files).unknown_environment();
    assert_eq!(unknown.find("docs"), "unknown");
    assert_eq!(unknown.find("ns"), "namespace");
}

#[test]
fn sources_are_shared_and_shown_as_the_user_names_them() {
    let finder = world(&[("/w/p/__init__.py", "x = 1\n"), ("/w/bad.py", "")]).finder();
    let (Found::Source(first), Found::Source(second)) = (finder.find("p"), finder.find("p")) else {
        panic!("not found")
    };
    assert!(Arc::ptr_eq(&first, &second));
    assert!(first.is_package && first.origin == ModuleOrigin::Workspace);
    assert_eq!(first.source.path(), Path::new("p/__init__.py"));
    assert!(finder.load(Path::new("/w/absent.py"), "absent").unwrap().is_none());
}

#[test]
fn a_file_that_cannot_be_decoded_is_opaque() {
    let tree: Arc<dyn FileTree> = Arc::new(OverlayTree::of([("/w/m.py", b"\xFF\xFE\0".to_vec())]));
    let environment = Environment::default();
    let finder = Finder::new(&FinderInput {
        workspace: Arc::clone(&tree),
        disk: tree,
        project: Path::new("/w"),
        roots: &["/w".into()],
        environment: &environment,
        version: PythonVersion::DEFAULT,
        shown_from: None,
        is_loaded: false,
    });
    assert_eq!(show(&finder.find("m")), "opaque");
    assert!(finder.load(Path::new("/w/m.py"), "m").is_err());
    assert_eq!(show(&finder.find("a..b")), "unknown");
}

#[test]
fn importers_have_the_name_an_import_and_a_word() {
    let world = world(&[
        ("/w/p/__init__.py", ""),
        ("/w/p/m.py", "def gone(): pass\nimport p.m\n"),
        ("/w/p/a.py", "from .m import gone\n"),
        ("/w/p/b.py", "from .m import other\n"),
        ("/w/p/c.py", "from .m import gone_by\n"),
        ("/w/p/d.py", "m = gone = 1\n"),
        ("/w/q/e.py", "import p.m\np.m.gone()\n"),
        ("/w/bin/a-script.py", "from p.m import gone\n"),
        ("/w/.venv/pyvenv.cfg", ""),
        ("/w/.venv/x.py", "from p.m import gone\n"),
    ]);
    let found = world.finder().importers("p.m", &["gone"]);
    let mut names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a-script", "p.a", "p.m", "q.e"]);
}

#[test]
fn groups_of_entry_points_are_those_of_what_is_installed() {
    let world = world(&[
        ("/env/lib/python3.11/site-packages/plain-1.0.dist-info/METADATA", ""),
        (
            "/env/lib/python3.11/site-packages/offers-1.0.dist-info/entry_points.txt",
            "[some.group]\nname = module:object\n",
        ),
    ]);
    let finder = world.finder();
    assert_eq!(finder.has_entry_points("some.group"), Some(true));
    assert_eq!(finder.has_entry_points("another.group"), Some(false));
    assert_eq!(world.unknown_environment().finder().has_entry_points("some.group"), None);
}
