//! Standard output and standard error.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use supports_hyperlinks::Stream;

use crate::report::{Layout, visible};

static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Whether nobody reads standard output any more, as writing to it has shown.
pub(super) fn reader_is_gone() -> bool {
    READER_IS_GONE.load(Ordering::Relaxed)
}

/// Standard output, with colours where they are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    color: ColorChoice,
}

impl Output {
    pub(super) fn new(color: ColorChoice) -> Self {
        let color = match color {
            ColorChoice::Auto => AutoStream::choice(&io::stdout()),
            chosen => chosen,
        };
        Output { color }
    }

    /// Whether colours come through.
    pub(super) fn is_coloured(self) -> bool {
        self.color != ColorChoice::Never
    }

    /// How text is laid out.
    pub(super) fn layout(self) -> Layout {
        let size = io::stdout().is_terminal().then(|| console::Term::stdout().size_checked());
        size.flatten().map_or(Layout::UNBOUNDED, |(_, columns)| {
            let links = self.is_coloured() && supports_hyperlinks::on(Stream::Stdout);
            Layout::for_terminal(columns.into()).with_links(links)
        })
    }

    /// Lets `content` write. A reader that went away is no error: it has seen enough.
    pub(super) fn write(
        self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut out = BufWriter::new(AutoStream::new(io::stdout().lock(), self.color));
        let result = content(&mut out).and_then(|()| out.flush());
        // What is left after a failure must not be tried again when the buffer is dropped.
        let _ = out.into_parts();
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                READER_IS_GONE.store(true, Ordering::Relaxed);
                Ok(())
            }
            result => result.context("cannot write to standard output"),
        }
    }
}

/// Says on standard error what went wrong.
pub(super) fn complain(message: &str) {
    say("error", anstyle::AnsiColor::Red, message);
}

/// Says on standard error what somebody might want to know.
pub(super) fn note(message: &str) {
    say("note", anstyle::AnsiColor::Green, message);
}

fn say(what: &str, color: anstyle::AnsiColor, message: &str) {
    let lines: Vec<_> = message.lines().map(visible).collect();
    let style = color.on_default().bold();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{style}{what}{style:#}: {}", lines.join("\n"));
}
