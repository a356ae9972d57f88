//! server/sim
