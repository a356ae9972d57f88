//! The fault simulation, for as many seeds as a test command can wait for; `make soak` plays more.

use std::sync::atomic::{AtomicU64, Ordering};

use integration_tests::soak;

/// How many seeds.
const SEEDS: u64 = 300;

#[test]
fn the_board_is_right_under_every_fault() {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS {
                        return;
                    }
                    let outcome = soak::run(seed);
                    assert!(outcome.verdict.is_ok(), "{}\nreplay: make soak ARGS=\"--seed {seed}\"", outcome.explain(60));
                }
            });
        }
    });
}

#[test]
fn a_seed_plays_the_same_every_time() {
    for seed in [3, 130, 343] {
        let (first, second) = (soak::run(seed), soak::run(seed));
        assert!(first.trace.len() > 50, "{}", first.explain(20));
        for (line, (first, second)) in first.trace.iter().zip(&second.trace).enumerate() {
            assert_eq!(first, second, "seed {seed}, line {line}");
        }
        assert_eq!(first.trace.len(), second.trace.len());
        assert_eq!(first.verdict, second.verdict);
    }
}
