//! What a pipe passes on: facts to the hub; signs of life, faults and remarks to its target.

use model::strings::ArcStr;

use model::event::Event;
use model::workload::{Fact, Unread};
use tokio::time::Instant;

use super::super::observe::Unreadable;
use super::{Pipe, Said, Stop, Unwatchable};

/// How many unreadable objects are remembered by name.
const MOST_UNREADABLE: usize = 1000;

impl Pipe {
    /// What is known before of an object that cannot be read now is not believed any more.
    pub(super) fn unread(&self, one: &Unreadable) -> Option<Fact> {
        let name = one.name.clone().filter(|name| self.selection.matches(&name.namespace))?;
        Some(Fact::Unread(Unread { kind: self.scope.kind, name, why: ArcStr::from(one.why.as_str()) }))
    }

    pub(super) fn skip(&mut self, one: Unreadable) {
        let selected = one.name.as_ref().is_none_or(|name| self.selection.matches(&name.namespace));
        if selected && self.state.unreadable.len() < MOST_UNREADABLE {
            let key = one.name.as_ref().map(ToString::to_string).unwrap_or_default();
            tracing::debug!(target = self.target.0, scope = %self.scope, object = key, why = one.why, "skipped an unreadable object");
            self.state.unreadable.insert(key, one.why);
        }
    }

    pub(super) async fn readable(&mut self, name: &str) -> Result<(), Stop> {
        if self.state.unreadable.remove(name).is_some() { self.notes().await } else { Ok(()) }
    }

    pub(super) async fn notes(&mut self) -> Result<(), Stop> {
        let mut notes = Vec::new();
        if let Some(Unwatchable { why, .. }) = &self.state.unwatchable {
            notes.push(format!("{} {why}: listed every {} s", self.scope, self.connection.pace.poll.as_secs()));
        }
        if let Some((name, why)) = self.state.unreadable.first_key_value() {
            let name = if name.is_empty() { "one without a name" } else { name };
            notes.push(format!(
                "{} of the {} skipped, could not be read: {name}: {why}",
                self.state.unreadable.len(),
                self.scope.kind.plural()
            ));
        }
        self.say(Said::Notes(notes)).await
    }

    /// Passes on a sign of life, now and then.
    pub(super) async fn heard(&mut self) -> Result<(), Stop> {
        let often = self.connection.pace.heartbeat / 4;
        if self.state.heard.is_some_and(|last| last.elapsed() < often) {
            return Ok(());
        }
        self.state.heard = Some(Instant::now());
        self.say(Said::Heard).await
    }

    pub(super) async fn say(&self, said: Said) -> Result<(), Stop> {
        self.said.send((self.place, said)).await.map_err(|_| Stop::Closed)
    }

    pub(super) async fn send(&self, event: Event) -> Result<(), Stop> {
        self.events.send(event).await.map_err(|_| Stop::Closed)
    }
}
