//! The program: see `relboard --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
