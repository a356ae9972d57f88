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
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

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
}

/// Switches the way of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    way: Arc<watch::Sender<Way>>,
    /// Whether the port is bound, by the listener's own account.
    bound: watch::Receiver<bool>,
    open: Arc<AtomicUsize>,
}

impl Link {
    /// Sets the state, and waits until the port is really open or closed.
    pub(crate) async fn set(&self, state: LinkState) {
        self.way.send_modify(|way| {
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
        self.way.send_modify(|way| way.epoch += 1);
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
    bound: watch::Sender<bool>,
    open: Arc<AtomicUsize>,
}

impl FaultyListener {
    /// Binds an address; port 0 takes a free one, and keeps it.
    pub(crate) async fn bind(address: SocketAddr) -> Result<(Self, Link), Error> {
        let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
        let (way_sender, way) = watch::channel(Way { state: LinkState::Open, epoch: 0 });
        let (bound_sender, bound) = watch::channel(true);
        let open = Arc::new(AtomicUsize::new(0));
        let link = Link { way: Arc::new(way_sender), bound, open: Arc::clone(&open) };
        Ok((Self { address, listener: Some(listener), way, bound: bound_sender, open }, link))
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
            let way = self.way.clone();
            tokio::select! {
                _ = self.way.changed() => {}
                accepted = listener.accept() => if let Ok((stream, peer)) = accepted {
                    // Events are small and must not wait for one another.
                    let _ = stream.set_nodelay(true);
                    return (FaultyStream::new(stream, &way, Arc::clone(&self.open)), peer);
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that obeys the link.
#[derive(Debug)]
pub(crate) struct FaultyStream {
    inner: TcpStream,
    changes: WatchStream<Way>,
    way: Way,
    epoch: u64,
    open: Arc<AtomicUsize>,
}

impl FaultyStream {
    fn new(inner: TcpStream, way: &watch::Receiver<Way>, open: Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        let now = *way.borrow();
        Self { inner, changes: WatchStream::from_changes(way.clone()), way: now, epoch: now.epoch, open }
    }

    /// Takes note of changes; ready when the connection may be used.
    fn poll_way(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Poll::Ready(Some(way)) = Pin::new(&mut self.changes).poll_next(cx) {
            self.way = way;
        }
        if self.way.epoch != self.epoch {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.way.state == LinkState::Open { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

impl Drop for FaultyStream {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_way(cx))?;
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_way(cx))?;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_way(cx))?;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_way(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
