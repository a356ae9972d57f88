//! The way between client and API server, which can be cut, closed or made silent.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::serve::Listener;
use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_stream::wrappers::BroadcastStream;

use crate::error::Error;

/// What the way is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Connections are accepted and served.
    Open,
    /// Connections are accepted, and nothing is read or written.
    Silent,
    /// The port is closed, and connections are cut.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    state: LinkState,
    /// Connections of an older epoch are cut.
    epoch: u64,
    /// Connections from before the last stall are silent.
    stalls: u64,
    /// Connections from before the last tear are cut in the middle of what they send next.
    tears: u64,
}

const OPEN: Way = Way { state: LinkState::Open, epoch: 0, stalls: 0, tears: 0 };

/// Switches the way of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    way: Arc<watch::Sender<Way>>,
    /// Rings after each change. It wakes connections in the order in which they were made, which `watch` does not.
    bell: broadcast::Sender<()>,
    /// Whether the port is bound, by the listener's own account.
    bound: watch::Receiver<bool>,
    open: Arc<AtomicUsize>,
}

impl Link {
    /// Sets the state, and waits until the port is really open or closed.
    pub(crate) async fn set(&self, state: LinkState) {
        self.change(|way| {
            way.state = state;
            way.epoch += u64::from(state == LinkState::Closed);
        });
        let mut bound = self.bound.clone();
        let wanted = state != LinkState::Closed;
        // The sender goes only with the listener itself: then there is nothing to wait for.
        let _ = bound.wait_for(|bound| *bound == wanted).await;
    }

    /// Cuts what is open now.
    pub(crate) fn cut(&self) {
        self.change(|way| way.epoch += 1);
    }

    fn change(&self, change: impl FnOnce(&mut Way)) {
        self.way.send_modify(change);
        // Nobody may be listening.
        let _ = self.bell.send(());
    }

    /// A way to something that is reached without a listener.
    pub(crate) fn without_listener() -> Self {
        let bell = broadcast::Sender::new(1);
        Self { way: Arc::new(watch::Sender::new(OPEN)), bell, bound: watch::channel(true).1, open: Arc::default() }
    }

    /// Makes what is open now silent, for ever.
    pub(crate) fn stall(&self) {
        self.change(|way| way.stalls += 1);
    }

    /// Cuts what is open now in the middle of what it sends next.
    pub(crate) fn tear(&self) {
        self.change(|way| way.tears += 1);
    }

    /// A new connection without a listener.
    pub(crate) fn connect(&self) -> io::Result<Line> {
        let line = Line::new(self.way.subscribe(), self.bell.subscribe(), Arc::clone(&self.open));
        if line.way.state == LinkState::Closed { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(line) }
    }

    /// How many connections are open.
    pub(crate) fn connections(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

/// A TCP listener that can be closed and opened again on its port.
#[derive(Debug)]
pub(crate) struct FaultyListener {
    address: SocketAddr,
    listener: Option<TcpListener>,
    way: watch::Receiver<Way>,
    bell: broadcast::Sender<()>,
    bound: watch::Sender<bool>,
    open: Arc<AtomicUsize>,
}

impl FaultyListener {
    /// Binds an address; port 0 takes a free one, and keeps it.
    pub(crate) async fn bind(address: SocketAddr) -> Result<(Self, Link), Error> {
        let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
        let (way_sender, way) = watch::channel(OPEN);
        let (bound_sender, bound) = watch::channel(true);
        let open = Arc::new(AtomicUsize::new(0));
        let bell = broadcast::Sender::new(1);
        let link = Link { way: Arc::new(way_sender), bell: bell.clone(), bound, open: Arc::clone(&open) };
        Ok((Self { address, listener: Some(listener), way, bell, bound: bound_sender, open }, link))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Listener for FaultyListener {
    type Io = FaultyStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (FaultyStream, SocketAddr) {
        loop {
            let way = *self.way.borrow_and_update();
            if way.state == LinkState::Closed {
                self.listener = None;
                self.bound.send_replace(false);
                if self.way.changed().await.is_err() {
                    // Nobody can open it again.
                    std::future::pending::<()>().await;
                }
                continue;
            }
            let Some(listener) = &self.listener else {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => {
                        self.listener = Some(listener);
                        self.bound.send_replace(true);
                    }
                    Err(error) => {
                        tracing::warn!(address = %self.address, %error, "the port is not free yet; trying again");
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                }
                continue;
            };
            let (way, bell) = (self.way.clone(), self.bell.subscribe());
            tokio::select! {
                _ = self.way.changed() => {}
                accepted = listener.accept() => if let Ok((stream, peer)) = accepted {
                    // Events are small and must not wait for one another.
                    let _ = stream.set_nodelay(true);
                    return (FaultyStream { inner: stream, line: Line::new(way, bell, Arc::clone(&self.open)) }, peer);
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// One connection's view of the way.
#[derive(Debug)]
pub(crate) struct Line {
    current: watch::Receiver<Way>,
    bell: BroadcastStream<()>,
    way: Way,
    /// The way when the connection was made.
    made: Way,
    /// It was cut in the middle of something.
    torn: bool,
    open: Arc<AtomicUsize>,
}

impl Line {
    fn new(current: watch::Receiver<Way>, bell: broadcast::Receiver<()>, open: Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        let made = *current.borrow();
        Self { current, bell: BroadcastStream::new(bell), way: made, made, torn: false, open }
    }

    /// Takes note of changes; ready when the connection may be used.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // One that was missed was followed by another: only that something has changed matters.
        while let Poll::Ready(Some(_)) = Pin::new(&mut self.bell).poll_next(cx) {
            self.way = *self.current.borrow();
        }
        if self.torn || self.way.epoch != self.made.epoch {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let is_open = self.way.state == LinkState::Open && self.way.stalls == self.made.stalls;
        if is_open { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// How many of the bytes get through before the connection is cut: half of them, and nothing after, once it is torn.
    pub(crate) fn passes(&mut self, bytes: usize) -> usize {
        if self.way.tears == self.made.tears || bytes < 2 {
            return bytes;
        }
        self.torn = true;
        bytes / 2
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that obeys the link.
#[derive(Debug)]
pub(crate) struct FaultyStream {
    inner: TcpStream,
    line: Line,
}

impl AsyncRead for FaultyStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.line.poll(cx))?;
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.line.poll(cx))?;
        let passes = self.line.passes(buf.len());
        Pin::new(&mut self.inner).poll_write(cx, &buf[..passes])
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.line.poll(cx))?;
        let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
        match self.line.passes(first.len()) {
            passes if passes < first.len() => Pin::new(&mut self.inner).poll_write(cx, &first[..passes]),
            _ => Pin::new(&mut self.inner).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.line.poll(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
