//! Standard output and standard error.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use crate::report::{Layout, visible};

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
        size.flatten()
            .map_or(Layout::UNBOUNDED, |(_, columns)| Layout::for_terminal(columns.into()))
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
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result.context("cannot write to standard output"),
        }
    }
}

/// Says on standard error what went wrong.
pub(super) fn complain(message: &str) {
    let lines: Vec<_> = message.lines().map(visible).collect();
    let style = anstyle::AnsiColor::Red.on_default().bold();
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{style}error{style:#}: {}", lines.join("\n"));
}
