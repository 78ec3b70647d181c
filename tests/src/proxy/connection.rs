//! The connections of clients, and what goes over them one exchange after another.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::{self, Answer};
use super::http1::{Framing, Head, Reader};
use super::{Fault, Shared};

/// How often those are told again who wait for silence to end.
const TICK: Duration = Duration::from_millis(10);

/// What becomes of a connection after an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It takes another one.
    Again,
    Close,
    Reset,
}

/// Takes connections until it is ended, and those with it.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                shared.connections.send_modify(|open| *open += 1);
                connections.spawn(serve(client, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection with what was read of it too early.
struct Side {
    stream: TcpStream,
    kept: BytesMut,
}

impl Side {
    fn new(stream: TcpStream) -> Self {
        // Small messages would wait for acknowledgements otherwise.
        let _ = stream.set_nodelay(true);
        Self { stream, kept: BytesMut::new() }
    }

    fn split(&mut self) -> (Reader<'_, impl AsyncRead + Unpin>, impl AsyncWrite + Unpin) {
        let (from, to) = self.stream.split();
        (Reader { from, kept: &mut self.kept }, to)
    }
}

/// Counts an exchange to its end, however that comes.
struct UnderWay<'a>(&'a Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Counts a connection to its end.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.send_modify(|open| *open -= 1);
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut client = Side::new(stream);
    let open = Open(Arc::clone(&shared));
    shared.link.connect().await;
    let mut server = None;
    let next = loop {
        let head = match client.split().0.head().await {
            Ok(Some(head)) => head,
            Ok(None) | Err(_) => break Next::Close,
        };
        let (number, fault) = shared.begin(&head.request());
        let _under_way = UnderWay(&shared);
        match exchange(&shared, &mut client, &mut server, &head, number, fault).await {
            Ok(Next::Again) => {}
            Ok(next) => break next,
            Err(_) => break Next::Close,
        }
    };
    if next == Next::Reset {
        let _ = client.stream.set_zero_linger();
    }
    drop(client);
    drop(open);
}

async fn exchange(
    shared: &Shared,
    client: &mut Side,
    server: &mut Option<Side>,
    head: &Head,
    number: usize,
    fault: Option<Fault>,
) -> io::Result<Next> {
    match fault {
        Some(Fault::ResetUnsent) => return Ok(Next::Reset),
        Some(Fault::Silence) => {
            let (mut reader, _) = client.split();
            return Ok(tokio::select! {
                // First: who has gone is not told of the silence any more.
                biased;
                () = gone(&mut reader) => Next::Close,
                () = silence(shared) => Next::Close,
            });
        }
        Some(Fault::Status(status, retry_after)) => {
            let (mut reader, mut writer) = client.split();
            let mut framing = head.of_request();
            while reader.block(&mut framing, usize::MAX).await?.is_some() {}
            writer.write_all(&answer::refusal(status, retry_after)).await?;
            return Ok(Next::Again);
        }
        _ => {}
    }
    let mut kept = match server.take() {
        Some(kept) => kept,
        None => Side::new(TcpStream::connect(shared.upstream).await?),
    };
    let next = relay(shared, client, &mut kept, head, number, fault).await?;
    if next == Next::Again {
        *server = Some(kept);
    }
    Ok(next)
}

/// Takes the request to the server and the answer back.
async fn relay(
    shared: &Shared,
    client: &mut Side,
    server: &mut Side,
    head: &Head,
    number: usize,
    fault: Option<Fault>,
) -> io::Result<Next> {
    let (mut from_client, to_client) = client.split();
    let (from_server, mut to_server) = server.split();
    let forwarded = AtomicBool::new(false);
    let going = async {
        shared.link.travel().await;
        if send(shared, head, &mut from_client, &mut to_server).await? {
            forwarded.store(true, Ordering::SeqCst);
            shared.note(number, |exchange| exchange.forwarded = true);
        }
        gone(&mut from_client).await;
        io::Result::Ok(())
    };
    let answer = Answer { shared, number, fault, method: head.request().method, from: from_server, to: to_client };
    let mut going = pin!(going);
    let mut coming = pin!(answer.play());
    let next = tokio::select! {
        biased;
        _ = &mut going => return Ok(Next::Close),
        next = &mut coming => next?,
    };
    // An answer that was there before the request was through is the last one.
    Ok(if next == Next::Again && (!forwarded.load(Ordering::SeqCst) || head.closes()) { Next::Close } else { next })
}

/// Sends a request on, and says whether the server took it all.
async fn send<R, W>(shared: &Shared, head: &Head, from: &mut Reader<'_, R>, to: &mut W) -> io::Result<bool>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut framing: Framing = head.of_request();
    let mut pace = shared.link.pace();
    let mut taken = to.write_all(&head.bytes).await.is_ok();
    while let Some(block) = from.block(&mut framing, shared.link.block()).await? {
        pace.after(block.len()).await;
        // Who has answered already need not read on: the answer is on its way.
        taken = taken && to.write_all(&block).await.is_ok();
    }
    Ok(taken)
}

/// Ends when the client has gone.
async fn gone<R: AsyncRead + Unpin>(client: &mut Reader<'_, R>) {
    while matches!(client.fill().await, Ok(1..)) {}
}

/// Tells of the silence and never ends.
pub(super) async fn silence(shared: &Shared) {
    loop {
        (shared.on_silence)();
        tokio::time::sleep(TICK).await;
    }
}
