//! The name of a state of the board.

use arcstr::ArcStr;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `<epoch>-<number>`: which run of the server, and which state of the board.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Revision {
    /// Chosen at random at start: a restart changes it.
    pub epoch: ArcStr,
    /// Counts published states, from 1; 0 is the empty board.
    pub number: u64,
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.number)
    }
}

/// A revision is `<epoch>-<number>`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a revision: it must look like `8f1c-42`")]
pub struct RevisionError(String);

impl FromStr for Revision {
    type Err = RevisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || RevisionError(text.to_owned());
        let (epoch, number) = text.rsplit_once('-').ok_or_else(error)?;
        let number = number.parse().map_err(|_| error())?;
        Ok(Self { epoch: ArcStr::from(epoch), number })
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
