//! A ratio of two times, measured by running both in turn.

use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{Criterion, Throughput};

/// Reports how many times as long something takes as its yardstick.
#[derive(Debug)]
pub struct Ratio;

/// Criterion with ratios for times.
pub fn criterion() -> Criterion<Ratio> {
    Criterion::default()
        .with_measurement(Ratio)
        .without_plots()
        .warm_up_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args()
}

/// Benches `subject` against `yardstick`, turn by turn, so that both see the same machine;
/// prints the median and the 95th percentile of the times beside the ratio.
pub fn compare<A, B>(
    criterion: &mut Criterion<Ratio>,
    name: &str,
    mut subject: impl FnMut() -> A,
    mut yardstick: impl FnMut() -> B,
) {
    let mut times = Vec::new();
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|rounds| {
            let round = |_| {
                let pair = (timed(&mut subject), timed(&mut yardstick));
                times.push(pair);
                pair.0.as_secs_f64() / pair.1.as_secs_f64()
            };
            (0..rounds).map(round).sum()
        });
    });
    let (mut subject, mut yardstick): (Vec<Duration>, Vec<Duration>) = times.into_iter().unzip();
    subject.sort_unstable();
    yardstick.sort_unstable();
    for (what, percent) in [("median", 50), ("95th percentile", 95)] {
        let at = |sorted: &[Duration]| sorted.get(sorted.len() * percent / 100).copied();
        if let (Some(subject), Some(yardstick)) = (at(&subject), at(&yardstick)) {
            let ratio = subject.as_secs_f64() / yardstick.as_secs_f64();
            println!(
                "{name}: {what} {subject:.1?}, its yardstick {yardstick:.1?}: {ratio:.2} times"
            );
        }
    }
    println!();
}

fn timed<T>(work: &mut impl FnMut() -> T) -> Duration {
    let started = Instant::now();
    let made = std::hint::black_box(work());
    let elapsed = started.elapsed();
    drop(made);
    elapsed
}

impl Measurement for Ratio {
    type Intermediate = ();
    type Value = f64;

    /// # Panics
    /// Always: a ratio takes two times, which [`compare`] sees to.
    fn start(&self) {
        unreachable!("a ratio is measured with `iter_custom`")
    }

    fn end(&self, (): ()) -> f64 {
        unreachable!("a ratio is measured with `iter_custom`")
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Times
    }
}

struct Times;

impl ValueFormatter for Times {
    fn scale_values(&self, _: f64, _: &mut [f64]) -> &'static str {
        "times"
    }

    fn scale_throughputs(&self, _: f64, _: &Throughput, _: &mut [f64]) -> &'static str {
        "times"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "times"
    }
}
