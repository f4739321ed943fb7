//! A connection to one Kafka listener: blocking, one request at a time, every wait with a limit.
//!
//! Must never know: windlass's own connection. It is written apart so that it can bear witness.
//! Tests: `tests/it`, against real brokers and controllers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use kafka_protocol::messages::{RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{
    Decodable, HeaderVersion, Request, StrBytes, encode_request_header_into_buffer,
};

/// An answer above this is not Kafka's: another protocol read as a length.
const ANSWER_MAX_BYTES: usize = 64 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Nobody listens, or the connection ended: the process is going or gone.
    #[error("connection refused or closed")]
    Gone(#[source] io::Error),
    /// Nothing came within the limit.
    #[error("no answer in time")]
    Silent,
    /// Bytes that are not an answer to what was asked.
    #[error("not understood: {0}")]
    Garbled(String),
}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        if matches!(
            error.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        ) {
            Self::Silent
        } else {
            Self::Gone(error)
        }
    }
}

/// An open connection. After any error it is of no more use: a late answer may still lie in it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    correlation: i32,
}

impl Wire {
    /// Connects; each later wait has the same limit.
    ///
    /// # Errors
    /// `Gone` when nobody listens, `Silent` when the limit passes.
    pub fn dial(address: SocketAddr, limit: Duration) -> Result<Self, WireError> {
        let stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        Ok(Self {
            stream,
            correlation: 0,
        })
    }

    /// Sends one request in the given version and reads its answer.
    ///
    /// # Errors
    /// As the variants of [`WireError`] say.
    pub fn ask<R: Request>(&mut self, request: &R, version: i16) -> Result<R::Response, WireError> {
        let garbled = |error: &dyn std::fmt::Display| WireError::Garbled(error.to_string());
        self.correlation += 1;
        let header = RequestHeader::default()
            .with_request_api_key(R::KEY)
            .with_request_api_version(version)
            .with_correlation_id(self.correlation)
            .with_client_id(Some(StrBytes::from_static_str("peer")));
        let mut frame = BytesMut::new();
        frame.extend_from_slice(&[0; 4]);
        encode_request_header_into_buffer(&mut frame, &header).map_err(|error| garbled(&error))?;
        request
            .encode(&mut frame, version)
            .map_err(|error| garbled(&error))?;
        let length = u32::try_from(frame.len() - 4).map_err(|error| garbled(&error))?;
        frame[..4].copy_from_slice(&length.to_be_bytes());
        self.stream.write_all(&frame)?;

        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > ANSWER_MAX_BYTES {
            return Err(WireError::Garbled(format!("an answer of {length} bytes")));
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        let mut answer = bytes::Bytes::from(answer);
        let header = ResponseHeader::decode(&mut answer, R::Response::header_version(version))
            .map_err(|error| garbled(&error))?;
        if header.correlation_id != self.correlation {
            return Err(WireError::Garbled("an answer to another question".into()));
        }
        let response =
            R::Response::decode(&mut answer, version).map_err(|error| garbled(&error))?;
        if answer.has_remaining() {
            return Err(WireError::Garbled(format!(
                "{} bytes left over",
                answer.remaining()
            )));
        }
        Ok(response)
    }
}
