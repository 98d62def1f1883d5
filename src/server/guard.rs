//! What stands between tower-lsp's transport and its service: a panic costs one message, and
//! `shutdown` and `exit` are seen (tower-lsp itself neither ends nor knows an exit code).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp::{ExitedError, LspService};

use super::backend::Backend;
use super::lifecycle::{End, Lifecycle};
use super::lsp_3_18;

/// The guarded service.
pub(super) struct Guard {
    inner: LspService<Backend>,
    lifecycle: Arc<Lifecycle>,
}

impl Guard {
    pub(super) fn new(inner: LspService<Backend>, lifecycle: Arc<Lifecycle>) -> Guard {
        Guard { inner, lifecycle }
    }
}

impl Service<Request> for Guard {
    type Response = Option<Response>;
    type Error = ExitedError;
    type Future = BoxFuture<'static, Result<Option<Response>, ExitedError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ExitedError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = request.id().cloned();
        let provides = request.method() == "initialize"
            && request.params().is_some_and(lsp_3_18::reads_our_documents);
        match (request.method(), &id) {
            ("shutdown", Some(_)) => self.lifecycle.set_shut_down(),
            // Handlers of what came before have been started, which is all they need.
            ("exit", None) => self.lifecycle.end(End::Exit),
            _ => {}
        }
        let Ok(handling) = catch_unwind(AssertUnwindSafe(|| self.inner.call(request))) else {
            return futures::future::ok(panicked(id)).boxed();
        };
        let guarded = AssertUnwindSafe(handling).catch_unwind();
        async move {
            let answer = guarded.await.unwrap_or_else(|_| Ok(panicked(id)));
            if provides { answer.map(|response| response.map(with_our_documents)) } else { answer }
        }
        .boxed()
    }
}

/// The answer to `initialize` with what the library's types have no field for.
fn with_our_documents(response: Response) -> Response {
    let (id, mut result) = response.into_parts();
    if let Ok(initialized) = &mut result {
        lsp_3_18::provide_our_documents(initialized);
    }
    Response::from_parts(id, result)
}

/// The answer where a handler has panicked; a notification has none.
fn panicked(id: Option<Id>) -> Option<Response> {
    let message = "a bug in reloadsafe; its log says more".into();
    let error = Error { code: ErrorCode::InternalError, message, data: None };
    id.map(|id| Response::from_error(id, error))
}
