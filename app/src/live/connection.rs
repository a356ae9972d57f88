//! How the page is connected to the server.

use chrono::{DateTime, Utc};

/// How the page is connected to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not yet: what is shown is as the server rendered it at this time.
    Rendered(DateTime<Utc>),
    /// Changes arrive as they happen.
    Live,
    /// The stream broke, and is being opened again.
    Paused,
}
