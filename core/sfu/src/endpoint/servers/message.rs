//! STUN messages (RFC 8489 section 5), as clients of servers say and hear them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use aws_lc_rs::hmac;

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER: usize = 20;
const INTEGRITY: usize = 20;
const MESSAGE_INTEGRITY: u16 = 0x0008;

/// Methods and classes, as one number each (section 5).
pub(super) const BINDING: u16 = 0x0001;
pub(super) const ALLOCATE: u16 = 0x0003;
pub(super) const REFRESH: u16 = 0x0004;
pub(super) const SEND: u16 = 0x0016;
pub(super) const DATA: u16 = 0x0017;
pub(super) const CHANNEL_BIND: u16 = 0x0009;
const CLASS: u16 = 0x0110;
const SUCCESS: u16 = 0x0100;
const ERROR: u16 = 0x0110;

/// Attributes.
pub(super) const USERNAME: u16 = 0x0006;
pub(super) const ERROR_CODE: u16 = 0x0009;
pub(super) const CHANNEL_NUMBER: u16 = 0x000c;
pub(super) const LIFETIME: u16 = 0x000d;
pub(super) const PEER_ADDRESS: u16 = 0x0012;
pub(super) const CONTENTS: u16 = 0x0013;
pub(super) const REALM: u16 = 0x0014;
pub(super) const NONCE: u16 = 0x0015;
pub(super) const RELAYED_ADDRESS: u16 = 0x0016;
pub(super) const REQUESTED_TRANSPORT: u16 = 0x0019;
pub(super) const MAPPED_ADDRESS: u16 = 0x0020;

/// What tells a request from others.
pub(super) type TransactionId = [u8; 12];

/// A message in the making.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(kind: u16, id: &TransactionId) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&COOKIE);
        bytes.extend_from_slice(id);
        Self(bytes)
    }

    pub(super) fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        let bytes = &mut self.0;
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&(value.len() as u16).to_be_bytes());
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        self
    }

    pub(super) fn address(self, kind: u16, address: SocketAddr) -> Self {
        let mut value = vec![0, if address.is_ipv4() { 1 } else { 2 }];
        value.extend_from_slice(&address.port().to_be_bytes());
        match address.ip() {
            IpAddr::V4(ip) => value.extend_from_slice(&ip.octets()),
            IpAddr::V6(ip) => value.extend_from_slice(&ip.octets()),
        }
        let mask = &self.0[4..HEADER];
        let masked = value[2..4].iter().zip(mask).chain(value[4..].iter().zip(mask));
        let masked: Vec<_> = masked.map(|(byte, mask)| byte ^ mask).collect();
        value.truncate(2);
        value.extend(masked);
        self.attribute(kind, &value)
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.set_length(0);
        self.0
    }

    /// With a proof that the key is known (section 14.5).
    pub(super) fn sign(mut self, key: &[u8]) -> Vec<u8> {
        self.set_length(4 + INTEGRITY);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        let proof = hmac::sign(&key, &self.0);
        self.attribute(MESSAGE_INTEGRITY, proof.as_ref()).finish()
    }

    fn set_length(&mut self, more: usize) {
        let length = (self.0.len() - HEADER + more) as u16;
        self.0[2..4].copy_from_slice(&length.to_be_bytes());
    }
}

/// A message that came.
pub(super) struct Message<'a> {
    kind: u16,
    pub(super) id: TransactionId,
    mask: &'a [u8],
    attributes: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn read(datagram: &'a [u8]) -> Option<Self> {
        let (header, attributes) = datagram.split_at_checked(HEADER)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let is_stun = header[0] < 0x40 && header[4..8] == COOKIE && length == attributes.len();
        let mut id = TransactionId::default();
        id.copy_from_slice(&header[8..]);
        let kind = u16::from_be_bytes([header[0], header[1]]);
        is_stun.then_some(Self { kind, id, mask: &header[4..], attributes })
    }

    pub(super) fn is_success(&self) -> bool {
        self.kind & CLASS == SUCCESS
    }

    pub(super) fn is_error(&self) -> bool {
        self.kind & CLASS == ERROR
    }

    /// Whether it is what a server relays, outside of channels.
    pub(super) fn is_data(&self) -> bool {
        self.kind == DATA
    }

    pub(super) fn get(&self, kind: u16) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        while rest.len() >= 4 {
            let found = u16::from_be_bytes([rest[0], rest[1]]);
            let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            let value = rest.get(4..4 + length)?;
            if found == kind {
                return Some(value);
            }
            rest = rest.get(4 + length.next_multiple_of(4)..)?;
        }
        None
    }

    /// The number of an error (section 14.8).
    pub(super) fn error(&self) -> Option<u16> {
        let value = self.get(ERROR_CODE)?;
        Some(u16::from(value.get(2)? & 7) * 100 + u16::from(*value.get(3)?))
    }

    pub(super) fn number(&self, kind: u16) -> Option<u32> {
        self.get(kind)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(super) fn address(&self, kind: u16) -> Option<SocketAddr> {
        let value = self.get(kind)?;
        let unmask = |bytes: &[u8]| -> Vec<u8> {
            bytes.iter().zip(self.mask).map(|(byte, mask)| byte ^ mask).collect()
        };
        let port = u16::from_be_bytes(unmask(value.get(2..4)?).try_into().ok()?);
        let address = unmask(value.get(4..)?);
        let ip = match value[1] {
            1 => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?)),
            2 => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?)),
            _ => return None,
        };
        Some(SocketAddr::new(ip, port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: TransactionId =
        [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    #[test]
    fn addresses_survive_their_mask() {
        for address in ["192.0.2.1:32853", "[2001:db8:1234:5678:11:2233:4455:6677]:32853"] {
            let address: SocketAddr = address.parse().expect("an address");
            let bytes = Writer::new(BINDING | SUCCESS, &ID)
                .attribute(REALM, b"abc")
                .address(MAPPED_ADDRESS, address)
                .finish();
            let message = Message::read(&bytes).expect("a message");
            assert!(message.is_success() && !message.is_error());
            assert_eq!(message.address(MAPPED_ADDRESS), Some(address));
            assert_eq!(message.get(REALM), Some(&b"abc"[..]));
        }
    }

    #[test]
    fn an_address_is_masked_as_the_test_vector_has_it() {
        // RFC 5769 section 2.2.
        let address = SocketAddr::from(([192, 0, 2, 1], 32853));
        let bytes = Writer::new(BINDING | SUCCESS, &ID).address(MAPPED_ADDRESS, address).finish();
        assert_eq!(bytes[24..], [0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let whole = Writer::new(ALLOCATE | ERROR, &ID)
            .attribute(ERROR_CODE, &[0, 0, 4, 38])
            .attribute(LIFETIME, &600u32.to_be_bytes())
            .sign(b"key");
        let message = Message::read(&whole).expect("a message");
        assert_eq!((message.error(), message.number(LIFETIME)), (Some(438), Some(600)));
        for at in 0..whole.len() {
            for value in [0, 0xff] {
                let mut broken = whole.clone();
                broken[at] = value;
                if let Some(message) = Message::read(&broken) {
                    let _ = (message.error(), message.number(LIFETIME), message.address(REALM));
                }
            }
            assert!(Message::read(&whole[..at]).is_none());
        }
    }
}
