//! Small parts that know nothing of the board.

pub mod ago;
pub mod connection;
pub mod copy;
pub mod help;
pub mod icon;
pub mod keyboard;
pub mod language;
pub mod theme;
pub mod wall;
