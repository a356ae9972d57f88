//! Screens on a wall: a link opens the board for a television that nobody logs in at, until somebody revokes it.
//!
//! The store is where they are kept, and `relboard screen` writes there beside the running server: so it is read again and
//! again. A screen that was revoked is refused, and its streams end, within [`REFRESH`].

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::Refusal;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::page;
use super::problem::{Kind, Problem};
use super::state::Web;
use super::wants_html;
use crate::clock::Clock;
use crate::store::{Screen, Store, TokenHash};

/// How often the store is read, and told who looked.
const REFRESH: Duration = Duration::from_secs(5);
/// How many links may be opened in a minute: televisions open theirs once.
const OPENED_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("more than none");
/// What a screen carries from request to request.
const COOKIE: &str = "relboard_screen";
/// As long as browsers keep a cookie: 400 days, renewed whenever the link is opened.
const COOKIE_AGE: u32 = 400 * 24 * 60 * 60;

/// What is said of a link that was revoked.
const REVOKED: &str = "This screen's link was revoked: make a new one with `relboard screen create NAME`.";
/// What the page of a refusal may load.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The screens.
pub(super) struct Screens {
    /// As the store had them last; none before it was read.
    known: watch::Sender<Option<Arc<[Screen]>>>,
    store: Store,
    clock: Clock,
    /// When screens were used that the store was not told of yet, by their number.
    uses: Mutex<HashMap<i64, DateTime<Utc>>>,
    openings: DefaultDirectRateLimiter,
}

/// A screen that looks at the board.
pub(super) struct Viewer {
    screens: Arc<Screens>,
    id: i64,
    known: watch::Receiver<Option<Arc<[Screen]>>>,
}

impl Screens {
    /// Reads the store until `shutdown`.
    pub(super) fn watch(store: Store, clock: Clock, shutdown: CancellationToken) -> Arc<Self> {
        let openings = RateLimiter::direct(Quota::per_minute(OPENED_PER_MINUTE));
        let screens = Arc::new(Self { known: watch::Sender::new(None), store, clock, uses: Mutex::default(), openings });
        let task = Arc::clone(&screens);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(REFRESH);
            let mut failing = false;
            while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
                match task.refresh().await {
                    Ok(()) => failing = false,
                    // Those who were let in stay so; the store's own trouble is told elsewhere.
                    Err(error) if !failing => {
                        failing = true;
                        tracing::warn!(%error, "screens cannot be read: one that is revoked now is refused only when they can be again");
                    }
                    Err(_) => {}
                }
            }
        });
        screens
    }

    async fn refresh(&self) -> Result<(), crate::store::Error> {
        let uses = std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        for (id, at) in uses {
            self.store.screen_used(id, at).await?;
        }
        let fresh = self.store.screens().await?;
        self.known.send_if_modified(|known| {
            let differs = known.as_deref() != Some(&*fresh);
            if differs {
                *known = Some(fresh.into());
            }
            differs
        });
        Ok(())
    }

    /// The screen of a token. Every one is compared, and every time in full, so that the time taken tells nothing.
    fn find(&self, token: &str) -> Option<Screen> {
        let hash = TokenHash::of(token);
        let known = self.known.borrow();
        known
            .iter()
            .flat_map(|screens| screens.iter())
            .filter(|screen| screen.token.is(&hash).into())
            .fold(None, |_, screen| Some(screen.clone()))
    }

    fn used(&self, id: i64) {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner).insert(id, self.clock.now());
    }
}

impl Viewer {
    /// The screen that asks; none when somebody else does, or it is refused.
    pub(super) fn of(screens: &Arc<Screens>, headers: &HeaderMap) -> Option<Self> {
        let screen = screens.find(token(headers)?).filter(|screen| screen.revoked.is_none())?;
        Some(Self { screens: Arc::clone(screens), id: screen.id, known: screens.known.subscribe() })
    }

    /// Notes that it looks.
    pub(super) fn looks(&self) {
        self.screens.used(self.id);
    }

    /// Ends when the screen is refused.
    pub(super) async fn revoked(&mut self) {
        let id = self.id;
        let is_let_in = |known: &Option<Arc<[Screen]>>| {
            known.as_ref().is_some_and(|known| known.iter().any(|screen| screen.id == id && screen.revoked.is_none()))
        };
        // Without a sender nothing changes any more: the server stops.
        if self.known.wait_for(|known| !is_let_in(known)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// `GET /screen/{token}`: leads to the wall, and lets the browser in from then on. The token does not stay in the address. What
/// else the address asks for (`?q=env:pro&theme=dark`) is asked of the wall.
pub(super) async fn open(State(web): State<Web>, Path(token): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let screens = &web.screens;
    let refused = |refusal, problem| refused(&web, query.as_deref(), &headers, refusal, problem);
    if screens.openings.check().is_err() {
        let problem = Problem::new(Kind::TooMany, "Too many links were opened: try again in a minute.").retry_after(60);
        return refused(Refusal::TooMany, problem);
    }
    // What was made a moment ago is not known yet: the store is asked.
    if let Err(error) = screens.refresh().await {
        let problem = Problem::new(Kind::Unavailable, format!("Screens cannot be read: {error}. Try again."));
        return refused(Refusal::Unavailable, problem);
    }
    let Some(screen) = screens.find(&token) else {
        let detail = "This is no screen's link: `relboard screen create NAME` makes one, and prints it once.";
        return forgotten(&web, refused(Refusal::Unknown, Problem::new(Kind::NotFound, detail)), &headers);
    };
    if screen.revoked.is_some() {
        return forgotten(&web, refused(Refusal::Revoked, Problem::new(Kind::Gone, REVOKED)), &headers);
    }
    screens.used(screen.id);
    let more = query.map(|query| format!("&{query}")).unwrap_or_default();
    let to = format!("{}/?view=wall{more}", web.base_path);
    let cookie = cookie(&web, &token, COOKIE_AGE);
    let headers = [
        (header::LOCATION, to),
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Lets everybody in but screens that were revoked. The cookie of a person's browser goes with the refusal of a page, so that
/// somebody who only tried the link is not shut out.
pub(super) async fn admit(State(web): State<Web>, request: Request, next: Next) -> Response {
    let Some(token) = token(request.headers()) else { return next.run(request).await };
    // At the start of the server. Without a sender, which is as old as the server, nobody would ask.
    drop(web.screens.known.subscribe().wait_for(Option::is_some).await);
    match web.screens.find(token) {
        Some(screen) if screen.revoked.is_none() => {
            web.screens.used(screen.id);
            next.run(request).await
        }
        _ => {
            let (query, headers) = (request.uri().query(), request.headers());
            forgotten(&web, refused(&web, query, headers, Refusal::Revoked, Problem::new(Kind::Gone, REVOKED)), headers)
        }
    }
}

/// A refusal: a page for who asks for one, since nobody at a television reads JSON.
fn refused(web: &Web, query: Option<&str>, headers: &HeaderMap, refusal: Refusal, problem: Problem) -> Response {
    let mut response = problem.into_response();
    if wants_html(headers) {
        let language = page::language(query, headers);
        *response.body_mut() = refusal.html(language, query.unwrap_or_default(), &web.base_path, &web.site.assets).into();
        for (name, value) in [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// With the refusal of a page goes the cookie, too.
fn forgotten(web: &Web, mut refusal: Response, headers: &HeaderMap) -> Response {
    if wants_html(headers)
        && let Ok(cookie) = HeaderValue::from_str(&cookie(web, "", 0))
    {
        refusal.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    refusal
}

/// The cookie with a token; age 0 removes it.
fn cookie(web: &Web, token: &str, age: u32) -> String {
    let secure = if web.https { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path={}/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", web.base_path)
}

/// The token that a request carries.
fn token(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut tokens = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == COOKIE);
    tokens.next().map(|(_, token)| token)
}
