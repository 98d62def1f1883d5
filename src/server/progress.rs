//! The first look at a workspace, shown as work in progress: it reads what the modules import.

use tower_lsp::lsp_types::{
    ProgressToken, WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd,
};

use super::session::Session;

/// How far the first look has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum FirstLook {
    #[default]
    NotBegun,
    /// The client has been asked whether it shows progress.
    Offered,
    Shown,
    Done,
}

fn token() -> ProgressToken {
    ProgressToken::String("reloadsafe/first-look".to_owned())
}

impl Session {
    /// The first module is being looked at.
    pub(super) fn first_look_begins(&mut self) {
        if self.first_look != FirstLook::NotBegun || !self.features.work_done_progress {
            return;
        }
        self.first_look = FirstLook::Offered;
        self.client.create_progress(token(), |session, accepted| {
            // It may be over before the client has answered.
            if accepted.is_ok() && session.first_look == FirstLook::Offered {
                session.first_look = FirstLook::Shown;
                let begin = WorkDoneProgressBegin {
                    title: "reloadsafe: reading the workspace".to_owned(),
                    cancellable: Some(false),
                    message: None,
                    percentage: None,
                };
                session.client.progress(token(), WorkDoneProgress::Begin(begin));
            }
        });
    }

    /// The first answer is there.
    pub(super) fn first_look_ends(&mut self) {
        if self.first_look == FirstLook::Shown {
            let end = WorkDoneProgressEnd { message: None };
            self.client.progress(token(), WorkDoneProgress::End(end));
        }
        self.first_look = FirstLook::Done;
    }
}
