//! A configuration that changes is loaded again; a wrong one is refused, and the old one stays.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::load::load_noting;
use super::{Config, Problems, Sources};

/// How often files are compared. Their content is: it is right for editors, symbolic links that Kubernetes swaps,
/// and network file systems alike.
pub(super) const LOOK: Duration = Duration::from_secs(2);

/// New configurations, on SIGHUP and when a file that it was read from changes (secret files too). Until the first of
/// them, and when the configuration has no [`Sources`], the receiver holds the one given. Ends at `shutdown`.
#[must_use]
pub fn reloads(config: Config, shutdown: CancellationToken) -> watch::Receiver<Arc<Config>> {
    let sources = config.sources.clone();
    let (sender, receiver) = watch::channel(Arc::new(config));
    if let Some(sources) = sources {
        tokio::spawn(async move {
            let _ = shutdown.run_until_cancelled(follow(sources, sender)).await;
        });
    }
    receiver
}

async fn follow(sources: Sources, sender: watch::Sender<Arc<Config>>) {
    let mut hangup = Hangup::new();
    let Some((_, mut seen)) = look(&sources, BTreeMap::new(), true).await else { return };
    loop {
        let asked = tokio::select! {
            () = hangup.next() => true,
            () = tokio::time::sleep(LOOK) => false,
            () = sender.closed() => return,
        };
        let Some((loaded, now)) = look(&sources, seen, asked).await else { return };
        seen = now;
        match loaded {
            None => {}
            Some(Ok(config)) => {
                info!("the configuration was loaded again");
                sender.send_replace(Arc::new(config));
            }
            Some(Err(problems)) => error!("the new configuration is wrong, the old one stays:\n{problems}"),
        }
    }
}

/// What was in the files when the configuration was last loaded.
type Contents = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Loads the configuration when a file is not as it was, or when asked to; on a thread where waiting harms nobody.
/// None when the runtime ends.
async fn look(sources: &Sources, seen: Contents, asked: bool) -> Option<(Option<Result<Config, Problems>>, Contents)> {
    let sources = sources.clone();
    let look = move || {
        // Read before loading: a change in between is seen as one the next time.
        let now: Contents = seen.keys().map(|path| (path.clone(), std::fs::read(path).ok())).collect();
        if !asked && now == seen {
            return (None, seen);
        }
        let (loaded, files) = load_noting(&sources);
        let contents = |path: PathBuf| {
            let content = now.get(&path).cloned().unwrap_or_else(|| std::fs::read(&path).ok());
            (path, content)
        };
        let contents = files.into_iter().map(contents).collect();
        (Some(loaded), contents)
    };
    tokio::task::spawn_blocking(look).await.ok()
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
