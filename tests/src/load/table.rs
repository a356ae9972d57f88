//! The table: what was measured, and what it should be.

use std::fmt::Display;

/// What was measured, and what it should be.
#[derive(Debug, Default)]
pub(super) struct Table {
    about: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    what: String,
    measured: String,
    target: String,
    is_met: bool,
}

impl Table {
    /// What the fleet is.
    pub(super) fn about(&mut self, about: &str) {
        about.clone_into(&mut self.about);
        eprintln!("{about}");
    }

    /// What the fleet is.
    pub(super) fn title(&self) -> &str {
        &self.about
    }

    /// Adds a number that must not be larger than a limit.
    pub(super) fn at_most(&mut self, what: impl Display, measured: f64, unit: &str, limit: f64) {
        let target = format!("≤ {limit} {unit}");
        self.add(what, shown(measured, unit), target, measured <= limit);
    }

    /// Adds something that must hold.
    pub(super) fn holds(&mut self, what: impl Display, measured: impl Display, target: impl Display, is_met: bool) {
        self.add(what, measured.to_string(), target.to_string(), is_met);
    }

    /// Adds a number that nothing was promised of.
    pub(super) fn note(&mut self, what: impl Display, measured: f64, unit: &str) {
        self.add(what, shown(measured, unit), String::new(), true);
    }

    fn add(&mut self, what: impl Display, measured: String, target: String, is_met: bool) {
        let line = Line { what: what.to_string(), measured, target, is_met };
        // As it goes, for those who wait.
        eprintln!("{}", row(&line));
        self.lines.push(line);
    }

    /// Whether every target was met.
    pub(super) fn is_met(&self) -> bool {
        self.lines.iter().all(|line| line.is_met)
    }

    /// Prints it, and what was missed.
    #[expect(clippy::print_stdout, reason = "this is what it is for")]
    pub(super) fn print(&self) {
        println!("{}\n\n| what | measured | target |\n|---|---|---|", self.about);
        for line in &self.lines {
            println!("{}", row(line));
        }
        let missed: Vec<&str> = self.lines.iter().filter(|line| !line.is_met).map(|line| line.what.as_str()).collect();
        if !missed.is_empty() {
            println!("\nMissed: {}", missed.join("; "));
        }
    }
}

fn row(line: &Line) -> String {
    let missed = if line.is_met { "" } else { " (missed)" };
    format!("| {} | {}{missed} | {} |", line.what, line.measured, line.target)
}

fn shown(number: f64, unit: &str) -> String {
    let digits = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 1.0 => 1,
        _ => 2,
    };
    format!("{number:.digits$} {unit}")
}
