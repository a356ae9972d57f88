//! The board in the browser: kept up to date by the server's stream.

pub mod clock;
pub mod connection;
pub mod haystacks;
pub mod source;
pub mod state;
pub mod turn;
