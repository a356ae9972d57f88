//! Watches.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use super::answer::{Status, response};
use super::params::Params;
use super::selector::Selector;
use super::{Shared, lock};
use crate::render;
use crate::signal::Listener;
use crate::world::{Change, ChangeKind, Expired, ObjectKind};

/// How long a watch lasts when the client does not say: the API server draws it from half an hour to an hour.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);

/// How long before its end a watch gets a last bookmark.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);

struct Watcher {
    shared: Arc<Shared>,
    kind: ObjectKind,
    namespace: Option<String>,
    selector: Selector,
    newest: Listener,
    /// Everything up to this resourceVersion was sent.
    position: u64,
    ready: VecDeque<Bytes>,
    bookmarks: bool,
    next_bookmark: Instant,
    end: Instant,
    over: bool,
    /// The lines that are ready were held back already.
    late: bool,
    /// The line at the front was sent once.
    repeated: bool,
}

#[derive(PartialEq, Eq)]
enum Collected {
    /// What there was.
    All,
    /// The watch is from a resourceVersion of the future: it is silent until that comes.
    FromTheFuture,
}

pub(crate) fn watch(shared: &Arc<Shared>, kind: ObjectKind, namespace: Option<String>, params: &Params) -> Result<Response, Status> {
    params.check_watch(shared.settings.watch_list)?;
    let selector = Selector::parse(&params.label_selector, &params.field_selector, kind)?;
    let asked = params.rv()?;
    let now = Instant::now();
    let mut watcher = Watcher {
        shared: Arc::clone(shared),
        kind,
        namespace: namespace.filter(|_| kind.namespaced()),
        selector,
        newest: shared.newest[kind as usize].listen(),
        position: 0,
        ready: VecDeque::new(),
        bookmarks: params.allow_bookmarks,
        next_bookmark: now,
        end: now + params.timeout_seconds.filter(|seconds| *seconds > 0).map_or(DEFAULT_TIMEOUT, Duration::from_secs),
        over: false,
        late: false,
        repeated: false,
    };
    watcher.plan_bookmark(now);
    let streamed_list = params.send_initial_events == Some(true);
    match asked.filter(|rv| *rv > 0 && !streamed_list) {
        // Without a resourceVersion, or with 0, a watch begins with what is there, as ADDED; so does a streamed list.
        None => watcher.begin_with_state(streamed_list),
        Some(rv) => watcher.begin_from(rv),
    }
    let stream = futures::stream::unfold(watcher, |mut watcher| async move {
        let line = watcher.next().await?;
        Some((Ok::<_, Infallible>(line), watcher))
    });
    Ok(response(StatusCode::OK, Body::from_stream(stream)))
}

impl Watcher {
    fn begin_with_state(&mut self, streamed_list: bool) {
        let (rv, all) = {
            let world = lock(&self.shared.world);
            (world.store().rv(), world.store().all(self.kind))
        };
        self.position = rv;
        let taken = all.iter().filter(|version| self.selector.takes(version, self.namespace.as_deref()));
        self.ready.extend(taken.map(|version| version.event(ChangeKind::Added)));
        if streamed_list && self.bookmarks {
            self.ready.push_back(bookmark(self.kind, rv, true));
        }
    }

    fn begin_from(&mut self, rv: u64) {
        self.position = rv;
        let begun = lock(&self.shared.world).store().may_begin(self.kind, rv);
        if let Err(expired) = begun {
            self.expire(expired);
        }
    }

    /// An expired resourceVersion is no HTTP error: it is one event in the stream, and its end.
    fn expire(&mut self, expired: Expired) {
        let event = Status::too_old(self.position, expired.oldest).to_event();
        self.ready.push_back(Bytes::from(format!("{event}\n")));
        self.over = true;
    }

    /// The next line to send; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.deliver().await {
                return Some(line);
            }
            if self.over {
                return None;
            }
            self.newest.mark();
            self.collect();
            if !self.ready.is_empty() || self.over {
                continue;
            }
            let wake = if self.bookmarks { self.next_bookmark.min(self.end) } else { self.end };
            tokio::select! {
                biased;
                () = self.newest.changed() => {}
                () = tokio::time::sleep_until(wake) => self.on_time(),
            }
        }
    }

    /// The next line that is ready: late, or twice, when that is a fault in force.
    async fn deliver(&mut self) -> Option<Bytes> {
        self.ready.front()?;
        let fault = lock(&self.shared.rules).delivery(self.kind);
        if let Some(lag) = fault.lag.filter(|_| !self.late) {
            tokio::time::sleep(lag).await;
        }
        self.late = self.ready.len() > 1;
        let line = self.ready.pop_front()?;
        self.repeated = fault.repeat && !self.repeated;
        if self.repeated {
            self.ready.push_front(line.clone());
        }
        Some(line)
    }

    /// Now and then, and a last one shortly before the end, however short the watch is.
    fn plan_bookmark(&mut self, now: Instant) {
        let last = self.end.checked_sub(LAST_BOOKMARK).filter(|last| *last > now);
        self.next_bookmark = match last {
            Some(last) => (now + self.shared.settings.bookmark_every).min(last),
            None => self.end,
        };
    }

    /// A bookmark is due, or the watch is over.
    fn on_time(&mut self) {
        let now = Instant::now();
        if now >= self.end {
            self.over = true;
            return;
        }
        self.plan_bookmark(now);
        // Changes that came with the clock go first: a bookmark says that all up to it was sent.
        if self.collect() == Collected::All && !self.over {
            self.ready.push_back(bookmark(self.kind, self.position, false));
        }
    }

    /// Takes the changes since the last time.
    fn collect(&mut self) -> Collected {
        let found = {
            let world = lock(&self.shared.world);
            let store = world.store();
            if self.position > store.rv() {
                return Collected::FromTheFuture;
            }
            store.since(self.kind, self.position).map(|changes| (changes, store.rv()))
        };
        match found {
            Ok((changes, rv)) => {
                for change in changes {
                    self.ready.extend(self.event_of(&change));
                }
                self.position = rv;
            }
            Err(expired) => self.expire(expired),
        }
        Collected::All
    }

    /// What a change is to this watch: an object that comes to match its selector is ADDED, one that ceases to is DELETED.
    fn event_of(&self, change: &Change) -> Option<Bytes> {
        let takes = |version| self.selector.takes(version, self.namespace.as_deref());
        let before = change.before.as_deref().is_some_and(takes);
        let after = change.kind != ChangeKind::Deleted && takes(&change.version);
        let kind = match (before, after) {
            (false, false) => return None,
            (false, true) => ChangeKind::Added,
            (true, true) => ChangeKind::Modified,
            (true, false) => ChangeKind::Deleted,
        };
        Some(change.version.event(kind))
    }
}

fn bookmark(kind: ObjectKind, rv: u64, initial_events_end: bool) -> Bytes {
    let event = json!({ "type": "BOOKMARK", "object": render::bookmark(kind, rv, initial_events_end) });
    Bytes::from(format!("{event}\n"))
}
