//! A configuration that changes.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Place;
use crate::config::reload::LOOK;
use crate::config::{Config, reloads};

#[tokio::test(start_paused = true)]
async fn a_change_is_loaded_and_a_wrong_one_is_refused() {
    let place = Place::with("[server]\nrecords_per_minute = 1\n[[ci]]\nname = \"a\"\ntoken_file = \"secret\"");
    let shutdown = CancellationToken::new();
    let mut configs = reloads(place.load().unwrap(), shutdown.clone());
    assert_eq!(configs.borrow_and_update().server.records_per_minute, 1);

    place.write("relboard.toml", "[server]\nrecords_per_minute = 2\n[[ci]]\nname = \"a\"\ntoken_file = \"secret\"");
    changed(&mut configs).await;
    assert_eq!(configs.borrow_and_update().server.records_per_minute, 2);

    // A wrong one is passed over; the next right one counts.
    place.write("relboard.toml", "[server]\nrecords_per_minute = \"many\"");
    tokio::time::sleep(LOOK * 3).await;
    assert!(!configs.has_changed().unwrap());
    place.write("relboard.toml", "[server]\nrecords_per_minute = 3\n[[ci]]\nname = \"a\"\ntoken_file = \"secret\"");
    changed(&mut configs).await;
    assert_eq!(configs.borrow_and_update().server.records_per_minute, 3);

    // A secret that is rotated is a change too.
    place.write("secret", "new");
    changed(&mut configs).await;
    assert_eq!(configs.borrow_and_update().ci[0].token.as_ref().unwrap().expose_secret(), "new");
    shutdown.cancel();
    assert!(configs.changed().await.is_err(), "it ends at shutdown");
}

async fn changed(configs: &mut watch::Receiver<Arc<Config>>) {
    tokio::time::timeout(Duration::from_secs(600), configs.changed()).await.expect("loaded again").unwrap();
}
