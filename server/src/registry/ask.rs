//! One registry, asked for one image at a time, over the OCI distribution API.

mod fault;
mod helper;

use model::strings::ArcStr;
use std::time::Duration;

use futures::TryStreamExt;
use model::image::ImageAt;
use model::published::Published;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{ImageIndexEntry, OciDescriptor, OciImageIndex, OciImageManifest, OciManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, timeout};

pub(super) use self::fault::Fault;
use super::labels::{self, Labels};
use crate::config::{Login, Registry, Transport};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// For how long what a credential helper said is used: it may be the login of an hour.
const HELPED: Duration = Duration::from_secs(600);
/// The largest configuration of an image that is read; usual ones have a hundredth of that.
const LARGEST_CONFIG: usize = 4 << 20;

/// One registry.
pub(super) struct Asker {
    registry: Registry,
    auth: RegistryAuth,
    /// When a credential helper was last asked.
    helped: Option<Instant>,
    client: Client,
    /// No request begins before its tick.
    pace: Interval,
}

/// The part of an image's configuration that is used.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Configuration {
    config: Option<Inner>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner {
    #[serde(rename = "Labels")]
    labels: Option<Labels>,
}

impl Asker {
    pub(super) fn new(registry: Registry) -> Result<Self, String> {
        let auth = match &registry.login {
            // A helper is asked when its login is needed.
            Login::Anonymous | Login::Helper { .. } => RegistryAuth::Anonymous,
            Login::Password { username, password } => RegistryAuth::Basic(username.clone(), password.expose_secret().to_owned()),
            Login::Token(token) => RegistryAuth::Bearer(token.expose_secret().to_owned()),
        };
        let client = client(&registry)?;
        let mut pace = tokio::time::interval(Duration::from_secs(60) / registry.requests_per_minute);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { registry, auth, helped: None, client, pace })
    }

    /// Whether the image is in this registry.
    pub(super) fn is_of(&self, image: &ImageAt) -> bool {
        reference(image).is_some_and(|reference| reference.registry() == self.registry.host)
    }

    /// What the registry says of an image.
    pub(super) async fn ask(&mut self, image: &ImageAt) -> Result<Published, Fault> {
        let Some(reference) = reference(image) else { return Err(Fault::Refused(format!("{} is no image reference", image.name))) };
        match self.manifest(&reference).await? {
            OciManifest::Image(manifest) => self.image(&reference, &image.digest, manifest).await,
            OciManifest::ImageIndex(index) => self.index(&reference, &image.digest, index).await,
        }
    }

    /// Whether the registry lets us in.
    pub(super) async fn hello(&mut self) -> Result<(), Fault> {
        let nothing = Reference::with_tag(self.registry.host.clone(), "relboard/check".to_owned(), "latest".to_owned());
        let auth = self.auth().await?;
        let token = timeout(ANSWER, self.client.auth(&nothing, &auth, RegistryOperation::Pull)).await.map_err(|_| self.late())?;
        let token = token.map_err(|error| Fault::of(&self.registry.host, &error))?;
        let is_known = token.is_some() && !matches!(self.registry.login, Login::Token(_));
        match self.manifest(&nothing).await {
            // There is no such image, as was to be expected. Some say so only to those who may know; who has got a token
            // for the login is known.
            Ok(_) | Err(Fault::Refused(_)) => Ok(()),
            Err(Fault::Denied(_)) if is_known => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// What an index says; else the most usual of its platforms, since all are built from one commit.
    async fn index(&mut self, reference: &Reference, digest: &ArcStr, index: OciImageIndex) -> Result<Published, Fault> {
        let images: Vec<_> = index.manifests.iter().filter(|entry| is_image(entry)).collect();
        let platforms: Vec<_> = images.iter().map(|entry| ArcStr::from(entry.digest.as_str())).collect();
        let annotations = index.annotations.unwrap_or_default();
        let said = labels::read(&[&annotations], digest, platforms.clone());
        let is_usual = |entry: &&&ImageIndexEntry| entry.platform.as_ref().is_some_and(|of| of.architecture.to_string() == "amd64");
        let Some(entry) = images.iter().find(is_usual).or(images.first()).filter(|_| said.commit.is_none()) else { return Ok(said) };
        let OciManifest::Image(manifest) = self.manifest(&reference.clone_with_digest(entry.digest.clone())).await? else {
            return Ok(said);
        };
        let of_image = self.said(reference, manifest).await?;
        let mut all = vec![&annotations];
        all.extend(&of_image);
        Ok(labels::read(&all, digest, platforms))
    }

    async fn image(&mut self, reference: &Reference, digest: &ArcStr, manifest: OciImageManifest) -> Result<Published, Fault> {
        let said = self.said(reference, manifest).await?;
        Ok(labels::read(&said.iter().collect::<Vec<_>>(), digest, Vec::new()))
    }

    /// What an image says of itself: its manifest's annotations, and, unless they have the commit, its labels.
    async fn said(&mut self, reference: &Reference, manifest: OciImageManifest) -> Result<Vec<Labels>, Fault> {
        let annotations = manifest.annotations.unwrap_or_default();
        if labels::read(&[&annotations], &ArcStr::from(""), Vec::new()).commit.is_some() {
            return Ok(vec![annotations]);
        }
        let labels = self.labels(reference, &manifest.config).await?;
        Ok(vec![annotations, labels])
    }

    async fn manifest(&mut self, reference: &Reference) -> Result<OciManifest, Fault> {
        self.pace.tick().await;
        let auth = self.auth().await?;
        let asked = self.client.pull_manifest(reference, &auth);
        let answered = timeout(ANSWER, asked).await.map_err(|_| self.late())?;
        let answered = answered.map(|(manifest, _)| manifest).map_err(|error| Fault::of(&self.registry.host, &error));
        if matches!(answered, Err(Fault::Denied(_))) {
            // Perhaps another login by now; but who is not let in to a thousand images does not ask a thousand times.
            self.helped = self.helped.filter(|at| at.elapsed() < ANSWER);
        }
        answered
    }

    /// As whom the registry is asked now.
    async fn auth(&mut self) -> Result<RegistryAuth, Fault> {
        if let Login::Helper { name, server } = &self.registry.login
            && self.helped.is_none_or(|at| at.elapsed() >= HELPED)
        {
            let login = helper::login(format!("docker-credential-{name}"), server).await;
            self.auth = login.map_err(|why| Fault::Failed(format!("no login for {}: {why}", self.registry.host)))?;
            // A client keeps the first login it is given.
            self.client = client(&self.registry).map_err(Fault::Failed)?;
            self.helped = Some(Instant::now());
        }
        Ok(self.auth.clone())
    }

    /// The labels of an image's configuration. What is not one, such as that of a chart, has none.
    async fn labels(&mut self, reference: &Reference, config: &OciDescriptor) -> Result<Labels, Fault> {
        if !usize::try_from(config.size).is_ok_and(|size| size <= LARGEST_CONFIG) {
            return Ok(Labels::new());
        }
        self.pace.tick().await;
        let asked = async {
            let mut stream = self.client.pull_blob_stream(reference, config).await?;
            let mut body = Vec::new();
            while let Some(chunk) = stream.try_next().await? {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST_CONFIG {
                    return Ok(Vec::new());
                }
            }
            Ok::<_, OciDistributionError>(body)
        };
        let answered = timeout(ANSWER, asked).await.map_err(|_| self.late())?;
        let body = answered.map_err(|error| Fault::of(&self.registry.host, &error))?;
        let configuration: Configuration = serde_json::from_slice(&body).unwrap_or_default();
        Ok(configuration.config.and_then(|config| config.labels).unwrap_or_default())
    }

    fn late(&self) -> Fault {
        Fault::Failed(format!("{} did not answer within {} s", self.registry.host, ANSWER.as_secs()))
    }
}

/// A client of a registry, which nobody has logged in with.
fn client(registry: &Registry) -> Result<Client, String> {
    let extra_root_certificates = match &registry.ca_file {
        Some(path) => {
            let data = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            vec![Certificate { encoding: CertificateEncoding::Pem, data }]
        }
        None => Vec::new(),
    };
    let config = ClientConfig {
        protocol: if registry.transport == Transport::Plain { ClientProtocol::Http } else { ClientProtocol::Https },
        extra_root_certificates,
        connect_timeout: Some(ANSWER / 3),
        read_timeout: Some(ANSWER),
        user_agent: concat!("relboard/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    };
    Client::try_from(config).map_err(|error| format!("no client for {}: {error}", registry.host))
}

fn reference(image: &ImageAt) -> Option<Reference> {
    format!("{}@{}", image.name, image.digest).parse().ok()
}

/// Whether an entry of an index is an image that can run: attestations are entries too.
fn is_image(entry: &ImageIndexEntry) -> bool {
    let is_attestation = entry.annotations.as_ref().is_some_and(|annotations| annotations.contains_key("vnd.docker.reference.type"));
    !is_attestation && entry.platform.as_ref().is_none_or(|platform| platform.os.to_string() != "unknown")
}
