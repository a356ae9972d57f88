//! Which rows must be merged again although nothing happened, and when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use model::ids::ServiceName;

/// A rule that asks to be looked at again at once would keep the hub busy for nothing: this is the soonest.
const SOONEST: Duration = Duration::milliseconds(20);

/// The times of the next looks: one for each row at most, and one for the header.
#[derive(Debug, Default)]
pub(super) struct Timetable {
    by_time: BTreeSet<(DateTime<Utc>, ServiceName)>,
    by_service: BTreeMap<ServiceName, DateTime<Utc>>,
    header: Option<DateTime<Utc>>,
}

impl Timetable {
    /// Replaces the row's time; none takes the row out.
    pub(super) fn set(&mut self, service: &ServiceName, at: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let at = at.map(|at| at.max(now + SOONEST));
        if self.by_service.get(service) == at.as_ref() {
            return;
        }
        if let Some(old) = self.by_service.remove(service) {
            self.by_time.remove(&(old, service.clone()));
        }
        if let Some(at) = at {
            self.by_service.insert(service.clone(), at);
            self.by_time.insert((at, service.clone()));
        }
    }

    /// Replaces the header's time.
    pub(super) fn set_header(&mut self, at: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        self.header = at.map(|at| at.max(now + SOONEST));
    }

    /// The nearest time.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        let row = self.by_time.first().map(|(at, _)| *at);
        match (row, self.header) {
            (Some(row), Some(header)) => Some(row.min(header)),
            (row, header) => row.or(header),
        }
    }

    /// Takes out the rows whose time has come.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<ServiceName> {
        let mut due = Vec::new();
        while let Some((at, _)) = self.by_time.first() {
            if *at > now {
                break;
            }
            if let Some((_, service)) = self.by_time.pop_first() {
                self.by_service.remove(&service);
                due.push(service);
            }
        }
        due
    }

    /// Takes out the header's time, if it has come.
    pub(super) fn take_due_header(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.header.take_if(|at| *at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_newest_time_of_a_row_counts() {
        let mut table = Timetable::default();
        let (cart, stock) = (ServiceName::from("cart"), ServiceName::from("stock"));
        table.set(&cart, Some(at(30)), at(0));
        table.set(&stock, Some(at(20)), at(0));
        table.set(&cart, Some(at(10)), at(0));
        table.set_header(Some(at(15)), at(0));
        assert_eq!(table.next(), Some(at(10)));
        assert_eq!(table.take_due(at(9)), []);
        assert_eq!(table.take_due(at(20)), [cart.clone(), stock]);
        assert_eq!(table.take_due_header(at(14)), None);
        assert_eq!(table.take_due_header(at(15)), Some(at(15)));
        table.set(&cart, Some(at(40)), at(20));
        table.set(&cart, None, at(20));
        assert_eq!(table.next(), None);
    }

    #[test]
    fn a_time_that_is_past_does_not_spin() {
        let mut table = Timetable::default();
        table.set(&ServiceName::from("cart"), Some(at(1)), at(5));
        assert_eq!(table.next(), Some(at(5) + SOONEST));
    }
}
