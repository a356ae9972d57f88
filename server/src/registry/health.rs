//! How a registry is doing.

/// How a registry is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryHealth {
    /// Its host.
    pub host: String,
    /// How it is doing.
    pub state: RegistryState,
    /// Images that it was asked for, in this run.
    pub asked: u64,
    /// Those that it does not have, or does not let one read.
    pub refused: u64,
    /// Those for which it could not be asked.
    pub failed: u64,
    /// The last thing that went wrong, whatever came after.
    pub last_error: Option<String>,
}

/// State of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryState {
    /// It was not asked yet.
    Idle,
    /// It answered.
    Working,
    /// It cannot be asked.
    Failing {
        /// The real cause.
        error: String,
    },
}

impl RegistryHealth {
    /// A registry that was not asked yet.
    #[must_use]
    pub fn idle(host: &str) -> Self {
        Self { host: host.to_owned(), state: RegistryState::Idle, asked: 0, refused: 0, failed: 0, last_error: None }
    }
}
