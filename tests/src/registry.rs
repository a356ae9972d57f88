//! A real image registry on loopback: Debian's `docker-registry`, which `scripts/docker-registry.sh` finds or unpacks.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::PATIENCE;

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The user that may do everything where a login is needed, and the password.
const LOGIN: (&str, &str) = ("reader", "s3cret");
/// As `htpasswd -nbB -C 4 reader s3cret` writes it.
const HTPASSWD: &str = "reader:$2b$04$0B0Iopa7ZIiB5hwOLtq6J.YrAulgilm29iIjHxDAi7VouRUEhCXcS\n";

/// A running registry; it ends when it is dropped.
#[derive(Debug)]
pub struct Registry {
    process: Child,
    host: String,
    client: Client,
    login: Option<(&'static str, &'static str)>,
    scheme: &'static str,
    _folder: TempDir,
}

#[derive(Clone, Copy, Debug)]
enum Transport {
    Plain,
    Tls,
}

fn tls(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tls").join(name)
}

/// The certificate of the CA that signed those of the tests' servers.
#[must_use]
pub fn ca() -> PathBuf {
    tls("ca.pem")
}

/// What an image says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Image<'a> {
    /// Its architecture; `amd64` when empty.
    pub architecture: &'a str,
    /// Labels of its configuration.
    pub labels: &'a [(&'a str, &'a str)],
    /// Annotations of its manifest.
    pub annotations: &'a [(&'a str, &'a str)],
}

impl Registry {
    /// Starts one, in which anybody may do everything; none on a macOS that has no registry.
    pub async fn open() -> Option<Self> {
        Self::start(None, Transport::Plain).await
    }

    /// Starts one that wants to know who comes; none on a macOS that has no registry.
    pub async fn with_login() -> Option<Self> {
        Self::start(Some(LOGIN), Transport::Plain).await
    }

    /// Starts one that speaks TLS, with a certificate of [`ca`], and wants to know who comes; none on a macOS that has no registry.
    pub async fn with_tls() -> Option<Self> {
        Self::start(Some(LOGIN), Transport::Tls).await
    }

    /// # Panics
    /// When there is no registry to start: a test that is left out in silence would prove nothing.
    async fn start(login: Option<(&'static str, &'static str)>, transport: Transport) -> Option<Self> {
        let program = std::env::var("DOCKER_REGISTRY").ok().filter(|program| !program.is_empty());
        let program = program.unwrap_or_else(|| "docker-registry".to_owned());
        let folder = tempfile::tempdir().expect("a folder for the registry");
        let host = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").to_string();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let auth = match login {
            Some(_) => format!("auth:\n  htpasswd:\n    realm: tests\n    path: {}\n", path("htpasswd")),
            None => String::new(),
        };
        std::fs::write(path("htpasswd"), HTPASSWD).expect("the file is written");
        let (scheme, certificate) = match transport {
            Transport::Plain => ("http", String::new()),
            Transport::Tls => {
                let (certificate, key) = (tls("server.pem"), tls("server.key"));
                ("https", format!("  tls:\n    certificate: {}\n    key: {}\n", certificate.display(), key.display()))
            }
        };
        let storage = format!("storage:\n  filesystem:\n    rootdirectory: {}\n", path("storage"));
        let config = format!("version: 0.1\nlog:\n  level: error\n{storage}http:\n  addr: {host}\n{certificate}{auth}");
        std::fs::write(path("config.yml"), config).expect("the file is written");
        let started = Command::new(&program).args(["serve", &path("config.yml")]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = match started {
            Ok(process) => process,
            Err(error) if cfg!(target_os = "macos") => {
                eprintln!("left out: there is no image registry here ({program}: {error})");
                return None;
            }
            Err(error) => panic!("{program} cannot be started ({error}): run the tests by `make test-rust`, which finds or unpacks it"),
        };
        // No pool: an idle connection would be a task that is left running.
        let pem = std::fs::read(ca()).expect("the certificate of the CA");
        let trusted = reqwest::Certificate::from_pem(&pem).expect("a certificate");
        let client = Client::builder().pool_max_idle_per_host(0).tls_certs_merge([trusted]).build().expect("a client");
        let registry = Self { process, host, client, login, scheme, _folder: folder };
        let ready = async {
            while registry.request(Method::GET, "/v2/").send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("the registry answers");
        Some(registry)
    }

    /// Its host and port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Pushes an image without layers, and gives its digest.
    ///
    /// # Panics
    /// When it cannot be pushed.
    pub async fn push(&self, repository: &str, image: Image<'_>) -> String {
        let architecture = if image.architecture.is_empty() { "amd64" } else { image.architecture };
        let config = json!({
            "architecture": architecture, "os": "linux", "config": { "Labels": map(image.labels) }, "rootfs": { "type": "layers", "diff_ids": [] }
        })
        .to_string();
        let begun = self.request(Method::POST, &format!("/v2/{repository}/blobs/uploads/")).send().await.expect("an answer");
        let location = begun.headers()["location"].to_str().expect("a location").to_owned();
        let sign = if location.contains('?') { '&' } else { '?' };
        let path = location.trim_start_matches(&format!("{}://{}", self.scheme, self.host)).to_owned();
        let put = self.request(Method::PUT, &format!("{path}{sign}digest={}", digest(&config))).body(config.clone());
        assert_eq!(put.send().await.expect("an answer").status(), StatusCode::CREATED);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "annotations": map(image.annotations),
            "config": { "mediaType": CONFIG, "digest": digest(&config), "size": config.len() }
        });
        self.put_manifest(repository, MANIFEST, &manifest).await
    }

    /// Pushes a multi-platform index of images that were pushed, and gives its digest. An attestation is among them, as
    /// builders add one.
    ///
    /// # Panics
    /// When it cannot be pushed.
    pub async fn push_index(&self, repository: &str, images: &[(&str, &str)], annotations: &[(&str, &str)]) -> String {
        let attestation = self.push(repository, Image { architecture: "unknown", ..Image::default() }).await;
        let mut manifests = Vec::new();
        for (architecture, digest) in images {
            let size = self.size(repository, digest).await;
            let platform = json!({ "os": "linux", "architecture": architecture });
            manifests.push(json!({ "mediaType": MANIFEST, "digest": digest, "size": size, "platform": platform }));
        }
        manifests.push(json!({
            "mediaType": MANIFEST, "digest": attestation, "size": self.size(repository, &attestation).await,
            "platform": { "os": "unknown", "architecture": "unknown" },
            "annotations": { "vnd.docker.reference.type": "attestation-manifest" }
        }));
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, "annotations": map(annotations) });
        self.put_manifest(repository, INDEX, &index).await
    }

    async fn put_manifest(&self, repository: &str, kind: &str, manifest: &Value) -> String {
        let body = manifest.to_string();
        let digest = digest(&body);
        let put = self.request(Method::PUT, &format!("/v2/{repository}/manifests/{digest}")).header("content-type", kind).body(body);
        let answer = put.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "{:?}", answer.text().await);
        digest
    }

    async fn size(&self, repository: &str, digest: &str) -> usize {
        let get = self.request(Method::GET, &format!("/v2/{repository}/manifests/{digest}")).header("accept", MANIFEST);
        get.send().await.expect("an answer").bytes().await.expect("a manifest").len()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}://{}{path}", self.scheme, self.host));
        match self.login {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn map(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect::<serde_json::Map<_, _>>().into()
}

fn digest(body: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(body).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
