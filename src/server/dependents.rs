//! Modules about which something else was found because another one is not what it was.

use tower_lsp::lsp_types::Url;

use super::modules::Module;
use super::session::{Session, Why, elsewhere};

impl Session {
    /// Asks again about the modules for which this one's text matters: those that import it,
    /// where what they see of it has changed, and those whose lost names it may use.
    ///
    /// What they see may have changed without an edit, by a module that this one imports: so all
    /// count as overtaken that were asked about before this one was.
    pub(super) fn ask_dependents(&mut self, uri: &Url, looks_different: bool) {
        let Some(edited) = self.edited_at.get(uri).copied() else { return };
        let text = self.text(uri);
        let Some(module) = self.modules.get(uri) else { return };
        let name = module.setting.as_ref().map(|setting| setting.module.clone());
        let Some(name) = name else { return };
        let changed = edited.max(self.asked_at.get(uri).copied().unwrap_or_default());
        if looks_different {
            self.changed_at.insert(name.clone(), changed);
        }
        let uses = |other: &Module| {
            let own = other.setting.as_ref().map_or("", |setting| &setting.module);
            let leaf = own.rsplit('.').next().unwrap_or(own);
            text.as_ref().is_none_or(|text| text.text().contains(leaf))
                || elsewhere(other).contains(&module.path)
        };
        let depends = |other: &Module, asked: u64| {
            other.snapshot.as_ref().is_some_and(|snapshot| {
                (looks_different && asked < changed && snapshot.asked.contains(&name))
                    || (asked < edited && snapshot.loses_names && uses(other))
            })
        };
        let is_stale = |other: &Url| {
            let asked = self.asked_at.get(other).copied();
            let module = self.modules.get(other);
            module.zip(asked).is_some_and(|(module, asked)| depends(module, asked))
        };
        let open = self.documents.keys();
        let stale: Vec<Url> = open.filter(|it| *it != uri && is_stale(it)).cloned().collect();
        for other in stale {
            self.ask(&other, Why::Elsewhere);
        }
    }

    /// Whether a module that this one imports, or that may use a name that it has lost, has changed
    /// since the question that was just answered: nobody knew then that it matters.
    pub(super) fn is_overtaken(&self, uri: &Url, asked: u64) -> bool {
        let Some(module) = self.modules.get(uri).filter(|module| module.asked == asked) else {
            return false;
        };
        let own = module.setting.as_ref().map(|setting| &setting.module);
        let edited_since = |other: &Url| {
            other != uri && self.edited_at.get(other).is_some_and(|edited| asked < *edited)
        };
        module.snapshot.as_ref().is_some_and(|snapshot| {
            // What uses a lost name may be anywhere.
            if snapshot.loses_names && self.documents.keys().any(edited_since) {
                return true;
            }
            let mut others = snapshot.asked.iter().filter(|name| Some(*name) != own);
            others.any(|name| self.changed_at.get(name).is_some_and(|changed| asked < *changed))
        })
    }
}
