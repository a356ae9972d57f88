//! English.

use model::board::TargetState;
use model::catalogue::Tier;
#[cfg(feature = "ssr")]
use model::record::Outcome;
use model::status::{Flag, Status};
#[cfg(feature = "ssr")]
use model::workload::Role;

use super::strings::{Ages, Strings};
#[cfg(feature = "ssr")]
use super::strings::{Keys, Panel, Refused};
use crate::address::Density;
use crate::board::group::Grouping;

pub(super) static STRINGS: Strings = Strings {
    search: "Search",
    search_examples: "Search: cart  by:ignas  env:pro is:failing  commit:643217c",
    clear: "Clear the search",
    query_error: "This search cannot be read, so nothing is filtered out:",
    theme: "Light or dark",
    count_title: "Show only these",
    help: "Keyboard",
    skip_to_board: "Skip to the board",

    view: "View",
    group_by: "Group by",
    grouping: |grouping| match grouping {
        Grouping::None => "nothing",
        Grouping::Team => "team",
        Grouping::Namespace => "namespace",
        Grouping::Status => "status",
        Grouping::Letter => "first letter",
    },
    density: "Rows",
    density_of: |density| match density {
        Density::Comfortable => "comfortable",
        Density::Compact => "compact",
        Density::Dense => "dense",
    },
    columns: "Columns",
    all_columns: "All, in their order",
    move_left: "move left",
    move_right: "move right",
    apply: "Apply",
    download: "Download as CSV",
    views: "Views",

    connecting: "As of",
    live: "Live",
    paused: "Live updates paused, retrying",
    without_script: "Without JavaScript the page does not update by itself: reload it.",

    wall: "For a screen on a wall",
    data_age: |age| format!("data {age} old"),
    page_of: |page, of| format!("page {page} of {of}"),
    environments_of: |first, last, all| format!("environments {first}–{last} of {all}"),

    services: |n| if n == 1 { "1 service".into() } else { format!("{n} services") },
    services_of: |shown, all| format!("{shown} of {all} services"),
    count: |status, n| format!("{n} {}", word(status)),
    behind: |n| format!("{n} behind"),
    unplaced_records: |n| if n == 1 { "1 unplaced record".into() } else { format!("{n} unplaced records") },
    announcement: |shown, failing| format!("{shown} services shown, {failing} failing"),

    board: "Board",
    caption: "What is deployed where",
    service: "Service",
    pages: "Rows",
    sort: "Sort",
    sort_by_name: "Sort by name",
    sort_by_time: "newest",
    sort_by_status: "worst",
    sort_by_version: "version",
    not_deployed: "not deployed",
    same_as: "same as",
    nowhere_else: "in no other environment",
    to: "to",
    pods: |ready, wanted| format!("{ready} of {wanted} pods ready"),
    ci_recorded: "CI recorded",
    no_workload: "no workload",
    copy_commit: "Copy the full commit",
    pin: "Pin",
    pinned: "pinned",
    others: "others",
    was_pinned: |what| format!("{what} comes first now"),
    was_unpinned: |what| format!("{what} is back in its place"),
    copied: |what| format!("Copied {what}"),

    legend: "Colours",
    all_agree: "all agree",
    all_but: "all but",
    red_means: "not all pods work in the wanted version",

    no_match: "No service matches",
    no_match_hint: "Free words match names, versions, people and reasons; qualifiers look like env:pro or is:failing.",
    nothing_yet: "Nothing deployed yet",
    nothing_yet_hint: "A service appears here by itself, as soon as a cluster runs it or CI records it.",
    no_environments: "No environments yet",
    no_environments_hint: "Give the server a kubeconfig, or name environments in relboard.toml; `relboard check` says what it can reach.",
    not_found: "There is no such page",
    to_the_board: "To the board",

    #[cfg(feature = "ssr")]
    panel: Panel {
        close: "Close the details",
        unknown_cell: "There is no such service in this environment.",
        wanted: "Wanted",
        running: "Running",
        recorded: "Recorded by CI",
        since: "Since",
        ci_run: "CI run",
        conditions: "Conditions",
        records: "Deployment records",
        history: "What was observed",
        other_environments: "Other environments",
        same_version: "same version",
        other_version: "other version",
        no_pods: "No pods.",
        ready: "ready",
        not_ready: "not ready",
        terminating: "terminating",
        restarts: |n| if n == 1 { "1 restart".into() } else { format!("{n} restarts") },
        autoscaled: |min, max, now| format!("autoscaled {min}–{max} pods, now {now}"),
        on_node: "on",
        outcome: |outcome| match outcome {
            Outcome::Started => "started",
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Cancelled => "cancelled",
        },
        role: |role| match role {
            Role::Main => "main",
            Role::Side => "sidecar",
            Role::NativeSidecar => "native sidecar",
            Role::Init => "init",
        },
    },
    details: "Details",
    loading: "Loading…",
    load_failed: "The details could not be loaded:",

    phrases: None,
    status: word,
    flag: |flag| match flag {
        Flag::Drifted => "drifted",
        Flag::NoRecord => "no record",
        Flag::DeployFailed => "deploy failed",
        Flag::Canary => "canary",
        Flag::BlueGreen => "blue/green",
        Flag::Split => "split",
        Flag::MovedTag => "moved tag",
        Flag::Behind => "behind",
        Flag::Locked => "locked",
        Flag::Frozen => "frozen",
    },
    flag_meaning: |flag| match flag {
        Flag::Drifted => "What runs is not what CI recorded",
        Flag::NoRecord => "It runs, and CI never said so",
        Flag::DeployFailed => "The newest deployment failed, and something else runs",
        Flag::Canary => "Two versions serve side by side",
        Flag::BlueGreen => "Two sides, one of them idle or waiting",
        Flag::Split => "The clusters of this environment want different versions",
        Flag::MovedTag => "Same tag, different image",
        Flag::Behind => "An earlier environment has a newer version",
        Flag::Locked => "Promotion is locked by hand",
        Flag::Frozen => "Promotion is frozen by calendar",
    },
    tier: |tier| match tier {
        Tier::Development => "development",
        Tier::Testing => "testing",
        Tier::Staging => "staging",
        Tier::Production => "production",
        Tier::Other => "",
    },
    target_state: |state| match state {
        TargetState::Syncing => "syncing",
        TargetState::Live => "live",
        TargetState::Stale => "stale",
        TargetState::Unreachable => "unreachable",
        TargetState::Forbidden => "forbidden",
    },

    never: "never",
    ages: Ages { now: "just now", seconds: "s", minutes: "min", hours: "h", days: "d", weeks: "w", years: "y" },

    #[cfg(feature = "ssr")]
    keys: Keys {
        heading: "Keyboard",
        finding: "Find",
        search: "search",
        leave: "leave the search",
        walking: "Move",
        walk: "between cells",
        edges: "to the first or last row",
        open: "open the details",
        close: "close them",
        viewing: "Look",
        view: "group, rows, columns, CSV",
        group: "group by something else",
        density: "rows closer together",
        theme: "light or dark",
        wall: "for a screen on a wall, and back",
        taking: "Take",
        copy: "copy the full commit",
        pin: "pin the service, or unpin it",
        help: "this help",
        shut: "Close",
    },
    #[cfg(feature = "ssr")]
    refused: Refused {
        unknown: "This is no screen's link",
        unknown_hint: "Perhaps a letter of it is missing. A link is printed once; on the server, this makes another, to be opened here:",
        revoked: "This screen's link was revoked",
        revoked_hint: "On the server, this makes a new one, to be opened here:",
        too_many: "Too many links were opened",
        too_many_hint: "This page tries again by itself, in a minute.",
        unavailable: "Links cannot be checked at the moment",
        unavailable_hint: "The server does not reach its store, and says more in its log. This page tries again by itself, in a minute.",
        create: "relboard screen create NAME",
    },
};

/// The statuses as words.
fn word(status: Status) -> &'static str {
    status.as_str()
}
