//! Percentiles and times.

use std::time::{Duration, Instant};

use super::Outcome;

/// The time within which a share of the samples lies, 0 to 1, in their unit.
pub(super) fn percentile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index into samples")]
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// Microseconds since 1970: all processes read the same clock.
pub(super) fn micros() -> i64 {
    sim::clock::now().timestamp_micros()
}

/// Microseconds as milliseconds.
#[expect(clippy::cast_precision_loss, reason = "times of some seconds")]
pub(super) fn millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

/// Asks again every so often until there is an answer.
pub(super) async fn until<T>(what: &str, every: Duration, patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Outcome<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return Ok(answer);
        }
        if begun.elapsed() > patience {
            return Err(format!("not within {} s: {what}", patience.as_secs()).into());
        }
        tokio::time::sleep(every).await;
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles() {
        let samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        for (share, wanted) in [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert!((percentile(&samples, share) - wanted).abs() < f64::EPSILON, "{share}");
        }
        assert!(percentile(&[], 0.5).is_nan());
    }
}
