//! Ends the server when the process that started it is gone: a client that was killed closes
//! standard input only where nobody else holds its other end (LSP, `InitializeParams.processId`).

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

use super::lifecycle::{End, Lifecycle};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(2);

/// Watches a process on a thread of its own. A process that is not there to begin with is not
/// watched: a client outside of a container gives a number that means nothing inside.
pub(super) fn watch(process: u32, lifecycle: Arc<Lifecycle>) {
    let mut system = System::new();
    let pid = Pid::from_u32(process);
    let Some(started) = look(&mut system, pid) else {
        tracing::warn!("the client's process {process} is not there; it is not watched");
        return;
    };
    let watching = thread::Builder::new().name("parent".to_owned()).spawn(move || {
        // A number can be used again, the time of the start tells.
        while look(&mut system, pid) == Some(started) {
            thread::sleep(INTERVAL);
        }
        tracing::warn!("the client's process {process} is gone");
        lifecycle.end(End::ParentGone);
    });
    if let Err(error) = watching {
        tracing::warn!("the client's process {process} cannot be watched: {error}");
    }
}

/// When a process was started, if it is alive. One that has ended and that nobody has waited for
/// is not.
fn look(system: &mut System, pid: Pid) -> Option<u64> {
    let kind = ProcessRefreshKind::nothing();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    let dead = matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    (!dead).then(|| process.start_time())
}
