//! What one module's text means for the others.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use tower_lsp::lsp_types::Url;

use super::modules::Module;
use super::session::{Session, Why};

impl Session {
    /// Asks again about a module where another one that matters for it was edited, and settled,
    /// while it was being looked at: nobody will ask on the other's behalf.
    pub(super) fn ask_if_overtaken(&mut self, uri: &Url) {
        let Some(snapshot) = self.modules.get(uri).and_then(|it| it.snapshot.as_ref()) else {
            return;
        };
        let asked = self.asked_at.get(uri).copied().unwrap_or(0);
        let overtakes = |other: &Url| {
            let is_newer = self.edited_at.get(other).is_some_and(|edited| *edited > asked);
            let module = self.modules.get(other).filter(|it| is_newer && it.is_settled());
            module.and_then(|it| it.setting.as_ref()).is_some_and(|setting| {
                snapshot.loses_names || snapshot.asked.contains(&setting.module)
            })
        };
        if self.documents.keys().any(|other| other != uri && overtakes(other)) {
            self.ask(uri, Why::Elsewhere);
        }
    }

    /// Asks again about the modules for which this one's text matters: those that import it,
    /// where what they see of it has changed, and those whose lost names it may use.
    pub(super) fn ask_dependents(&mut self, uri: &Url, looks_different: bool) {
        let Some(edited) = self.edited_at.get(uri).copied() else { return };
        let text = self.text(uri);
        let Some(module) = self.modules.get(uri) else { return };
        let name = module.setting.as_ref().map(|setting| setting.module.clone());
        let Some(name) = name else { return };
        let uses = |other: &Module| {
            let own = other.setting.as_ref().map_or("", |setting| &setting.module);
            let leaf = own.rsplit('.').next().unwrap_or(own);
            text.as_ref().is_none_or(|text| text.text().contains(leaf))
                || elsewhere(other).contains(&module.path)
        };
        let depends = |other: &Module| {
            other.snapshot.as_ref().is_some_and(|snapshot| {
                (looks_different && snapshot.asked.contains(&name))
                    || (snapshot.loses_names && uses(other))
            })
        };
        let stale: Vec<Url> = self
            .documents
            .keys()
            .filter(|other| *other != uri)
            .filter(|other| self.asked_at.get(*other).is_some_and(|asked| *asked < edited))
            .filter(|other| self.modules.get(*other).is_some_and(depends))
            .cloned()
            .collect();
        for other in stale {
            self.ask(&other, Why::Elsewhere);
        }
    }
}

/// The other files in which a module's findings are.
pub(super) fn elsewhere(module: &Module) -> FxHashSet<PathBuf> {
    let found = module.snapshot.iter().flat_map(|snapshot| &snapshot.diagnostics);
    let paths = found.map(|found| found.location.source.path());
    paths.filter(|path| **path != *module.path).map(Path::to_path_buf).collect()
}
