use model::strings::ArcStr;

use chrono::{DateTime, Utc};
use model::details::Transition;
use model::ids::{EnvironmentName, ServiceName};
use model::published::Published;
use model::record::{Outcome, Record};
use model::status::Status;
use model::version::Version;
use secrecy::SecretString;
use sqlx::Executor;
use tempfile::TempDir;

use super::{Batch, CellTransition, Error, Idempotency, Insertion, KnownImages, Pruned, Retention, Store, TokenHash};
use crate::config;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_534_175_813 + seconds, 0).unwrap()
}

fn record(service: &str, environment: &str, commit: &str, seconds: i64) -> Record {
    Record {
        service: service.into(),
        environment: environment.into(),
        commit: Some(commit.into()),
        by: Some("gauxachs".into()),
        at: at(seconds),
        image: None,
        digest: None,
        version: None,
        branch: None,
        repository: None,
        url: None,
        outcome: Outcome::Success,
        extra: [("ticket".to_owned(), serde_json::json!({ "id": 7 }))].into(),
    }
}

fn transition(service: &str, status: Status, commit: &str, seconds: i64) -> CellTransition {
    let version = Version { commit: Some(commit.into()), label: Some(commit.into()), ..Version::default() };
    let transition =
        Transition { at: at(seconds), status, version: Some(version), reason: "because".to_owned(), by: Some("gauxachs".into()) };
    CellTransition { service: service.into(), environment: "dev".into(), transition }
}

fn config(folder: &TempDir) -> config::Store {
    url(&format!("sqlite://{}/board.db", folder.path().display()))
}

fn url(url: &str) -> config::Store {
    config::Store { url: SecretString::from(url.to_owned()), ..config::Store::default() }
}

async fn insert(store: &Store, records: &[Record]) -> Vec<Insertion> {
    store.insert_records(Batch { source: "jenkins", records, idempotency: None, received_at: at(0) }).await.unwrap()
}

async fn commits(store: &Store) -> Vec<String> {
    let records = store.recent_records(10).await.unwrap();
    records.iter().map(|record| format!("{}/{} {}", record.service, record.environment, record.commit.as_deref().unwrap_or("-"))).collect()
}

#[tokio::test]
async fn a_record_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let sent = record("cart", "Dev", "7fc38a2", 0);
    assert_eq!(insert(&store, std::slice::from_ref(&sent)).await, [Insertion::New]);
    assert_eq!(store.records_for(&"cart".into(), &["dev"], 10).await.unwrap(), [sent]);
    assert_eq!(store.trouble(), None);
}

#[tokio::test]
async fn the_natural_key_tells_new_from_known() {
    use Insertion::{Known, New};
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let base = record("cart", "dev", "7fc38a2", 0);
    let cases: [(&str, Record, Insertion); 9] = [
        ("first", base.clone(), New),
        ("again", base.clone(), Known),
        ("environment in capitals", Record { environment: "DEV".into(), ..base.clone() }, Known),
        ("by somebody else", Record { by: Some("ana".into()), ..base.clone() }, Known),
        ("with a link", Record { url: Some("https://ci.example.com/1".into()), ..base.clone() }, Known),
        ("later", record("cart", "dev", "7fc38a2", 1), New),
        ("another commit", record("cart", "dev", "993e5fc", 0), New),
        ("another outcome", Record { outcome: Outcome::Failure, ..base.clone() }, New),
        // `7fc38a2` as commit and as version are two things.
        ("as version", Record { commit: None, version: Some("7fc38a2".into()), ..base.clone() }, New),
    ];
    for (case, record, expected) in cases {
        assert_eq!(insert(&store, &[record]).await, [expected], "{case}");
    }
}

#[tokio::test]
async fn one_batch_may_hold_a_record_twice_and_keeps_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let (cart, orders) = (record("cart", "dev", "7fc38a2", 0), record("orders", "dev", "993e5fc", 0));
    insert(&store, std::slice::from_ref(&orders)).await;
    let insertions = insert(&store, &[cart.clone(), orders, cart]).await;
    assert_eq!(insertions, [Insertion::New, Insertion::Known, Insertion::Known]);
}

#[tokio::test]
async fn an_idempotency_key_makes_a_retry_known_and_belongs_to_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    // Without `at` in the body, each receipt gives the record another time: only the key tells the retry.
    let (first, retry) = ([record("cart", "dev", "7fc38a2", 0)], [record("cart", "dev", "7fc38a2", 9)]);
    let batch = |source, records, body| {
        let idempotency = Some(Idempotency { key: "job-812", body });
        store.insert_records(Batch { source, records, idempotency, received_at: at(0) })
    };
    assert_eq!(batch("jenkins", &first, b"{}").await.unwrap(), [Insertion::New]);
    assert_eq!(batch("jenkins", &retry, b"{}").await.unwrap(), [Insertion::Known]);
    let error = batch("jenkins", &retry, b"{ }").await.unwrap_err();
    assert!(matches!(error, Error::KeyReused { .. }), "{error}");
    assert_eq!(store.trouble(), None, "a sender's mistake is not the store's trouble");
    assert_eq!(batch("gitlab", &retry, b"{ }").await.unwrap(), [Insertion::New]);
}

#[tokio::test]
async fn a_restart_finds_what_was_stored_and_adds_no_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    let changes = [transition("cart", Status::Rolling, "7fc38a2", 0), transition("cart", Status::Ready, "7fc38a2", 5)];
    {
        let store = Store::open(&config(&folder)).await.unwrap();
        insert(&store, &[record("cart", "dev", "7fc38a2", 0)]).await;
        assert_eq!(store.append_transitions(&changes).await.unwrap(), 2);
        store.close().await;
    }
    let store = Store::open(&config(&folder)).await.unwrap();
    assert_eq!(commits(&store).await, ["cart/dev 7fc38a2"]);
    assert_eq!(insert(&store, &[record("cart", "dev", "7fc38a2", 0)]).await, [Insertion::Known]);
    assert_eq!(store.last_transitions().await.unwrap(), [changes[1].clone()]);
    // The same state, observed later: nothing new.
    assert_eq!(store.append_transitions(&[transition("cart", Status::Ready, "7fc38a2", 60)]).await.unwrap(), 0);
    // A state it had before is a change again.
    assert_eq!(store.append_transitions(&[transition("cart", Status::Rolling, "7fc38a2", 90)]).await.unwrap(), 1);
    let history = store.transitions(&"cart".into(), &"dev".into(), 2).await.unwrap();
    assert_eq!(history.iter().map(|change| change.status).collect::<Vec<_>>(), [Status::Rolling, Status::Ready]);
}

#[tokio::test]
async fn a_cell_gives_its_newest_records_and_its_newest_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let failed = |commit, seconds| Record { outcome: Outcome::Failure, ..record("cart", "dev", commit, seconds) };
    let records = [
        record("cart", "dev", "1111111", 1),
        record("cart", "dev", "2222222", 2),
        failed("3333333", 3),
        failed("4444444", 4),
        record("cart", "pre", "5555555", 0),
    ];
    insert(&store, &records).await;
    let all = store.recent_records(10).await.unwrap();
    let [first, others @ ..] = records.clone();
    let [second, third, fourth, pre] = others;
    assert_ne!(first, first.clone().claim());
    assert_eq!(all, [fourth, third, second, first.claim(), pre], "of what was replaced, only what it claims");
    let recent = store.recent_records(2).await.unwrap();
    let recent: Vec<_> = recent.iter().filter_map(|record| record.commit.as_deref()).collect();
    assert_eq!(recent, ["4444444", "3333333", "2222222", "5555555"]);
}

#[tokio::test]
async fn names_and_aliases_place_records_without_case() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    insert(&store, &[record("cart", "PRE", "1111111", 1), record("cart", "preprod", "2222222", 2), record("cart", "moon", "3333333", 3)])
        .await;
    let service = ServiceName::from("cart");
    assert_eq!(store.records_for(&service, &["pre", "PreProd"], 10).await.unwrap().len(), 2);
    assert_eq!(store.records_for(&service, &["pre", "PreProd"], 1).await.unwrap()[0].commit.as_deref(), Some("2222222"));
    assert_eq!(store.records_for(&service, &[], 10).await.unwrap(), []);
    let unplaced = store.unplaced_records(&["pre", "preprod"], 10).await.unwrap();
    assert_eq!(unplaced.iter().map(|record| record.environment.as_str()).collect::<Vec<_>>(), ["moon"]);
    assert_eq!(store.unplaced_records(&[], 10).await.unwrap().len(), 3);
    let environments = store.recorded_environments("jenkins").await.unwrap();
    assert_eq!(environments.iter().map(EnvironmentName::as_str).collect::<Vec<_>>(), ["PRE", "preprod", "moon"]);
    assert_eq!(store.recorded_environments("gitlab").await.unwrap(), []);
}

#[tokio::test]
async fn pruning_keeps_the_newest_of_each_cell_and_its_newest_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let failed = |commit, seconds| Record { outcome: Outcome::Failure, ..record("cart", "dev", commit, seconds) };
    insert(&store, &[record("cart", "dev", "1111111", 1), record("cart", "dev", "2222222", 2), failed("3333333", 3)]).await;
    insert(&store, &[record("orders", "dev", "4444444", 4)]).await;
    let changes = [transition("cart", Status::Rolling, "1111111", 1), transition("cart", Status::Ready, "1111111", 2)];
    store.append_transitions(&changes).await.unwrap();
    let retention = Retention { before: at(100), per_cell: 1, requests_before: at(100) };
    assert_eq!(store.prune(retention).await.unwrap(), Pruned { records: 1, transitions: 1, requests: 0, images: 0, screens: 0 });
    assert_eq!(commits(&store).await, ["cart/dev 3333333", "cart/dev 2222222", "orders/dev 4444444"]);
    assert_eq!(store.last_transitions().await.unwrap(), [changes[1].clone()]);
    assert_eq!(store.prune(Retention { before: at(0), ..retention }).await.unwrap(), Pruned::default());
}

#[tokio::test]
async fn one_unreadable_row_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    insert(&store, &[record("cart", "dev", "1111111", 1), record("cart", "dev", "2222222", 2)]).await;
    store.append_transitions(&[transition("cart", Status::Ready, "1111111", 1)]).await.unwrap();
    store.append_transitions(&[transition("cart", Status::Rolling, "1111111", 2)]).await.unwrap();
    store.pool.execute("UPDATE records SET body = '{' WHERE id = 1").await.unwrap();
    store.pool.execute("UPDATE transitions SET status = 'dancing' WHERE id = 1").await.unwrap();
    assert_eq!(commits(&store).await, ["cart/dev 2222222"]);
    assert_eq!(store.transitions(&"cart".into(), &"dev".into(), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn acknowledged_records_are_synced_to_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.pool).await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.pool).await.unwrap();
    assert_eq!((journal.as_str(), synchronous), ("wal", 2), "2 is FULL");
}

#[tokio::test]
async fn in_memory_all_statements_see_one_database() {
    let store = Store::open(&url("sqlite::memory:")).await.unwrap();
    insert(&store, &[record("cart", "dev", "7fc38a2", 0)]).await;
    assert_eq!(commits(&store).await, ["cart/dev 7fc38a2"]);
    assert_eq!(store.place(), "in memory");
}

#[tokio::test]
async fn a_database_from_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    store
        .pool
        .execute("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (7, 'x', 1, x'00', 0)")
        .await
        .unwrap();
    store.close().await;
    let error = Store::open(&config(&folder)).await.unwrap_err();
    let known = super::open::MIGRATIONS.iter().count();
    let text = error.to_string();
    assert!(text.contains(&format!("was written by a newer relboard (migration 7; this one knows up to {known})")), "{text}");
    assert!(text.contains("board.db"), "{text}");
}

#[tokio::test]
async fn a_start_with_a_store_that_cannot_work_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    std::fs::write(folder.path().join("notes.txt"), "not a database, but long enough to be taken for the header of one".repeat(40))
        .unwrap();
    Store::open(&url(&format!("sqlite://{path}/good.db"))).await.unwrap().close().await;
    let cases = [
        (format!("sqlite://{path}/no/such/folder/board.db"), "check that its folder exists"),
        (format!("sqlite://{path}/notes.txt/board.db"), "cannot be opened"),
        (format!("sqlite://{path}/notes.txt"), "is not a database, or is damaged"),
        (format!("sqlite://{path}/good.db?mode=ro"), "is read-only"),
        (format!("sqlite://{path}/good.db?colour=red"), "unknown query parameter `colour`"),
        ("postgres://user:hunter2@db/board".to_owned(), "PostgreSQL is not supported by this version"),
        ("mysql://db/board".to_owned(), "`mysql:` is no database that is supported"),
    ];
    for (url_text, expected) in cases {
        let error = Store::open(&url(&url_text)).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{url_text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_over_when_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    // One connection, so that its page limit is everybody's.
    let store = Store { pool: single(&store, &folder).await, ..store };
    store.pool.execute("PRAGMA max_page_count = 1").await.unwrap();
    let big: Vec<Record> = (0..200).map(|seconds| record("cart", "dev", "7fc38a2", seconds)).collect();
    let batch = Batch { source: "jenkins", records: &big, idempotency: None, received_at: at(0) };
    let error = store.insert_records(batch).await.unwrap_err();
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert_eq!(store.trouble().as_deref(), Some(error.to_string().as_str()));
    assert_eq!(commits(&store).await, Vec::<String>::new(), "all of a batch or nothing");
    store.pool.execute("PRAGMA max_page_count = 1000000").await.unwrap();
    assert_eq!(store.insert_records(batch).await.unwrap().len(), 200);
    assert_eq!(store.trouble(), None);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let writers = (0..8).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for seconds in 0..10 {
                insert(&store, &[record(&format!("service-{writer}"), "dev", "7fc38a2", seconds)]).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store.recent_records(10).await.unwrap().len(), 80);
}

/// A pool of one connection to the same file.
async fn single(store: &Store, folder: &TempDir) -> sqlx::Pool<super::Db> {
    store.close().await;
    sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(1)
        .connect(&format!("sqlite://{}/board.db", folder.path().display()))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_registries_said_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let published =
        Published { digest: "sha256:a".into(), commit: Some("7fc38a2".into()), platforms: vec!["sha256:b".into()], ..Published::default() };
    let later = at(3600);
    store.keep_nothing("sha256:a", at(0), later).await.unwrap();
    store.keep_nothing("sha256:c", at(0), later).await.unwrap();
    let nothing = |digests: &[&str]| digests.iter().map(|digest| (ArcStr::from(*digest), later)).collect::<Vec<_>>();
    assert_eq!(store.known_images().await.unwrap(), KnownImages { published: Vec::new(), nothing: nothing(&["sha256:a", "sha256:c"]) });
    store.keep_image(&published, at(0)).await.unwrap();
    store.keep_nothing("sha256:a", at(0), later).await.unwrap();
    store.close().await;

    let store = Store::open(&config(&folder)).await.unwrap();
    let known = KnownImages { published: vec![published], nothing: nothing(&["sha256:c"]) };
    assert_eq!(store.known_images().await.unwrap(), known, "an answer is never replaced by none");
    let retention = Retention { before: at(1), per_cell: 20, requests_before: at(0) };
    assert_eq!(store.prune(retention).await.unwrap().images, 2);
}

#[tokio::test]
async fn a_screen_is_known_by_the_hash_of_its_token_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&config(&folder)).await.unwrap();
    let (first, second) = (TokenHash::of("first"), TokenHash::of("second"));
    assert!(store.create_screen("lobby", first, at(0)).await.unwrap());
    assert!(!store.create_screen("lobby", second, at(1)).await.unwrap(), "its name is taken");
    let id = store.screens().await.unwrap()[0].id;
    store.screen_used(id, at(20)).await.unwrap();
    store.screen_used(id, at(10)).await.unwrap();
    let screen = store.screens().await.unwrap().remove(0);
    assert_eq!((screen.name.as_str(), screen.created, screen.used, screen.revoked), ("lobby", at(0), Some(at(20)), None));
    assert!(bool::from(screen.token.is(&first)) && !bool::from(screen.token.is(&second)));

    assert!(store.revoke_screen("lobby", at(30)).await.unwrap());
    assert!(!store.revoke_screen("lobby", at(31)).await.unwrap(), "it is revoked already");
    assert!(store.create_screen("lobby", second, at(40)).await.unwrap(), "its name is free again");
    let revoked: Vec<_> = store.screens().await.unwrap().iter().map(|screen| screen.revoked).collect();
    assert_eq!(revoked, [Some(at(30)), None]);
    let retention = Retention { before: at(31), per_cell: 20, requests_before: at(0) };
    assert_eq!(store.prune(retention).await.unwrap().screens, 1);
    assert_eq!(store.screens().await.unwrap().len(), 1, "one that is let in stays, however old");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_open_a_new_store_at_once_do_not_disturb_one_another() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder);
        let opened = futures::future::join_all((0..4).map(|_| {
            let config = config.clone();
            tokio::spawn(async move { Store::open(&config).await.map(drop).map_err(|error| error.to_string()) })
        }));
        for opened in opened.await {
            assert_eq!(opened.unwrap(), Ok(()));
        }
    }
}
