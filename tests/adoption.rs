//! What a team needs that begins with a large repository: known findings, differences between
//! revisions, numbers, shards, a check that goes on. Tried with the real program.

#[path = "adoption/baseline.rs"]
mod baseline;
#[path = "adoption/diff.rs"]
mod diff;
#[path = "adoption/generated.rs"]
mod generated;
#[path = "adoption/pipelines.rs"]
mod pipelines;
#[path = "adoption/project.rs"]
mod project;
#[path = "support/random.rs"]
mod random;
#[path = "workspace/scratch.rs"]
#[allow(dead_code)]
mod scratch;
#[path = "adoption/shards.rs"]
mod shards;
#[path = "adoption/statistics.rs"]
mod statistics;
#[path = "adoption/watch.rs"]
mod watch;
