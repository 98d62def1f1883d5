//! What `check` prints besides where a baseline file, another revision or a shard is named.

use serde::Serialize;

use super::{JsonDiagnostic, JsonFailed, diagnostics, failed, path_text};
use crate::report::{Diff, KnownFindings, Stale};

#[derive(Serialize)]
pub(super) struct JsonShard {
    index: u32,
    total: u32,
}

impl From<crate::check::shard::Shard> for JsonShard {
    fn from(shard: crate::check::shard::Shard) -> Self {
        JsonShard { index: shard.index, total: shard.total }
    }
}

#[derive(Serialize)]
pub(super) struct JsonKnown<'a> {
    path: String,
    silenced: usize,
    stale: Vec<JsonStale<'a>>,
}

impl<'a> JsonKnown<'a> {
    pub(super) fn new(known: &'a KnownFindings) -> Self {
        JsonKnown {
            path: path_text(&known.path),
            silenced: known.silenced,
            stale: known.stale.iter().map(JsonStale::new).collect(),
        }
    }
}

/// As an entry of the file, whose directory the path is relative to.
#[derive(Serialize)]
struct JsonStale<'a> {
    path: &'a str,
    code: &'a str,
    fingerprint: &'a str,
    count: u32,
    message: &'a str,
}

impl<'a> JsonStale<'a> {
    fn new(stale: &'a Stale) -> Self {
        JsonStale {
            path: &stale.identity.path,
            code: &stale.identity.code,
            fingerprint: &stale.identity.fingerprint,
            count: stale.count,
            message: &stale.message,
        }
    }
}

#[derive(Serialize)]
pub(super) struct JsonDiff<'a> {
    from: &'a str,
    gone: Vec<JsonDiagnostic<'a>>,
    kept: usize,
    failed: Vec<JsonFailed<'a>>,
}

impl<'a> JsonDiff<'a> {
    pub(super) fn new(diff: &'a Diff) -> Self {
        JsonDiff {
            from: &diff.from,
            gone: diagnostics(&diff.gone),
            kept: diff.kept,
            failed: failed(&diff.failed),
        }
    }
}
