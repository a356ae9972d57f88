//! How a cluster is reached: TLS, kubeconfigs, credentials, and what is said when one of them is wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::event::TargetHealth;
use model::workload::Kind;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use server::clusters::{Report, check};
use server::config::{Access, Mode, Namespaces, Target};
use tokio_rustls::TlsAcceptor;

use super::client::Client;
use super::recording::{file, list};
use super::scenarios::catalogue;
use super::server::{Reply, Request, Server};

const WATCH: Mode = Mode::Watch { streaming: false };

fn tls(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tls").join(name)
}

/// A server with a certificate, made for these tests, of the CA in `ca.pem`.
async fn https(certificate: &str) -> Server {
    let certificates = vec![CertificateDer::from_pem_file(tls(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(tls("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(certificates, key).unwrap();
    Server::start_with(Some(TlsAcceptor::from(Arc::new(config))), answer).await
}

/// An empty cluster that knows one token, `good`.
fn answer(request: &Request) -> Reply {
    match (request.headers.get("authorization").map(String::as_str), request.kind()) {
        (Some("Bearer expired"), _) => Reply::error(401, file("errors/401-bad-token.json")),
        (_, Some(_)) if request.is_watch() => Reply::lines([]),
        (_, Some(kind)) => Reply::json(list(kind, "100", std::iter::empty())),
        (_, None) if request.path == "/version" => Reply::json(file("discovery/version.json")),
        (_, None) => Reply::error(404, file("errors/404-path.txt")),
    }
}

fn access(url: &str, ca: Option<&str>) -> Access {
    Access::Server { url: url.parse().unwrap(), token_file: None, ca_file: ca.map(tls) }
}

async fn report(access: Access) -> Report {
    check(&Target { cluster: "dev-cluster".into(), access, namespaces: Namespaces::default(), mode: WATCH }).await
}

/// The one problem of a target.
async fn problem(access: Access) -> String {
    let report = report(access).await;
    assert!(!report.is_fine());
    assert_eq!(report.problems.len(), 1, "{report}");
    report.problems[0].clone()
}

#[tokio::test]
async fn a_ca_that_signed_the_certificate() {
    let server = https("server.pem").await;
    let url = format!("https://127.0.0.1:{}", server.address.port());
    let mut client = Client::with(access(&url, Some("ca.pem")), WATCH, &[], catalogue());
    let (health, _) = client.health(|health| *health != TargetHealth::Syncing).await;
    assert_eq!(health, TargetHealth::Live { notes: Vec::new() });
}

#[tokio::test]
async fn certificates_that_are_not_accepted() {
    let server = https("server.pem").await;
    let url = format!("https://127.0.0.1:{}", server.address.port());
    let text = problem(access(&url, Some("other-ca.pem"))).await;
    assert!(text.starts_with(&format!("x509: the certificate of {url} is signed by an authority that is not trusted")), "{text}");
    let elsewhere = https("elsewhere.pem").await;
    let url = format!("https://127.0.0.1:{}", elsewhere.address.port());
    let text = problem(access(&url, Some("ca.pem"))).await;
    assert!(text.starts_with(&format!("x509: the certificate of {url} is for another name")), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_accepted_is_said_on_the_board() {
    let https = https("server.pem").await;
    let url = format!("https://127.0.0.1:{}", https.address.port());
    let fleet = integration_tests::Fleet::start([]).await;
    let ca = tls("other-ca.pem");
    let target = format!("[[environments.targets]]\nserver = \"{url}\"\nca_file = \"{}\"\n", ca.display());
    let server = fleet.serve_with(&format!("[[environments]]\nname = \"dev\"\n{target}")).await;
    let mut stream = server.follow().await;
    let error = |board: &model::board::Board| board.environments.first()?.targets[0].error.clone();
    stream.until("the cause", |board| error(board).is_some_and(|error| error.starts_with("x509: "))).await;
    let board = server.json("/api/v1/board").await;
    let target = &board["environments"][0]["targets"][0];
    assert_eq!(target["state"], "unreachable");
    assert!(target["error"].as_str().unwrap().contains("is signed by an authority that is not trusted"), "{target}");
    assert!(server.page("/").await.contains("x509: "), "in the header");
    drop(https);
}

#[tokio::test]
async fn addresses_that_are_wrong() {
    let plain = Server::start(answer).await;
    let url = format!("https://127.0.0.1:{}", plain.address.port());
    let text = problem(access(&url, Some("ca.pem"))).await;
    assert_eq!(text, format!("TLS: {url} does not speak TLS: is it an http:// address?"));
    let text = problem(access("https://nowhere.invalid:6443", Some("ca.pem"))).await;
    assert!(text.starts_with("no such host: https://nowhere.invalid:6443"), "{text}");
    let text = problem(access("https://user:secret@127.0.0.1:1", Some("gone.pem"))).await;
    assert!(text.contains("gone.pem") && text.contains("No such file") && !text.contains("secret"), "{text}");
}

/// Writes a kubeconfig with one context, `here`, and gives its path.
fn kubeconfig(folder: &Path, server: &str, user: &str) -> PathBuf {
    let path = folder.join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\ncontexts:\n- {{name: here, context: {{cluster: c, user: u}}}}\n- {{name: there, \
         context: {{cluster: gone}}}}\nclusters:\n- {{name: c, cluster: {{server: \"{server}\"}}}}\nusers:\n- {{name: u, user: {user}}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn context(path: &Path, context: Option<&str>) -> Access {
    Access::Kubeconfig { path: Some(path.to_owned()), context: context.map(str::to_owned) }
}

#[tokio::test]
async fn a_context_and_what_may_be_read_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answer).await;
    let path = kubeconfig(folder.path(), &format!("http://{}", server.address), "{token: good}");
    let report = report(context(&path, None)).await;
    assert!(report.is_fine(), "{report}");
    assert_eq!(report.version.as_deref(), Some("v1.36.2"));
    assert_eq!(report.rights.len(), Kind::ALL.len());
    assert!(report.rights.iter().all(|right| right.list == Ok(0) && right.watch == Ok(()) && right.namespace.is_none()));
    let text = report.to_string();
    assert!(text.starts_with("dev-cluster  http://127.0.0.1:") && text.contains("pods                     all namespaces"), "{text}");
    assert!(server.requests().iter().all(|request| request.headers["authorization"] == "Bearer good"));
}

#[tokio::test]
async fn what_is_not_read_is_said() {
    let server = Server::start(|request: &Request| match request.kind() {
        Some(Kind::CronJob | Kind::Job) => Reply::error(404, file("errors/404-group.txt")),
        Some(Kind::Event) => Reply::error(403, file("errors/403-no-rights.json")),
        None if request.path == "/api/v1" => Reply::json(r#"{"kind":"APIResourceList"}"#),
        None if request.path == "/api/v1/namespaces" => Reply::json(r#"{"kind":"NamespaceList","items":[]}"#),
        None if request.path.starts_with("/apis/") => Reply::error(404, file("errors/404-group.txt")),
        _ => answer(request),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = kubeconfig(folder.path(), &format!("http://{}", server.address), "{token: good}");
    let report = report(context(&path, None)).await;
    assert!(report.is_fine(), "{report}");
    assert!(report.remarks[0].starts_with("not read: may not list events: "), "{report}");
    let absent = ["not read: this cluster has no cronjobs of batch/v1", "not read: this cluster has no jobs of batch/v1"];
    assert_eq!(report.remarks[2..], absent, "{report}");
}

#[tokio::test]
async fn contexts_and_files_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = kubeconfig(folder.path(), "http://127.0.0.1:1", "{token: t0ken}");
    let shown = path.display();
    assert_eq!(problem(context(&path, Some("dev"))).await, format!("context `dev` does not exist in {shown}; there are `here`, `there`"));
    let text = problem(context(&path, Some("there"))).await;
    assert!(text.starts_with(&format!("context `there` of {shown}: ")) && text.contains("gone"), "{text}");
    let gone = folder.path().join("gone");
    let text = problem(context(&gone, None)).await;
    assert!(text.starts_with(&format!("cannot read the kubeconfig {}: No such file", gone.display())), "{text}");
    std::fs::write(&path, "users:\n- name: u\n  user: {token: [t0ken}\n").unwrap();
    let text = problem(context(&path, None)).await;
    assert!(text.starts_with(&format!("the kubeconfig {shown} is not valid at line 3")), "{text}");
    assert!(!text.contains("t0ken"), "{text}");
}

#[tokio::test]
async fn an_expired_token() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answer).await;
    let path = kubeconfig(folder.path(), &format!("http://{}", server.address), "{token: expired}");
    assert_eq!(problem(context(&path, Some("here"))).await, "401: Unauthorized");
}

#[cfg(unix)]
#[tokio::test]
async fn exec_plugins() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("login");
    let write = |script: &str| {
        std::fs::write(&plugin, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let server = Server::start(answer).await;
    let user = format!("{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: \"{}\", args: [s3cret]}}}}", plugin.display());
    let path = kubeconfig(folder.path(), &format!("http://{}", server.address), &user);
    write(r#"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"good"}}'"#);
    let fine = report(context(&path, None)).await;
    assert!(fine.is_fine(), "{fine}");
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer good");
    write("echo s3cret; echo 'please log in' >&2; exit 3");
    let text = problem(context(&path, None)).await;
    assert_eq!(text, "credentials: the exec plugin of the kubeconfig failed (exit status: 3): please log in");
    let path = kubeconfig(folder.path(), "http://127.0.0.1:1", "{exec: {apiVersion: v1, command: no-such-plugin}}");
    let text = problem(context(&path, None)).await;
    assert!(text.contains("cannot be started") && text.contains("installed and in PATH"), "{text}");
}
