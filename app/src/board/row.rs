//! A row: one service.

use leptos::prelude::*;

use super::cell::BoardCell;
use super::page::Page;
use super::selection::Selection;
use crate::live::rows::RowState;

/// A row: one service in every environment.
#[component]
pub fn BoardRow(
    /// The page.
    page: Page,
    /// The cell whose details are open.
    selection: Memo<Option<Selection>>,
    /// The row.
    row: RowState,
) -> impl IntoView {
    let RowState { name, team, shown, cells } = row;
    let selected = {
        let name = name.clone();
        move || selection.with(|selection| selection.as_ref().is_some_and(|selection| selection.service == name))
    };
    let cells = cells.iter().map(|cell| view! { <BoardCell page service=name.clone() state=cell.clone() /> }).collect_view();
    view! {
        <tr role="row" hidden=move || !shown.get() data-selected=move || selected().then_some("")>
            <th role="rowheader" scope="row">
                <a href=page.view.details(&name, None)>{name.to_string()}</a>
                <small>{move || team.get().map(|team| team.to_string())}</small>
            </th>
            {cells}
        </tr>
    }
}
