//! A configuration that changes is loaded again; a wrong one is refused, and the old one stays.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::load::load_noting;
use super::{Config, Files, Sources};

/// How often files are compared. Their content is: it is right for editors, symbolic links that Kubernetes swaps,
/// and network file systems alike.
pub(super) const LOOK: Duration = Duration::from_secs(2);

/// New configurations, on SIGHUP and when a file that it was read from changes (secret files too). Until the first of
/// them, and when the configuration has no [`Sources`], the receiver holds the one given. Ends at `shutdown`.
#[must_use]
pub fn reloads(config: Config, shutdown: CancellationToken) -> watch::Receiver<Arc<Config>> {
    let (sources, files) = (config.sources.clone(), config.files.clone());
    let (sender, receiver) = watch::channel(Arc::new(config));
    if let Some(sources) = sources {
        tokio::spawn(async move {
            let _ = shutdown.run_until_cancelled(follow(sources, files, sender)).await;
        });
    }
    receiver
}

async fn follow(sources: Sources, mut files: Files, sender: watch::Sender<Arc<Config>>) {
    let mut hangup = Hangup::new();
    loop {
        let asked = tokio::select! {
            () = hangup.next() => true,
            () = tokio::time::sleep(LOOK) => false,
            () = sender.closed() => return,
        };
        let (sources, known) = (sources.clone(), files.clone());
        // Files are read on a thread where waiting harms nobody.
        let look = move || (asked || known.now() != known).then(|| load_noting(&sources));
        let Ok(looked) = tokio::task::spawn_blocking(look).await else { return };
        let Some((loaded, now)) = looked else { continue };
        files = now;
        match loaded {
            Ok(config) => {
                info!("the configuration was loaded again");
                sender.send_replace(Arc::new(config));
            }
            Err(problems) => error!("the new configuration is wrong, the old one stays:\n{problems}"),
        }
    }
}

/// SIGHUP, where there is one.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    #[cfg(unix)]
    fn new() -> Self {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        Self { signal: signal.inspect_err(|error| error!(%error, "SIGHUP cannot be listened to")).ok() }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
