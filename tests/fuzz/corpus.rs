//! The fuzzing targets over the committed corpus and over mutations of it, with the memory that each input takes.
//!
//! A test binary of its own and one test in it: what is allocated meanwhile must be the target's.
//! Each run makes mutations of its own, by a seed that it prints: `RELBOARD_FUZZ_SEED` makes the same again,
//! `RELBOARD_FUZZ_INPUTS` more of them.

use std::alloc::System;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use integration_tests::fuzz::{Mutator, TARGETS, Target, corpus};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many mutations each target gets.
const INPUTS: u64 = 3000;
/// The longest that one input may take: a hundred times what they take on a slow machine.
const LONGEST: Duration = Duration::from_secs(5);

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// Runs a target on an input; what is wrong, if anything is.
fn wrong(target: &Target, input: &[u8]) -> Option<String> {
    let (begun, region) = (Instant::now(), Region::new(ALLOCATOR));
    let run = target.run;
    if catch_unwind(|| run(input)).is_err() {
        return Some("it panicked".to_owned());
    }
    let allocated = region.change().bytes_allocated;
    if allocated > (target.allowance)(input.len()) {
        return Some(format!("it allocated {allocated} bytes for {} bytes of input", input.len()));
    }
    (begun.elapsed() > LONGEST).then(|| format!("it took {:?}", begun.elapsed()))
}

fn check(target: &Target, input: &[u8], what: &str) {
    if let Some(wrong) = wrong(target, input) {
        let file = std::env::temp_dir().join(format!("relboard-fuzz-{}", target.name));
        let kept = std::fs::write(&file, input).map_or_else(|error| error.to_string(), |()| file.display().to_string());
        panic!("{}: {what}: {wrong}: {:?} (kept in {kept}; add it to the corpus)", target.name, String::from_utf8_lossy(input));
    }
}

#[test]
fn nothing_panics_and_nothing_grows_out_of_proportion() {
    let seed = number("RELBOARD_FUZZ_SEED").unwrap_or_else(rand::random);
    let inputs = number("RELBOARD_FUZZ_INPUTS").unwrap_or(INPUTS);
    println!("RELBOARD_FUZZ_SEED={seed}");
    for target in &TARGETS {
        let mut files: Vec<_> = std::fs::read_dir(corpus(target.name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let corpus: Vec<_> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert!(corpus.len() >= 5, "the corpus of {} is not there", target.name);
        // What is made once is not of an input.
        (target.run)(&[]);
        for (file, input) in files.iter().zip(&corpus) {
            check(target, input, &file.display().to_string());
        }
        let mut mutator = Mutator::new(seed);
        for number in 0..inputs {
            check(target, &mutator.next(&corpus, target.words), &format!("RELBOARD_FUZZ_SEED={seed}, input {number}"));
        }
    }
}
