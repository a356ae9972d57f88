//! How CSV and text are arranged: the page's own parameters, so that what is looked at can be taken along.

use std::collections::BTreeSet;

use app::address::unescape;
use app::board::choice;
use app::board::group::{Grouping, arrange};
use app::board::sort::Sort;
use model::board::{Board, Environment};
use model::ids::{EnvironmentName, ServiceName};

use super::Search;
use super::format::Format;
use crate::web::problem::{Kind, Problem};

/// The order of rows and columns.
pub(super) struct Arrangement {
    sort: Sort,
    group: Grouping,
    columns: Vec<EnvironmentName>,
}

impl Arrangement {
    /// What is asked for. Unlike the page, which shows something whatever its address says, this says what is wrong.
    pub(super) fn of(search: &Search, board: &Board, format: Format) -> Result<Self, Problem> {
        let given = [("sort", &search.sort), ("group", &search.group), ("env", &search.env)];
        if let Some((name, _)) = given.into_iter().find(|(_, value)| value.is_some()).filter(|_| format == Format::Json) {
            return Err(bad(format!("`{name}` arranges CSV and text: add `format=csv`. JSON has all environments, and services by name.")));
        }
        let sort = search.sort.as_deref().map_or(Ok(Sort::default()), str::parse).map_err(|error| bad(error.to_string()))?;
        let group = search.group.as_deref().map_or(Ok(Grouping::default()), grouping)?;
        let all: Vec<EnvironmentName> = board.environments.iter().map(|environment| environment.name.clone()).collect();
        let asked = search.env.as_deref().unwrap_or_default().split(',').filter(|name| !name.is_empty());
        let asked: Vec<EnvironmentName> = asked.map(|name| unescape(name).into()).collect();
        if let Some(unknown) = asked.iter().find(|name| !all.contains(name)) {
            let all: Vec<_> = all.iter().map(EnvironmentName::as_str).collect();
            return Err(bad(format!("`{unknown}` is not an environment of this board: it has {}.", all.join(", "))));
        }
        let columns = choice::shown(&all, &asked).into_iter().map(|place| all[place].clone()).collect();
        Ok(Self { sort, group, columns })
    }

    /// The board's columns in this order.
    pub(super) fn environments(&self, board: &Board) -> Vec<Environment> {
        let environment = |name: &EnvironmentName| board.environments.iter().find(|environment| environment.name == *name).cloned();
        self.columns.iter().filter_map(environment).collect()
    }

    /// Services, which come by name, in this order.
    pub(super) fn names<'a>(&self, board: &Board, names: impl Iterator<Item = &'a ServiceName>) -> Vec<ServiceName> {
        let sections = arrange(board, self.sort.order(board, names), self.group, &self.columns, &BTreeSet::new());
        sections.into_iter().flat_map(|section| section.services).collect()
    }
}

fn grouping(word: &str) -> Result<Grouping, Problem> {
    Grouping::from_word(word).ok_or_else(|| {
        let words: Vec<_> = Grouping::ALL.iter().map(|group| group.as_str()).collect();
        bad(format!("`{word}` is no group: it must be one of {}.", words.join(", ")))
    })
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}
