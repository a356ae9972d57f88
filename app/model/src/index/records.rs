//! The newest records of one service in one environment.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use arcstr::ArcStr;
use chrono::{DateTime, Utc};

use crate::record::{Outcome, Record};

/// How many records are kept in memory; the store has them all.
const KEPT: usize = 20;

/// How many of them may be claims of what was replaced, which tell the commits of images that run: those of the last deployments. One
/// that goes back further is recorded anew. Twenty in each cell would need as much memory as all else that is known of a fleet.
const PAST: usize = 8;

/// Records, newest first. The newest successful one is kept however many came after it, and so is all that came with it or after
/// it: a cell shows one of those. Of what came before, only what it claims is kept: there are hundreds of thousands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    current: Vec<Arc<Record>>,
    past: Vec<Past>,
}

/// What a record claims to have deployed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) at: DateTime<Utc>,
    pub(crate) commit: Option<&'a ArcStr>,
    pub(crate) image: Option<&'a ArcStr>,
    pub(crate) digest: Option<&'a ArcStr>,
    pub(crate) version: Option<&'a ArcStr>,
}

/// A record that a newer success has replaced. Ordered as whole records are: which of them are kept must not depend on when they
/// were replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Past {
    age: Age,
    commit: Option<ArcStr>,
    digest: Option<ArcStr>,
    image: Option<ArcStr>,
    version: Option<ArcStr>,
}

/// Newest first; of one moment, what ended before what began.
type Age = Reverse<(DateTime<Utc>, bool, Outcome)>;

impl Records {
    /// The newest successful record, and all that are not older, newest first.
    pub(crate) fn current(&self) -> &[Arc<Record>] {
        &self.current
    }

    /// What all of them claim, newest first.
    pub(crate) fn claims(&self) -> impl Iterator<Item = Claim<'_>> {
        self.current.iter().map(|record| Claim::from(&**record)).chain(self.past.iter().map(Claim::from))
    }

    pub(crate) fn len(&self) -> usize {
        self.current.len() + self.past.len()
    }

    /// Takes a record in, in whatever order they come. Says whether anything changed: a record that is known, or
    /// older than all that are kept, changes nothing.
    pub(crate) fn insert(&mut self, record: Arc<Record>) -> bool {
        let is_past = self.success().is_some_and(|success| record.at < success.at);
        let is_news = if is_past { self.insert_past(Past::from(&*record)) } else { self.insert_current(record) };
        self.replace();
        is_news
    }

    /// Takes in what others have that came before.
    pub(crate) fn extend_past(&mut self, others: &Self) {
        for past in &others.past {
            self.insert_past(past.clone());
        }
        self.replace();
    }

    /// The newest successful record.
    pub(crate) fn success(&self) -> Option<&Arc<Record>> {
        self.current.iter().find(|record| record.outcome == Outcome::Success)
    }

    fn insert_current(&mut self, record: Arc<Record>) -> bool {
        if self.current.contains(&record) {
            return false;
        }
        let place = self.current.partition_point(|known| order(known, &record) == Ordering::Less);
        // There are tens of thousands of these lists, most of them short.
        self.current.reserve_exact(1);
        self.current.insert(place, Arc::clone(&record));
        let Some(excess) = self.current.get(KEPT..) else { return true };
        let newest_success = self.current.iter().position(|known| known.outcome == Outcome::Success);
        let spared = newest_success.and_then(|at| at.checked_sub(KEPT)).and_then(|at| excess.get(at)).cloned();
        self.current.truncate(KEPT);
        self.current.extend(spared);
        self.current.get(place).is_some_and(|kept| *kept == record) || self.current.last() == Some(&record)
    }

    fn insert_past(&mut self, past: Past) -> bool {
        let Err(place) = self.past.binary_search(&past) else { return false };
        if place >= self.most_past() {
            return false;
        }
        self.past.reserve_exact(1);
        self.past.insert(place, past);
        true
    }

    /// Makes past what a newer success has replaced, and forgets what is too old.
    fn replace(&mut self) {
        if let Some(replaced) = self.success().map(|success| success.at) {
            let first = self.current.partition_point(|record| record.at >= replaced);
            if first < self.current.len() {
                for record in self.current.split_off(first) {
                    self.insert_past(Past::from(&*record));
                }
                self.current.shrink_to_fit();
            }
        }
        self.past.truncate(self.most_past());
    }

    fn most_past(&self) -> usize {
        KEPT.saturating_sub(self.current.len()).min(PAST)
    }
}

impl<'a> From<&'a Record> for Claim<'a> {
    fn from(record: &'a Record) -> Self {
        Self {
            at: record.at,
            commit: record.commit.as_ref(),
            image: record.image.as_ref(),
            digest: record.digest.as_ref(),
            version: record.version.as_ref(),
        }
    }
}

impl<'a> From<&'a Past> for Claim<'a> {
    fn from(past: &'a Past) -> Self {
        Self {
            at: past.age.0.0,
            commit: past.commit.as_ref(),
            image: past.image.as_ref(),
            digest: past.digest.as_ref(),
            version: past.version.as_ref(),
        }
    }
}

impl From<&Record> for Past {
    fn from(record: &Record) -> Self {
        Self {
            age: age(record),
            commit: record.commit.clone(),
            digest: record.digest.clone(),
            image: record.image.clone(),
            version: record.version.clone(),
        }
    }
}

fn age(record: &Record) -> Age {
    Reverse((record.at, record.outcome != Outcome::Started, record.outcome))
}

/// By age. The rest only makes the order total, so that it does not depend on the order of arrival.
fn order(a: &Record, b: &Record) -> Ordering {
    let rest = |r: &Record| [&r.commit, &r.digest, &r.image, &r.version, &r.url, &r.by, &r.branch, &r.repository].map(Clone::clone);
    let extra = |record: &Record| format!("{:?}", record.extra);
    age(a).cmp(&age(b)).then_with(|| rest(a).cmp(&rest(b))).then_with(|| extra(a).cmp(&extra(b)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::record;

    fn records(texts: &[&str]) -> Records {
        let mut records = Records::default();
        for text in texts {
            records.insert(Arc::new(record(text)));
        }
        records
    }

    /// Commits of the records that are whole, then what all of them claim.
    fn check(texts: &[&str], current: &[&str], all: &[&str]) {
        let records = records(texts);
        let short = |commit: Option<&ArcStr>| commit.map(|commit| commit[..7].to_owned());
        let whole: Vec<_> = records.current().iter().filter_map(|record| short(record.commit.as_ref())).collect();
        let claimed: Vec<_> = records.claims().filter_map(|claim| short(claim.commit)).collect();
        assert_eq!((whole, claimed), (current.iter().map(ToString::to_string).collect(), all.iter().map(ToString::to_string).collect()));
        assert_eq!(records.len(), all.len());
    }

    #[test]
    fn what_a_newer_success_has_replaced_is_only_a_claim() {
        check(&["dev cart 1111111 09:00:00", "dev cart 2222222 10:00:00"], &["2222222"], &["2222222", "1111111"]);
        check(&["dev cart 2222222 10:00:00", "dev cart 1111111 09:00:00"], &["2222222"], &["2222222", "1111111"]);
        let (first, second) = ("dev cart 1111111 09:00:00", "dev cart 2222222 10:00:00 failure");
        check(&[first, second], &["2222222", "1111111"], &["2222222", "1111111"]);
        let (began, done) = ("dev cart 1111111 09:00:00 started", "dev cart 2222222 09:00:00");
        check(&[began, done], &["2222222", "1111111"], &["2222222", "1111111"]);
        check(&[first, second, first, "dev cart 3333333 11:00:00", first], &["3333333"], &["3333333", "2222222", "1111111"]);
    }

    #[test]
    fn what_is_taken_over_replaces_nothing() {
        let old = records(&["dev cart 1111111 09:00:00", "dev cart 2222222 10:00:00"]);
        let mut new = Records::default();
        new.extend_past(&old);
        assert_eq!((new.current().len(), new.len()), (0, 1));
    }

    /// Found by the property below: of two of one moment, the other one was kept when they were replaced before they were too many.
    #[test]
    fn which_are_kept_does_not_depend_on_when_they_were_replaced() {
        let one_moment = ["dev cart 1111111 09:00:00 failure", "dev cart 1111111 09:00:00 cancelled"].map(str::to_owned);
        let texts: Vec<String> =
            one_moment.into_iter().chain((2..=PAST).map(|minute| format!("dev cart 2222222 09:{minute:02}:00 failure"))).collect();
        let success = "dev cart 3333333 09:30:00".to_owned();
        let of = |texts: &[&String]| records(&texts.iter().map(|text| text.as_str()).collect::<Vec<_>>());
        let late = of(&texts.iter().chain([&success]).collect::<Vec<_>>());
        let early = of(&[&success].into_iter().chain(&texts).collect::<Vec<_>>());
        assert_eq!((late.len(), late.past), (1 + PAST, early.past));
    }

    proptest! {
        #[test]
        fn the_order_in_which_they_come_does_not_matter((ordered, shuffled) in texts().prop_flat_map(|texts| (Just(texts.clone()), Just(texts).prop_shuffle()))) {
            let [ordered, shuffled] = [ordered, shuffled].map(|texts| records(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
            prop_assert_eq!(&ordered.current, &shuffled.current);
            prop_assert_eq!(&ordered.past, &shuffled.past);
        }
    }

    /// Records of a dozen minutes, more than are kept.
    fn texts() -> impl Strategy<Value = Vec<String>> {
        let text = |(minute, outcome, commit): (u32, usize, u32)| {
            let outcome = ["started", "success", "failure", "cancelled"][outcome];
            format!("dev cart {} 09:{minute:02}:00 {outcome}", commit.to_string().repeat(7))
        };
        let drawn = proptest::collection::btree_set((0..12_u32, 0..4_usize, 1..4_u32), 1..40);
        drawn.prop_map(move |drawn| drawn.into_iter().map(text).collect())
    }
}
