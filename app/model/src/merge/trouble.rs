//! What is wrong with a pod that will not fix itself, in words that do not change while it is wrong.
//!
//! A pod that crash-loops is *running* for a moment between two crashes, and an image that cannot be pulled alternates
//! between two reasons (board.md: "Statuses do not flap"). Both are told apart from a healthy pod by its facts alone,
//! so that a restart of the server changes nothing.

use chrono::{DateTime, Duration, Utc};

use crate::catalogue::Timing;
use crate::workload::{Condition, Container, ContainerState, Phase, Pod, Role, Termination};

use super::clock::after;

/// The kubelet restarts a container at once after its first crash, and waits ten seconds and more after later ones.
/// A start that came later than this was held back.
const HELD_BACK: Duration = Duration::seconds(4);
/// The kubelet forgets a container's crashes when it has run for so long, and so do we.
const FORGOTTEN: Duration = Duration::minutes(10);
/// All that is known of an image while an older kubelet backs off.
const NO_CAUSE: &str = " cannot be pulled";
/// Last words of a container are cut after so many characters.
const LAST_WORDS: usize = 200;

/// What is wrong with a pod.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) rank: Rank,
    /// In words a person can act on.
    pub(crate) text: String,
    /// Before this moment it may still fix itself.
    pub(crate) from: Option<DateTime<Utc>>,
    /// From this moment on it has fixed itself.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Which trouble is told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Image,
    Configuration,
    Memory,
    Crash,
    Scheduling,
}

/// The worst trouble of a pod. One that is being deleted has none, whatever it says.
pub(crate) fn of(pod: &Pod, min_ready: Duration, timing: &Timing) -> Option<Trouble> {
    if pod.deleted_at.is_some() {
        return None;
    }
    let containers = pod.containers.iter().filter_map(|container| of_container(container, pod, min_ready.max(timing.steady)));
    // Of several of one rank the first container is told: `min_by_key` keeps the first.
    containers.min_by_key(|trouble| trouble.rank).or_else(|| unschedulable(pod, timing))
}

/// How a pod ended, or why it was ended: evicted, lost with its node, or a container that failed. None when nothing of it failed.
pub(crate) fn end_of(pod: &Pod) -> Option<String> {
    if pod.reason.is_some() || pod.message.is_some() {
        return Some([&pod.reason, &pod.message].into_iter().flatten().map(|text| text.trim_end()).collect::<Vec<_>>().join(": "));
    }
    if pod.phase != Phase::Failed {
        return None;
    }
    pod.containers.iter().find_map(|container| match &container.state {
        ContainerState::Terminated(end) if end.exit_code != 0 => {
            let init = if container.role == Role::Init { "Init:" } else { "" };
            let (_, text) = end_text(container, end);
            Some(format!("{init}{text}"))
        }
        _ => None,
    })
}

/// Whether the pod's Ready condition is True. `containerStatuses[].ready` stays true on a dead node.
pub(crate) fn is_ready(pod: &Pod) -> bool {
    condition(&pod.conditions, "Ready").is_some_and(|ready| &*ready.status == "True")
}

/// Since when the pod is ready, or is not.
pub(crate) fn readiness_since(pod: &Pod) -> Option<DateTime<Utc>> {
    condition(&pod.conditions, "Ready").and_then(|ready| ready.since)
}

/// A condition by its type.
pub(crate) fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| &*condition.kind == kind)
}

fn unschedulable(pod: &Pod, timing: &Timing) -> Option<Trouble> {
    let scheduled = condition(&pod.conditions, "PodScheduled")?;
    if &*scheduled.status != "False" || scheduled.reason.as_deref() != Some("Unschedulable") {
        return None;
    }
    let text = match &scheduled.message {
        Some(message) => format!("Unschedulable: {message}"),
        None => "Unschedulable: no node takes the pod".to_owned(),
    };
    let from = after(scheduled.since.unwrap_or(pod.created), timing.unschedulable_grace);
    Some(Trouble { rank: Rank::Scheduling, text, from: Some(from), until: None })
}

fn of_container(container: &Container, pod: &Pod, steady: Duration) -> Option<Trouble> {
    let trouble = |rank, text| Some(Trouble { rank, text, from: None, until: None });
    let init = if container.role == Role::Init { "Init:" } else { "" };
    let name = &container.name;
    if let ContainerState::Waiting { reason: Some(reason), message } = &container.state {
        let message = message.as_deref().unwrap_or_default();
        match &**reason {
            "ErrImagePull" | "ImagePullBackOff" => {
                return trouble(Rank::Image, format!("{init}ImagePullBackOff: {}", pull_cause(message, &container.image)));
            }
            "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" | "RegistryUnavailable" | "SignatureValidationFailed" => {
                let message = if message.is_empty() { &container.image } else { message };
                return trouble(Rank::Image, format!("{init}{reason}: {message}"));
            }
            "RunContainerError" => return trouble(Rank::Configuration, not_started(init, name, message)),
            "CreateContainerConfigError" | "CreateContainerError" | "PreCreateHookError" | "PreStartHookError" | "PostStartHookError" => {
                return trouble(Rank::Configuration, format!("{init}{reason}: container {name}: {message}"));
            }
            _ => {}
        }
    }
    let (cause, until) = crash(container, pod, steady)?;
    if matches!(cause.and_then(|cause| cause.reason.as_deref()), Some("StartError" | "ContainerCannotRun")) {
        let message = cause.and_then(|cause| cause.message.as_deref()).unwrap_or_default();
        return trouble(Rank::Configuration, not_started(init, name, message));
    }
    let (rank, text) = crash_text(container, cause);
    Some(Trouble { rank, text: format!("{init}{text}"), from: None, until })
}

fn not_started(init: &str, name: &str, message: &str) -> String {
    format!("{init}RunContainerError: container {name} cannot be started: {message}")
}

/// How a container that crash-loops last ended, and when its crashes are forgotten.
fn crash<'a>(container: &'a Container, pod: &Pod, steady: Duration) -> Option<(Option<&'a Termination>, Option<DateTime<Utc>>)> {
    let is_crash = |end: &&Termination| {
        let by_itself = !matches!(end.reason.as_deref(), Some("ContainerStatusUnknown" | "Unknown"));
        // Only an init container may end well.
        by_itself && (container.role != Role::Init || end.exit_code != 0)
    };
    let last = container.last.as_deref().filter(is_crash);
    match &container.state {
        ContainerState::Waiting { reason, .. } => {
            let loops = reason.as_deref() == Some("CrashLoopBackOff") || container.restarts >= 2 && last.is_some();
            loops.then_some((last.or(container.last.as_deref()), None))
        }
        ContainerState::Terminated(end) => (is_crash(&end.as_ref()) && container.restarts >= 1).then_some((Some(end.as_ref()), None)),
        ContainerState::Running { since } => {
            let last = last?;
            let held_back = since.zip(last.finished).is_some_and(|(start, end)| start - end >= HELD_BACK);
            if container.restarts < 2 && !held_back {
                return None;
            }
            let ready = is_ready(pod).then(|| readiness_since(pod)).flatten().map(|since| after(since, steady));
            let forgotten = since.map(|since| after(since, FORGOTTEN));
            let until = ready.into_iter().chain(forgotten).min();
            Some((Some(last), until))
        }
        ContainerState::Unreported => None,
    }
}

fn crash_text(container: &Container, cause: Option<&Termination>) -> (Rank, String) {
    let (name, restarts) = (&container.name, restarts(container));
    let Some(end) = cause else { return (Rank::Crash, format!("CrashLoopBackOff: container {name} does not stay up{restarts}")) };
    let (rank, text) = end_text(container, end);
    let prefix = if rank == Rank::Memory { "" } else { "CrashLoopBackOff: " };
    (rank, format!("{prefix}{text}"))
}

/// How a container ended, how often it was restarted, and its last words.
fn end_text(container: &Container, end: &Termination) -> (Rank, String) {
    let (name, code) = (&container.name, end.exit_code);
    let restarts = restarts(container);
    let (rank, what) = match end.reason.as_deref() {
        Some("OOMKilled") => (Rank::Memory, format!("OOMKilled: container {name} used more memory than its limit (exit code {code})")),
        Some(reason) => (Rank::Crash, format!("container {name} exited with {code} ({reason})")),
        None => (Rank::Crash, format!("container {name} exited with {code}")),
    };
    let words = end.message.as_deref().and_then(|message| message.lines().map(str::trim).rfind(|line| !line.is_empty()));
    let words = words.map(|words| format!(": {}", words.chars().take(LAST_WORDS).collect::<String>())).unwrap_or_default();
    (rank, format!("{what}{restarts}{words}"))
}

fn restarts(container: &Container) -> String {
    match container.restarts {
        0 => String::new(),
        1 => ", 1 restart".to_owned(),
        n => format!(", {n} restarts"),
    }
}

/// Whether a reason that was told before is of the same trouble, and says more: older kubelets tell why an image cannot be
/// pulled only when they have just tried.
pub(crate) fn says_more(told: &str, now: &str) -> bool {
    let Some((image, "")) = now.split_once(NO_CAUSE) else { return false };
    told != now && told.starts_with(image)
}

/// Why an image cannot be pulled, the same for both of the reasons between which the kubelet alternates. Older kubelets
/// do not repeat the cause while they back off: then the image is named.
fn pull_cause(message: &str, image: &str) -> String {
    let mut cause = message.trim();
    if let Some(rest) = cause.strip_prefix("Back-off pulling image ") {
        // `"image": ErrImagePull: cause`, or only `"image"`.
        cause = rest.split_once("\": ").map_or("", |(_, cause)| cause);
        cause = cause.strip_prefix("ErrImagePull: ").unwrap_or(cause);
    }
    if let Some((_, rest)) = cause.strip_prefix("rpc error: ").and_then(|rest| rest.split_once("desc = ")) {
        cause = rest;
    }
    for wrapper in ["failed to pull and unpack image ", "failed to resolve reference "] {
        if let Some((_, rest)) = cause.strip_prefix(wrapper).and_then(|rest| rest.split_once("\": ")) {
            cause = rest;
        }
    }
    match cause {
        "" => format!("{image}{NO_CAUSE}"),
        cause if cause.contains(image) => cause.to_owned(),
        cause => format!("{image}: {cause}"),
    }
}
