//! The arguments, as the contract has them.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::shard::Shard;
use crate::config::{Choice, OutputFormat, Reloader, Selector};
use crate::diagnostic::Severity;
use crate::python::PythonVersion;

/// Says what importlib.reload would leave behind, break or tear, before you reload.
///
/// Python code is never executed.
#[derive(Debug, Parser)]
#[command(name = "reloadsafe", version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve an editor over standard input and output (Language Server Protocol)
    Server(ServerArguments),
    /// Check the modules under some paths: what would reloading them do?
    Check(CheckArguments),
    /// Keep the findings of today in a file, so that only new ones fail
    Baseline(BaselineFileCommand),
    /// Put the reports of shards together (JSON or SARIF)
    Merge(MergeArguments),
    /// Load one module, then reload its other versions, and show the resulting worlds
    Simulate(SimulateArguments),
    /// Show a rule's page, or the table of rules
    Explain(ExplainArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page, or write those of all commands to a directory
    Man(ManArguments),
}

/// The arguments of `server`.
#[derive(Debug, Clone, Args)]
pub struct ServerArguments {
    /// Use standard input and output; there is nothing else, and editors like to say it
    #[arg(long)]
    pub stdio: bool,
    /// Append the log to this file, besides standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// What to log, at least
    #[arg(long, value_name = "LEVEL", value_enum, default_value = "info")]
    pub log_level: LogLevelArgument,
}

/// The levels of the log, the loudest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevelArgument {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArguments {
    /// Files and directories to check [default: .]
    #[arg(value_name = "PATH")]
    pub targets: Vec<PathBuf>,
    /// Read more paths from a file, one a line (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Apply the fixes that change nothing but the hazard, then report what is left
    #[arg(long, conflicts_with = "head")]
    pub fix: bool,
    /// With --fix: also the fix that most people would want, where there is no such one
    #[arg(long = "unsafe", requires = "fix")]
    pub unsafe_fixes: bool,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["fix", "head"])]
    pub watch: bool,
    /// Print how many findings there are of each rule instead of the findings (text, json)
    #[arg(long)]
    pub statistics: bool,
    /// Reload the I-th of N parts of the modules only: which one a module is in depends on its
    /// path and on N
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    #[command(flatten)]
    pub common: CommonArguments,
    #[command(flatten)]
    pub baseline: BaselineArguments,
    #[command(flatten)]
    pub known: BaselineFileArguments,
}

/// Which findings are not reported again.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Findings that are known")]
pub struct BaselineFileArguments {
    /// Do not report what this baseline file has (see `reloadsafe baseline`) [default: the
    /// configuration's `baseline-file`]
    #[arg(long, value_name = "FILE")]
    pub baseline_file: Option<PathBuf>,
    /// Use no baseline file, whatever the configuration says
    #[arg(long, conflicts_with = "baseline_file")]
    pub no_baseline_file: bool,
    /// Exit with 1 where the baseline file has findings that are not there any more
    #[arg(long, conflicts_with = "no_baseline_file")]
    pub fail_on_stale: bool,
    /// Report what is new since REV: the findings of the new source without those that REV has
    /// over the same live world (with neither --base nor --base-exact: of each module reloaded
    /// on itself). The same are those with the same code, path and fingerprint
    #[arg(long, value_name = "REV", conflicts_with_all = ["fix", "base_dir"])]
    pub diff: Option<String>,
}

/// The arguments of `baseline`.
#[derive(Debug, Clone, Args)]
pub struct BaselineFileCommand {
    #[command(subcommand)]
    pub action: BaselineFileAction,
}

/// What to do with a baseline file.
#[derive(Debug, Clone, Subcommand)]
pub enum BaselineFileAction {
    /// Write the findings that `check` would report with these arguments to a new file
    Create(BaselineCreateArguments),
    /// Add what is new, take out what is not there any more
    Update(BaselineRunArguments),
    /// Take out what is not there any more, add nothing
    Prune(BaselineRunArguments),
}

/// The arguments of `baseline create`.
#[derive(Debug, Clone, Args)]
pub struct BaselineCreateArguments {
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub rest: BaselineRunArguments,
}

/// What the subcommands of `baseline` have in common: which findings are meant, as for `check`.
#[derive(Debug, Clone, Args)]
pub struct BaselineRunArguments {
    /// Files and directories to check [default: .]
    #[arg(value_name = "PATH")]
    pub targets: Vec<PathBuf>,
    /// Read more paths from a file, one a line (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// The file [default: the configuration's `baseline-file`, or else
    /// `.reloadsafe-baseline.json` beside the configuration]
    #[arg(long, value_name = "FILE")]
    pub baseline_file: Option<PathBuf>,
    /// Reload the I-th of N parts of the modules only
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub live: BaselineArguments,
}

/// The arguments of `merge`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES)]
pub struct MergeArguments {
    /// The reports of all shards of one run, all JSON or all SARIF
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Exit with 1 where a finding is at least this severe
    #[arg(long, value_name = "SEVERITY", value_parser = choice::<Severity>(), default_value = "warning")]
    pub fail_on: Severity,
    /// Exit with 0 even where there are findings
    #[arg(long)]
    pub exit_zero: bool,
}

/// Where the live world is from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Live world (what the process has loaded)")]
pub struct BaselineArguments {
    /// What git holds at the merge base of REV and HEAD
    #[arg(long, value_name = "REV", group = "baseline")]
    pub base: Option<String>,
    /// What git holds at REV itself
    #[arg(long, value_name = "REV", group = "baseline")]
    pub base_exact: Option<String>,
    /// Another directory tree with the same layout
    #[arg(long, value_name = "DIR", group = "baseline", conflicts_with = "head")]
    pub base_dir: Option<PathBuf>,
    /// None: each module is imported, then reloaded unchanged
    #[arg(long, group = "baseline", conflicts_with = "head")]
    pub no_base: bool,
    /// Take the new source from this revision instead of the working tree
    #[arg(long, value_name = "REV")]
    pub head: Option<String>,
    /// Reload each commit from base to head, not only the last (not implemented yet)
    #[arg(long)]
    pub history: bool,
}

/// The arguments of `simulate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXIT_CODES)]
pub struct SimulateArguments {
    /// The versions: the first is imported, the others are reloaded in order (`-`: standard input)
    #[arg(value_name = "VERSION", required = true, num_args = 2..)]
    pub versions: Vec<PathBuf>,
    /// The source root as the process has it loaded, in which imports resolve
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The dotted name of the module [default: from the last version's path]
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// The arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArguments {
    /// A code, a name, or a prefix such as `RS1`
    pub code: Option<String>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArgument,
}

/// The arguments of `completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArguments {
    pub shell: clap_complete::Shell,
}

/// The arguments of `man`.
#[derive(Debug, Clone, Args)]
pub struct ManArguments {
    /// Write `reloadsafe.1` and a page for each command to this directory
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// What `check` and `simulate` have in common.
#[derive(Debug, Clone, Args)]
pub struct CommonArguments {
    /// How to write the results [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = choice::<OutputFormat>())]
    pub output_format: Option<OutputFormat>,
    /// Exit with 0 even where there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Do not look for fixes: each one is tried, which takes time
    #[arg(long)]
    pub no_fixes: bool,
    /// Confirm findings by really reloading in a child `python` (not implemented yet)
    #[arg(long)]
    pub witness: bool,
    #[command(flatten)]
    pub run: RunArguments,
}

/// What everything that analyses modules has in common.
#[derive(Debug, Clone, Args)]
pub struct RunArguments {
    /// Print nothing besides the results
    #[arg(long, short)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArgument,
    /// How many modules to analyse at a time
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Show no progress
    #[arg(long)]
    pub no_progress: bool,
    /// Read the configuration from this file
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub isolated: bool,
    #[command(flatten)]
    pub rules: RuleArguments,
    #[command(flatten)]
    pub python: PythonArguments,
}

/// Which findings are reported.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArguments {
    /// Report these rules only: codes, names or prefixes
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub select: Option<Vec<Selector>>,
    /// Report these rules besides
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub extend_select: Option<Vec<Selector>>,
    /// Do not report these rules
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub ignore: Option<Vec<Selector>>,
    /// Report nothing below this severity [default: hint]
    #[arg(long, value_name = "SEVERITY", value_parser = choice::<Severity>())]
    pub min_severity: Option<Severity>,
    /// Exit with 1 where a finding is at least this severe [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = choice::<Severity>())]
    pub fail_on: Option<Severity>,
    /// Do not ask the catalogue what calls do that are made a second time
    #[arg(long)]
    pub no_catalogue: bool,
}

/// Which Python is meant.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Python")]
pub struct PythonArguments {
    /// The version to analyse for, such as 3.11
    #[arg(long, value_name = "3.N")]
    pub python_version: Option<PythonVersion>,
    /// The interpreter or environment in which imports resolve
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// What reloads [default: importlib]
    #[arg(long, value_name = "NAME", value_parser = choice::<Reloader>())]
    pub reloader: Option<Reloader>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum ColorArgument {
    /// On terminals, unless NO_COLOR is set
    Auto,
    /// Even where nobody watches
    Always,
    /// Not even on terminals
    Never,
}

impl From<ColorArgument> for anstream::ColorChoice {
    fn from(color: ColorArgument) -> Self {
        match color {
            ColorArgument::Auto => anstream::ColorChoice::Auto,
            ColorArgument::Always => anstream::ColorChoice::Always,
            ColorArgument::Never => anstream::ColorChoice::Never,
        }
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above the failing severity
  1  findings
  2  could not run, or a file could not be analysed";

/// A parser that knows the words of a setting, for help, completions and messages.
fn choice<T: Choice + Send + Sync>() -> impl TypedValueParser<Value = T> {
    let words = T::CHOICES.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(words).try_map(|word| T::from_word(&word))
}
