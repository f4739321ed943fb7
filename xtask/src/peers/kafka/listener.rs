//! Listeners that are guarded: by TLS with PEM files, by a login, or both.
//!
//! Must never know: ports; who uses it. Facts: Apache Kafka's documentation, "Security".
//! Tests: `tests/it/reach.rs`.

use std::path::{Path, PathBuf};

/// The one user of each listener that knows users.
pub const USER: &str = "ops";
/// Its password.
pub const PASSWORD: &str = "wind+lass/7";

/// A listener besides those in plain text.
#[derive(Debug, Clone)]
pub struct Listener {
    pub(super) name: String,
    tls: Option<Tls>,
    mechanisms: Vec<&'static str>,
    more: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
struct Tls {
    own: PathBuf,
    trusts: PathBuf,
    way: Way,
}

/// Whether a listener asks who calls, by certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It proves itself alone.
    OneSided,
    /// Callers prove themselves too.
    Mutual,
}

impl Listener {
    /// One in plain text; in large letters.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            tls: None,
            mechanisms: Vec::new(),
            more: Vec::new(),
        }
    }

    /// By TLS: its key and certificate in one PEM file, and the authorities that callers' must be of.
    #[must_use]
    pub fn tls(self, own: &Path, trusts: &Path, way: Way) -> Self {
        let tls = Tls {
            own: own.to_owned(),
            trusts: trusts.to_owned(),
            way,
        };
        Self {
            tls: Some(tls),
            ..self
        }
    }

    /// With a login by one of these.
    #[must_use]
    pub fn sasl(self, mechanisms: &[&'static str]) -> Self {
        Self {
            mechanisms: mechanisms.to_vec(),
            ..self
        }
    }

    /// One more property, below `listener.name.NAME.`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.more.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn has_users(&self) -> bool {
        !self.mechanisms.is_empty()
    }

    pub(super) fn protocol(&self) -> &'static str {
        match (&self.tls, self.has_users()) {
            (None, false) => "PLAINTEXT",
            (None, true) => "SASL_PLAINTEXT",
            (Some(_), false) => "SSL",
            (Some(_), true) => "SASL_SSL",
        }
    }

    pub(super) fn properties(&self) -> Vec<(String, String)> {
        let mut out = self.more.clone();
        let mut say = |name: &str, value: &str| out.push((name.to_owned(), value.to_owned()));
        if let Some(Tls { own, trusts, way }) = &self.tls {
            say("ssl.keystore.type", "PEM");
            say("ssl.keystore.location", &own.to_string_lossy());
            say("ssl.truststore.type", "PEM");
            say("ssl.truststore.location", &trusts.to_string_lossy());
            let asks = match way {
                Way::OneSided => "none",
                Way::Mutual => "required",
            };
            say("ssl.client.auth", asks);
        }
        if self.has_users() {
            say("sasl.enabled.mechanisms", &self.mechanisms.join(","));
        }
        let common = "org.apache.kafka.common.security";
        for mechanism in &self.mechanisms {
            let login = if *mechanism == "PLAIN" {
                // The node itself goes by the same name where it calls others.
                format!(
                    "{common}.plain.PlainLoginModule required username=\"{USER}\" \
                     password=\"{PASSWORD}\" user_{USER}=\"{PASSWORD}\";"
                )
            } else {
                format!("{common}.scram.ScramLoginModule required;")
            };
            let name = mechanism.to_lowercase();
            say(&format!("{name}.sasl.jaas.config"), &login);
        }
        out
    }
}
