//! The drafts of a row, kept for the next time it is merged.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::board::{Cell, Row};
use crate::catalogue::EnvironmentSpec;
use crate::ids::{ServiceName, TargetId};
use crate::index::Index;

use super::cell::{self, Context, Draft};
use super::clock::Clock;
use super::versions::Reader;
use super::{Merged, compare, since};

/// What of a row may have changed since it was last merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// What these targets say of the service.
    Targets(BTreeSet<TargetId>),
    /// Whatever it is made of.
    Everything,
}

/// What the cells of one row are made from, before they are compared: of most changes only one of them is of
/// interest, and looking up the objects behind all of them is most of what a merge costs.
#[derive(Debug, Default)]
pub struct Drafts(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    draft: Draft,
    /// When it comes out differently although nothing happens.
    until: Option<DateTime<Utc>>,
    /// Only what live targets say is as it was until they say something else: the age of the others is told.
    is_live: bool,
}

impl Default for Changed {
    fn default() -> Self {
        Self::Targets(BTreeSet::new())
    }
}

impl Changed {
    /// Adds what an event may have changed of the rows that it touches: the event's [target](crate::event::Event::target). What targets say is
    /// of their own cells; records and images, which are of none, tell versions in all of them.
    pub fn by(&mut self, target: Option<TargetId>) {
        match (&mut *self, target) {
            (Self::Targets(targets), Some(target)) => _ = targets.insert(target),
            (_, None) => *self = Self::Everything,
            (Self::Everything, Some(_)) => {}
        }
    }

    fn is_of(&self, environment: &EnvironmentSpec) -> bool {
        match self {
            Self::Targets(targets) => environment.targets.iter().any(|target| targets.contains(target)),
            Self::Everything => true,
        }
    }
}

impl Drafts {
    /// Merges the facts of one service into its row, as [`merge`](super::merge) does, whose drafts these are. Only what may have changed is
    /// looked at: what `changed` says, and what comes out differently by itself by now.
    #[must_use]
    pub fn merge(&mut self, index: &Index, service: &ServiceName, now: DateTime<Utc>, previous: Option<&Row>, changed: &Changed) -> Merged {
        if !index.knows(service) {
            self.0.clear();
            return Merged { row: None, recheck_at: None };
        }
        let environments = &index.catalogue().environments;
        let before = |environment: &EnvironmentSpec| previous?.cells.get(&environment.name);
        if self.0.len() != environments.len() {
            self.0.clear();
        }
        let context = OnceCell::new();
        for (place, environment) in environments.iter().enumerate() {
            let kept = self.0.get_mut(place);
            if kept.as_ref().is_some_and(|kept| kept.is_valid(now) && !changed.is_of(environment)) {
                continue;
            }
            let context = context.get_or_init(|| Context { index, service, reader: Reader::new(index, service) });
            let new = Kept::new(context, environment, before(environment).map(AsRef::as_ref), now);
            match kept {
                Some(kept) => *kept = new,
                None => self.0.push(new),
            }
        }
        let drafts: Vec<&Draft> = self.0.iter().map(|kept| &kept.draft).collect();
        let team = drafts.iter().find_map(|draft| draft.team.clone()).or_else(|| index.catalogue().naming.team_of(service));
        let cells = compare(&drafts, environments).into_iter().zip(&drafts).zip(environments).map(|((mut cell, draft), environment)| {
            let before = before(environment);
            cell.since = since(draft, before.map(AsRef::as_ref), now);
            // Cells that are as they were stay the same: thousands of new ones that are dropped soon after would leave holes in memory.
            let known = before.filter(|known| ***known == cell).cloned();
            let new = || {
                cell.shrink();
                Arc::new(cell)
            };
            (environment.name.clone(), known.unwrap_or_else(new))
        });
        let row = Row::new(service.clone(), team, cells.collect());
        Merged { row: Some(row), recheck_at: self.0.iter().filter_map(|kept| kept.until).min() }
    }
}

impl Kept {
    fn new(context: &Context<'_>, environment: &EnvironmentSpec, previous: Option<&Cell>, now: DateTime<Utc>) -> Self {
        let mut clock = Clock::new(now);
        let draft = cell::draft(context, environment, previous, &mut clock);
        let is_live = environment.targets.iter().all(|target| context.index.freshness(*target, now).is_live());
        Self { draft, until: clock.next(), is_live }
    }

    fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.is_live && self.until.is_none_or(|until| until > now)
    }
}
