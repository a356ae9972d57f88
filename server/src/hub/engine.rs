//! Events in, boards out: the hub without its channels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use hashlink::LruCache;
use model::board::{Board, Changes, Environment, Row, TargetState};
use model::catalogue::Catalogue;
use model::details::Details;
use model::event::Event;
use model::ids::{EnvironmentName, ServiceName};
use model::image::ImageAt;
use model::index::Index;
use model::merge::{self, Changed, Drafts};

use super::timetable::Timetable;

/// How long the old board stays up after a new configuration, while the clusters are listed anew.
const HOLD: Duration = Duration::seconds(5);
/// Of so many rows that clusters told something of the drafts are kept, those that were told of last: a rollout is dozens of
/// events within a minute. Of twelve environments that is 1 MB.
const KEPT: usize = 128;

/// The index, the newest board and what is still to be merged.
#[derive(Debug)]
pub(super) struct Engine {
    index: Index,
    board: Arc<Board>,
    touched: BTreeMap<ServiceName, Changed>,
    drafts: LruCache<ServiceName, Drafts>,
    header: bool,
    timetable: Timetable,
    /// Rows of which something may no longer be read since the last publication.
    withdrawn: BTreeSet<ServiceName>,
    /// After a new configuration nothing is published until then, or until every target has synced.
    hold_until: Option<DateTime<Utc>>,
}

impl Engine {
    pub(super) fn new(catalogue: Arc<Catalogue>, epoch: &str, now: DateTime<Utc>) -> Self {
        Self {
            index: Index::new(catalogue),
            board: Arc::new(Board::empty(epoch, now)),
            touched: BTreeMap::new(),
            drafts: LruCache::new(KEPT),
            header: true,
            timetable: Timetable::default(),
            withdrawn: BTreeSet::new(),
            hold_until: None,
        }
    }

    /// The newest board.
    pub(super) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Takes in an event; nothing is merged yet.
    pub(super) fn apply(&mut self, event: Event) {
        let (is_withdrawal, target) = (matches!(event, Event::Withdrawn { .. }), event.target());
        let touched = self.index.apply(event);
        if is_withdrawal {
            self.withdrawn.extend(touched.services.iter().cloned());
        }
        for service in touched.services {
            self.touched.entry(service).or_default().by(target);
        }
        self.header |= touched.header;
    }

    /// Starts over with other environments or rules; the board stays as it is until the clusters have been listed anew.
    /// Facts belong to the old targets and go. Records and images belong to none and stay: one that came after the store was read
    /// for the new configuration is known to nobody else here.
    pub(super) fn reconfigure(&mut self, catalogue: Arc<Catalogue>, now: DateTime<Utc>) {
        self.index = self.index.renewed(catalogue);
        self.timetable = Timetable::default();
        self.drafts.clear();
        self.touch_all();
        self.header = true;
        self.hold_until = Some(now + HOLD);
    }

    /// The rows of which something may no longer be read since this was last asked.
    pub(super) fn take_withdrawn(&mut self) -> BTreeSet<ServiceName> {
        std::mem::take(&mut self.withdrawn)
    }

    /// Whether there is something to merge now.
    pub(super) fn is_dirty(&self) -> bool {
        !self.is_held() && (self.header || !self.touched.is_empty())
    }

    /// Whether the board is still that of an older configuration.
    pub(super) fn is_held(&self) -> bool {
        self.hold_until.is_some()
    }

    /// When to look again although nothing happens.
    pub(super) fn next_look(&self) -> Option<DateTime<Utc>> {
        self.hold_until.or_else(|| self.timetable.next())
    }

    /// Merges what was touched or is due, and gives the next board if it differs from the newest one.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) -> Option<Arc<Board>> {
        if self.holds(now) {
            return None;
        }
        for service in self.timetable.take_due(now) {
            self.touched.entry(service).or_default();
        }
        self.header |= self.timetable.take_due_header(now).is_some();
        let header = std::mem::take(&mut self.header).then(|| self.merge_header(now));
        let touched = std::mem::take(&mut self.touched);
        // A list touches more rows than are kept: they would push one another out, and those of the rollouts that go on.
        let keeps = touched.len() <= KEPT;
        let rows = touched.into_iter().map(|(service, changed)| self.merge_row(service, &changed, keeps, now)).collect();
        let next = Arc::new(self.board.advance(Changes { rows, header }, now)?);
        self.board = Arc::clone(&next);
        Some(next)
    }

    /// Everything known of one cell; none when the board has no such cell.
    pub(super) fn details(&self, service: &ServiceName, environment: &EnvironmentName) -> Option<Details> {
        let row = self.board.services.get(service)?;
        merge::details(&self.index, row, environment)
    }

    /// What to ask registries for.
    pub(super) fn unasked(&self) -> Vec<ImageAt> {
        merge::unasked(&self.index)
    }

    fn merge_row(&mut self, service: ServiceName, changed: &Changed, keeps: bool, now: DateTime<Utc>) -> (ServiceName, Option<Row>) {
        let previous = self.board.services.get(&service).map(AsRef::as_ref);
        let mut new = Drafts::default();
        let drafts = match changed {
            Changed::Targets(targets) if keeps && !targets.is_empty() => self.drafts.entry(service.clone()).or_insert_with(Drafts::default),
            _ => self.drafts.peek_mut(&service).unwrap_or(&mut new),
        };
        let merged = drafts.merge(&self.index, &service, now, previous, changed);
        debug_assert_eq!(merged.row, merge::merge(&self.index, &service, now, previous).row, "kept drafts are as new ones");
        self.timetable.set(&service, merged.recheck_at, now);
        (service, merged.row)
    }

    fn touch_all(&mut self) {
        for service in self.board.services.keys().chain(self.index.services()) {
            self.touched.insert(service.clone(), Changed::Everything);
        }
    }

    /// A column that comes, goes or changes its state greys or changes cells: all rows are looked at again then.
    fn merge_header(&mut self, now: DateTime<Utc>) -> (Vec<Environment>, u64) {
        let (environments, unplaced, look_at) = merge::environments(&self.index, now);
        self.timetable.set_header(look_at, now);
        if !environments.iter().map(shape).eq(self.board.environments.iter().map(shape)) {
            self.touch_all();
        }
        (environments, unplaced)
    }

    fn holds(&mut self, now: DateTime<Utc>) -> bool {
        let Some(until) = self.hold_until else { return false };
        let (environments, _, _) = merge::environments(&self.index, now);
        let syncing = environments.iter().flat_map(|environment| &environment.targets).any(|target| target.state == TargetState::Syncing);
        if syncing && now < until {
            return true;
        }
        self.hold_until = None;
        false
    }
}

/// What of a column matters to its cells.
fn shape(environment: &Environment) -> (&EnvironmentName, Vec<(TargetState, Option<&str>)>) {
    (&environment.name, environment.targets.iter().map(|target| (target.state, target.error.as_deref())).collect())
}
