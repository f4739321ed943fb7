//! How the listeners of a cluster that is not registered are spoken to.
//!
//! No option takes a secret, only the place of one: what is typed is seen by all on the machine.
//! Must never know: what a command does. Stories: `tests/it/help.rs`, `tests/it/usage.rs`.

use super::value;
use clap::Args;
use std::path::{Path, PathBuf};
use windlass_wire::v1::security::{Mechanism, Sasl, Security, Source, Tls};

/// TLS and login, for `--bootstrap`.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "With --bootstrap, where listeners want TLS or a login")]
pub struct Reach {
    /// By TLS, with the authorities that this machine trusts
    #[arg(long, requires = "bootstrap")]
    pub tls: bool,
    /// By TLS, with the authorities in this PEM file alone
    #[arg(long, requires = "bootstrap", value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// Our certificate with its chain, PEM
    #[arg(long, requires_all = ["bootstrap", "tls_key"], value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, requires_all = ["bootstrap", "tls_cert"], value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The name that certificates bear, else the host dialled
    #[arg(long, requires = "bootstrap", value_parser = value::server_name, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// A login: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
    #[arg(long, requires_all = ["bootstrap", "user", "password"], value_parser = value::mechanism, value_name = "MECHANISM")]
    pub sasl: Option<Mechanism>,
    /// Who logs in
    #[arg(long, requires = "sasl", value_name = "USER")]
    pub user: Option<String>,
    /// The file that the password lies in
    #[arg(long, requires = "sasl", group = "password", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The variable that the password lies in
    #[arg(long, requires = "sasl", group = "password", value_name = "VARIABLE")]
    pub password_env: Option<String>,
}

impl Reach {
    /// What these options declare; none: plain text without a login.
    #[must_use]
    pub fn security(&self) -> Option<Security> {
        let file = |path: &PathBuf| {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            Source::FromFile(whole.to_string_lossy().into_owned())
        };
        let tls = Tls {
            ca: self.tls_ca.as_ref().map(file),
            certificate: self.tls_cert.as_ref().map(file),
            key: self.tls_key.as_ref().map(file),
            server_name: self.tls_server_name.clone(),
        };
        let password = self.password_file.as_ref().map(file);
        let password = password.or_else(|| self.password_env.clone().map(Source::FromEnv));
        let sasl = match (self.sasl, &self.user, password) {
            (Some(mechanism), Some(user), Some(password)) => Some(Sasl {
                mechanism,
                username: user.clone(),
                password,
            }),
            (Some(_) | None, Some(_) | None, Some(_) | None) => None,
        };
        let tls = (self.tls || tls != Tls::default()).then_some(tls);
        (tls.is_some() || sasl.is_some()).then_some(Security {
            plaintext: None,
            tls,
            sasl,
        })
    }

    /// The same options as they are typed, each with a blank before it.
    #[must_use]
    pub fn typed(&self) -> String {
        let path =
            |path: &Option<PathBuf>| path.as_deref().map(Path::display).map(|p| p.to_string());
        let options = [
            ("tls-ca", path(&self.tls_ca)),
            ("tls-cert", path(&self.tls_cert)),
            ("tls-key", path(&self.tls_key)),
            ("tls-server-name", self.tls_server_name.clone()),
            ("sasl", self.sasl.map(|one| one.name().to_owned())),
            ("user", self.user.clone()),
            ("password-file", path(&self.password_file)),
            ("password-env", self.password_env.clone()),
        ];
        let mut out = String::new();
        if self.tls {
            out.push_str(" --tls");
        }
        for (name, value) in options {
            if let Some(value) = value {
                out.push_str(&format!(" --{name} {value}"));
            }
        }
        out
    }
}
