//! A row: one service.

use leptos::prelude::*;

use super::cell::BoardCell;
use super::page::Page;
use crate::live::rows::{CellState, RowState};

/// A row: one service in every environment.
#[component]
pub fn BoardRow(
    /// The page.
    page: Page,
    /// The row.
    row: RowState,
) -> impl IntoView {
    let RowState { name, place, team, cells } = row;
    // The place of the selected cell, from 1; 0 when the whole row is meant.
    let selected = {
        let (name, cells) = (name.clone(), cells.clone());
        move || {
            let selection = page.selection.get().filter(|selection| selection.service == name)?;
            let is_selected = |cell: &CellState| selection.environment.as_ref() == Some(&cell.environment);
            Some(cells.iter().position(is_selected).map_or(0, |place| place + 1))
        }
    };
    // Counted from 1, and the header is the first.
    let index = move || place.get() + 2;
    let cells = cells.iter().map(|cell| view! { <BoardCell page service=name.clone() state=cell.clone() /> }).collect_view();
    view! {
        <tr role="row" aria-rowindex=index data-selected=selected>
            <th role="rowheader" scope="row">
                <a href=page.view.details(&name, None)>{name.to_string()}</a>
                <small>{move || team.get().map(|team| team.to_string())}</small>
            </th>
            {cells}
        </tr>
    }
}
