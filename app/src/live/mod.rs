//! The board in the browser: kept up to date by the server's stream, one signal for each changing thing.

pub mod clock;
pub mod connection;
pub mod rows;
pub mod source;
pub mod state;
