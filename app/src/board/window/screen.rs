//! What the window sees of the screen: what is on it, how tall rows are, and how to bring one into view.

use std::time::Duration;

use leptos::prelude::*;
use model::ids::ServiceName;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, ResizeObserver};

use super::heights::{Beyond, Heights};
use super::lines::rows;
use super::{Extent, Window, set};
use crate::live::clock::since;

/// What is beyond the screen is put into the document when nobody typed for so long.
const REST: Duration = Duration::from_millis(250);

/// Where the rows may be on the screen, in CSS pixels from its top: below the header of the table.
#[derive(Clone, Copy, Debug)]
struct Room {
    top: f64,
    bottom: f64,
    /// Where the first row is, or would be.
    rows: f64,
}

/// Where to bring a row.
#[derive(Clone, Copy, Debug)]
enum Align {
    Top,
    Middle,
}

impl Window {
    /// Makes a window of the page that the server wrote.
    pub(super) fn open(self) {
        let Some(board) = self.board.get() else { return };
        if self.body.get().is_none() {
            return;
        }
        if let Some(above) = self.above.get_untracked() {
            // Rows above the window are room, and no heading.
            above.set_inner_html("");
            set(&above, "role", "none");
            set(&above, "aria-hidden", "true");
        }
        self.learn_heights();
        let first = self.first.get_value();
        self.space(&(first..first + self.lines.with_value(Vec::len)));
        if first > 0 {
            self.bring(first, Align::Top);
        }
        self.look();
        self.extent.set(Extent::Screen);
        self.listen(&board);
    }

    /// Gives each row coordinates of its own, so that what is in it is not painted again when it moves. The first frame of the page
    /// would take longer with them, and so would one of scrolling in which all rows get theirs.
    pub fn let_rows_move(self) {
        if let Some(body) = self.body.get_untracked() {
            set(&body, "data-moving", "");
        }
    }

    /// Listens to all that moves or resizes the window.
    fn listen(self, board: &HtmlElement) {
        let handles = [
            window_event_listener(leptos::ev::scroll, move |_| self.look()),
            window_event_listener(leptos::ev::resize, move |_| self.resized()),
            window_event_listener(leptos::ev::beforeprint, move |_| self.extent.set(Extent::All)),
            window_event_listener(leptos::ev::afterprint, move |_| self.extent.set(Extent::Screen)),
        ];
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
        let resized = Closure::<dyn Fn()>::new(move || self.resized());
        if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(board);
        }
        // It is needed as long as the document is there.
        resized.forget();
    }

    /// Looks again in the next frame: what is changed while the browser tells of sizes makes it tell again.
    pub fn resized(self) {
        request_animation_frame(move || {
            let shown = self.live.shown.get_untracked();
            let (from, _) = self.screen.get_untracked();
            let edge = self.heights.with_value(|heights| heights.at(&shown, from));
            // What is read stays at the upper edge of the screen.
            if self.learn_heights() && from > 0.0 {
                let first = self.first.get_value();
                self.space(&(first..first + self.lines.with_value(Vec::len)));
                self.bring(edge, Align::Top);
            }
            self.look();
        });
    }

    /// Takes in which rows are on the screen.
    pub fn look(self) {
        let Some(room) = self.room() else { return };
        let screen = (room.top - room.rows, room.bottom - room.rows);
        let across = self.columns_on_screen().unwrap_or((0, usize::MAX));
        let (is_screen_same, is_across_same) = (self.screen.get_untracked() == screen, self.across.get_untracked() == across);
        if !(is_screen_same && is_across_same) {
            self.moved.set_value(js_sys::Date::now());
        }
        if !is_screen_same {
            self.screen.set(screen);
        }
        if !is_across_same {
            self.across.set(across);
        }
    }

    /// Whether something else was on the screen so lately: somebody scrolls.
    #[must_use]
    pub fn was_moved(self, within: Duration) -> bool {
        since(self.moved.get_value()) < within
    }

    /// Takes in how tall the style makes rows. Where it leaves that to their content, what was measured counts for one
    /// width. Whether they are others than before.
    fn learn_heights(self) -> bool {
        let Some(body) = self.body.get_untracked() else { return false };
        let style = window().get_computed_style(&body).ok().flatten();
        // Whole pixels: what reads others weighs 2 kB.
        let length = |name: &str| {
            let length = style.as_ref()?.get_property_value(name).ok()?;
            length.trim().strip_suffix("px")?.parse::<u32>().ok().map(f64::from)
        };
        let equal = length("--row").zip(length("--heading")).map(|(row, heading)| Heights::Equal { row, heading });
        let width = body.client_width();
        let known = self.heights.with_value(|heights| match (&equal, heights) {
            (Some(equal), heights) => equal == heights,
            (None, Heights::Measured { .. }) => self.width.get_value() == width,
            (None, Heights::Equal { .. }) => false,
        });
        if !known {
            self.width.set_value(width);
            self.heights.set_value(equal.unwrap_or_else(Heights::unknown));
            self.learned.update(|learned| *learned += 1);
        }
        !known
    }

    /// Measures the rows in the document once they are laid out, where the style leaves their height to their content.
    pub(super) fn measure_later(self) {
        if self.heights.with_value(|heights| matches!(heights, Heights::Measured { .. })) {
            request_animation_frame(move || self.measure());
        }
    }

    fn measure(self) {
        let Some(body) = self.body.get_untracked() else { return };
        let lines = self.lines.get_value();
        let measured: Vec<_> =
            rows(&body).zip(&lines).map(|(row, line)| (line.item.clone(), row.get_bounding_client_rect().height())).collect();
        let shown = self.live.shown.get_untracked();
        let (from, _) = self.screen.get_untracked();
        // The row at the upper edge of the screen stays where it is, whatever those above turn out to need.
        let edge = self.heights.with_value(|heights| heights.at(&shown, from));
        let top = || self.heights.with_value(|heights| heights.top(&shown, edge));
        let guessed = top();
        let mut news = false;
        self.heights.update_value(|heights| news = heights.measure(measured));
        if news {
            let first = self.first.get_value();
            self.space(&(first..first + lines.len()));
            self.scroll(top() - guessed);
            self.learned.update(|learned| *learned += 1);
        }
        let mut aim = None;
        self.aim.update_value(|stored| aim = stored.take());
        if let Some(service) = aim {
            self.show(&service);
        }
    }

    /// Brings the row of a service into view, when it is not there already.
    pub(super) fn show(self, service: &ServiceName) {
        let shown = self.live.shown.get_untracked();
        let Some(place) = shown.iter().position(|item| item.is_of(service)) else { return };
        if self.bring_into_view(place) && self.heights.with_value(|heights| matches!(heights, Heights::Measured { .. })) {
            self.aim.set_value(Some(service.clone()));
        }
    }

    /// Brings the row at a place into view; whether it was not there already.
    pub(super) fn bring_into_view(self, place: usize) -> bool {
        let shown = self.live.shown.get_untracked();
        let (Some(room), Some(row)) = (self.room(), shown.get(place)) else { return false };
        let (top, height) = self.heights.with_value(|heights| (room.rows + heights.top(&shown, place), heights.of(row)));
        let out_of_view = top < room.top || top + height > room.bottom;
        if out_of_view {
            self.bring(place, Align::Middle);
            self.look();
        }
        out_of_view
    }

    /// Somebody searches: first what is on the screen, and when nobody types any more what is beyond it.
    pub fn hurry(self) {
        self.live.note_search();
        // A key that changes nothing has nothing put into the document.
        if self.beyond.get_untracked() != Beyond::Nothing {
            self.beyond.set(Beyond::Nothing);
        }
        self.rest_later();
    }

    fn rest_later(self) {
        let due = move || {
            if self.live.since_search() >= REST {
                self.beyond.set(Beyond::SomeRows);
            }
        };
        // By then it is certainly over, whatever the timer's precision.
        set_timeout(due, REST + Duration::from_millis(5));
    }

    /// Somebody types: whether something is above the screen is asked now. Later the browser would have to lay out first what
    /// changed meanwhile.
    pub fn is_typed_in(self) {
        self.was_scrolled.set_value(Some(self.is_scrolled()));
    }

    /// Back to the first row: what was just searched for begins there.
    pub fn to_top(self) {
        self.left.set_value(None);
        let was_scrolled = self.was_scrolled.try_update_value(Option::take).flatten();
        if was_scrolled.unwrap_or_else(|| self.is_scrolled()) {
            self.bring(0, Align::Top);
            self.look();
        }
    }

    /// Whether something is above the screen now: the window may not have been told of it yet.
    pub fn is_scrolled(self) -> bool {
        self.room().is_some_and(|room| room.top - room.rows > 1.0)
    }

    /// The columns of which something is on the screen, behind the names of the services; all of them where nothing scrolls
    /// sideways.
    fn columns_on_screen(self) -> Option<(usize, usize)> {
        let board = self.board.get_untracked().filter(|board| scrolls(board))?;
        let header = board.query_selector("thead > tr").ok()??;
        let names = header.first_element_child()?;
        let (first, last) = (names.next_element_sibling()?, header.last_element_child()?);
        let left = first.get_bounding_client_rect().left();
        let columns = f64::from(header.child_element_count() - 1);
        let width = (last.get_bounding_client_rect().right() - left) / columns;
        let (from, to) = (names.get_bounding_client_rect().right(), board.get_bounding_client_rect().right());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places; negative ones are the first")]
        let place = |offset: f64| offset.clamp(0.0, columns) as usize;
        (width > 0.0).then(|| (place(((from - left) / width).floor()), place(((to - left) / width).ceil())))
    }

    /// Brings a column into view, counted with the names of the services as the first.
    pub(super) fn bring_column(self, column: usize) {
        let Some(board) = self.board.get_untracked().filter(|board| scrolls(board)) else { return };
        let place = |place: usize| board.query_selector("thead > tr").ok()??.children().item(u32::try_from(place).ok()?);
        let (Some(names), Some(header)) = (place(0), place(column)) else { return };
        let (from, to) = (names.get_bounding_client_rect().right(), board.get_bounding_client_rect().right());
        let header = header.get_bounding_client_rect();
        let by = if header.left() < from { header.left() - from } else { (header.right() - to).max(0.0) };
        if column > 0 && by.abs() >= 0.5 {
            #[expect(clippy::cast_possible_truncation, reason = "no table is wider than an i32 counts pixels")]
            board.set_scroll_left(board.scroll_left() + by.round() as i32);
            self.look();
        }
    }

    /// The place of the first row that is on the screen as a whole.
    pub(super) fn first_on_screen(self) -> usize {
        let shown = self.live.shown.get_untracked();
        let offset = self.room().map_or(0.0, |room| room.top - room.rows);
        let place = self.heights.with_value(|heights| {
            let place = heights.at(&shown, offset);
            if heights.top(&shown, place) + 0.5 < offset { place + 1 } else { place }
        });
        place.min(shown.len().saturating_sub(1))
    }

    fn bring(self, place: usize, align: Align) {
        let shown = self.live.shown.get_untracked();
        let (Some(room), Some(row)) = (self.room(), shown.get(place)) else { return };
        let (top, height) = self.heights.with_value(|heights| (heights.top(&shown, place), heights.of(row)));
        let wanted = match align {
            Align::Top => room.top,
            Align::Middle => room.top + ((room.bottom - room.top - height) / 2.0).max(0.0),
        };
        self.scroll(room.rows + top - wanted);
    }

    /// Scrolls so many pixels down, without a smooth way there.
    fn scroll(self, by: f64) {
        let Some(board) = self.board.get_untracked().filter(|_| by.abs() >= 0.5) else { return };
        if scrolls(&board) {
            #[expect(clippy::cast_possible_truncation, reason = "no table is taller than an i32 counts pixels")]
            board.set_scroll_top(board.scroll_top() + by.round() as i32);
        } else {
            window().scroll_by_with_x_and_y(0.0, by);
        }
    }

    fn room(self) -> Option<Room> {
        let (board, above) = (self.board.get_untracked()?, self.above.get_untracked()?);
        let (frame, rows) = (board.get_bounding_client_rect(), above.get_bounding_client_rect().top());
        let screen = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        // Where the board scrolls, its header stays.
        let header = scrolls(&board).then(|| board.query_selector("thead").ok().flatten()).flatten();
        let header = header.map_or(0.0, |header| header.get_bounding_client_rect().height());
        Some(Room { top: frame.top().max(0.0) + header, bottom: frame.bottom().min(screen), rows })
    }
}

/// Whether the board scrolls, and not the page.
fn scrolls(board: &HtmlElement) -> bool {
    let style = window().get_computed_style(board).ok().flatten();
    style.and_then(|style| style.get_property_value("overflow-y").ok()).is_some_and(|overflow| overflow != "visible")
}
