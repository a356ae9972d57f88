mod registries;
mod reload;
mod views;
mod wrong;

use std::path::Path;
use std::time::Duration;

use model::catalogue::Tier;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{Access, Config, Locator, Mode, Namespaces, Problems, Sources, load};

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
    for name in ["ca.crt", "token", "jenkins-token", "jenkins-authorization", "registry-password"] {
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
        "[store]\nurl = \"sqlite://hunter2\"\n[[registries.hosts]]\nhost = \"a\"\nusername = \"a\"\npassword = \"hunter2\"\n[[registries.hosts]]\nhost = \"b\"\ntoken = \"hunter2\"\n[[ci]]\nname = \"a\"\ntoken = \"hunter2\"\n[ci.json]\nurl = \"https://a\"\nauthorization = \"hunter2\"",
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn namespaces_default_to_all() {
    assert_eq!(config("").environments[0].targets[0].namespaces, Namespaces::default());
    assert_eq!(config("").environments[0].tier, Tier::Development);
}

#[test]
fn the_default_file_is_the_working_folders() {
    assert_eq!(Sources::default().path(), Path::new("relboard.toml"));
    assert_eq!(Sources { file: Some("x.toml".into()), ..Sources::default() }.path(), Path::new("x.toml"));
}
