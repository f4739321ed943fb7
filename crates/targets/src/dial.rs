//! Dial over TCP, plain or by TLS: the one room that names sockets and their timeouts.
//!
//! [`TcpDial`] is plain, [`tls::TlsDial`] reads certificates and keys where they lie at each dial.
//! Must never know: which protocol is spoken. Stories: `tests/it/dial.rs`.

mod pem;
pub mod tls;
pub mod trouble;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::dial::{Dial, Stream};

/// What TLS runs over: sockets are named here alone.
type Socket = TcpStream;

/// Plain TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    fn dial<'a>(&'a self, address: &'a str, limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let stream = within(limit, connect(address)).await?;
            Ok(Box::new(Tcp(stream)) as Box<dyn Stream>)
        })
    }
}

async fn connect(address: &str) -> io::Result<Socket> {
    let stream = TcpStream::connect(address).await?;
    // Requests are small and each waits for its answer: delaying them buys nothing.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What is done, if it is done in time.
#[allow(
    clippy::disallowed_methods,
    reason = "this room owns the seam: the limit of a dial is kept where sockets are named"
)]
async fn within<T>(limit: Ms, done: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let limited = tokio::time::timeout(Duration::from_millis(limit.0), done).await;
    limited.map_err(|_| {
        let says = format!("no connection within {} ms", limit.0);
        io::Error::new(io::ErrorKind::TimedOut, says)
    })?
}

struct Tcp(TcpStream);

impl Stream for Tcp {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(self.0.write_all(bytes))
    }

    fn read<'a>(&'a mut self, bytes: &'a mut [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move { self.0.read_exact(bytes).await.map(|_read| ()) })
    }
}
