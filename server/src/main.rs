//! The program: see `relboard --help`.

use std::process::ExitCode;

/// A server runs for months, and what it holds moves all the time: the C library's allocator gives little of it back to the system
/// (docs/performance.md).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::main()
}
