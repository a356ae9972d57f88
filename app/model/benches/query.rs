//! What a keystroke in the search box costs, for 2,000 services in 12 environments.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

#[expect(dead_code, unreachable_pub, reason = "shared by the benchmarks")]
mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use model::query::{Context, Query};

/// Each kind of term, and those that have to look at everything before they fail.
const QUERIES: [&str; 10] = [
    "payments",
    "ignas",
    "nothing-like-it",
    "\"no such thing\" \"nor this\"",
    "7fc38a2",
    "is:red",
    "-is:red by:muñoz",
    "age:>7d env:env-03|env-04 tag:f",
    "agree:env-00,env-01",
    "2026-11-20 ready",
];

fn benches(criterion: &mut Criterion) {
    let board = sample::board(2000, 12);
    let context = Context { environments: &board.environments, now: sample::now() };
    for text in QUERIES {
        let Ok(query) = Query::parse(text) else { continue };
        let count = || board.services.values().filter(|row| query.matches(row, context)).count();
        criterion.bench_function(&format!("`{text}` ({} rows)", count()), |bench| bench.iter(count));
    }
    criterion.bench_function("parse", |bench| bench.iter(|| Query::parse("team:shop -is:red age:>7d by:ana|\"maría muñoz\" 7fc38a2")));
}

criterion_group!(all, benches);
criterion_main!(all);
