//! What a change costs: advance, since, apply, and the board as JSON.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

#[expect(unreachable_pub, reason = "shared by the benchmarks")]
mod sample;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use model::board::{Board, Changes};

fn benches(criterion: &mut Criterion) {
    for (services, environments) in [(200, 3), (2000, 6)] {
        let board = sample::board(services, environments);
        let size = format!("{services}x{environments}");
        let json = serde_json::to_vec(&board).unwrap_or_default();
        eprintln!("{size}: {} bytes of JSON, {} a cell", json.len(), json.len() / (services * environments));

        let changes = |count: usize| Changes {
            rows: (0..count).map(|service| (sample::name(service), Some(sample::next_row(&board, service, 1)))).collect(),
            header: None,
        };
        for rows in [1, 20] {
            let input = || changes(rows);
            criterion.bench_function(&format!("advance {size}, {rows} rows changed"), |bench| {
                bench.iter_batched(input, |changes| board.advance(changes, sample::now()), BatchSize::SmallInput);
            });
        }
        let same = || Changes {
            rows: (0..services).map(|service| (sample::name(service), Some(sample::next_row(&board, service, 0)))).collect(),
            header: None,
        };
        criterion.bench_function(&format!("advance {size}, a relist without news"), |bench| {
            bench.iter_batched(same, |changes| board.advance(changes, sample::now()), BatchSize::LargeInput);
        });

        let next = board.advance(changes(1), sample::now()).unwrap_or_else(|| board.clone());
        criterion.bench_function(&format!("since {size}, 1 row changed"), |bench| bench.iter(|| next.since(black_box(&board.revision))));
        if let Some(delta) = next.since(&board.revision) {
            eprintln!("{size}: {} bytes of JSON for a delta of one cell", serde_json::to_vec(&delta).unwrap_or_default().len());
            criterion.bench_function(&format!("apply {size}, 1 row changed"), |bench| {
                let received = || serde_json::from_slice::<Board>(&json).unwrap_or_else(|_| board.clone());
                bench.iter_batched_ref(received, |client| client.apply(&delta), BatchSize::LargeInput);
            });
        }
        criterion.bench_function(&format!("to JSON {size}"), |bench| bench.iter(|| serde_json::to_vec(&board)));
        criterion.bench_function(&format!("from JSON {size}"), |bench| bench.iter(|| serde_json::from_slice::<Board>(&json)));
    }
}

criterion_group!(all, benches);
criterion_main!(all);
