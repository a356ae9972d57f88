//! What is shown while waiting: one line that changes in a terminal, a line for each change in a log.

use std::io::{IsTerminal, Write};

use tokio::time::Instant;

/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;

/// What is shown while waiting, on standard error.
pub(super) struct Progress {
    begun: Instant,
    style: Style,
    last: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// The last line is written over.
    Terminal,
    /// Nothing is written over, and nothing twice.
    Log,
}

impl Progress {
    pub(super) fn start(begun: Instant) -> Self {
        let style = if std::io::stderr().is_terminal() { Style::Terminal } else { Style::Log };
        Self { begun, style, last: String::new() }
    }

    /// Shows where it stands.
    pub(super) fn say(&mut self, text: &str) {
        if text == self.last {
            return;
        }
        text.clone_into(&mut self.last);
        let columns = terminal_size::terminal_size().map_or(COLUMNS, |(columns, _)| usize::from(columns.0));
        write(&line(self.style, &elapsed(self.begun), text, columns));
    }

    /// Leaves the last line as it is.
    pub(super) fn end(&self) {
        if self.style == Style::Terminal && !self.last.is_empty() {
            write("\n");
        }
    }
}

/// How long it has been, in whole seconds.
pub(super) fn elapsed(begun: Instant) -> String {
    let seconds = std::time::Duration::from_secs(begun.elapsed().as_secs());
    humantime::format_duration(seconds).to_string()
}

fn line(style: Style, elapsed: &str, text: &str, columns: usize) -> String {
    // A reason may have several lines: those of a log stay together.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = format!("[{elapsed}] {text}");
    match style {
        Style::Log => format!("{whole}\n"),
        Style::Terminal if whole.chars().count() < columns => format!("\r\x1b[2K{whole}"),
        Style::Terminal => {
            let start: String = whole.chars().take(columns.saturating_sub(2)).collect();
            format!("\r\x1b[2K{start}…")
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    // Nobody can be told that nobody can be told.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::{Style, line};

    #[test]
    fn lines() {
        let check = |style, text: &str, columns, expected: &str| assert_eq!(line(style, "3s", text, columns), expected);
        check(Style::Log, "rolling: 1 of 3", 10, "[3s] rolling: 1 of 3\n");
        check(Style::Log, "failing:\n  no such image", 80, "[3s] failing: no such image\n");
        check(Style::Terminal, "rolling", 80, "\r\x1b[2K[3s] rolling");
        check(Style::Terminal, "rolling: 1 of 3", 10, "\r\x1b[2K[3s] rol…");
    }
}
