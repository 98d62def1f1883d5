//! Threads that read and write the streams.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;

use super::lifecycle::{End, Lifecycle};

/// Starts the threads; gives what tower-lsp reads and writes.
pub(super) fn start(
    mut input: impl Read + Send + 'static,
    mut output: impl Write + Send + 'static,
    runtime: &Handle,
    lifecycle: Arc<Lifecycle>,
) -> io::Result<(DuplexStream, DuplexStream)> {
    let (mut feed, reader) = tokio::io::duplex(64 * 1024);
    let (writer, mut drain) = tokio::io::duplex(64 * 1024);
    let handle = runtime.clone();
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = input.read(&mut buffer) {
            if handle.block_on(feed.write_all(&buffer[..read])).is_err() {
                break;
            }
        }
        lifecycle.end(End::Eof);
    })?;
    let handle = runtime.clone();
    thread::Builder::new().name("output".to_owned()).spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = handle.block_on(drain.read(&mut buffer)) {
            if output.write_all(&buffer[..read]).and_then(|()| output.flush()).is_err() {
                break;
            }
        }
    })?;
    Ok((reader, writer))
}
