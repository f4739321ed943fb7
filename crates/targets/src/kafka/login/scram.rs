//! SCRAM as RFC 5802 says, with the hashes of RFC 7677 and Kafka's SCRAM-SHA-512.
//!
//! Names and passwords are taken as they are, without SASLprep: so does Kafka's own client
//! (`ScramFormatter`). The server must prove that it knows the password too.
//! Must never know: connections. Stories: in this file, on the vectors of the RFCs.

use std::num::NonZeroU32;

use aws_lc_rs::{constant_time, digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

/// Fewer iterations than Kafka and RFC 7677 allow would give the password away too cheaply.
const ITERATIONS_MIN_COUNT: u32 = 4_096;

/// Kafka's own limit is 16 384; above this a server only burns our time (about a second).
const ITERATIONS_MAX_COUNT: u32 = 1_000_000;

/// The hash that all is made with.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    digest: &'static digest::Algorithm,
    hmac: hmac::Algorithm,
    pbkdf2: pbkdf2::Algorithm,
}

pub(super) const SHA_256: Hash = Hash {
    digest: &digest::SHA256,
    hmac: hmac::HMAC_SHA256,
    pbkdf2: pbkdf2::PBKDF2_HMAC_SHA256,
};

pub(super) const SHA_512: Hash = Hash {
    digest: &digest::SHA512,
    hmac: hmac::HMAC_SHA512,
    pbkdf2: pbkdf2::PBKDF2_HMAC_SHA512,
};

/// Why the exchange cannot go on.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum ScramError {
    /// Not what RFC 5802 says.
    #[error("its part of SCRAM cannot be read: {0}")]
    Unreadable(&'static str),
    /// The answer is to somebody else's question.
    #[error("its challenge is not an answer to ours")]
    Nonce,
    /// Too few iterations, or far too many.
    #[error(
        "it asks for {0} iterations: {ITERATIONS_MIN_COUNT} to {ITERATIONS_MAX_COUNT} are accepted"
    )]
    Iterations(u32),
    /// The server said no, in its words.
    #[error("it says: {0}")]
    Said(String),
    /// The server does not know the password.
    #[error("it does not know the password itself: that is not the cluster it says it is")]
    Impostor,
}

/// After the first message.
pub(super) struct First {
    hash: Hash,
    nonce: String,
    bare: String,
}

/// After the last message: the server's own proof is awaited.
pub(super) struct Last {
    hash: Hash,
    server_key: Vec<u8>,
    said: String,
}

/// The first message. The nonce is printable and holds no comma.
pub(super) fn begin(hash: Hash, user: &str, nonce: &str) -> (First, Vec<u8>) {
    let user = user.replace('=', "=3D").replace(',', "=2C");
    let bare = format!("n={user},r={nonce}");
    let message = format!("n,,{bare}").into_bytes();
    let nonce = nonce.to_string();
    (First { hash, nonce, bare }, message)
}

impl First {
    /// Answers the server's challenge.
    pub(super) fn answer(
        self,
        password: &[u8],
        challenge: &[u8],
    ) -> Result<(Last, Vec<u8>), ScramError> {
        let challenge = text(challenge)?;
        let mut parts = challenge.split(',');
        let mut part = |name: &'static str| {
            let part = parts.next().unwrap_or_default();
            part.strip_prefix(name)
                .ok_or(ScramError::Unreadable("an attribute is missing"))
        };
        let nonce = part("r=")?;
        let salt = decode(part("s=")?)?;
        let count: u32 = part("i=")?
            .parse()
            .map_err(|_| ScramError::Unreadable("iterations are no number"))?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(ScramError::Nonce);
        }
        let iterations = NonZeroU32::new(count)
            .filter(|count| (ITERATIONS_MIN_COUNT..=ITERATIONS_MAX_COUNT).contains(&count.get()))
            .ok_or(ScramError::Iterations(count))?;
        let mut salted = vec![0; self.hash.digest.output_len()];
        pbkdf2::derive(self.hash.pbkdf2, iterations, &salt, password, &mut salted);
        let client_key = self.hash.mac(&salted, b"Client Key");
        let stored_key = digest::digest(self.hash.digest, &client_key);
        // `biws` is base64 of `n,,`: no channel is bound.
        let bare = format!("c=biws,r={nonce}");
        let said = format!("{},{challenge},{bare}", self.bare);
        let signature = self.hash.mac(stored_key.as_ref(), said.as_bytes());
        let proof: Vec<u8> = client_key
            .iter()
            .zip(&signature)
            .map(|(a, b)| a ^ b)
            .collect();
        let message = format!("{bare},p={}", STANDARD.encode(proof)).into_bytes();
        let last = Last {
            hash: self.hash,
            server_key: self.hash.mac(&salted, b"Server Key"),
            said,
        };
        Ok((last, message))
    }
}

impl Last {
    /// Whether the server knows the password as well.
    pub(super) fn check(self, proof: &[u8]) -> Result<(), ScramError> {
        let proof = text(proof)?;
        if let Some(why) = proof.strip_prefix("e=") {
            return Err(ScramError::Said(why.to_string()));
        }
        let proof = proof
            .strip_prefix("v=")
            .ok_or(ScramError::Unreadable("no proof"))?;
        let ours = self.hash.mac(&self.server_key, self.said.as_bytes());
        constant_time::verify_slices_are_equal(&ours, &decode(proof)?)
            .map_err(|_| ScramError::Impostor)
    }
}

impl Hash {
    fn mac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        let key = hmac::Key::new(self.hmac, key);
        hmac::sign(&key, message).as_ref().to_vec()
    }
}

fn text(bytes: &[u8]) -> Result<&str, ScramError> {
    std::str::from_utf8(bytes).map_err(|_| ScramError::Unreadable("it is no text"))
}

fn decode(text: &str) -> Result<Vec<u8>, ScramError> {
    STANDARD
        .decode(text)
        .map_err(|_| ScramError::Unreadable("it is no base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7677, section 3.
    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const CHALLENGE: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn last(hash: Hash, challenge: &str) -> Result<(Last, String), ScramError> {
        let (first, message) = begin(hash, "user", NONCE);
        assert_eq!(message, format!("n,,n=user,r={NONCE}").into_bytes());
        let (last, message) = first.answer(b"pencil", challenge.as_bytes())?;
        Ok((last, String::from_utf8(message).expect("text")))
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let (last, message) = last(SHA_256, CHALLENGE).expect("an answer");
        assert_eq!(
            message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(
            last.check(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
            Ok(())
        );
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_found_out() {
        let check = |proof: &[u8]| last(SHA_256, CHALLENGE).expect("an answer").0.check(proof);
        let forged = b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(check(forged), Err(ScramError::Impostor));
        assert_eq!(check(b"v="), Err(ScramError::Impostor));
        assert_eq!(
            check(b"e=other-error"),
            Err(ScramError::Said("other-error".into()))
        );
    }

    #[test]
    fn challenges_that_cannot_be_are_refused() {
        let with = |from: &str, to: &str| last(SHA_512, &CHALLENGE.replace(from, to)).err();
        assert_eq!(with("rOpr", "xOpr"), Some(ScramError::Nonce));
        assert_eq!(
            with("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", ""),
            Some(ScramError::Nonce)
        );
        assert_eq!(with("4096", "1"), Some(ScramError::Iterations(1)));
        assert_eq!(
            with("4096", "4000000000"),
            Some(ScramError::Iterations(4_000_000_000))
        );
        assert!(with("s=", "z=").is_some() && with("W22Z", "!!!!").is_some());
    }

    #[test]
    fn names_are_escaped() {
        let (_, message) = begin(SHA_256, "a=b,c", "x");
        assert_eq!(message, b"n,,n=a=3Db=2Cc,r=x");
    }
}
