//! Certificates of DTLS peers on one more curve: P-224.
//!
//! FFmpeg built with GnuTLS asks for the weakest curve and presents a P-224 certificate when it
//! publishes by WHIP. The certificate's fingerprint is what is trusted (RFC 8122); the signature only
//! proves that the peer has its key.

use std::sync::Once;

use dimpl::CryptoError;
use dimpl::crypto::{
    CryptoProvider, HashAlgorithm, SignatureAlgorithm, SignatureVerifier, aws_lc_rs,
};
use p224::ecdsa::signature::hazmat::PrehashVerifier;
use p224::ecdsa::{DerSignature, VerifyingKey};
use sha2::{Digest, Sha256, Sha384};
use x509_cert::Certificate;
use x509_cert::der::Decode;

static INSTALL: Once = Once::new();

/// Makes every DTLS connection of this process accept P-224 certificates besides the usual ones.
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

/// The library's verifier, and P-224 where that gives up.
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
    let certificate =
        Certificate::from_der(certificate).map_err(|_| CryptoError::CertificateParseFailed)?;
    let key = &certificate.tbs_certificate.subject_public_key_info.subject_public_key;
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
