//! The load program: what a large fleet and many viewers cost the server, measured and held against what was promised.
//!
//! Everything is a process of its own: the simulated clusters ([`world`]), the real `relboard serve`, and the viewers
//! ([`viewers`]). This one starts them, measures them through HTTP and `/proc`, and prints one table. `make load` runs it;
//! `docs/performance.md` says how it was used.

mod audience;
mod cold;
mod events;
mod growth;
mod keeper;
mod measure;
mod page;
mod plain;
mod process;
mod served;
mod stream;
mod table;
mod viewers;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use self::served::Served;
use self::table::Table;
pub use self::viewers::{Viewers, watch};
use self::world::World;
pub use self::world::{Fleet, play};

/// What can go wrong: a process that does not start, an answer that does not come. All of it ends the program.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How large, how long, and where the binaries are.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// The fleet is that much smaller: services and pods are divided by this
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    divide: u32,
    /// Changes of objects a second
    #[arg(long, value_name = "N", default_value_t = 200.0)]
    rate: f64,
    /// How long each rate of changes is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
    /// How many viewers
    #[arg(long, value_name = "N", default_value_t = 5000)]
    viewers: usize,
    /// Changes of objects a second while they look
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    viewers_rate: f64,
    /// For how many minutes the fleet then changes on, to see how memory grows
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    minutes: u64,
    /// Which measurements [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// The server to measure [default: relboard beside this program]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// `GET /`
    Page,
    /// Processor, memory and latency while things change
    Events,
    /// Many event streams
    Viewers,
    /// A fourth and a sixteenth of the fleet
    Growth,
}

/// What all parts use.
struct Stage {
    plan: Plan,
    folder: TempDir,
    table: Table,
}

/// Measures, and prints the table. False when a target was missed.
///
/// # Errors
/// When something could not be measured.
pub async fn run(plan: Plan) -> Outcome<bool> {
    let folder = tempfile::Builder::new().prefix("relboard-load-").tempdir()?;
    let fleet = Fleet::full(plan.divide);
    let mut stage = Stage { plan, folder, table: Table::default() };
    let world = stage.world(fleet).await?;
    stage.table.about(&world.about());
    let (server, full) = cold::start(&mut stage, &world).await?;
    if stage.measures(Part::Page) {
        page::measure(&mut stage, &server).await?;
    }
    let grown = if stage.measures(Part::Growth) { Some(growth::full(&stage, &world, &server).await?) } else { None };
    events::measure(&mut stage, &world, &server).await?;
    if stage.plan.minutes > 0 {
        events::over_time(&mut stage, &world, &server).await?;
    }
    if stage.measures(Part::Viewers) {
        audience::measure(&mut stage, &world, &server).await?;
    }
    server.stop().await?;
    world.stop().await?;
    if let Some(busy) = grown {
        growth::measure(&mut stage, &fleet, &full, &busy).await?;
    }
    stage.table.print();
    Ok(stage.table.is_met())
}

impl Stage {
    fn measures(&self, part: Part) -> bool {
        self.plan.only.is_empty() || self.plan.only.contains(&part)
    }

    fn seconds(&self) -> Duration {
        Duration::from_secs(self.plan.seconds)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn world(&self, fleet: Fleet) -> Outcome<World> {
        World::start(fleet, self.folder()).await
    }

    async fn server(&self, world: &World) -> Outcome<Served> {
        Served::start(self.plan.server.as_deref(), world, self.folder()).await
    }
}
