//! Commits and digests that only the registry knows, from a real one.

use std::time::Duration;

use integration_tests::{Fleet, Image, PATIENCE, Registry, Server, cell};
use model::board::Board;
use model::status::Status;
use sim::world::Pace;
use sim::{ClusterConfig, Workload};

use super::{NEW, OLD};

const REVISION: &str = "org.opencontainers.image.revision";

fn cluster(name: &str, image: &str) -> ClusterConfig {
    ClusterConfig::new(name).pace(Pace::fast()).running(Workload::deployment("shop", "cart", image).replicas(2))
}

/// The configuration of a registry on loopback.
fn hosts(registry: &Registry, login: &str) -> String {
    let host = registry.host();
    format!("[[registries.hosts]]\nhost = \"{host}\"\nplain_http = true\nrequests_per_minute = 60000\n{login}")
}

fn commit<'a>(board: &'a Board, environment: &str) -> Option<&'a str> {
    let cell = cell(board, "cart", environment).filter(|cell| cell.status == Status::Ready)?;
    cell.wanted.as_ref()?.commit.as_deref()
}

/// Waits until a number of the registry is so.
async fn until_metric(server: &Server, name: &str, host: &str, value: u64) {
    let line = format!("relboard_registry_{name}{{registry=\"{host}\"}} {value}");
    let said = async {
        while !server.get("/metrics").await.text().await.unwrap().lines().any(|known| known == line) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("never: {line}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_tells_commits_and_which_digests_are_one_image() {
    let Some(registry) = Registry::open().await else { return };
    let host = registry.host().to_owned();
    let labels = [(REVISION, NEW), ("org.opencontainers.image.version", "1.4.0")];
    let amd64 = registry.push("shop/cart", Image { labels: &labels, ..Image::default() }).await;
    let arm64 = registry.push("shop/cart", Image { labels: &labels, architecture: "arm64", ..Image::default() }).await;
    let index = registry.push_index("shop/cart", &[("arm64", &arm64), ("amd64", &amd64)], &[]).await;
    let older = registry.push("shop/cart", Image { labels: &[("org.label-schema.vcs-ref", OLD)], ..Image::default() }).await;
    // Container runtimes report either the index or the platform's image.
    let image = |digest: &str| format!("{host}/shop/cart:1.4.0@{digest}");
    let images = [("dev", &index), ("pre", &arm64), ("qa", &amd64), ("pro", &older)];
    let fleet = Fleet::start(images.map(|(name, digest)| cluster(name, &image(digest)))).await;

    let server = fleet.serve_with(&hosts(&registry, "")).await;
    let mut stream = server.follow().await;
    let all = |board: &Board| ["dev", "pre", "qa"].iter().all(|name| commit(board, name) == Some(NEW)) && commit(board, "pro") == Some(OLD);
    stream.until("all commits", all).await;
    let board = server.board().await;
    let agreed = |name: &str| cell(&board, "cart", name).unwrap().agrees_with.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((agreed("dev"), agreed("pro")), (vec!["pre".to_owned(), "qa".to_owned()], Vec::new()));
    let pre = cell(&board, "cart", "pre").unwrap();
    let wanted = pre.wanted.as_ref().unwrap();
    assert_eq!((wanted.digest.as_deref(), wanted.index.as_deref(), wanted.label.as_deref()), (Some(&*arm64), Some(&*index), Some("1.4.0")));
    until_metric(&server, "up", &host, 1).await;
    let details = server.json("/api/v1/services/cart/environments/pre").await;
    assert_eq!(details["images"][0]["version"], "1.4.0", "{details}");
    assert!(server.page("/services/cart/pre").await.contains("1.4.0"));
    drop((stream, server, registry));

    // What was asked once is known for good: also without the registry, and from the first board on.
    let server = fleet.serve().await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    for delta in stream.take_deltas() {
        let cells = delta.services.iter().filter_map(|row| row.cells.get("dev"));
        assert!(cells.filter_map(|cell| cell.wanted.as_ref()).all(|wanted| wanted.commit.as_deref() == Some(NEW)), "{delta:?}");
    }
    stream.until("all commits", all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_go_before_labels_which_images_inherit() {
    let Some(registry) = Registry::open().await else { return };
    let inherited = [(REVISION, OLD)];
    let annotated = registry.push("shop/cart", Image { labels: &inherited, annotations: &[(REVISION, NEW)], ..Image::default() }).await;
    let plain = registry.push("shop/cart", Image { labels: &inherited, ..Image::default() }).await;
    let index = registry.push_index("shop/cart", &[("amd64", &plain)], &[(REVISION, NEW)]).await;
    let image = |digest: &str| format!("{}/shop/cart:1.4.0@{digest}", registry.host());
    let fleet = Fleet::start([cluster("dev", &image(&annotated)), cluster("pre", &image(&index)), cluster("pro", &image(&plain))]).await;
    let server = fleet.serve_with(&hosts(&registry, "")).await;
    let mut stream = server.follow().await;
    let all = |board: &Board| commit(board, "dev") == Some(NEW) && commit(board, "pre") == Some(NEW);
    stream.until("the annotations", all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_with_login_is_asked_as_whom_the_configuration_says() {
    let Some(registry) = Registry::with_login().await else { return };
    let host = registry.host().to_owned();
    let digest = registry.push("shop/cart", Image { labels: &[(REVISION, NEW)], ..Image::default() }).await;
    let fleet = Fleet::start([cluster("dev", &format!("{host}/shop/cart:1.4.0@{digest}"))]).await;
    fleet.write("password", "wrong\n");
    let login = "username = \"reader\"\npassword_file = \"password\"\n";
    let server = fleet.serve_with(&hosts(&registry, login)).await;
    let mut stream = server.follow().await;
    // The board goes on, and the trouble is said.
    stream.until_status("cart", "dev", Status::Ready).await;
    until_metric(&server, "up", &host, 0).await;
    assert_eq!(commit(stream.board(), "dev"), None);
    let check = async |more: &str| server::registry::check(&fleet.config_with(more).registries[0]).await;
    assert!(check(&hosts(&registry, login)).await.unwrap_err().contains("does not let us in"));
    assert!(check(&hosts(&registry, "")).await.is_err(), "nobody is let in");
    let text = server.get("/metrics").await.text().await.unwrap();
    assert!(!text.contains("wrong") && text.contains(&format!("relboard_registry_images_refused{{registry=\"{host}\"}} 1")), "{text}");
    drop((stream, server));

    // Another store: in this one it is written down that there is nothing to be had for a while.
    std::fs::remove_file(fleet.folder().join("board.db")).unwrap();
    fleet.write("password", "s3cret\n");
    assert_eq!(check(&hosts(&registry, login)).await, Ok(()));
    let server = fleet.serve_with(&hosts(&registry, login)).await;
    let mut stream = server.follow().await;
    stream.until("the commit", |board| commit(board, "dev") == Some(NEW)).await;
    drop((stream, server));

    std::fs::remove_file(fleet.folder().join("board.db")).unwrap();
    // What `docker login` writes.
    fleet.write("docker.json", &format!(r#"{{ "auths": {{ "{host}": {{ "auth": "cmVhZGVyOnMzY3JldA==" }} }} }}"#));
    let mut config = fleet.config_with("[registries]\ndocker_config = \"docker.json\"\n");
    assert_eq!(config.registries.len(), 1);
    // Nobody runs a registry without TLS but a test.
    config.registries[0].transport = server::config::Transport::Plain;
    let server = Server::start(config).await;
    let mut stream = server.follow().await;
    stream.until("the commit", |board| commit(board, "dev") == Some(NEW)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_of_a_private_ca_is_trusted_when_the_configuration_says_so() {
    let Some(registry) = Registry::with_tls().await else { return };
    let host = registry.host().to_owned();
    let digest = registry.push("shop/cart", Image { labels: &[(REVISION, NEW)], ..Image::default() }).await;
    let fleet = Fleet::start([cluster("dev", &format!("{host}/shop/cart:1.4.0@{digest}"))]).await;
    fleet.write("password", "s3cret\n");
    let hosts = |more: &str| {
        let login = "username = \"reader\"\npassword_file = \"password\"\nrequests_per_minute = 60000";
        format!("[[registries.hosts]]\nhost = \"{host}\"\n{login}\n{more}")
    };
    let ca = |name: &str| format!("ca_file = \"{}\"\n", integration_tests::ca().with_file_name(name).display());
    // Nobody is asked for a password by a server that is not known.
    for unknown in [hosts(""), hosts(&ca("other-ca.pem"))] {
        let refused = server::registry::check(&fleet.config_with(&unknown).registries[0]).await.unwrap_err();
        assert!(refused.contains("certificate"), "{refused}");
    }
    assert_eq!(server::registry::check(&fleet.config_with(&hosts(&ca("ca.pem"))).registries[0]).await, Ok(()));

    let server = fleet.serve_with(&hosts("")).await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    until_metric(&server, "up", &host, 0).await;
    assert_eq!(commit(stream.board(), "dev"), None);
    drop((stream, server));
    let server = fleet.serve_with(&hosts(&ca("ca.pem"))).await;
    let mut stream = server.follow().await;
    stream.until("the commit", |board| commit(board, "dev") == Some(NEW)).await;
    until_metric(&server, "up", &host, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_down_or_does_not_have_an_image_costs_the_board_nothing() {
    let Some(registry) = Registry::open().await else { return };
    let host = registry.host().to_owned();
    let lost = format!("sha256:{}", "0".repeat(64));
    let known = registry.push("shop/cart", Image { labels: &[(REVISION, NEW)], ..Image::default() }).await;
    let image = |digest: &str| format!("{host}/shop/cart:1.4.0@{digest}");
    let fleet = Fleet::start([cluster("dev", &image(&lost)), cluster("pre", &image(&known))]).await;
    let server = fleet.serve_with(&hosts(&registry, "")).await;
    let mut stream = server.follow().await;
    stream.until("the commit of the one", |board| commit(board, "pre") == Some(NEW)).await;
    assert_eq!(commit(stream.board(), "dev"), None);
    until_metric(&server, "images_refused", &host, 1).await;
    drop((stream, server, registry));

    std::fs::remove_file(fleet.folder().join("board.db")).unwrap();
    let server = fleet.serve_with(&format!("[[registries.hosts]]\nhost = \"{host}\"\nplain_http = true\n")).await;
    let mut stream = server.follow().await;
    stream.until_status("cart", "dev", Status::Ready).await;
    until_metric(&server, "up", &host, 0).await;
    fleet.cluster("dev").set_image("shop", "cart", &super::image("cart", OLD)).unwrap();
    stream.until("a rollout meanwhile", |board| commit(board, "dev") == Some(OLD)).await;
}
