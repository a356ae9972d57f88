//! The board: a table of services and environments, and the details of a cell beside it.

pub mod aside;
pub mod cell;
pub mod choice;
pub mod clicks;
pub mod columns;
#[cfg(feature = "ssr")]
pub mod details;
pub mod empty;
pub mod face;
pub mod filters;
pub mod group;
pub mod header;
pub mod hue;
pub mod item;
pub mod legend;
pub mod page;
pub mod pages;
pub mod row;
pub mod search;
pub mod selection;
pub mod sort;
pub mod summary;
pub mod table;
pub mod window;
