//! An API server without a network: a service in the same process, with the link's faults.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body::Frame;
use tower::{Service, ServiceExt};

use crate::link::{Line, Link};

/// An API server as a service. A request is a connection of its own: it is refused, cut or silent as the link says.
#[derive(Clone, Debug)]
pub struct LocalService {
    router: Router,
    link: Link,
}

impl LocalService {
    pub(crate) fn new(router: Router, link: Link) -> Self {
        Self { router, link }
    }
}

impl<B: Send + 'static> Service<Request<B>> for LocalService {
    type Response = Response<LocalBody>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Response<LocalBody>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Answers a request; its body is not read.
    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (router, link) = (self.router.clone(), self.link.clone());
        let request = request.map(|_| Body::empty());
        Box::pin(async move {
            let mut line = link.connect()?;
            poll_fn(|cx| line.poll(cx)).await?;
            let mut answer = router.oneshot(request);
            // An answer arrives only over a line that is open.
            let response = poll_fn(|cx| {
                if let Err(cut) = ready!(line.poll(cx)) {
                    return Poll::Ready(Err(cut));
                }
                Pin::new(&mut answer).poll(cx).map(|answer| answer.map_err(|never| match never {}))
            })
            .await?;
            Ok(response.map(|body| LocalBody { body, line }))
        })
    }
}

/// The body of an answer, which obeys the link.
#[derive(Debug)]
pub struct LocalBody {
    body: Body,
    line: Line,
}

impl http_body::Body for LocalBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Err(cut) = ready!(self.line.poll(cx)) {
            return Poll::Ready(Some(Err(cut)));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let frame = frame.map(|frame| frame.map_err(io::Error::other)).map(|frame| {
            frame.map(|frame| match frame.into_data() {
                Ok(mut data) => Frame::data(data.split_to(self.line.passes(data.len()))),
                Err(other) => other,
            })
        });
        Poll::Ready(frame)
    }
}
