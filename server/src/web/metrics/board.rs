//! The numbers of what is shown: of the board, its clusters and its sources.

use std::collections::BTreeMap;

use metrics::{Key, Label, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use model::board::{Board, TargetState};
use model::status::Status;

use super::METADATA;
use crate::ci::poll::{PollState, SourceHealth};
use crate::registry::{RegistryHealth, RegistryState};

const STATES: [(TargetState, &str); 5] = [
    (TargetState::Syncing, "syncing"),
    (TargetState::Live, "live"),
    (TargetState::Stale, "stale"),
    (TargetState::Unreachable, "unreachable"),
    (TargetState::Forbidden, "forbidden"),
];

pub(super) fn render(board: &Board, store_works: bool, sources: &[SourceHealth], registries: &[RegistryHealth]) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    describe(&recorder);
    let gauge = |name: &'static str, labels: &[(&'static str, &str)], value: f64| {
        let labels: Vec<_> = labels.iter().map(|(key, value)| Label::new(*key, (*value).to_owned())).collect();
        recorder.register_gauge(&Key::from_parts(name, labels), &METADATA).set(value);
    };
    gauge("relboard_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    gauge("relboard_board_revision", &[], board.revision.number as f64);
    gauge("relboard_services", &[], board.services.size() as f64);
    gauge("relboard_unplaced_records", &[], board.unplaced_records as f64);
    gauge("relboard_store_up", &[], f64::from(u8::from(store_works)));
    for environment in &board.environments {
        let mut cells: BTreeMap<Status, u32> = Status::ALL.into_iter().map(|status| (status, 0)).collect();
        for cell in board.services.values().filter_map(|row| row.cells.get(&environment.name)) {
            *cells.entry(cell.status).or_default() += 1;
        }
        for (status, count) in cells {
            gauge("relboard_cells", &[("environment", environment.name.as_str()), ("status", status.as_str())], f64::from(count));
        }
        for target in &environment.targets {
            let place = [("environment", environment.name.as_str()), ("cluster", target.cluster.as_str())];
            for (state, word) in STATES {
                let labels = [place[0], place[1], ("state", word)];
                gauge("relboard_target_state", &labels, f64::from(u8::from(target.state == state)));
            }
            if let Some(heard) = target.last_heard {
                gauge("relboard_target_last_heard_timestamp_seconds", &place, heard.timestamp() as f64);
            }
        }
    }
    for source in sources {
        let place = [("source", source.source.as_str())];
        gauge("relboard_source_up", &place, f64::from(u8::from(source.state == PollState::Working)));
        gauge("relboard_source_wrong_entries", &place, source.wrong_count as f64);
        if let Some(read) = source.last_success {
            gauge("relboard_source_last_success_timestamp_seconds", &place, read.timestamp() as f64);
        }
    }
    for registry in registries {
        let place = [("registry", registry.host.as_str())];
        gauge("relboard_registry_up", &place, f64::from(u8::from(!matches!(registry.state, RegistryState::Failing { .. }))));
        gauge("relboard_registry_images_asked", &place, registry.asked as f64);
        gauge("relboard_registry_images_refused", &place, registry.refused as f64);
        gauge("relboard_registry_images_failed", &place, registry.failed as f64);
    }
    recorder.handle().render()
}

fn describe(recorder: &PrometheusRecorder) {
    for (name, text) in [
        ("relboard_build_info", "The version that runs."),
        ("relboard_board_revision", "How many states of the board were published since the start."),
        ("relboard_services", "Rows of the board."),
        ("relboard_unplaced_records", "Records that name an environment that is no column."),
        ("relboard_store_up", "Whether the newest operation of the store went well."),
        ("relboard_cells", "Cells by environment and status."),
        ("relboard_target_state", "1 for the state that a cluster is in, 0 for the others."),
        ("relboard_source_up", "Whether a polled JSON endpoint of CI was read the last time."),
        ("relboard_source_wrong_entries", "Entries of a polled JSON endpoint that are wrong and left out."),
        ("relboard_source_last_success_timestamp_seconds", "When a polled JSON endpoint was last read."),
        ("relboard_registry_up", "Whether an image registry answered the last time."),
        ("relboard_registry_images_asked", "Images that a registry was asked for since the start."),
        ("relboard_registry_images_refused", "Images that a registry does not have, or does not let us read."),
        ("relboard_registry_images_failed", "Images for which a registry could not be asked; they are asked for again."),
        ("relboard_target_last_heard_timestamp_seconds", "When a cluster was last heard, in steps of 10 s."),
    ] {
        recorder.describe_gauge(name.into(), None, text.into());
    }
}
