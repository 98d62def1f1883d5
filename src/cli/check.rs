//! `reloadsafe check`.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Outcome;
use super::args::{BaselineArguments, CheckArguments};
use super::output::Output;
use super::{findings, progress, settings};
use crate::check::{self, Baseline, CheckRequest, FilesFrom};
use crate::fixes::Extent;

pub(super) fn run(arguments: CheckArguments) -> anyhow::Result<Outcome> {
    if arguments.baseline.history {
        bail!("`--history` is not implemented yet");
    }
    let (quiet, exit_zero) = (arguments.common.quiet, arguments.common.exit_zero);
    let no_progress = arguments.common.no_progress;
    let output = Output::new(arguments.common.color.into());
    let files_from = arguments.files_from.map(|path| match path == Path::new("-") {
        true => FilesFrom::Stdin,
        false => FilesFrom::File(path),
    });
    let mut targets = arguments.targets;
    if targets.is_empty() && files_from.is_none() {
        targets.push(PathBuf::from("."));
    }
    let directory = settings::common_directory(&targets)?;
    let extent = if arguments.unsafe_fixes { Extent::Preferred } else { Extent::Safe };
    let mend = arguments.fix.then_some(extent);
    let jobs = arguments.common.jobs;
    let no_fixes = arguments.common.no_fixes;
    let config = settings::load(arguments.common, &directory)?;
    let request = CheckRequest {
        targets,
        files_from,
        head: arguments.baseline.head.clone(),
        baseline: baseline(arguments.baseline),
        jobs,
        mend,
        fixes: settings::offer(no_fixes, config.output_format),
        config,
    };
    let mut progress = progress::for_terminal(!quiet && !no_progress);
    let report = check::run(&request, &mut *progress)?;
    drop(progress);
    findings::write(output, &report, request.config.output_format, quiet)?;
    if report.failed.is_empty() {
        Ok(settings::outcome(report.worst(), request.config.fail_on, exit_zero))
    } else {
        Ok(Outcome::Failed)
    }
}

fn baseline(arguments: BaselineArguments) -> Baseline {
    if let Some(rev) = arguments.base {
        return Baseline::Git { rev, exact: false };
    }
    if let Some(rev) = arguments.base_exact {
        return Baseline::Git { rev, exact: true };
    }
    if let Some(directory) = arguments.base_dir {
        return Baseline::Dir(directory);
    }
    if arguments.no_base { Baseline::None } else { Baseline::Head }
}
