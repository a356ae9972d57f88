//! The newest records of one service in one environment.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::record::{Outcome, Record};

/// How many records are kept in memory; the store has them all.
const KEPT: usize = 20;

/// Records, newest first. The newest successful one is kept however many came after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records(Vec<Arc<Record>>);

impl Records {
    pub(crate) fn newest_first(&self) -> &[Arc<Record>] {
        &self.0
    }

    /// Takes a record in, in whatever order they come. Says whether anything changed: a record that is known, or
    /// older than all that are kept, changes nothing.
    pub(crate) fn insert(&mut self, record: Arc<Record>) -> bool {
        let place = self.0.partition_point(|known| order(known, &record) == Ordering::Less);
        if self.0.contains(&record) {
            return false;
        }
        // There are tens of thousands of these lists, most of them short.
        self.0.reserve_exact(1);
        self.0.insert(place, Arc::clone(&record));
        let Some(excess) = self.0.get(KEPT..) else { return true };
        let newest_success = self.0.iter().position(|known| known.outcome == Outcome::Success);
        let spared = newest_success.and_then(|at| at.checked_sub(KEPT)).and_then(|at| excess.get(at)).cloned();
        self.0.truncate(KEPT);
        self.0.extend(spared);
        self.0.get(place).is_some_and(|kept| *kept == record) || self.0.last() == Some(&record)
    }
}

/// Newest first; of one moment, what ended before what began. The rest only makes the order total, so that it does not
/// depend on the order of arrival.
fn order(a: &Record, b: &Record) -> Ordering {
    let key = |record: &Record| {
        let ended = record.outcome != Outcome::Started;
        (record.at, ended, record.outcome)
    };
    let rest = |r: &Record| [&r.commit, &r.digest, &r.image, &r.version, &r.url, &r.by, &r.branch, &r.repository].map(Clone::clone);
    let extra = |record: &Record| format!("{:?}", record.extra);
    key(b).cmp(&key(a)).then_with(|| rest(a).cmp(&rest(b))).then_with(|| extra(a).cmp(&extra(b)))
}
