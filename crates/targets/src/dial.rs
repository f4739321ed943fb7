//! Dial over TCP: the one room that names sockets and their timeouts.
//!
//! Must never know: which protocol is spoken. Stories: `tests/it/dial.rs`.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::dial::{Dial, Stream};

/// Plain TCP.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

#[allow(
    clippy::disallowed_methods,
    reason = "this room owns the seam: the limit of a dial is kept where sockets are named"
)]
impl Dial for TcpDial {
    fn dial<'a>(&'a self, address: &'a str, limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let connecting = TcpStream::connect(address);
            let stream = tokio::time::timeout(Duration::from_millis(limit.0), connecting)
                .await
                .map_err(|_| {
                    let says = format!("no connection within {} ms", limit.0);
                    io::Error::new(io::ErrorKind::TimedOut, says)
                })??;
            // Requests are small and each waits for its answer: delaying them buys nothing.
            stream.set_nodelay(true)?;
            Ok(Box::new(Tcp(stream)) as Box<dyn Stream>)
        })
    }
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
