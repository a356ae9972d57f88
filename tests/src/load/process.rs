//! Processes that are started and measured.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::Outcome;

/// A running process, which ends with this one: killed, if it was not asked to end.
#[derive(Debug)]
pub(super) struct Process {
    name: String,
    child: Child,
    stdin: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a program. What it complains of goes where this program's complaints go.
    pub(super) fn start(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else { return Err("no pipes".into()) };
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, child, stdin, said: BufReader::new(stdout).lines() })
    }

    /// This program again, in another part.
    pub(super) fn part(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome<Self> {
        Self::start(&std::env::current_exe()?, arguments)
    }

    /// What it says after a word, on the first line that begins with it.
    pub(super) async fn says(&mut self, word: &str) -> Outcome<String> {
        while let Some(line) = self.said.next_line().await? {
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
        Err(format!("{} ended before it said `{word}`", self.name).into())
    }

    /// Tells it a line.
    pub(super) async fn tell(&mut self, line: &str) -> Outcome<()> {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await?;
        Ok(self.stdin.flush().await?)
    }

    /// Asks it to end by SIGTERM, and waits for that.
    pub(super) async fn terminate(self) -> Outcome<()> {
        let pid = self.child.id().ok_or("it has ended")?;
        Command::new("kill").arg(pid.to_string()).status().await?;
        self.stop().await
    }

    /// Waits for its end, which the end of its input asks for.
    pub(super) async fn stop(self) -> Outcome<()> {
        let Self { name, mut child, stdin, said } = self;
        drop((stdin, said));
        match tokio::time::timeout(Duration::from_secs(10), child.wait()).await {
            Ok(ended) => _ = ended?,
            Err(_) => {
                eprintln!("{name} does not end, and is killed");
                child.kill().await?;
            }
        }
        Ok(())
    }

    /// Its numbers under `/proc`.
    pub(super) fn usage(&self) -> Outcome<Usage> {
        Ok(Usage(PathBuf::from(format!("/proc/{}", self.child.id().ok_or("it has ended")?))))
    }
}

/// The lines of this process's own standard input, until it ends. A thread of its own reads them: nothing else can be asked to wait
/// for them.
pub(super) fn told() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        // When nobody listens any more it ends as well.
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// What a process uses, as the kernel says.
#[derive(Clone, Debug)]
pub(super) struct Usage(PathBuf);

impl Usage {
    /// Resident memory now, in megabytes (10⁶ bytes).
    pub(super) fn resident(&self) -> Outcome<f64> {
        self.status("VmRSS:")
    }

    /// The most resident memory there was, in megabytes.
    pub(super) fn peak(&self) -> Outcome<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> Outcome<f64> {
        let status = std::fs::read_to_string(self.0.join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field in /proc/PID/status")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Processor time so far, in seconds: user and system.
    pub(super) fn processor(&self) -> Outcome<f64> {
        /// `USER_HZ`, which Linux fixes for user space.
        const TICKS: f64 = 100.0;
        let stat = std::fs::read_to_string(self.0.join("stat"))?;
        // The name is in parentheses, and may hold anything.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).ok_or("no such field in /proc/PID/stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }
}
