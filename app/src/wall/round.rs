//! A round through the pages of a wall: whatever changes meanwhile, it shows every service that is there throughout. Pure.
//!
//! Pages that were shown stay as they were. What comes after them is planned anew whenever something changes, from what was
//! not shown yet, in the order of now. So a row that moves between trouble and calm is neither skipped nor forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use model::ids::ServiceName;

use super::ranking::{Fit, Ranking};

/// What pages are planned from.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The rows in the order of now.
    pub ranking: &'a Ranking,
    /// How much fits on the screen.
    pub fit: Fit,
    /// How many columns there are.
    pub columns: usize,
}

/// Where to turn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// To the next page; after the last one a new round begins.
    Next,
    /// To the page before; from the first one to the last.
    Back,
}

/// What is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The rows.
    pub rows: Vec<ServiceName>,
    /// Which of the columns.
    pub columns: Range<usize>,
    /// Its number, from 0.
    pub number: usize,
    /// How many there are, at least one.
    pub of: usize,
}

/// A round through the pages. Rows turn slowly: a page of them is shown with each share of the columns before the next.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// The pages that were shown, and the one that is.
    pages: Vec<Page>,
    /// Which of them is shown.
    place: usize,
    /// Which share of the columns.
    share: usize,
    /// What was shown as trouble.
    alarmed: BTreeSet<ServiceName>,
    /// The number of the page it began with; none once it was turned.
    start: Option<usize>,
    /// How many rows and columns fitted, and how many columns there were.
    within: Option<(Fit, usize)>,
}

/// The rows of a page, with those that went: they may come back to their places.
#[derive(Clone, Debug, Default)]
struct Page {
    rows: Vec<ServiceName>,
    /// Rows that came when some of the columns had been shown: they are not shown in full.
    late: BTreeSet<ServiceName>,
}

impl<'a> Now<'a> {
    fn rows(&self) -> usize {
        self.fit.rows.max(1)
    }

    /// In how many shares the columns are shown.
    fn across(&self) -> usize {
        self.columns.div_ceil(self.fit.columns.max(1)).max(1)
    }

    /// Every service, in order.
    fn names(&self) -> impl Iterator<Item = &'a ServiceName> {
        self.ranking.trouble.iter().chain(&self.ranking.calm)
    }

    /// Trouble that leaves half of the screen stays on every page.
    fn pinned(&self) -> &'a [ServiceName] {
        let (trouble, all) = (&self.ranking.trouble, self.ranking.trouble.len() + self.ranking.calm.len());
        if all > self.rows() && trouble.len() <= self.rows() / 2 { trouble } else { &[] }
    }

    fn is_pinned(&self, name: &ServiceName) -> bool {
        self.pinned().contains(name)
    }

    /// How many rows turn on a page.
    fn room(&self) -> usize {
        self.rows() - self.pinned().len()
    }
}

impl Round {
    /// A round that begins with a page, counted from 0 and on from the last one.
    #[must_use]
    pub fn starting(number: usize) -> Self {
        Self { start: Some(number), ..Self::default() }
    }

    /// Turns the page.
    pub fn turn(&mut self, to: Turn, now: Now<'_>) {
        self.start = None;
        match to {
            Turn::Next if self.share + 1 < now.across() => self.share += 1,
            Turn::Next => self.next(now),
            Turn::Back if self.share > 0 => self.share -= 1,
            Turn::Back => {
                if self.place == 0 {
                    self.lay_until(usize::MAX, now);
                }
                self.place = self.place.checked_sub(1).unwrap_or(self.pages.len().saturating_sub(1));
                self.share = now.across() - 1;
            }
        }
    }

    /// What is shown now. Whatever page it is, it takes in what changed.
    pub fn sheet(&mut self, now: Now<'_>) -> Sheet {
        let within = Some((now.fit, now.columns));
        let resized = self.within.replace((now.fit, now.columns)) != within;
        let nothing_to_show = now.names().next().is_none();
        if self.pages.is_empty() || nothing_to_show || resized && self.start.is_some() {
            self.begin(self.start, now);
        }
        let mut rows = self.settle(resized, now);
        // Nobody looks at a page of which everything went.
        while rows.is_empty() && !nothing_to_show {
            self.next(now);
            rows = self.settle(false, now);
        }
        let across = now.across();
        Sheet {
            rows,
            columns: share(now.columns, across, self.share),
            number: self.place * across + self.share,
            of: across * (self.pages.len() + self.to_come(now)),
        }
    }

    /// Begins with the first page, or another.
    fn begin(&mut self, start: Option<usize>, now: Now<'_>) {
        let across = now.across();
        *self = Self { start, within: self.within, ..Self::default() };
        self.lay(now);
        let number = start.unwrap_or_default() % (across * (1 + self.to_come(now)));
        self.lay_until(number / across, now);
        (self.place, self.share) = (self.pages.len() - 1, number % across);
    }

    fn next(&mut self, now: Now<'_>) {
        self.lay_until(self.place + 1, now);
        if self.place + 1 < self.pages.len() {
            (self.place, self.share) = (self.place + 1, 0);
        } else {
            self.begin(None, now);
        }
    }

    /// Lays pages up to a place, as long as there is something to show on them.
    fn lay_until(&mut self, place: usize, now: Now<'_>) {
        while self.pages.len() <= place && self.to_come(now) > 0 {
            self.lay(now);
        }
    }

    /// Lays the next page.
    fn lay(&mut self, now: Now<'_>) {
        let turning: Vec<_> = self.due(now).into_iter().filter(|name| !now.is_pinned(name)).collect();
        let count = each(turning.len(), now.room());
        let rows: Vec<_> = now.pinned().iter().chain(turning.into_iter().take(count)).cloned().collect();
        self.alarm(&rows, now);
        self.pages.push(Page { rows, late: BTreeSet::new() });
    }

    /// How many pages come after those that are known.
    fn to_come(&self, now: Now<'_>) -> usize {
        let due = self.due(now);
        match due.iter().filter(|name| !now.is_pinned(name)).count() {
            // Trouble that was not shown in full yet, and that is on every page.
            0 => usize::from(!due.is_empty()),
            turning => turning.div_ceil(now.room()),
        }
    }

    /// The rows that were shown in full.
    fn shown(&self) -> BTreeSet<&ServiceName> {
        self.pages.iter().flat_map(|page| page.rows.iter().filter(|name| !page.late.contains(*name))).collect()
    }

    /// What is still to be shown: rows that were not, and those that became trouble since, when they are not on every page anyway.
    fn due<'a>(&self, now: Now<'a>) -> Vec<&'a ServiceName> {
        let shown = self.shown();
        let here = self.pages.get(self.place).map(|page| page.rows.as_slice()).unwrap_or_default();
        let turns = now.pinned().is_empty();
        let is_news = |name: &ServiceName| turns && !self.alarmed.contains(name) && !here.contains(name);
        let trouble = now.ranking.trouble.iter().filter(|name| !shown.contains(name) || is_news(name));
        trouble.chain(now.ranking.calm.iter().filter(|name| !shown.contains(name))).collect()
    }

    fn alarm(&mut self, rows: &[ServiceName], now: Now<'_>) {
        self.alarmed.extend(now.ranking.trouble.iter().filter(|name| rows.contains(name)).cloned());
    }

    /// The page that is shown takes in what changed; gives those of its rows that are there.
    fn settle(&mut self, resized: bool, now: Now<'_>) -> Vec<ServiceName> {
        let Self { place, share, .. } = *self;
        self.share = share.min(now.across() - 1);
        let (share, is_newest) = (self.share, place + 1 == self.pages.len());
        let due = self.due(now);
        let Some(slot) = self.pages.get_mut(place) else { return Vec::new() };
        let mut page = std::mem::take(slot);

        for name in now.pinned() {
            if !page.rows.contains(name) {
                page.rows.push(name.clone());
                if share > 0 {
                    page.late.insert(name.clone());
                }
            }
        }
        let present: BTreeSet<&ServiceName> = now.names().collect();
        let mut count = page.rows.iter().filter(|name| present.contains(name)).count();
        let mut due = due.into_iter().filter(|name| !page.rows.contains(*name)).collect::<Vec<_>>();
        // As many as if this page were laid now.
        let equal = now.pinned().len() + each(count - now.pinned().len() + due.len(), now.room());
        if is_newest && share == 0 {
            due.truncate(equal.saturating_sub(count));
            count += due.len();
            page.rows.extend(due.into_iter().cloned());
        }
        self.arrange(&mut page.rows, now);

        // What was shown on other pages goes first; whatever goes and was not shown comes on the next ones.
        let most = if resized && is_newest { equal } else { now.rows() };
        let shown = self.shown();
        while count > most {
            let may_go = |name: &&ServiceName| present.contains(*name) && !now.is_pinned(name);
            let is_spare = |name: &&ServiceName| page.late.contains(*name) || shown.contains(*name);
            let rows = || page.rows.iter();
            let Some(place) = rows().rposition(|name| may_go(&name) && is_spare(&name)).or_else(|| rows().rposition(|name| may_go(&name)))
            else {
                break;
            };
            page.late.remove(&page.rows.remove(place));
            count -= 1;
        }
        let rows: Vec<_> = page.rows.iter().filter(|name| present.contains(name)).cloned().collect();
        self.alarm(&rows, now);
        if let Some(slot) = self.pages.get_mut(place) {
            *slot = page;
        }
        rows
    }

    /// Trouble first, the worst of it before the rest; then what has just become well, which is seen to be so; the others stay
    /// in their places.
    fn arrange(&self, rows: &mut [ServiceName], now: Now<'_>) {
        let urgency: BTreeMap<&ServiceName, usize> = now.ranking.trouble.iter().zip(0..).collect();
        rows.sort_by_key(|name| match urgency.get(name) {
            Some(place) => (0, *place),
            None if self.alarmed.contains(name) => (1, 0),
            None => (2, 0),
        });
    }
}

/// How many rows are on a page when all are as equal as can be.
const fn each(all: usize, room: usize) -> usize {
    match all.div_ceil(room) {
        0 => 0,
        pages => all / pages,
    }
}

/// One of several shares that are as equal as can be.
const fn share(all: usize, shares: usize, place: usize) -> Range<usize> {
    all * place / shares..all * (place + 1) / shares
}

#[cfg(test)]
mod tests;
