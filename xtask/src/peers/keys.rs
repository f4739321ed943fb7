//! Certificates for peers: an authority, and what it signs, as PEM files in a folder.
//!
//! Must never know: who uses them.
//! Tests: `tests/it/reach.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};

use super::{PeerError, doing};

/// How long a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Now and for long.
    Good,
    /// It ended on the first day of 2021.
    Ended,
}

/// An authority with a folder of its own.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Both in one file, as Kafka's PEM keystores have them.
    pub both: PathBuf,
}

impl Authority {
    /// A new one; its own certificate is `ca.pem` in the folder.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn new(folder: &Path, name: &str) -> Result<Self, PeerError> {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).map_err(doing("make a folder for keys"))?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(odd)?;
        let own = params.self_signed(&key).map_err(odd)?;
        fs::write(folder.join("ca.pem"), own.pem()).map_err(doing("write an authority"))?;
        let issuer = Issuer::new(params, key);
        Ok(Self { folder, issuer })
    }

    /// Its own certificate.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Signs a new certificate for these host names or addresses.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn sign(&self, name: &str, hosts: &[&str], span: Span) -> Result<Pair, PeerError> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).map_err(odd)?;
        params.distinguished_name.push(DnType::CommonName, name);
        if span == Span::Ended {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().map_err(odd)?;
        let signed = params.signed_by(&key, &self.issuer).map_err(odd)?;
        let pair = Pair {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
            both: self.folder.join(format!("{name}.both.pem")),
        };
        let both = format!("{}{}", key.serialize_pem(), signed.pem());
        for (file, text) in [
            (&pair.certificate, signed.pem()),
            (&pair.key, key.serialize_pem()),
            (&pair.both, both),
        ] {
            fs::write(file, text).map_err(doing("write a key"))?;
        }
        Ok(pair)
    }
}

fn odd(why: rcgen::Error) -> PeerError {
    PeerError::Refused(format!("no certificate: {why}"))
}
