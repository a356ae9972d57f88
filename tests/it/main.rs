//! The one integration binary.

#![expect(clippy::unwrap_used, reason = "a test that fails panics; clippy knows only `#[test]` functions themselves as tests")]

mod house;
mod quiet;
mod replay;
mod soak;
mod whole;
