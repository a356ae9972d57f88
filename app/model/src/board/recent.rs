//! What the newest revisions touched: who is a little behind is answered without a look at every row.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::ids::ServiceName;

/// So many revisions are remembered: seconds of a board that is never at rest. Few in tests, so that short histories outgrow it.
const KEPT: usize = if cfg!(test) { 4 } else { 32 };

/// The rows that each of the newest revisions changed or removed. It follows from the stamps of the rows, so that boards that
/// differ in it alone are equal.
#[derive(Clone, Debug, Default)]
pub struct Recent(VecDeque<(u64, Arc<[ServiceName]>)>);

impl PartialEq for Recent {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Recent {
    /// Takes in the next revision.
    pub(super) fn push(&mut self, number: u64, touched: Arc<[ServiceName]>) {
        if self.0.back().is_some_and(|(newest, _)| newest + 1 != number) {
            self.0.clear();
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((number, touched));
    }

    /// The rows that the newest revision touched.
    pub(super) fn newest(&self) -> &[ServiceName] {
        self.0.back().map_or(&[], |(_, touched)| touched)
    }

    /// The rows that were touched after one revision, up to another; none when that is not known any more.
    pub(crate) fn between(&self, after: u64, to: u64) -> Option<BTreeSet<&ServiceName>> {
        let (oldest, newest) = (self.0.front()?.0, self.0.back()?.0);
        let is_known = oldest <= after + 1 && to == newest;
        let touched = self.0.iter().filter(|(number, _)| *number > after).flat_map(|(_, touched)| touched.iter());
        is_known.then(|| touched.collect())
    }
}
