//! `relboard serve`: the dashboard.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;

use futures::future::{Either, select};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Answer, Failure, print};
use crate::config::{self, Config, Sources};

const EXAMPLES: &str = "\
Examples:
  relboard serve                                  an environment of each context of your kubeconfig
  relboard serve --kubeconfig /etc/kubeconfig     of that one
  relboard serve --config /etc/relboard.toml      see relboard.example.toml for every key
  RELBOARD_STORE__URL=sqlite:///data/board.db relboard serve --listen 0.0.0.0:8080

Without --config, relboard.toml in the working folder is read if it is there. SIGHUP, or a change of the file, reads
it again. SIGTERM and Ctrl-C stop within five seconds; a second one at once.";

/// Serve the dashboard
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    configuration: Configuration,
    /// Where to listen, over what the configuration says [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
}

/// Which configuration.
#[derive(Debug, clap::Args)]
pub struct Configuration {
    /// The configuration file [default: relboard.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "RELBOARD_CONFIG")]
    config: Option<PathBuf>,
    /// The kubeconfig [default: $KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
}

impl Configuration {
    /// Loads it, with every problem when it is wrong.
    pub(super) fn load(&self, listen: Option<SocketAddr>) -> Result<Config, Failure> {
        let (file, kubeconfig) = (self.config.clone(), self.kubeconfig.clone());
        config::load(&Sources { file, kubeconfig, listen, ..Sources::of_process() }).map_err(|problems| match problems.0.as_slice() {
            [problem] => Failure(problem.to_string()),
            several => Failure(format!("the configuration has {} problems:\n{problems}", several.len())),
        })
    }
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    serve(args.configuration.load(args.listen)?).await
}

/// Serves a configuration until a signal says to stop; prints the board's URL when it listens.
///
/// # Errors
/// The address is not free, the store cannot be opened, or serving failed.
pub async fn serve(config: Config) -> Result<Answer, Failure> {
    // Each viewer is an open file, and 1,024 of them, which is usual, are soon used up. The hard limit stays.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!("the limit of open files cannot be raised, so fewer people can look at the board at once: {error}");
    }
    let listener = listen(config.server.listen).await?;
    let url = url(listener.local_addr()?, &config.server.base_path);
    let running = pin!(crate::run(config, listener, until_stopped()));
    match select(running, pin!(answers(&url))).await {
        Either::Left((ended, _)) => ended?,
        Either::Right(((), running)) => {
            print(&format!("Relboard is at {url}\n"))?;
            running.await?;
        }
    }
    Ok(Answer::Yes)
}

/// Waits for the first answer, so that the URL is said when it works. The listener holds the request until then.
async fn answers(url: &str) {
    // Not through a proxy that the environment may name. Whatever goes wrong, the URL is said.
    if let Ok(client) = reqwest::Client::builder().no_proxy().build() {
        let _ = client.get(format!("{url}livez")).send().await;
    }
}

/// Listens.
///
/// # Errors
/// Says whether the port is in use, and what to do.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "the port is in use. Is another relboard running? Choose another port with --listen ADDR:PORT",
            std::io::ErrorKind::PermissionDenied => "not permitted. Ports below 1024 need rights: choose another with --listen ADDR:PORT",
            std::io::ErrorKind::AddrNotAvailable => "this machine has no such address. Use 127.0.0.1, or 0.0.0.0 for all",
            _ => return Failure(format!("cannot listen on {address}: {error}")),
        };
        Failure(format!("cannot listen on {address}: {hint}"))
    })
}

/// How a browser on this machine reaches it.
#[must_use]
pub fn url(address: SocketAddr, base_path: &str) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}{base_path}/", address.port()),
        false => format!("http://{address}{base_path}/"),
    }
}

/// A token that the first SIGTERM or Ctrl-C cancels; the second ends the program at once.
#[must_use]
pub fn until_stopped() -> CancellationToken {
    let stopped = CancellationToken::new();
    let token = stopped.clone();
    tokio::spawn(async move {
        signal().await;
        info!("stopping");
        token.cancel();
        signal().await;
        std::process::exit(130);
    });
    stopped
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::{listen, url};

    #[tokio::test]
    async fn a_port_in_use_is_said() {
        let first = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let error = listen(first.local_addr().unwrap()).await.unwrap_err().to_string();
        assert!(error.contains("the port is in use") && error.contains("--listen"), "{error}");
    }

    #[test]
    fn the_url_can_be_opened_here() {
        assert_eq!(url("0.0.0.0:8080".parse().unwrap(), ""), "http://localhost:8080/");
        assert_eq!(url("[::1]:8080".parse().unwrap(), "/board"), "http://[::1]:8080/board/");
    }
}
