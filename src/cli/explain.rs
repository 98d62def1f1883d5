//! `reloadsafe explain`.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::Outcome;
use super::args::ExplainArguments;
use super::output::Output;
use crate::config::Selector;
use crate::rules::{self, KnownRule};

const BOLD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

pub(super) fn run(arguments: &ExplainArguments) -> anyhow::Result<Outcome> {
    let output = Output::new(arguments.color.into());
    let selector = match &arguments.code {
        Some(code) => code.parse()?,
        None => Selector::All,
    };
    let known = match selector {
        Selector::Code(code) => rules::lookup(code),
        Selector::All | Selector::Prefix(_) => None,
    };
    output.write(|out| match known {
        Some(KnownRule::Implemented(rule)) if output.is_coloured() => write_page(out, rule.docs),
        Some(KnownRule::Implemented(rule)) => out.write_all(rule.docs.as_bytes()),
        Some(KnownRule::Reserved(reserved)) => {
            writeln!(out, "{} ({}) is not implemented yet.", reserved.code, reserved.name)
        }
        None => write_table(out, &selector),
    })?;
    Ok(Outcome::Clean)
}

/// The selected rules, a line each, by code.
fn write_table(out: &mut dyn Write, selector: &Selector) -> io::Result<()> {
    let mut known: Vec<KnownRule> =
        rules::known().filter(|known| selector.matches(known.code())).collect();
    known.sort_by_key(|known| known.code());
    let width = known.iter().map(|known| known.name().width()).max().unwrap_or(0);
    for rule in known {
        let (severity, summary) = match rule {
            KnownRule::Implemented(rule) if rules::is_preview(rule.code) => {
                ("preview", rule.summary)
            }
            KnownRule::Implemented(rule) => (rule.default_severity.as_str(), rule.summary),
            KnownRule::Reserved(_) => ("-", "(not implemented yet)"),
        };
        let (code, name) = (rule.code(), rule.name());
        writeln!(out, "{BOLD}{code}{BOLD:#}  {name:width$}  {severity:7}  {summary}")?;
    }
    Ok(())
}

/// A page of Markdown for a terminal: headings and code stand out, the marks are gone.
fn write_page(out: &mut dyn Write, page: &str) -> io::Result<()> {
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            writeln!(out, "    {CODE}{line}{CODE:#}")?;
        } else if line.starts_with('#') {
            writeln!(out, "{BOLD}{}{BOLD:#}", line.trim_start_matches('#').trim())?;
        } else {
            for (index, part) in line.split('`').enumerate() {
                if index % 2 == 1 {
                    write!(out, "{CODE}{part}{CODE:#}")?;
                } else {
                    write!(out, "{part}")?;
                }
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
