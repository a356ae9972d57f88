//! The one integration binary.

mod replay;
