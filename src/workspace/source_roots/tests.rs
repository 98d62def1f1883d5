use super::super::tree::OverlayTree;
use super::*;

fn detect(files: &[(&str, &str)]) -> SourceRoots {
    let files = files.iter().map(|(path, text)| (format!("/w/{path}"), *text));
    SourceRoots::detect(Path::new("/w"), Arc::new(OverlayTree::of(files)))
}

fn name(roots: &SourceRoots, path: &str) -> String {
    roots.name_of(&Path::new("/w").join(path)).unwrap().name
}

#[test]
fn a_src_layout_and_a_flat_one() {
    let roots = detect(&[
        ("pyproject.toml", ""),
        ("src/pkg/__init__.py", ""),
        ("src/pkg/sub/m.py", ""),
        ("tests/test_m.py", ""),
        ("flat/__init__.py", ""),
    ]);
    assert_eq!(roots.roots(), [Path::new("/w/src"), Path::new("/w")]);
    assert_eq!(name(&roots, "src/pkg/__init__.py"), "pkg");
    assert!(roots.name_of(Path::new("/w/src/pkg/__init__.py")).unwrap().is_package);
    assert_eq!(name(&roots, "src/pkg/sub/m.py"), "pkg.sub.m", "PEP 420 below a package");
    assert_eq!(name(&roots, "tests/test_m.py"), "tests.test_m");
    assert_eq!(name(&roots, "flat/__init__.py"), "flat");
    let back: Vec<_> = roots.paths_of("pkg.sub.m").collect();
    assert_eq!(back, [Path::new("/w/src/pkg/sub/m.py")]);
}

#[test]
fn what_the_settings_declare() {
    let poetry = "[tool.poetry]\npackages = [{include = 'a', from = 'lib'}]\n\
                  [tool.pytest.ini_options]\npythonpath = ['helpers', 'absent']";
    let cfg = "[options]\npackage_dir =\n    = python\n";
    let roots = detect(&[
        ("pyproject.toml", poetry),
        ("setup.cfg", cfg),
        ("lib/a/__init__.py", ""),
        ("helpers/h.py", ""),
        ("python/p.py", ""),
    ]);
    assert_eq!(name(&roots, "lib/a/__init__.py"), "a");
    assert_eq!(name(&roots, "helpers/h.py"), "h");
    assert_eq!(name(&roots, "python/p.py"), "p");
    assert!(!roots.roots().contains(&PathBuf::from("/w/absent")));
}

#[test]
fn nested_projects_are_roots_and_environments_are_not() {
    let roots = detect(&[
        ("services/web/pyproject.toml", ""),
        ("services/web/app/__init__.py", ""),
        ("env/pyvenv.cfg", ""),
        ("env/lib/x/setup.py", ""),
    ]);
    assert_eq!(name(&roots, "services/web/app/__init__.py"), "app");
    assert_eq!(roots.roots(), [Path::new("/w"), Path::new("/w/services/web")]);
}

#[test]
fn a_package_below_no_root_is_named_as_it_names_itself() {
    let by_itself = [
        ("backend/app/__init__.py", ""),
        ("backend/app/m.py", "import os\nfrom app.models import M\n"),
    ];
    assert_eq!(name(&detect(&by_itself), "backend/app/m.py"), "app.m");
    let by_namespace = [("ns/app/__init__.py", "from ns.app.m import x\n"), ("ns/app/m.py", "")];
    assert_eq!(name(&detect(&by_namespace), "ns/app/m.py"), "ns.app.m");
    let no_name = [("some-dir/app/__init__.py", "")];
    assert_eq!(name(&detect(&no_name), "some-dir/app/__init__.py"), "app");
}

#[test]
fn a_stray_init_in_the_root_makes_no_package() {
    let stray = [("__init__.py", ""), ("m.py", "import n\n")];
    assert_eq!(name(&detect(&stray), "m.py"), "m");
    let package = [("__init__.py", "from .m import x\n"), ("m.py", "")];
    assert_eq!(name(&detect(&package), "m.py"), "w.m");
}

#[test]
fn names_that_no_import_can_say() {
    let roots = detect(&[("tools/my-script.py", ""), ("a.b.py", ""), ("x.pyi", "")]);
    let script = roots.name_of(Path::new("/w/tools/my-script.py")).unwrap();
    assert_eq!((script.name.as_str(), script.is_importable), ("my-script", false));
    assert_eq!(name(&roots, "a.b.py"), "a_b");
    assert!(roots.name_of(Path::new("/w/x.pyi")).is_none());
}

#[test]
fn configured_roots_are_the_only_ones() {
    let tree = OverlayTree::of([("/w/src/pkg/__init__.py", ""), ("/w/lib/m.py", "")]);
    let roots = SourceRoots::configured(Path::new("/w"), &[PathBuf::from("lib")], Arc::new(tree));
    assert_eq!(roots.roots(), [Path::new("/w/lib")]);
    assert_eq!(name(&roots, "lib/m.py"), "m");
    assert_eq!(name(&roots, "src/pkg/__init__.py"), "pkg");
}
