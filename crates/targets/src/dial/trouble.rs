//! What can go wrong with TLS, in words that say what to do.
//!
//! Must never know: sockets. Stories: in this file; each kind on a real broker in xtask's tests.

use std::io;

use rustls::{
    AlertDescription, CertificateError, Error as Rustls, InvalidMessage, PeerIncompatible,
};
use thiserror::Error;
use windlass_runner::ports::secrets::SecretError;

/// Why there is no TLS with a peer.
#[derive(Debug, Error)]
pub enum TlsError {
    /// What it needs cannot be read.
    #[error("what TLS needs cannot be had")]
    Secret(#[from] SecretError),
    /// What was read is not what belongs there; with its place.
    #[error("{place} {why}")]
    Material {
        /// Where it lies.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// This machine trusts nobody.
    #[error("this machine has no trusted authorities of its own: name the cluster's with `tls.ca`")]
    NoRoots,
    /// The peer's certificate has ended.
    #[error("its certificate has ended{0}: that node needs a new one")]
    Ended(String),
    /// The peer's certificate is not valid yet.
    #[error("its certificate is not valid yet{0}: look at the clocks, here and there")]
    NotYet(String),
    /// The peer's certificate is of another authority.
    #[error(
        "its certificate is not signed by {0}: `tls.ca` must hold the authority that signed it"
    )]
    OtherAuthority(String),
    /// The peer's certificate bears other names.
    #[error(
        "its certificate is not made for {wanted}{}: name one of these with `tls.serverName`, or dial it by one",
        names(.borne)
    )]
    OtherName {
        /// The name that was looked for.
        wanted: String,
        /// The names that it bears.
        borne: Vec<String>,
    },
    /// The peer's certificate cannot be used for something else.
    #[error("its certificate cannot be accepted: {0}")]
    Certificate(String),
    /// The peer wants a certificate of ours and there is none.
    #[error("it asks for a certificate of ours: name it with `tls.certificate` and `tls.key`")]
    Wanted,
    /// The peer does not accept our certificate.
    #[error(
        "it does not accept our certificate ({0}): is `tls.certificate` signed by an authority that it trusts, and not ended?"
    )]
    Unaccepted(String),
    /// The peer went away before TLS was agreed on.
    #[error(
        "it ended the connection at the first word of TLS, as a listener without TLS does: is this the right port, or is there no `tls` there?"
    )]
    HungUp,
    /// The peer speaks something else.
    #[error("it does not speak TLS: is this the right port, or is there no `tls` there?")]
    Foreign,
    /// No version or cipher in common.
    #[error("it has no version of TLS in common with us (1.2 and 1.3): {0}")]
    NothingInCommon(String),
    /// The peer, or we, ended it for another reason.
    #[error("TLS failed: {0}")]
    Other(String),
}

fn names(borne: &[String]) -> String {
    match borne {
        [] => String::new(),
        names => format!(", but for {}", names.join(", ")),
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        // Never one of the kinds that say "surely nobody is there": somebody is.
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Whether an error of a stream is one of TLS.
#[must_use]
pub fn is_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TlsError>())
}

/// What was asked for, so that it can be named.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The name that the certificate must bear.
    pub name: String,
    /// Whose signature counts.
    pub authority: String,
}

/// The same in words.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list grows, and has words of its own"
)]
pub(super) fn told(error: &Rustls, asked: &Asked) -> TlsError {
    match error {
        Rustls::InvalidCertificate(why) => certificate(why, asked),
        Rustls::AlertReceived(alert) => alerted(*alert),
        Rustls::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => TlsError::Foreign,
        Rustls::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled) => {
            TlsError::NothingInCommon("it offers older ones".into())
        }
        other => TlsError::Other(other.to_string()),
    }
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list grows, and has words of its own"
)]
fn certificate(why: &CertificateError, asked: &Asked) -> TlsError {
    let day = |at: &rustls::pki_types::UnixTime| date(at.as_secs());
    match why {
        CertificateError::Expired => TlsError::Ended(String::new()),
        CertificateError::ExpiredContext { not_after, .. } => {
            TlsError::Ended(format!(" on {}", day(not_after)))
        }
        CertificateError::NotValidYet => TlsError::NotYet(String::new()),
        CertificateError::NotValidYetContext { not_before, .. } => {
            TlsError::NotYet(format!(" before {}", day(not_before)))
        }
        // A key of another authority with the same name, and no such authority at all, are one to a user.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsError::OtherAuthority(asked.authority.clone())
        }
        CertificateError::NotValidForName => TlsError::OtherName {
            wanted: asked.name.clone(),
            borne: Vec::new(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => TlsError::OtherName {
            wanted: asked.name.clone(),
            borne: presented.iter().map(|name| plain(name)).collect(),
        },
        other => TlsError::Certificate(other.to_string()),
    }
}

/// `DnsName("a")` and `IpAddress(::1)` as the library writes them, without the kind.
fn plain(name: &str) -> String {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"').to_string()
}

fn alerted(alert: AlertDescription) -> TlsError {
    use AlertDescription as Alert;
    let says = format!("{alert:?}");
    if alert == Alert::CertificateRequired {
        TlsError::Wanted
    } else if [
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::AccessDenied,
    ]
    .contains(&alert)
    {
        TlsError::Unaccepted(says)
    } else if [
        Alert::ProtocolVersion,
        Alert::HandshakeFailure,
        Alert::InsufficientSecurity,
    ]
    .contains(&alert)
    {
        TlsError::NothingInCommon(format!("it says {says}"))
    } else {
        TlsError::Other(format!("it says {says}"))
    }
}

/// The day of a moment, `2026-11-20`, after the rule of the Gregorian calendar.
fn date(secs: u64) -> String {
    let mut days = secs / 86_400;
    let mut year = 1970;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_798_675_200), "2026-12-31");
    }

    #[test]
    fn other_names_are_shown_as_they_are_written() {
        assert_eq!(plain("DnsName(\"k1.example\")"), "k1.example");
        assert_eq!(plain("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(plain("odd"), "odd");
    }
}
