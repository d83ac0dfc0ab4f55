//! SRTP as a sender needs it: keys are derived, packets sealed where they lie.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use str0m::crypto::dtls::SrtpProfile;

/// The first SRTCP index of ours.
///
/// `str0m` holds the same keys and counts its own SRTCP packets from 0. Two GCM packets of one SSRC
/// and one index have the same nonce, which gives the authentication key away (RFC 7714 section 8.4).
/// It would take 2^30 packets of `str0m`, which sends none while it does not publish, to reach ours.
const FIRST_RTCP_INDEX: u32 = 1 << 30;
/// The index has 31 bits (RFC 3711 section 3.4).
const END_OF_RTCP_INDEX: u32 = 1 << 31;
/// In SRTCP the highest bit next to the index says that the packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;
/// What stays readable of an RTCP packet: its first header and SSRC.
const RTCP_HEADER: usize = 8;
const RTCP_INDEX: usize = 4;
const GCM_TAG: usize = 16;
/// HMAC-SHA1 cut to 80 bits.
const HMAC_TAG: usize = 10;

/// The master key and salt of one direction.
#[derive(Clone)]
pub(super) struct MasterKey {
    profile: SrtpProfile,
    key: Vec<u8>,
    salt: Vec<u8>,
}

impl MasterKey {
    /// The half of the DTLS keying material that one side writes with (RFC 5764 section 4.2).
    pub(super) fn of_side(profile: SrtpProfile, material: &[u8], client: bool) -> Option<Self> {
        let (key, salt) = match profile {
            SrtpProfile::AES128_CM_SHA1_80 => (16, 14),
            SrtpProfile::AEAD_AES_128_GCM => (16, 12),
            SrtpProfile::AEAD_AES_256_GCM => (32, 12),
            _ => return None,
        };
        let (keys, salts) = material.split_at_checked(2 * key)?;
        let side = usize::from(!client);
        Some(Self {
            profile,
            key: keys.get(side * key..(side + 1) * key)?.to_vec(),
            salt: salts.get(side * salt..(side + 1) * salt)?.to_vec(),
        })
    }

    /// A session key (RFC 3711 section 4.3): the key stream at the place that its label names.
    fn derive<const LENGTH: usize>(&self, label: u8) -> Result<[u8; LENGTH], Unspecified> {
        let mut counter = [0; 16];
        counter[..self.salt.len()].copy_from_slice(&self.salt);
        counter[7] ^= label;
        let algorithm = if self.key.len() == 32 { &AES_256 } else { &AES_128 };
        let stream = EncryptingKey::ctr(UnboundCipherKey::new(algorithm, &self.key)?)?;
        let mut derived = [0; LENGTH];
        stream.less_safe_encrypt(&mut derived, EncryptionContext::Iv128((&counter).into()))?;
        Ok(derived)
    }

    /// The cipher with these labels for its key, its authentication key and its salt.
    fn cipher(&self, labels: [u8; 3]) -> Result<Cipher, Unspecified> {
        let [key, authentication, salt] = labels;
        let gcm = |key: UnboundKey| -> Result<Cipher, Unspecified> {
            Ok(Cipher::Gcm { key: LessSafeKey::new(key), salt: self.derive(salt)? })
        };
        match self.profile {
            SrtpProfile::AEAD_AES_128_GCM => {
                gcm(UnboundKey::new(&AES_128_GCM, &self.derive::<16>(key)?)?)
            }
            SrtpProfile::AEAD_AES_256_GCM => {
                gcm(UnboundKey::new(&AES_256_GCM, &self.derive::<32>(key)?)?)
            }
            _ => {
                let stream = UnboundCipherKey::new(&AES_128, &self.derive::<16>(key)?)?;
                let authentication = self.derive::<20>(authentication)?;
                Ok(Cipher::CounterMode {
                    stream: EncryptingKey::ctr(stream)?,
                    salt: self.derive(salt)?,
                    authentication: hmac::Key::new(
                        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                        &authentication,
                    ),
                })
            }
        }
    }
}

#[allow(clippy::large_enum_variant, reason = "the large one is what nearly every viewer has")]
enum Cipher {
    /// RFC 7714.
    Gcm { key: LessSafeKey, salt: [u8; 12] },
    /// RFC 3711 sections 4.1.1 and 4.2.1.
    CounterMode { stream: EncryptingKey, salt: [u8; 14], authentication: hmac::Key },
}

impl Cipher {
    fn tag(&self) -> usize {
        match self {
            Self::Gcm { .. } => GCM_TAG,
            Self::CounterMode { .. } => HMAC_TAG,
        }
    }
}

/// Seals what one side sends.
///
/// Invariant: no SRTCP index is used twice. That no RTP packet is sealed twice under one number is the
/// caller's part (`Once`).
pub(super) struct Sealer {
    rtp: Cipher,
    rtcp: Cipher,
    next_rtcp_index: u32,
}

impl Sealer {
    /// A sealer with the session keys of a master key.
    pub(super) fn new(master: &MasterKey) -> Result<Self, Unspecified> {
        Ok(Self {
            rtp: master.cipher([0, 1, 2])?,
            rtcp: master.cipher([3, 4, 5])?,
            next_rtcp_index: FIRST_RTCP_INDEX,
        })
    }

    /// How many bytes longer a sealed RTP packet is.
    pub(super) fn rtp_overhead(&self) -> usize {
        self.rtp.tag()
    }

    /// Seals the RTP packet from `start` to the end of `bytes`; `header` bytes of it stay readable.
    /// `index` is its extended sequence number.
    pub(super) fn seal_rtp(
        &self,
        bytes: &mut Vec<u8>,
        start: usize,
        header: usize,
        ssrc: u32,
        index: u64,
    ) {
        let (head, body) = bytes[start..].split_at_mut(header);
        let sealed = match &self.rtp {
            Cipher::Gcm { key, salt } => {
                let nonce = nonce(*salt, ssrc, index);
                key.seal_in_place_separate_tag(nonce, Aad::from(&*head), body)
                    .map(|tag| bytes.extend_from_slice(tag.as_ref()))
            }
            Cipher::CounterMode { stream, salt, authentication } => {
                encrypt(stream, salt, ssrc, index, body).map(|()| {
                    let mut context = hmac::Context::with_key(authentication);
                    context.update(&bytes[start..]);
                    context.update(&((index >> 16) as u32).to_be_bytes());
                    bytes.extend_from_slice(&context.sign().as_ref()[..HMAC_TAG]);
                })
            }
        };
        or_nothing(sealed, bytes, start, self.rtp_overhead());
    }

    /// Seals an RTCP packet; false when that fails or all indices are used up: it must not be sent.
    pub(super) fn seal_rtcp(&mut self, bytes: &mut Vec<u8>, ssrc: u32) -> bool {
        let index = self.next_rtcp_index;
        if index >= END_OF_RTCP_INDEX {
            return false;
        }
        self.next_rtcp_index += 1;
        let word = (ENCRYPTED | index).to_be_bytes();
        let (head, body) = bytes.split_at_mut(RTCP_HEADER);
        let sealed = match &self.rtcp {
            Cipher::Gcm { key, salt } => {
                let nonce = nonce(*salt, ssrc, u64::from(index));
                let mut readable = [0; RTCP_HEADER + RTCP_INDEX];
                readable[..RTCP_HEADER].copy_from_slice(head);
                readable[RTCP_HEADER..].copy_from_slice(&word);
                key.seal_in_place_separate_tag(nonce, Aad::from(readable), body).map(|tag| {
                    bytes.extend_from_slice(tag.as_ref());
                    bytes.extend_from_slice(&word);
                })
            }
            Cipher::CounterMode { stream, salt, authentication } => {
                encrypt(stream, salt, ssrc, u64::from(index), body).map(|()| {
                    bytes.extend_from_slice(&word);
                    let tag = hmac::sign(authentication, bytes);
                    bytes.extend_from_slice(&tag.as_ref()[..HMAC_TAG]);
                })
            }
        };
        sealed.is_ok()
    }
}

/// RFC 7714 sections 8.1 and 9.1: SSRC and index, RTP's 48 bits as well as RTCP's 31, under the salt.
fn nonce(mut salt: [u8; 12], ssrc: u32, index: u64) -> Nonce {
    mix(&mut salt[2..6], &ssrc.to_be_bytes());
    mix(&mut salt[4..], &index.to_be_bytes());
    Nonce::assume_unique_for_key(salt)
}

/// RFC 3711 section 4.1.1.
fn encrypt(
    stream: &EncryptingKey,
    salt: &[u8; 14],
    ssrc: u32,
    index: u64,
    body: &mut [u8],
) -> Result<(), Unspecified> {
    let mut counter = [0; 16];
    counter[..salt.len()].copy_from_slice(salt);
    mix(&mut counter[4..8], &ssrc.to_be_bytes());
    mix(&mut counter[6..14], &index.to_be_bytes());
    stream.less_safe_encrypt(body, EncryptionContext::Iv128((&counter).into()))?;
    Ok(())
}

fn mix(bytes: &mut [u8], with: &[u8]) {
    for (byte, with) in bytes.iter_mut().zip(with) {
        *byte ^= with;
    }
}

/// A packet that cannot be sealed must not leave readable; one of zeros is dropped by its receiver,
/// and keeps its place in a run.
fn or_nothing(sealed: Result<(), Unspecified>, bytes: &mut Vec<u8>, start: usize, overhead: usize) {
    if sealed.is_err() {
        let length = bytes.len() + overhead;
        bytes.truncate(start);
        bytes.resize(length, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hexadecimal digits, as the specifications print them.
    fn hex(digits: &str) -> Vec<u8> {
        let digits: Vec<_> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
    }

    fn gcm(key: &'static aws_lc_rs::aead::Algorithm, bytes: &[u8]) -> Cipher {
        let key = LessSafeKey::new(UnboundKey::new(key, bytes).unwrap());
        Cipher::Gcm { key, salt: hex("5175696420 70726f20 71756f").try_into().unwrap() }
    }

    /// A sealer of session keys 00 01 02 …, as in RFC 7714 sections 16 and 17.
    fn sealer(key: &'static aws_lc_rs::aead::Algorithm) -> Sealer {
        let bytes: Vec<u8> = (0..key.key_len() as u8).collect();
        Sealer { rtp: gcm(key, &bytes), rtcp: gcm(key, &bytes), next_rtcp_index: 0x5d4 }
    }

    const GALLIA: &str = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 \
                          69736120 696e2070 61727465 73207472 6573";
    const REPORT: &str = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 \
                          deadbeef deadbeef deadbeef deadbeef deadbeef";

    #[test]
    fn rtp_is_sealed_as_in_rfc_7714_section_16() {
        let sealed = |key| {
            // Something lies before it in the run.
            let mut bytes = vec![0xff; 5];
            bytes.extend(hex(GALLIA));
            sealer(key).seal_rtp(&mut bytes, 5, 12, 0x5501_a0b2, 0xf17b);
            bytes.split_off(5)
        };
        let expected = "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 \
                        0d294e6f 42a5f47a 51c7d19b 36de3adf 8833 899d7f27 beb16a91 52cf765e e4390cce";
        assert_eq!(sealed(&AES_128_GCM), hex(expected));
        let expected = "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 \
                        9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b 7aa3db36 dfffd6b0 f9bb7878 d7a76c13";
        assert_eq!(sealed(&AES_256_GCM), hex(expected));
    }

    #[test]
    fn rtcp_is_sealed_as_in_rfc_7714_section_17() {
        let sealed = |key| {
            let mut bytes = hex(REPORT);
            assert!(sealer(key).seal_rtcp(&mut bytes, 0x4d61_7273));
            bytes
        };
        let expected = "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d \
                        c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 \
                        45d9eade 800005d4";
        assert_eq!(sealed(&AES_128_GCM), hex(expected));
        let expected = "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 \
                        a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c \
                        b26ac3be 800005d4";
        assert_eq!(sealed(&AES_256_GCM), hex(expected));
    }

    #[test]
    fn keys_are_derived_as_in_rfc_3711_section_b_3() {
        let master = MasterKey {
            profile: SrtpProfile::AES128_CM_SHA1_80,
            key: hex("e1f97a0d3e018be0d64fa32c06de4139"),
            salt: hex("0ec675ad498afeebb6960b3aabe6"),
        };
        let key: [u8; 16] = master.derive(0).unwrap();
        assert_eq!(key.to_vec(), hex("c61e7a93744f39ee10734afe3ff7a087"));
        let authentication: [u8; 20] = master.derive(1).unwrap();
        let expected = "cebe321f6ff7716b6fd4ab49af256a156d38baa4";
        assert_eq!(authentication.to_vec(), hex(expected));
        let salt: [u8; 14] = master.derive(2).unwrap();
        assert_eq!(salt.to_vec(), hex("30cbbc08863d8c85d49db34a9ae1"));
    }

    #[test]
    fn long_keys_are_derived_as_in_rfc_6188_section_7_3() {
        let master = MasterKey {
            profile: SrtpProfile::AEAD_AES_256_GCM,
            key: hex("f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6"),
            salt: hex("3b04803de51ee7c96423ab5b78d2"),
        };
        let key: [u8; 32] = master.derive(0).unwrap();
        let expected = "5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4";
        assert_eq!(key.to_vec(), hex(expected));
    }

    #[test]
    fn counter_mode_is_that_of_rfc_3711_section_b_2() {
        let key = hex("2b7e151628aed2a6abf7158809cf4f3c");
        let stream = EncryptingKey::ctr(UnboundCipherKey::new(&AES_128, &key).unwrap()).unwrap();
        let salt = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd").try_into().unwrap();
        let mut body = [0; 48];
        encrypt(&stream, &salt, 0, 0, &mut body).unwrap();
        let expected = "e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab \
                        41e95b3bb0a2e8dd477901e4fca894c0";
        assert_eq!(body.to_vec(), hex(expected));
    }

    /// The vector that implementations share; the specification has none for a whole packet.
    #[test]
    fn counter_mode_ends_with_a_tag_over_packet_and_rollover_counter() {
        let master = MasterKey {
            profile: SrtpProfile::AES128_CM_SHA1_80,
            key: hex("e1f97a0d3e018be0d64fa32c06de4139"),
            salt: hex("0ec675ad498afeebb6960b3aabe6"),
        };
        let mut bytes = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
        let sealer = Sealer::new(&master).unwrap();
        sealer.seal_rtp(&mut bytes, 0, 12, 0xcafe_babe, 0x1234);
        let expected = "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc \
                        99ea179b 8dbb";
        assert_eq!(bytes, hex(expected));
    }

    #[test]
    fn both_sides_have_keys_of_their_own() {
        let material: Vec<u8> = (0..56).collect();
        let profile = SrtpProfile::AEAD_AES_128_GCM;
        let client = MasterKey::of_side(profile, &material, true).unwrap();
        assert_eq!((client.key[0], client.salt[0]), (0, 32));
        let server = MasterKey::of_side(profile, &material, false).unwrap();
        assert_eq!((server.key[0], server.salt[0]), (16, 44));
        assert!(MasterKey::of_side(profile, &material[..55], false).is_none(), "too short");
    }

    #[test]
    fn no_rtcp_index_is_used_twice() {
        let mut sealer = sealer(&AES_128_GCM);
        sealer.next_rtcp_index = END_OF_RTCP_INDEX - 2;
        let mut seal = || {
            let mut bytes = hex(REPORT);
            sealer.seal_rtcp(&mut bytes, 7).then(|| bytes.split_off(bytes.len() - RTCP_INDEX))
        };
        assert_eq!(seal(), Some(vec![0xff, 0xff, 0xff, 0xfe]));
        assert_eq!(seal(), Some(vec![0xff, 0xff, 0xff, 0xff]));
        assert_eq!(seal(), None);
        assert_eq!(seal(), None);
    }
}
