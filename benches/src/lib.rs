//! What the benches share: ratios as measurements, and modules to measure with.
//!
//! Times of one machine say little about another, and on a busy one little about themselves.
//! So every bench runs what it measures and a yardstick in turn, and reports their ratio.

pub mod client;
pub mod module;
pub mod ratio;
pub mod yardstick;
