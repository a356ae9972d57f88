//! Many viewers: a process of its own with a connection for each, which reads no more of what comes than how far it leads.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::LocalSet;

use super::Outcome;
use super::measure::micros;
use super::process::told;
use super::stream::Scanner;

/// Connections that are being opened at a time: fewer than a server's backlog.
const OPENING: usize = 200;
/// Read at once.
const PIECE: usize = 64 * 1024;
/// The receive buffer of one that does not read: the kernel's smallest, so that the server notices soon.
const SMALLEST: u32 = 2048;
/// Its receive buffer when it reads again.
const USUAL: usize = 256 * 1024;

/// Who looks, and at what.
#[derive(Clone, Debug, clap::Args)]
pub struct Viewers {
    /// The server's address.
    #[arg(long)]
    pub(super) address: SocketAddr,
    /// The revision that they have.
    #[arg(long)]
    pub(super) since: String,
    /// How many that read.
    #[arg(long, default_value_t = 0)]
    pub(super) readers: usize,
    /// How many that do not, until they are told to.
    #[arg(long, default_value_t = 0)]
    pub(super) idlers: usize,
}

/// What was seen, when all have reached the last revision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Of each number asked for: when the last viewer had reached it, in microseconds since 1970.
    pub(super) last: Vec<i64>,
    /// Events that came, over all viewers.
    pub(super) events: u64,
    /// Of these, those that were no `delta`.
    pub(super) wholes: u64,
    /// Published states that came together with a later one, over all viewers.
    pub(super) coalesced: u64,
    /// Everything that came.
    pub(super) bytes: u64,
}

struct Crowd {
    buffer: Vec<u8>,
    first: u64,
    /// By number, from `first` on: how many reached it, and when the last of them did.
    reached: Vec<(usize, i64)>,
    seen: Seen,
    lost: usize,
    changed: Rc<Notify>,
}

impl Crowd {
    /// Somebody came from one number to another.
    fn moved(&mut self, from: u64, to: u64, is_delta: bool, at: i64) {
        self.seen.events += 1;
        self.seen.wholes += u64::from(!is_delta);
        self.seen.coalesced += to.saturating_sub(from + 1);
        let place = |number: u64| usize::try_from(number - self.first).unwrap_or(usize::MAX);
        let (begin, end) = (place(from + 1), place(to + 1));
        if self.reached.len() < end {
            self.reached.resize(end, (0, 0));
        }
        for (count, last) in &mut self.reached[begin.min(end)..end] {
            *count += 1;
            *last = at;
        }
        self.changed.notify_one();
    }

    fn reached(&self, number: u64) -> (usize, i64) {
        let place = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.reached.get(place).copied().unwrap_or_default()
    }
}

/// Opens the streams and prints `connected`. Then does what standard input says: `read` lets those read who do not, and
/// `finish N,N,…` waits until all have reached the last of these numbers, and prints `seen` with [`Seen`].
///
/// # Errors
/// When a stream cannot be opened.
pub async fn watch(viewers: Viewers) -> Outcome<()> {
    LocalSet::new().run_until(look(viewers)).await
}

#[expect(clippy::print_stdout, reason = "this is how it tells")]
async fn look(viewers: Viewers) -> Outcome<()> {
    let number: u64 = viewers.since.rsplit('-').next().unwrap_or_default().parse()?;
    let changed = Rc::new(Notify::new());
    let seen = Seen { last: Vec::new(), events: 0, wholes: 0, coalesced: 0, bytes: 0 };
    let crowd = Crowd { buffer: vec![0; PIECE], first: number, reached: Vec::new(), seen, lost: 0, changed: Rc::clone(&changed) };
    let crowd = Rc::new(RefCell::new(crowd));
    let (opening, released) = (Rc::new(Semaphore::new(OPENING)), Rc::new(Semaphore::new(0)));
    let mut opened = Vec::new();
    for place in 0..viewers.readers + viewers.idlers {
        let (crowd, opening, released, viewers) = (Rc::clone(&crowd), Rc::clone(&opening), Rc::clone(&released), viewers.clone());
        opened.push(tokio::task::spawn_local(async move {
            let permit = opening.acquire().await;
            let is_idle = place >= viewers.readers;
            let (stream, scanner) = open(&viewers, is_idle).await?;
            drop(permit);
            tokio::task::spawn_local(async move {
                if is_idle {
                    // The semaphore is never closed.
                    _ = released.acquire().await;
                    // With so small a buffer the kernel hands over a few kilobytes a second of the megabytes that it holds.
                    if let Err(error) = SockRef::from(&stream).set_recv_buffer_size(USUAL) {
                        eprintln!("a viewer reads slowly: {error}");
                    }
                }
                follow(&stream, scanner, number, &crowd).await;
                crowd.borrow_mut().lost += 1;
            });
            Outcome::Ok(())
        }));
    }
    for one in opened {
        one.await??;
    }
    println!("connected");
    let mut lines = told();
    while let Some(line) = lines.recv().await {
        match line.split_once(' ') {
            None => released.add_permits(viewers.idlers),
            Some((_, numbers)) => {
                let numbers: Vec<u64> = numbers.split(',').map(str::parse).collect::<Result<_, _>>()?;
                let all = viewers.readers + viewers.idlers;
                while numbers.iter().any(|number| crowd.borrow().reached(*number).0 < all) {
                    if crowd.borrow().lost > 0 {
                        return Err(format!("{} streams ended before their time", crowd.borrow().lost).into());
                    }
                    changed.notified().await;
                }
                let crowd = crowd.borrow();
                let last = numbers.iter().map(|number| crowd.reached(*number).1).collect();
                println!("seen {}", serde_json::to_string(&Seen { last, ..crowd.seen.clone() })?);
            }
        }
    }
    Ok(())
}

/// Asks for the stream, and reads until it begins.
async fn open(viewers: &Viewers, is_idle: bool) -> Outcome<(TcpStream, Scanner)> {
    let socket = TcpSocket::new_v4()?;
    if is_idle {
        socket.set_recv_buffer_size(SMALLEST)?;
    }
    let mut stream = socket.connect(viewers.address).await?;
    let Viewers { address, since, .. } = viewers;
    let request = format!("GET /api/v1/board/events?since={since} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while memchr::memmem::find(&head, b": relboard\n\n").is_none() {
        stream.readable().await?;
        match stream.try_read_buf(&mut head) {
            Ok(0) => return Err(format!("no stream: {}", String::from_utf8_lossy(&head)).into()),
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error.into()),
            _ => {}
        }
    }
    let mut scanner = Scanner::default();
    scanner.rest = head;
    Ok((stream, scanner))
}

/// Reads until the stream ends.
async fn follow(stream: &TcpStream, mut scanner: Scanner, mut has: u64, crowd: &RefCell<Crowd>) {
    // What came with the head.
    let first = std::mem::take(&mut scanner.rest);
    scanner.take(&first, |head| {
        crowd.borrow_mut().moved(has, head.number, head.is_delta, micros());
        has = head.number;
    });
    while stream.readable().await.is_ok() {
        let crowd = &mut *crowd.borrow_mut();
        let mut buffer = std::mem::take(&mut crowd.buffer);
        let kept = scanner.rest.len();
        buffer[..kept].copy_from_slice(&scanner.rest);
        let read = stream.try_read(&mut buffer[kept..]);
        if let Ok(count) = read {
            let at = micros();
            crowd.seen.bytes += count as u64;
            scanner.take(&buffer[..kept + count], |head| {
                crowd.moved(has, head.number, head.is_delta, at);
                has = head.number;
            });
        }
        crowd.buffer = buffer;
        match read {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}
