//! Login by SASL over a connection that has said hello (KIP-43, KIP-152).
//!
//! Must never know: TLS, or what is asked afterwards. Stories: `tests/it/kafka_login.rs`; against real
//! brokers in xtask's tests.

mod scram;

use base64::Engine;
use bytes::Bytes;
use kafka_protocol::messages::{
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;
use windlass_engine::time::Ms;

use super::connection::{CallError, Connection};
use super::door::{Login, Mechanism};

/// `UNSUPPORTED_SASL_MECHANISM`: the answer names those that are enabled.
const UNSUPPORTED_MECHANISM: i16 = 33;

/// `ILLEGAL_SASL_STATE`: that listener asks nobody for a login.
const NOT_ASKED: i16 = 34;

/// `SASL_AUTHENTICATION_FAILED`.
const REFUSED: i16 = 58;

/// Bytes of a nonce: as many as Kafka's own clients take.
const NONCE_BYTES: usize = 24;

/// Proves who we are. Answers for how long that counts; none: while the connection lives.
///
/// # Errors
/// See [`CallError`]; none tells any part of the password.
pub(super) async fn login(
    connection: &mut Connection,
    login: &Login,
    limit: Ms,
) -> Result<Option<Ms>, CallError> {
    let password = match login.secrets.read(&login.password).await {
        Ok(password) => password,
        Err(source) => {
            return Err(CallError::Secret {
                address: connection.address().to_string(),
                source,
            });
        }
    };
    agree(connection, login.mechanism, limit).await?;
    let hash = match login.mechanism {
        Mechanism::Plain => {
            let mut message = vec![0];
            message.extend(login.username.as_bytes());
            message.push(0);
            message.extend(password.line());
            let answer = say(connection, login, message, limit).await?;
            return Ok(lifetime(&answer));
        }
        Mechanism::ScramSha256 => scram::SHA_256,
        Mechanism::ScramSha512 => scram::SHA_512,
    };
    let mut nonce = [0; NONCE_BYTES];
    login
        .entropy
        .fill(&mut nonce)
        .map_err(|why| failed(connection, format!("no entropy to be had: {why}")))?;
    let nonce = base64::engine::general_purpose::STANDARD.encode(nonce);
    let (first, message) = scram::begin(hash, &login.username, &nonce);
    let answer = say(connection, login, message, limit).await?;
    let (last, message) = first
        .answer(password.line(), &answer.auth_bytes)
        .map_err(|why| failed(connection, why.to_string()))?;
    let answer = say(connection, login, message, limit).await?;
    last.check(&answer.auth_bytes)
        .map_err(|why| failed(connection, why.to_string()))?;
    Ok(lifetime(&answer))
}

/// Which mechanisms the listener offers; none: it asks nobody for a login, or does not tell.
pub(super) async fn offered(connection: &mut Connection, limit: Ms) -> Option<Vec<String>> {
    // No mechanism has an empty name: whoever knows SASL answers with those that it has.
    let ask = SaslHandshakeRequest::default();
    let answer = connection.call(&ask, limit).await.ok()?;
    (answer.error_code == UNSUPPORTED_MECHANISM).then(|| enabled(&answer))
}

/// Agrees on the mechanism.
async fn agree(
    connection: &mut Connection,
    mechanism: Mechanism,
    limit: Ms,
) -> Result<(), CallError> {
    let ask =
        SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(mechanism.name()));
    let answer = connection.call(&ask, limit).await?;
    match answer.error_code {
        0 => Ok(()),
        UNSUPPORTED_MECHANISM => {
            let names = enabled(&answer);
            let offers = if names.is_empty() {
                "offers none".to_string()
            } else {
                format!("offers {}", names.join(", "))
            };
            let why = format!(
                "{} is not enabled at that listener, it {offers}: `sasl.mechanism` must be one of them",
                mechanism.name()
            );
            Err(failed(connection, why))
        }
        NOT_ASKED => {
            let why = "that listener asks for no login: is this the right port, or is `sasl` one too many?";
            Err(failed(connection, why.to_string()))
        }
        code => Err(connection.refused("SaslHandshake", code, None)),
    }
}

fn enabled(answer: &SaslHandshakeResponse) -> Vec<String> {
    let mut names: Vec<String> = answer.mechanisms.iter().map(ToString::to_string).collect();
    names.sort();
    names
}

async fn say(
    connection: &mut Connection,
    login: &Login,
    message: Vec<u8>,
    limit: Ms,
) -> Result<SaslAuthenticateResponse, CallError> {
    let ask = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from(message));
    let answer = connection.call(&ask, limit).await?;
    match answer.error_code {
        0 => Ok(answer),
        REFUSED => {
            // Brokers tell on purpose no more than this.
            let why = format!(
                "wrong password, or no user `{}` with {} there; the password was read from {}",
                login.username,
                login.mechanism.name(),
                login.password
            );
            Err(failed(connection, why))
        }
        code => {
            let message = answer.error_message.as_deref();
            Err(connection.refused("SaslAuthenticate", code, message))
        }
    }
}

fn failed(connection: &Connection, why: String) -> CallError {
    CallError::Login {
        address: connection.address().to_string(),
        why,
    }
}

fn lifetime(answer: &SaslAuthenticateResponse) -> Option<Ms> {
    let ms = u64::try_from(answer.session_lifetime_ms).ok()?;
    (ms > 0).then_some(Ms(ms))
}
