//! Certificates and keys out of PEM, with words for what people put there instead.
//!
//! Must never know: where the bytes came from, but for the name of the place. Stories: in this file.

use rustls::pki_types::pem::{Error as Pem, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::trouble::TlsError;

/// How a Java keystore begins.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

/// How PKCS#12, and a certificate without PEM around it, begin: a long DER sequence.
const DER: [u8; 2] = [0x30, 0x82];

/// All certificates, in their order.
pub(super) fn certificates(
    place: &str,
    bytes: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, Pem> = CertificateDer::pem_slice_iter(bytes).collect();
    match found {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(wrong(place, instead(bytes, "certificate"))),
        Err(why) => Err(wrong(place, format!("is damaged: {why}"))),
    }
}

/// The first private key.
pub(super) fn key(place: &str, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(bytes).map_err(|why| {
        if matches!(why, Pem::NoItemsFound) {
            wrong(place, instead(bytes, "private key"))
        } else {
            // What is in it is a secret: only that it is no good is told.
            wrong(place, "is damaged".into())
        }
    })
}

pub(super) fn wrong(place: &str, why: String) -> TlsError {
    TlsError::Material {
        place: place.to_string(),
        why,
    }
}

/// What stands there instead.
fn instead(bytes: &[u8], wanted: &str) -> String {
    let has = |word: &str| {
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    if bytes.starts_with(&JKS) || bytes.starts_with(&DER) {
        return format!(
            "is no PEM but a keystore (JKS, PKCS#12) or bare DER: take the {wanted} out of it as PEM, with keytool or openssl"
        );
    }
    if has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED") {
        return "holds a private key under a password: give one without (openssl pkey), guarded by the rights of its file".into();
    }
    if has("PRIVATE KEY") {
        return format!("holds a private key and no {wanted}");
    }
    if has("BEGIN CERTIFICATE") {
        return format!("holds a certificate and no {wanted}");
    }
    format!("holds no {wanted} in PEM")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> String {
        match key("k.pem", bytes) {
            Ok(_) => "read".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_people_put_there_instead_is_named() {
        assert_eq!(said(b""), "k.pem holds no private key in PEM");
        assert!(said(&[0xfe, 0xed, 0xfe, 0xed, 0]).contains("keystore (JKS"));
        let locked =
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert!(
            said(locked).contains("under a password"),
            "{}",
            said(locked)
        );
        let other = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(said(other), "k.pem holds a certificate and no private key");
    }

    #[test]
    fn a_damaged_key_is_not_repeated() {
        let text = b"-----BEGIN PRIVATE KEY-----\n!!secret!!\n-----END PRIVATE KEY-----\n";
        assert_eq!(said(text), "k.pem is damaged");
    }
}
