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
use super::neighbours::{self, Beside};
use super::versions::Reader;
use super::{Merged, since};

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
pub struct Drafts {
    kept: Vec<Kept>,
    /// What neighbours tell of each of them.
    neighbours: Vec<Beside>,
}

#[derive(Debug)]
struct Kept {
    draft: Draft,
    /// When it comes out differently although nothing happens.
    until: Option<DateTime<Utc>>,
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
            *self = Self::default();
            return Merged { row: None, recheck_at: None };
        }
        let environments = &index.catalogue().environments;
        let mut is_new = self.renew(index, service, now, previous, changed);
        let drafts = || self.kept.iter().map(|kept| &kept.draft);
        if self.neighbours.len() != environments.len() {
            self.neighbours = neighbours::compare(&drafts().collect::<Vec<_>>(), environments);
            is_new.fill(true);
        }
        let cells = environments.iter().zip(is_new).zip(drafts().zip(&self.neighbours)).map(|((environment, is_new), (draft, beside))| {
            let before = previous.and_then(|row| row.cells.get(&environment.name));
            if let Some(before) = before.filter(|_| !is_new) {
                return (environment.name.clone(), Arc::clone(before));
            }
            let mut cell = beside.complete(draft.cell.clone());
            cell.since = since(draft, before.map(AsRef::as_ref), now);
            // Cells that are as they were stay the same: thousands of new ones that are dropped soon after would leave holes in memory.
            let known = before.filter(|known| ***known == cell).cloned();
            let new = || {
                cell.shrink();
                Arc::new(cell)
            };
            (environment.name.clone(), known.unwrap_or_else(new))
        });
        let cells = cells.collect();
        let team = drafts().find_map(|draft| draft.team.clone()).or_else(|| index.catalogue().naming.team_of(service));
        Merged { row: Some(Row::new(service.clone(), team, cells)), recheck_at: self.kept.iter().filter_map(|kept| kept.until).min() }
    }

    /// Makes the drafts anew that may have changed, and says which. When neighbours may be told something else, what they tell is forgotten.
    fn renew(&mut self, index: &Index, service: &ServiceName, now: DateTime<Utc>, previous: Option<&Row>, changed: &Changed) -> Vec<bool> {
        let environments = &index.catalogue().environments;
        if self.kept.len() != environments.len() {
            *self = Self::default();
        }
        let context = OnceCell::new();
        let renew = |(place, environment): (usize, &EnvironmentSpec)| {
            let kept = self.kept.get_mut(place);
            if kept.as_ref().is_some_and(|kept| kept.is_valid(now) && !changed.is_of(environment)) {
                return false;
            }
            let context = context.get_or_init(|| Context { index, service, reader: Reader::new(index, service) });
            let before = previous.and_then(|row| row.cells.get(&environment.name));
            let new = Kept::new(context, environment, before.map(AsRef::as_ref), now);
            match kept {
                Some(kept) => {
                    if !kept.draft.compares_as(&new.draft) {
                        self.neighbours.clear();
                    }
                    *kept = new;
                }
                None => self.kept.push(new),
            }
            true
        };
        environments.iter().enumerate().map(renew).collect()
    }
}

impl Kept {
    fn new(context: &Context<'_>, environment: &EnvironmentSpec, previous: Option<&Cell>, now: DateTime<Utc>) -> Self {
        let mut clock = Clock::new(now);
        let draft = cell::draft(context, environment, previous, &mut clock);
        Self { draft, until: clock.next() }
    }

    /// Whether it is as a new one would be, unless its targets said something. What is told of those that are not live is their age.
    fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.draft.is_live && self.until.is_none_or(|until| until > now)
    }
}
