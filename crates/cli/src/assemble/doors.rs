//! What was declared of security becomes the doors of a Kafka cluster.
//!
//! Must never know: secrets; only where they lie. Stories: xtask's tests, against real brokers.

use std::path::PathBuf;
use std::sync::Arc;
use windlass_runner::ports::dial::Dial;
use windlass_runner::ports::secrets::{Secrets, Source};
use windlass_runner::system::SystemEntropy;
use windlass_targets::dial::TcpDial;
use windlass_targets::dial::tls::{TlsDial, TlsSpec};
use windlass_targets::kafka::door::{Door, Doors, Login, Mechanism};
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::v1::security;

/// All ways into a declared cluster.
pub(super) fn of(declared: &ClusterDeclared, secrets: &Arc<dyn Secrets>) -> Doors {
    let controllers = declared.controller_security.as_ref();
    Doors {
        clients: door(declared.security.as_ref(), secrets),
        controllers: controllers.map(|security| door(Some(security), secrets)),
    }
}

fn door(security: Option<&security::Security>, secrets: &Arc<dyn Secrets>) -> Door {
    let dial: Arc<dyn Dial> = match security.and_then(|security| security.tls.as_ref()) {
        Some(tls) => {
            let identity = tls.certificate.as_ref().zip(tls.key.as_ref());
            let spec = TlsSpec {
                ca: tls.ca.as_ref().map(source),
                identity: identity.map(|(certificate, key)| (source(certificate), source(key))),
                server_name: tls.server_name.clone(),
            };
            Arc::new(TlsDial::new(spec, Arc::clone(secrets)))
        }
        None => Arc::new(TcpDial),
    };
    let login = security
        .and_then(|security| security.sasl.as_ref())
        .map(|sasl| Login {
            mechanism: match sasl.mechanism {
                security::Mechanism::Plain => Mechanism::Plain,
                security::Mechanism::ScramSha256 => Mechanism::ScramSha256,
                security::Mechanism::ScramSha512 => Mechanism::ScramSha512,
            },
            username: sasl.username.clone(),
            password: source(&sasl.password),
            secrets: Arc::clone(secrets),
            entropy: Arc::new(SystemEntropy),
        });
    Door { dial, login }
}

pub(super) fn source(declared: &security::Source) -> Source {
    match declared {
        security::Source::FromFile(path) => Source::File(PathBuf::from(path)),
        security::Source::FromEnv(name) => Source::Env(name.clone()),
        security::Source::FromCommand(words) => Source::Command(words.clone()),
    }
}
