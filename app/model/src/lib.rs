//! The pure core of Relboard: the rule book of the board.
//!
//! Facts come in as [`event::Event`]s, [`index::Index`] keeps the newest of each, [`merge`] turns the
//! facts of one service into a [`board::Row`], and [`board::Board`] stamps what changed with a revision,
//! from which [`delta`]s are computed. Nothing here does I/O, reads a clock or knows Kubernetes' wire types.

pub mod agreement;
pub mod board;
pub mod catalogue;
pub mod delta;
pub mod details;
pub mod event;
#[cfg(feature = "testing")]
pub mod fixture;
pub mod ids;
pub mod image;
pub mod index;
pub mod merge;
mod naming;
pub mod published;
pub mod query;
pub mod record;
pub mod slim;
pub mod status;
pub mod strings;
pub mod text;
pub mod time;
pub mod version;
pub mod workload;
