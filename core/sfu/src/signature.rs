//! Certificates of DTLS peers with keys that the DTLS library does not verify: P-224 and RSA.
//!
//! FFmpeg built with GnuTLS asks for the weakest curve and presents a P-224 certificate when it
//! publishes by WHIP; GStreamer's webrtcbin makes RSA certificates. (That those may be presented at
//! all is a change of the library: `core/patches`.) The certificate's fingerprint is what is trusted
//! (RFC 8122); the signature only proves that the peer has its key.

use std::sync::Once;

use ::aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, UnparsedPublicKey,
};
use dimpl::CryptoError;
use dimpl::crypto::{
    CryptoProvider, HashAlgorithm, SignatureAlgorithm, SignatureVerifier, aws_lc_rs,
};
use p224::ecdsa::signature::hazmat::PrehashVerifier;
use p224::ecdsa::{DerSignature, VerifyingKey};
use sha2::{Digest, Sha256, Sha384};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::BitString;

static INSTALL: Once = Once::new();

/// Makes every DTLS connection of this process accept these certificates besides the usual ones.
pub(crate) fn install() {
    INSTALL.call_once(|| {
        let usual = aws_lc_rs::default_provider();
        CryptoProvider::install_default(CryptoProvider {
            signature_verification: &VERIFIER,
            ..usual
        });
    });
}

static VERIFIER: Verifier = Verifier;

/// The library's verifier, and ours where that gives up.
#[derive(Debug)]
struct Verifier;

impl SignatureVerifier for Verifier {
    fn verify_signature(
        &self,
        certificate: &[u8],
        data: &[u8],
        signature: &[u8],
        hash: HashAlgorithm,
        algorithm: SignatureAlgorithm,
    ) -> Result<(), CryptoError> {
        let usual = aws_lc_rs::default_provider().signature_verification;
        match usual.verify_signature(certificate, data, signature, hash, algorithm) {
            Err(CryptoError::UnsupportedEcCurve) => verify_p224(certificate, data, signature, hash),
            Err(CryptoError::UnsupportedSignatureAlgorithm(SignatureAlgorithm::RSA)) => {
                verify_rsa(certificate, data, signature, hash)
            }
            result => result,
        }
    }
}

fn verify_p224(
    certificate: &[u8],
    data: &[u8],
    signature: &[u8],
    hash: HashAlgorithm,
) -> Result<(), CryptoError> {
    let key = key(certificate)?;
    // Keys of other curves have other lengths, and are refused here.
    let key = VerifyingKey::from_sec1_bytes(key.raw_bytes())
        .map_err(|_| CryptoError::UnsupportedEcCurve)?;
    let digest = match hash {
        HashAlgorithm::SHA256 => Sha256::digest(data).to_vec(),
        HashAlgorithm::SHA384 => Sha384::digest(data).to_vec(),
        _ => return Err(CryptoError::UnsupportedEcCurve),
    };
    let signature =
        DerSignature::try_from(signature).map_err(|_| CryptoError::InvalidSignatureFormat)?;
    key.verify_prehash(&digest, &signature).map_err(|_| CryptoError::InvalidSubjectPublicKey)
}

/// Signatures of TLS 1.2 (RFC 5246 section 4.7) are PKCS #1 v1.5; keys have 2,048 bits at least.
fn verify_rsa(
    certificate: &[u8],
    data: &[u8],
    signature: &[u8],
    hash: HashAlgorithm,
) -> Result<(), CryptoError> {
    let algorithm = match hash {
        HashAlgorithm::SHA256 => &RSA_PKCS1_2048_8192_SHA256,
        HashAlgorithm::SHA384 => &RSA_PKCS1_2048_8192_SHA384,
        _ => return Err(CryptoError::UnsupportedSignatureAlgorithm(SignatureAlgorithm::RSA)),
    };
    let key = key(certificate)?;
    UnparsedPublicKey::new(algorithm, key.raw_bytes())
        .verify(data, signature)
        .map_err(|_| CryptoError::InvalidSubjectPublicKey)
}

fn key(certificate: &[u8]) -> Result<BitString, CryptoError> {
    let certificate =
        Certificate::from_der(certificate).map_err(|_| CryptoError::CertificateParseFailed)?;
    Ok(certificate.tbs_certificate.subject_public_key_info.subject_public_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &[u8] = b"what the peer signs";

    macro_rules! vector {
        ($name:literal) => {
            (
                include_bytes!(concat!("../../../vectors/dtls/", $name, ".der")).as_slice(),
                include_bytes!(concat!("../../../vectors/dtls/", $name, ".signature")).as_slice(),
            )
        };
    }

    fn verify(
        (certificate, signature): (&[u8], &[u8]),
        data: &[u8],
        algorithm: SignatureAlgorithm,
    ) -> Result<(), CryptoError> {
        VERIFIER.verify_signature(certificate, data, signature, HashAlgorithm::SHA256, algorithm)
    }

    #[test]
    fn who_has_the_key_is_told_from_who_has_not() {
        let rsa = vector!("rsa");
        let p224 = vector!("p224");
        verify(rsa, DATA, SignatureAlgorithm::RSA).expect("its own");
        verify(p224, DATA, SignatureAlgorithm::ECDSA).expect("its own");
        for (one, algorithm) in [(rsa, SignatureAlgorithm::RSA), (p224, SignatureAlgorithm::ECDSA)]
        {
            verify(one, b"something else", algorithm).expect_err("of other data");
            verify((one.0, &one.1[1..]), DATA, algorithm).expect_err("damaged");
            verify((&one.0[..one.0.len() / 2], one.1), DATA, algorithm).expect_err("half");
        }
        verify((rsa.0, p224.1), DATA, SignatureAlgorithm::RSA).expect_err("another's");
        verify((p224.0, rsa.1), DATA, SignatureAlgorithm::RSA).expect_err("of another kind");
    }

    #[test]
    fn short_keys_are_refused() {
        verify(vector!("rsa-1024"), DATA, SignatureAlgorithm::RSA).expect_err("1,024 bits");
    }
}
