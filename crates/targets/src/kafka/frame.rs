//! Frames: length, header, body, and nothing else on a byte stream.
//!
//! A length that no Kafka would send is told apart early, so that a port of another protocol gives a
//! clear error instead of a wait. Must never know: what is asked. Stories: `tests/it/kafka_wire.rs`.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Encodable, HeaderVersion, Request, StrBytes};
use thiserror::Error;
use windlass_runner::ports::dial::Stream;

/// The largest answer that is read: Kafka's own clients stop at 100 MB; metadata of 100 000
/// partitions is about 10 MB.
pub const ANSWER_MAX_BYTES: usize = 100_000_000;

/// How much is read at once: an answer that lies about its length costs no more memory than it sends.
const CHUNK_BYTES: usize = 64 * 1024;

/// Shortest answer: a correlation id alone.
const ANSWER_MIN_BYTES: usize = 4;

/// Under this name we appear in request logs and quotas of brokers.
pub const CLIENT_NAME: &str = "windlass";

/// Why no frame came.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The stream ended or broke.
    #[error("the connection broke")]
    Broken(#[source] io::Error),
    /// What came cannot be a frame of Kafka; in words, what it looks like.
    #[error("no Kafka speaks there: {0}")]
    Foreign(String),
}

/// Writes one request as a frame.
///
/// # Errors
/// In words, where the request cannot be said in that version.
pub fn encode<R: Request>(request: &R, version: i16, correlation: i32) -> Result<Bytes, String> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(correlation)
        .with_client_id(Some(StrBytes::from_static_str(CLIENT_NAME)));
    let mut out = BytesMut::new();
    out.put_i32(0);
    header
        .encode(&mut out, <R as HeaderVersion>::header_version(version))
        .and_then(|()| request.encode(&mut out, version))
        .map_err(|error| error.to_string())?;
    let length = i32::try_from(out.len() - 4).map_err(|_| "the request is too long".to_string())?;
    out[..4].copy_from_slice(&length.to_be_bytes());
    Ok(out.freeze())
}

/// Reads one frame, without its length.
///
/// # Errors
/// See [`FrameError`].
pub async fn read(stream: &mut dyn Stream) -> Result<Bytes, FrameError> {
    let mut head = [0_u8; 4];
    stream.read(&mut head).await.map_err(FrameError::Broken)?;
    let length = usize::try_from(i32::from_be_bytes(head))
        .ok()
        .filter(|length| (ANSWER_MIN_BYTES..=ANSWER_MAX_BYTES).contains(length))
        .ok_or_else(|| FrameError::Foreign(looks(head)))?;
    let mut body = BytesMut::with_capacity(length.min(CHUNK_BYTES));
    while body.len() < length {
        let start = body.len();
        body.resize(length.min(start + CHUNK_BYTES), 0);
        stream
            .read(&mut body[start..])
            .await
            .map_err(FrameError::Broken)?;
    }
    Ok(body.freeze())
}

/// What four bytes that are no length look like.
fn looks(head: [u8; 4]) -> String {
    match head {
        [0x15 | 0x16, 3, _, _] => "the answer looks like TLS: declare `tls`".to_string(),
        [a, b, c, d] if head.iter().all(|byte| (0x20..0x7f).contains(byte)) => {
            let text: String = [a, b, c, d].map(char::from).iter().collect();
            format!("the answer begins with the text `{text}`")
        }
        [a, b, c, d] => format!("the answer begins with the bytes {a:02x} {b:02x} {c:02x} {d:02x}"),
    }
}
