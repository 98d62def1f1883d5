//! Workspaces of many modules that need each other, and an edit of some of them.

use crate::random::Random;
use crate::scratch::Scratch;

const PACKAGES: usize = 3;

fn name(module: usize) -> String {
    format!("pkg{}.m{module}", module % PACKAGES)
}

fn path(module: usize) -> String {
    format!("src/{}.py", name(module).replace('.', "/"))
}

/// A module that has some of its names, and imports names of others.
fn text(module: usize, names: &[usize], imports: &[(usize, usize)]) -> String {
    let mut text = format!("\"\"\"Module {module}.\"\"\"\n");
    for (other, name_there) in imports {
        text += &format!("from {} import v{name_there} as i{other}_{name_there}\n", name(*other));
    }
    for own in names {
        text += &format!("v{own} = {own}\n");
    }
    for own in names {
        text += &format!("def f{own}():\n    return v{own}\n");
    }
    text
}

/// A repository of which some modules are edited, new, deleted, or cannot be analysed any more.
pub(crate) fn workspace(seed: u64, modules: usize) -> Scratch {
    let mut random = Random::new(seed);
    let scratch = Scratch::repository(&[("reloadsafe.toml", "src = ['src']\n")]);
    for package in 0..PACKAGES {
        scratch.write(&format!("src/pkg{package}/__init__.py"), "");
    }
    let imports: Vec<Vec<(usize, usize)>> = (0..modules)
        .map(|module| {
            let other = |random: &mut Random| (random.below(module.max(1)), random.below(4));
            (0..if module == 0 { 0 } else { 2 }).map(|_| other(&mut random)).collect()
        })
        .collect();
    for (module, imports) in imports.iter().enumerate() {
        scratch.write(&path(module), text(module, &[0, 1, 2, 3], imports));
    }
    scratch.commit("base");
    scratch.git(&["tag", "base"]);
    for (module, imports) in imports.iter().enumerate() {
        match random.below(12) {
            0 => scratch.write(&path(module), "x = (\n"),
            1 => scratch.write(&path(module), b"x = '\xff'\n"),
            2 => scratch.remove(&path(module)),
            3 | 4 => {}
            _ => {
                let names: Vec<usize> = (0..4).filter(|_| random.below(3) > 0).collect();
                let comment = "# reloadsafe: ignore[RS300]\n".repeat(random.below(3));
                let rest = text(module, &names, imports);
                scratch.write(&path(module), format!("{comment}{rest}"));
            }
        }
    }
    scratch.write("src/pkg0/fresh.py", "x = 1\n");
    scratch
}
