use std::path::Path;
use std::time::Duration;

use model::catalogue::Tier;
use secrecy::ExposeSecret;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Access, Config, Locator, Mode, Namespaces, Problems, Sources, load, reloads};

const KUBECONFIG: &str = r#"
apiVersion: v1
kind: Config
current-context: dev-cluster
clusters:
- { name: dev, cluster: { server: "https://dev.example.com" } }
- { name: pre, cluster: { server: "https://pre.example.com" } }
- { name: pro, cluster: { server: "https://pro.example.com" } }
users:
- { name: me, user: { token: x } }
contexts:
- { name: pro-cluster, context: { cluster: pro, user: me, namespace: shop } }
- { name: dev-cluster, context: { cluster: dev, user: me } }
- { name: pre-cluster, context: { cluster: pre, user: me } }
"#;

/// A folder with a kubeconfig and a secret, and sources that see nothing else.
struct Place {
    folder: TempDir,
    sources: Sources,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), KUBECONFIG).unwrap();
        std::fs::write(folder.path().join("secret"), "hush-hush\n").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let sources = Sources {
            kubeconfig: Some(folder.path().join("kubeconfig")),
            file: Some(folder.path().join("relboard.toml")),
            ..Sources::default()
        };
        Self { folder, sources }
    }

    fn with(text: &str) -> Self {
        let place = Self::new();
        place.write("relboard.toml", text);
        place
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn variables(mut self, variables: &[(&str, &str)]) -> Self {
        self.sources.variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    fn load(&self) -> Result<Config, Problems> {
        load(&self.sources)
    }

    /// What is wrong, without the folder.
    fn problems(&self) -> String {
        let problems = self.load().expect_err("the configuration is right").to_string();
        problems.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn config(text: &str) -> Config {
    Place::with(text).load().unwrap_or_else(|problems| panic!("{problems}"))
}

/// One line a column: name, tier, then cluster and namespaces of each target.
fn columns(config: &Config) -> Vec<String> {
    let column = |environment: &super::Environment| {
        let targets = environment.targets.iter().map(|target| format!("{}{:?}", target.cluster, target.namespaces.0));
        format!("{} {:?} {}", environment.name, environment.tier, targets.collect::<Vec<_>>().join(" "))
    };
    config.environments.iter().map(column).collect()
}

#[test]
fn the_example_is_right_and_says_the_defaults() {
    let example = include_str!("../../../relboard.example.toml");
    let place = Place::with(example);
    std::fs::create_dir(place.folder.path().join("secrets")).unwrap();
    for name in ["ca.crt", "token", "jenkins-token", "jenkins-authorization"] {
        place.write(&format!("secrets/{name}"), "content");
    }
    let config = place.load().unwrap_or_else(|problems| panic!("{problems}"));
    insta::assert_debug_snapshot!(columns(&config));

    // Keys that are commented out show their default: with them, nothing changes.
    let uncommented: String = example.lines().map(|line| line.strip_prefix("#- ").unwrap_or(line).to_owned() + "\n").collect();
    assert_ne!(uncommented, example);
    place.write("relboard.toml", &uncommented);
    let explicit = place.load().unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(explicit.store.url.expose_secret(), config.store.url.expose_secret());
    let shown = |config: Config| format!("{:?}", Config { files: super::Files::default(), ..config });
    assert_eq!(shown(explicit), shown(config));
}

#[test]
fn without_environments_each_context_is_one_in_the_usual_order() {
    let config = config("");
    assert_eq!(columns(&config), ["dev Development dev-cluster[]", "pre Staging pre-cluster[]", "pro Production pro-cluster[]"]);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.store.url.expose_secret(), "sqlite://relboard.db");
}

#[test]
fn contexts_of_one_cluster_are_told_apart_by_their_namespaces() {
    let place = Place::with("");
    place.write(
        "kubeconfig",
        r#"
clusters: []
contexts:
- { name: shop-prod, context: { cluster: one, namespace: prod } }
- { name: shop-dev2, context: { cluster: one, namespace: dev } }
- { name: "arn:aws:eks:eu-west-1:7:cluster/qa", context: { cluster: two } }
- { name: eu-live, context: { cluster: three } }
- { name: us-live, context: { cluster: four } }
- { name: "minikube/default", context: { cluster: five } }
"#,
    );
    let config = place.load().unwrap();
    assert_eq!(
        columns(&config),
        [
            "dev2 Development shop-dev2[\"dev\"]",
            "qa Testing arn:aws:eks:eu-west-1:7:cluster/qa[]",
            "prod Production shop-prod[\"prod\"]",
            "eu-live Production eu-live[]",
            "us-live Production us-live[]",
            "default Other minikube/default[]",
        ]
    );
}

#[test]
fn without_a_kubeconfig_the_pods_own_cluster_is_read() {
    let mut place = Place::with("").variables(&[("KUBERNETES_SERVICE_HOST", "10.0.0.1")]);
    place.write("kubeconfig", "contexts: []");
    assert!(place.problems().contains("no clusters to show"), "--kubeconfig was said: it is not passed over");
    // Only KUBECONFIG and the home folder of this very process are left, which a test cannot rule out.
    place.sources.kubeconfig = None;
    let config = super::discover::in_cluster();
    assert!(matches!(config.environment.targets[0].access, Access::InCluster));
}

#[test]
fn everything_of_a_target_can_be_said() {
    let config = config(
        r#"
[[environments]]
name = "dev"
aliases = ["desarrollo"]
drift = false
[[environments.targets]]
context = "dev-cluster"
namespaces = ["shop", "team-*", "!team-x"]
[[environments.targets]]
server = "https://10.0.0.7:6443"
token_file = "secret"
mode = "poll"
interval = "45s"
[[environments]]
name = "moon"
records_only = true
tier = "production"
[[environments]]
name = "here"
[[environments.targets]]
in_cluster = true
cluster = "home"
streaming = true
"#,
    );
    assert_eq!(
        columns(&config),
        ["dev Development dev-cluster[\"shop\", \"team-*\", \"!team-x\"] 10.0.0.7[]", "moon Production ", "here Other home[]",]
    );
    let targets: Vec<_> = config.environments.iter().flat_map(|environment| &environment.targets).collect();
    assert_eq!(targets[0].mode, Mode::Watch { streaming: false });
    assert_eq!(targets[1].mode, Mode::Poll { interval: Duration::from_secs(45) });
    assert_eq!(targets[2].mode, Mode::Watch { streaming: true });
    let Access::Server { token_file: Some(token_file), .. } = &targets[1].access else { panic!("{:?}", targets[1].access) };
    assert!(token_file.is_absolute() && token_file.ends_with("secret"), "relative to the file: {}", token_file.display());
    let spec = &config.catalogue.environments[0];
    assert_eq!((spec.aliases.as_slice(), spec.drift, spec.targets.len()), (&["desarrollo".to_owned()][..], false, 2));
    assert_eq!(config.catalogue.environments[2].targets[0].0, 2, "targets are counted through all environments");
}

#[test]
fn every_key_is_a_variable_too() {
    let place = Place::with(
        "[server]\nlisten = \"127.0.0.1:1\"\n[[environments]]\nname = \"dev\"\n[[environments.targets]]\ncontext = \"dev-cluster\"\n",
    )
    .variables(&[
        ("RELBOARD_SERVER__LISTEN", "127.0.0.1:2"),
        ("RELBOARD_SERVER__MAX_BODY", "2 MiB"),
        ("RELBOARD_SERVER__RECORDS_PER_MINUTE", "7"),
        ("RELBOARD_TIMING__FRESHNESS", "2m"),
        ("RELBOARD_SERVICES__TEAMS__CART", "checkout"),
        ("RELBOARD_SERVICES__SIDECARS", "istio-proxy, nginx"),
        ("RELBOARD_ENVIRONMENTS__0__TIER", "staging"),
        ("RELBOARD_ENVIRONMENTS__0__DRIFT", "false"),
        ("RELBOARD_ENVIRONMENTS__1__NAME", "pro"),
        ("RELBOARD_ENVIRONMENTS__1__TARGETS__0__CONTEXT", "pro-cluster"),
        ("RELBOARD_ENVIRONMENTS__1__TARGETS__0__NAMESPACES", "shop,team-*"),
        ("RELBOARD_CI__0__NAME", "jenkins"),
        ("RELBOARD_CI__0__TOKEN", "hush"),
        // Of a Kubernetes Service named `relboard`, of the command line, and of somebody else.
        ("RELBOARD_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("RELBOARD_URL", "http://board"),
        ("SERVER__LISTEN", "no"),
    ]);
    let config = place.load().unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:2");
    assert_eq!((config.server.max_body, config.server.records_per_minute), (2 << 20, 7));
    assert_eq!(config.catalogue.timing.freshness, chrono::TimeDelta::minutes(2));
    assert_eq!(config.catalogue.naming.teams["cart"], "checkout");
    assert_eq!(config.catalogue.naming.sidecars, ["istio-proxy", "nginx"]);
    assert_eq!(columns(&config), ["dev Staging dev-cluster[]", "pro Production pro-cluster[\"shop\", \"team-*\"]"]);
    assert!(!config.catalogue.environments[0].drift);
    assert_eq!(config.ci[0].token.as_ref().unwrap().expose_secret(), "hush");
}

#[test]
fn a_flag_wins_over_variable_and_file() {
    let mut place = Place::with("[server]\nlisten = \"127.0.0.1:1\"").variables(&[("RELBOARD_SERVER__LISTEN", "127.0.0.1:2")]);
    place.sources.listen = Some("127.0.0.1:3".parse().unwrap());
    assert_eq!(place.load().unwrap().server.listen.port(), 3);
}

#[test]
fn a_ci_may_send_publish_or_both() {
    let config = config(
        r#"
[[ci]]
name = "gitlab"
token_file = "secret"
[[ci]]
name = "jenkins"
[ci.json]
url = "https://jenkins.example.com/deployments.json"
entries = "/*/*"
time_zone = "Europe/Madrid"
authorization_file = "secret"
[ci.json.fields]
service = "$1"
environment = "$2"
by = "/user"
at = "/date"
outcome = "=success"
"#,
    );
    let [gitlab, jenkins] = config.ci.as_slice() else { panic!("{:?}", config.ci) };
    assert_eq!(gitlab.token.as_ref().unwrap().expose_secret(), "hush-hush");
    assert!(!gitlab.create_environments && gitlab.json.is_none());
    assert!(jenkins.create_environments && jenkins.token.is_none());
    let json = jenkins.json.as_ref().unwrap();
    assert_eq!((&json.fields.service, &json.fields.at), (&Locator::Key(0), &Locator::Pointer("/date".to_owned())));
    let other = |name: &str| json.fields.others.iter().find(|(field, _)| *field == name).map(|(_, locator)| locator.clone());
    assert_eq!(other("commit"), Some(Locator::Pointer("/commit".to_owned())), "a field that is not given is under its name");
    assert_eq!(other("outcome"), Some(Locator::Constant("success".to_owned())));
}

#[test]
fn secrets_are_never_printed() {
    let config = config(
        "[store]\nurl = \"sqlite://hunter2\"\n[[ci]]\nname = \"a\"\ntoken = \"hunter2\"\n[ci.json]\nurl = \"https://a\"\nauthorization = \"hunter2\"",
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_file_line_and_key() {
    let place = Place::with(
        r#"
[server]
lisen = "127.0.0.1:8080"
base_path = "board"
public_url = "board.example.com"
max_body = "huge"
request_timeout = 30
trusted_proxies = ["10.0.0.1", "proxy"]
records_per_minute = 0

[store]
url = ["sqlite://a"]
keep = "3h"
zzz = 1

[stroe]

[[environments]]
name = "dev"
[[environments]]
name = "DEV"
tier = "produktion"
[[environments.targets]]
context = "dev-clster"
namespaces = ["Shop", "team-?"]
[[environments]]
name = "pre stage"
aliases = "x"
[[environments.targets]]
mode = "pull"
[[environments.targets]]
context = "dev-cluster"
in_cluster = true
[[environments.targets]]
server = "ftp://x"
token_file = "nowhere"
interval = "5s"
[[environments.targets]]
context = "pre-cluster"
token_file = "secret"
mode = "poll"
streaming = true
interval = "0s"
[[environments]]
[[environments.targets]]
kubeconfig = "no-such-kubeconfig"
[[environments]]
name = "moon"
records_only = true
[[environments.targets]]
context = "pro-cluster"
[[environments]]
name = "sun"
[[environments.targets]]
context = "pro-cluster"
[[environments.targets]]
server = "https://10.0.0.1"
cluster = "pro-cluster"

[services]
annotation = ["x"]
labels = [1]
tag_patterns = ["v*"]
teams = "x"

[timing]
freshness = "1s"

[[ci]]
name = "a"
[[ci]]
name = "a"
token = "same"
[[ci]]
token_file = "empty"
[[ci]]
name = "b"
token = "same"
token_file = "secret"
[ci.json]
url = "nowhere"
interval = "10ms"
entries = "*/*"
time_zone = "Mars"
date_format = "%Q"
[ci.json.fields]
service = "$3"
environment = "env"
commit = "=7fc38a2"
user = "/user"
[[ci]]
name = "c"
[ci.json]
"#,
    );
    insta::assert_snapshot!(place.problems());
}

#[test]
fn what_is_not_toml_names_its_line() {
    insta::assert_snapshot!(Place::with("[server]\nlisten = 127.0.0.1:8080\n\n[store\nurl = \"sqlite://a\"\n").problems());
}

#[test]
fn a_variable_that_is_wrong_is_named() {
    let place = Place::with("").variables(&[
        ("RELBOARD_SERVER__LISEN", "127.0.0.1:1"),
        ("RELBOARD_SERVER__MAX_BODY", "big"),
        ("RELBOARD_ENVIRONMENTS__1__NAME", "x"),
        ("RELBOARD_TIMING", "ignored: it holds no two underscores"),
        ("RELBOARD_CI__NAME", "x"),
        ("RELBOARD_SERVER__LISTEN__PORT", "1"),
    ]);
    insta::assert_snapshot!(place.problems());
}

#[test]
fn files_that_are_not_there_are_named() {
    let mut place = Place::new();
    assert!(place.problems().contains("relboard.toml cannot be read: No such file"), "{}", place.problems());
    place.write("relboard.toml", "");
    place.write("kubeconfig", "contexts: {{");
    assert!(place.problems().contains("no [[environments]] are configured, and kubeconfig cannot be read: "), "{}", place.problems());
    place.sources.kubeconfig = Some(place.folder.path().join("nope"));
    assert!(place.problems().contains("nope cannot be read"), "{}", place.problems());
    // Records alone make a board too.
    place.write("relboard.toml", "[[ci]]\nname = \"a\"\ntoken = \"t\"");
    assert_eq!(columns(&place.load().unwrap()), Vec::<String>::new());
}

#[test]
fn namespaces_default_to_all() {
    assert_eq!(config("").environments[0].targets[0].namespaces, Namespaces::default());
    assert_eq!(config("").environments[0].tier, Tier::Development);
}

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
    tokio::time::sleep(super::reload::LOOK * 3).await;
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

async fn changed(configs: &mut tokio::sync::watch::Receiver<std::sync::Arc<Config>>) {
    tokio::time::timeout(Duration::from_secs(600), configs.changed()).await.expect("loaded again").unwrap();
}

#[test]
fn the_default_file_is_the_working_folders() {
    assert_eq!(Sources::default().path(), Path::new("relboard.toml"));
    assert_eq!(Sources { file: Some("x.toml".into()), ..Sources::default() }.path(), Path::new("x.toml"));
}
