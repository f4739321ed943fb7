//! Dial by TLS: certificates and keys are read where they lie at each dial, so that new ones count.
//!
//! Must never know: which protocol is spoken over it. Stories: `tests/it/dial.rs`; against real brokers
//! in xtask's tests.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::dial::{Dial, Stream};
use windlass_runner::ports::secrets::{Secrets, Source};

use super::trouble::{Asked, TlsError, told};
use super::{Socket, connect, pem, within};

/// What is declared of TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSpec {
    /// Whose signature counts; none: whom this machine trusts.
    pub ca: Option<Source>,
    /// Our own certificate, with its key.
    pub identity: Option<(Source, Source)>,
    /// The name that certificates must bear; none: the host that is dialled.
    pub server_name: Option<String>,
}

/// TLS over TCP.
#[derive(Clone)]
pub struct TlsDial {
    spec: TlsSpec,
    secrets: Arc<dyn Secrets>,
}

impl TlsDial {
    /// As declared; nothing is read yet.
    #[must_use]
    pub fn new(spec: TlsSpec, secrets: Arc<dyn Secrets>) -> Self {
        Self { spec, secrets }
    }

    async fn config(&self, wanted: &Arc<Wanted>) -> Result<ClientConfig, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| TlsError::Other(why.to_string()))?
            .with_root_certificates(self.roots().await?);
        Ok(builder.with_client_cert_resolver(Arc::clone(wanted) as Arc<dyn ResolvesClientCert>))
    }

    async fn roots(&self) -> Result<RootCertStore, TlsError> {
        let mut roots = RootCertStore::empty();
        let Some(ca) = &self.spec.ca else {
            // Some of a machine's roots may be too odd to be read: the others count.
            let (good, _odd) =
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            return if good > 0 {
                Ok(roots)
            } else {
                Err(TlsError::NoRoots)
            };
        };
        let place = ca.to_string();
        for one in pem::certificates(&place, self.secrets.read(ca).await?.bytes())? {
            roots
                .add(one)
                .map_err(|why| pem::wrong(&place, format!("cannot be used: {why}")))?;
        }
        Ok(roots)
    }

    async fn identity(&self) -> Result<Option<Arc<CertifiedKey>>, TlsError> {
        let Some((certificate, key)) = &self.spec.identity else {
            return Ok(None);
        };
        let place = key.to_string();
        let chain = self.secrets.read(certificate).await?;
        let chain = pem::certificates(&certificate.to_string(), chain.bytes())?;
        let key = pem::key(&place, self.secrets.read(key).await?.bytes())?;
        let unfit = |why: rustls::Error| {
            let why = if matches!(why, rustls::Error::InconsistentKeys(_)) {
                format!("is not the private key of {certificate}")
            } else {
                format!("cannot be used: {why}")
            };
            pem::wrong(&place, why)
        };
        CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
            .map(|key| Some(Arc::new(key)))
            .map_err(unfit)
    }

    async fn open(&self, address: &str, limit: Ms) -> io::Result<Box<dyn Stream>> {
        let wanted = Arc::new(Wanted {
            ours: self.identity().await?,
            asked: AtomicBool::new(false),
        });
        let config = self.config(&wanted).await?;
        let name = match &self.spec.server_name {
            Some(name) => name.clone(),
            None => host(address).to_string(),
        };
        let asked = Asked {
            authority: match &self.spec.ca {
                Some(ca) => format!("the authority in {ca}"),
                None => "any authority that this machine trusts".into(),
            },
            name,
        };
        let server = ServerName::try_from(asked.name.clone())
            .map_err(|why| TlsError::Other(format!("{}: {why}", asked.name)))?;
        let connector = TlsConnector::from(Arc::new(config));
        within(limit, async {
            let tcp = connect(address).await?;
            let mut open = Tls {
                stream: None,
                wanted,
                asked,
                heard: false,
            };
            match connector.connect(server, tcp).await {
                Ok(stream) => open.stream = Some(stream),
                Err(why) => return Err(open.told(why)),
            }
            Ok(Box::new(open) as Box<dyn Stream>)
        })
        .await
    }
}

impl fmt::Debug for TlsDial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsDial")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

impl Dial for TlsDial {
    fn dial<'a>(&'a self, address: &'a str, limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>> {
        Box::pin(self.open(address, limit))
    }
}

/// The host of `host:port`, without the brackets of IPv6.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Our certificate, and whether the peer asked for it: with TLS 1.3 one that misses it only hangs up.
#[derive(Debug)]
struct Wanted {
    ours: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl Wanted {
    /// Whether the peer asked for a certificate that we do not have.
    fn in_vain(&self) -> bool {
        self.ours.is_none() && self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Wanted {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.ours.clone()
    }

    fn has_certs(&self) -> bool {
        self.ours.is_some()
    }
}

struct Tls {
    /// None while it is not agreed on.
    stream: Option<TlsStream<Socket>>,
    wanted: Arc<Wanted>,
    asked: Asked,
    /// Whether anything came over it yet: only then has the peer let us in.
    heard: bool,
}

impl Tls {
    /// The error in words, where it is one of TLS.
    fn told(&self, error: io::Error) -> io::Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        let vain = self.wanted.in_vain() && !self.heard;
        if let Some(inner) = inner {
            let told = told(inner, &self.asked);
            let about = matches!(told, TlsError::Unaccepted(_) | TlsError::NothingInCommon(_));
            // Whatever the peer calls it, it misses what it asked for.
            return if vain && about {
                TlsError::Wanted.into()
            } else {
                told.into()
            };
        }
        use io::ErrorKind as Kind;
        let gone = [
            Kind::UnexpectedEof,
            Kind::ConnectionReset,
            Kind::ConnectionAborted,
            Kind::BrokenPipe,
        ];
        if !gone.contains(&error.kind()) {
            error
        } else if vain {
            TlsError::Wanted.into()
        } else if self.stream.is_none() {
            TlsError::HungUp.into()
        } else if self.wanted.asked.load(Ordering::Relaxed) && !self.heard {
            // With TLS 1.3 a certificate is judged after we take all for agreed.
            TlsError::Unaccepted("it hung up when it saw it".into()).into()
        } else {
            error
        }
    }
}

impl Stream for Tls {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move {
            let Some(stream) = &mut self.stream else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            let written = async {
                stream.write_all(bytes).await?;
                stream.flush().await
            };
            written.await.map_err(|why| self.told(why))
        })
    }

    fn read<'a>(&'a mut self, bytes: &'a mut [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move {
            let Some(stream) = &mut self.stream else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            match stream.read_exact(bytes).await {
                Ok(_) => {
                    self.heard = true;
                    Ok(())
                }
                Err(why) => Err(self.told(why)),
            }
        })
    }
}
