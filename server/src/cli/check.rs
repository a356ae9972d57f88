//! `relboard check`: is the configuration right, and can everything be reached?

use std::fmt::Write as _;

use futures::future::join_all;

use super::serve::Configuration;
use super::{Answer, Failure, print};
use crate::ci::poll;
use crate::config::{Ci, Config, JsonEndpoint, Sources};
use crate::{clock, clusters, registry};

const HELP: &str = "\
Examples:
  relboard check                                  the configuration that `relboard serve` would use here
  relboard check --config relboard.toml --offline only the file, for a pre-commit hook or a CI step

Nothing is written: clusters are only asked what they let be read.

Exit codes: 0 all is well, 1 a cluster, a CI or a registry cannot be reached or read, 2 the configuration is wrong.";

/// Check the configuration, and reach every cluster, CI and registry
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    configuration: Configuration,
    /// Only read the configuration: reach nothing
    #[arg(long)]
    offline: bool,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let config = args.configuration.load(None)?;
    print(&summary(&config))?;
    if args.offline {
        return Ok(Answer::Yes);
    }
    let clusters = clusters(&config).await?;
    let ci = ci(&config).await?;
    let registries = registries(&config).await?;
    Ok(if [clusters, ci, registries].contains(&Answer::No) { Answer::No } else { Answer::Yes })
}

fn summary(config: &Config) -> String {
    let path = config.sources.as_ref().map(Sources::path).filter(|path| path.exists());
    let mut text = match path {
        Some(path) => format!("The configuration {} is right.\n", path.display()),
        None => "There is no configuration file, and none is needed:\n".to_owned(),
    };
    for environment in &config.environments {
        let clusters: Vec<_> = environment.targets.iter().map(|target| target.cluster.as_str()).collect();
        let clusters = if clusters.is_empty() { "records only".to_owned() } else { clusters.join(", ") };
        let _ = writeln!(text, "  {} ({}): {clusters}", environment.name, environment.tier.as_str());
    }
    text
}

async fn clusters(config: &Config) -> Result<Answer, Failure> {
    let targets =
        || config.environments.iter().flat_map(|environment| environment.targets.iter().map(|target| (&environment.name, target)));
    let reports = join_all(targets().map(|(_, target)| clusters::check(target))).await;
    let mut answer = Answer::Yes;
    for ((environment, _), report) in targets().zip(reports) {
        print(&format!("\n{environment}: {}\n", report.to_string().trim_end()))?;
        if !report.is_fine() {
            answer = Answer::No;
        }
    }
    Ok(answer)
}

async fn ci(config: &Config) -> Result<Answer, Failure> {
    let endpoints = || config.ci.iter().filter_map(|ci| Some((ci, ci.json.as_ref()?)));
    let found = join_all(endpoints().map(|(_, endpoint)| poll::check(endpoint, clock::now()))).await;
    let mut answer = Answer::Yes;
    for ((ci, endpoint), found) in endpoints().zip(found) {
        let (text, right) = endpoint_report(ci, endpoint, found);
        print(&text)?;
        if !right {
            answer = Answer::No;
        }
    }
    Ok(answer)
}

async fn registries(config: &Config) -> Result<Answer, Failure> {
    let found = join_all(config.registries.iter().map(registry::check)).await;
    let mut answer = Answer::Yes;
    for (registry, found) in config.registries.iter().zip(found) {
        let said = found.as_ref().map_or_else(String::as_str, |()| "answers");
        print(&format!("\nRegistry {}: {said}\n", registry.host))?;
        if found.is_err() {
            answer = Answer::No;
        }
    }
    Ok(answer)
}

fn endpoint_report(ci: &Ci, endpoint: &JsonEndpoint, found: Result<poll::Found, String>) -> (String, bool) {
    let place = endpoint.url.host_str().unwrap_or_default();
    match found {
        Err(error) => (format!("\nCI {}: {place}: {error}\n", ci.name), false),
        Ok(found) => {
            let mut text = format!("\nCI {}: {place}: {} entries, {} of them right\n", ci.name, found.total, found.right);
            for error in found.wrong.iter().take(10) {
                let _ = writeln!(text, "  {error}");
            }
            if found.wrong.len() > 10 {
                let _ = writeln!(text, "  … and {} more", found.wrong.len() - 10);
            }
            (text, found.wrong.is_empty())
        }
    }
}
