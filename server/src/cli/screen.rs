//! `relboard screen`: links for televisions, which nobody logs in at.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::ExposeSecret;

use super::serve::{self, Configuration};
use super::{Answer, Failure, complain, print};
use crate::clock;
use crate::config::{self, Config};
use crate::store::{Screen, Store, TokenHash};

const HELP: &str = "\
Examples:
  relboard screen create lobby                 prints the link once; open it on the television
  relboard screen list                         when each was last used
  relboard screen revoke lobby                 ends its streams within seconds, and lets nobody in with the link

It writes to the store of the configuration, also while the server runs. Of a link only a hash is kept: one that was lost
is revoked and made anew. What a link shows can be narrowed: LINK?q=env:pro&theme=dark

Exit codes: 0 done, 1 the name is taken (create) or there is no such screen (revoke), 2 the store or the configuration
cannot be read.";

/// Make, list and revoke links for screens on a wall
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    configuration: Configuration,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a link, and print it this once
    Create {
        /// What to call the screen: where it hangs
        #[arg(value_parser = name)]
        name: String,
    },
    /// List the links that are let in, and when each was last used
    List,
    /// Let a link in no longer
    Revoke {
        /// The screen's name
        name: String,
    },
}

/// What a command says, and its answer.
#[derive(Debug)]
pub struct Said {
    /// For standard output when the answer is yes, else for standard error.
    pub text: String,
    /// The answer.
    pub answer: Answer,
}

pub(super) async fn run(args: Args) -> Result<Answer, Failure> {
    let config = args.configuration.load(None)?;
    let Said { text, answer } = carry_out(&args, &config, clock::now()).await?;
    match answer {
        Answer::Yes => print(&text)?,
        Answer::No => complain(text.trim_end()),
    }
    Ok(answer)
}

/// Does what a command says, in the store of a configuration.
///
/// # Errors
/// The store cannot be opened or written, or there are no random numbers.
pub async fn carry_out(args: &Args, config: &Config, now: DateTime<Utc>) -> Result<Said, Failure> {
    if config.store.url.expose_secret().contains(":memory:") {
        return Err(Failure("store.url is in memory, where no other program reads: name a file, such as sqlite://relboard.db".to_owned()));
    }
    let store = Store::open(&config.store).await?;
    let said = match &args.command {
        Command::Create { name } => create(&store, &config.server, name, now).await,
        Command::List => list(&store, now).await,
        Command::Revoke { name } => revoke(&store, name, now).await,
    };
    store.close().await;
    said
}

async fn create(store: &Store, server: &config::Server, name: &str, now: DateTime<Utc>) -> Result<Said, Failure> {
    let mut random = [0; 32];
    OsRng.try_fill_bytes(&mut random).map_err(|error| Failure(format!("the system has no random numbers: {error}")))?;
    let token = URL_SAFE_NO_PAD.encode(random);
    if !store.create_screen(name, TokenHash::of(&token), now).await? {
        return Ok(no(format!("there is a screen `{name}` already: choose another name, or revoke it first")));
    }
    let base = match &server.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => serve::url(server.listen, &server.base_path).trim_end_matches('/').to_owned(),
    };
    Ok(yes(format!("{base}/screen/{token}\n")))
}

async fn list(store: &Store, now: DateTime<Utc>) -> Result<Said, Failure> {
    let screens: Vec<Screen> = store.screens().await?.into_iter().filter(|screen| screen.revoked.is_none()).collect();
    if screens.is_empty() {
        return Ok(yes("There are no screens: `relboard screen create NAME` makes one.\n".to_owned()));
    }
    let width = screens.iter().map(|screen| screen.name.chars().count()).max().unwrap_or_default().max(4);
    let mut text = format!("{:width$}  {:16}  LAST USED\n", "NAME", "CREATED (UTC)");
    for screen in screens {
        let used = screen.used.map_or_else(|| "never".to_owned(), |used| ago(now, used));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {:16}  {used}", screen.name, screen.created.format("%Y-%m-%d %H:%M"));
    }
    Ok(yes(text))
}

async fn revoke(store: &Store, name: &str, now: DateTime<Utc>) -> Result<Said, Failure> {
    Ok(match store.revoke_screen(name, now).await? {
        true => yes(format!("{name} is let in no longer; a server that runs ends its streams within seconds\n")),
        false => no(format!("there is no screen `{name}`: `relboard screen list` names them")),
    })
}

const fn yes(text: String) -> Said {
    Said { text, answer: Answer::Yes }
}

const fn no(text: String) -> Said {
    Said { text, answer: Answer::No }
}

fn ago(now: DateTime<Utc>, then: DateTime<Utc>) -> String {
    match (now - then).num_seconds() {
        ..60 => "just now".to_owned(),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} d ago", seconds / 86400),
    }
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    match name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        true => Err("a name has 1 to 64 characters, in one line".to_owned()),
        false => Ok(name.to_owned()),
    }
}
