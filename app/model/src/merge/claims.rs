//! What CI claims of one service in one environment.

use std::sync::Arc;

use crate::board::RecordSummary;
use crate::index::Images;
use crate::record::{Outcome, Record};
use crate::version::Version;

use super::versions::of_record;

/// What CI claims of one service in one environment, from its newest records. Cancelled deployments claim nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claims<'a> {
    records: &'a [Arc<Record>],
    images: &'a Images,
}

impl<'a> Claims<'a> {
    /// `records` are in order, newest first.
    pub(crate) fn of(records: &'a [Arc<Record>], images: &'a Images) -> Self {
        Self { records, images }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.records.is_empty()
    }

    /// The newest record that says something.
    pub(crate) fn newest(self) -> Option<&'a Record> {
        self.by(|record| record.outcome != Outcome::Cancelled)
    }

    /// What is deployed here, by the newest successful record.
    pub(crate) fn success(self) -> Option<&'a Record> {
        self.by(|record| record.outcome == Outcome::Success)
    }

    /// The newest record that says where the version comes from: not older than the newest success, whose claim replaces
    /// all before it. A deployment that began, or that CI gave up on, may well have reached the cluster.
    pub(crate) fn explaining(self, version: &Version) -> Option<&'a Record> {
        let success = self.success();
        let mut current = self.records.iter().map(|record| &**record).filter(|record| record.outcome != Outcome::Cancelled);
        current.find(|record| {
            let is_current = success.is_none_or(|success| std::ptr::eq(success, *record) || record.at >= success.at);
            is_current && !self.version(record).contradicts(version)
        })
    }

    /// The record to show: of what is wanted, else of what CI says last.
    pub(crate) fn shown(self, wanted: Option<&Version>) -> Option<&'a Record> {
        let began = || self.by(|record| record.outcome == Outcome::Started);
        wanted.and_then(|version| self.explaining(version)).or_else(|| self.success()).or_else(began)
    }

    /// The newest record, when it failed and what it tried to deploy is not what is wanted.
    pub(crate) fn failed(self, wanted: Option<&Version>) -> Option<RecordSummary> {
        let record = self.newest().filter(|record| record.outcome == Outcome::Failure)?;
        wanted.is_none_or(|version| self.version(record).contradicts(version)).then(|| RecordSummary::from(record))
    }

    /// The version that a record claims.
    pub(crate) fn version(self, record: &Record) -> Version {
        of_record(record, self.images)
    }

    fn by(self, is: impl Fn(&Record) -> bool) -> Option<&'a Record> {
        self.records.iter().map(|record| &**record).find(|record| is(record))
    }
}
