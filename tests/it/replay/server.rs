//! An HTTP server that says what it is told to, byte by byte: whole answers, streams, silences and cuts.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use model::workload::Kind;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

/// Where the client finds out whether Argo Rollouts is installed, which it is here: all kinds are alike.
const DISCOVERY: &str = "/apis/argoproj.io/v1alpha1";

/// A request as far as it matters.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    /// Lower-case names.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) at: Instant,
}

/// What to answer.
pub(super) enum Reply {
    /// A whole answer: status, extra header lines, body.
    Whole(u16, Vec<(&'static str, String)>, String),
    /// Lines as they come; the answer ends with the channel.
    Stream(mpsc::Receiver<String>),
    /// These bytes, and the end of the connection.
    Raw(Vec<u8>),
    /// Lines, and then silence for ever.
    Silent(Vec<String>),
    /// Nothing at all, for ever.
    Hang,
}

/// A server on a port of its own; it ends when dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    log: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Request {
    /// The kind whose list or watch is asked for.
    pub(super) fn kind(&self) -> Option<Kind> {
        let last = self.path.rsplit('/').next()?;
        Kind::ALL.into_iter().find(|kind| kind.plural() == last)
    }

    pub(super) fn is_watch(&self) -> bool {
        self.query.get("watch").is_some_and(|value| value == "true")
    }

    /// Only to find out whether listing is allowed.
    pub(super) fn is_trial(&self) -> bool {
        self.query.get("limit").is_some_and(|limit| limit == "1")
    }
}

impl Reply {
    pub(super) fn json(body: impl Into<String>) -> Self {
        Self::Whole(200, Vec::new(), body.into())
    }

    pub(super) fn error(status: u16, body: impl Into<String>) -> Self {
        Self::Whole(status, Vec::new(), body.into())
    }

    /// Lines, and then a clean end.
    pub(super) fn lines(lines: impl IntoIterator<Item = String>) -> Self {
        let lines: Vec<String> = lines.into_iter().collect();
        let (sender, receiver) = mpsc::channel(lines.len().max(1));
        for line in lines {
            sender.try_send(line).unwrap();
        }
        Self::Stream(receiver)
    }
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(None, answer).await
    }

    /// A server that speaks TLS when it has an acceptor.
    pub(super) async fn start_with(tls: Option<TlsAcceptor>, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (answer, requests) = (Arc::new(answer), Arc::clone(&log));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, requests, tls) = (Arc::clone(&answer), Arc::clone(&requests), tls.clone());
                tokio::spawn(async move {
                    // A client that goes away, or does not like the certificate, is no failure of the server.
                    let _ = match tls {
                        None => serve(stream, &*answer, &requests).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &*answer, &requests).await,
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        Self { address, log, task }
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    answer: &(dyn Fn(&Request) -> Reply + Send + Sync),
    log: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = match head(&mut stream).await {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        // What a server of Go says to one who speaks TLS to it.
        Err(_) => return stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n").await,
    };
    let discovery = request.path == DISCOVERY;
    if !discovery {
        log.lock().unwrap().push(request.clone());
    }
    const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let reply = if discovery { Reply::json(r#"{"kind":"APIResourceList","resources":[{"name":"rollouts"}]}"#) } else { answer(&request) };
    match reply {
        Reply::Whole(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} status\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                head += &format!("{name}: {value}\r\n");
            }
            stream.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
        }
        Reply::Stream(mut lines) => {
            stream.write_all(STREAM).await?;
            while let Some(line) = lines.recv().await {
                stream.write_all(&chunk(&line)).await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        Reply::Raw(bytes) => stream.write_all(&bytes).await?,
        Reply::Silent(lines) => {
            stream.write_all(STREAM).await?;
            for line in lines {
                stream.write_all(&chunk(&line)).await?;
            }
            pending::<()>().await;
        }
        Reply::Hang => pending::<()>().await,
    }
    stream.shutdown().await
}

fn chunk(line: &str) -> Vec<u8> {
    format!("{:x}\r\n{line}\n\r\n", line.len() + 1).into_bytes()
}

/// Reads a request's head; GETs have no body.
async fn head<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<Request>> {
    let mut first = String::new();
    if stream.read_line(&mut first).await? == 0 {
        return Ok(None);
    }
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    assert!(first.starts_with("GET "), "nothing but GET is ever sent: {first}");
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned()));
    Ok(Some(Request { path: path.to_owned(), query: query.collect(), headers, at: Instant::now() }))
}
