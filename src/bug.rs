//! What is said of a panic: it is this program's fault, never the input's, so it is short and has
//! what a report needs.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

/// One line about a panic.
pub(crate) fn report(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref().map(String::as_str));
    let message = message.unwrap_or("no message");
    let place =
        info.location().map_or(String::new(), |at| format!(" ({}:{})", at.file(), at.line()));
    let version = env!("CARGO_PKG_VERSION");
    format!("this is a bug in reloadsafe {version}, please report it: {message}{place}")
}

/// Where the program is now, where the environment asks for it.
pub(crate) fn backtrace() -> Option<Backtrace> {
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    wanted.then(Backtrace::force_capture)
}
