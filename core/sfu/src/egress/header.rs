//! RTP headers (RFC 3550 section 5.1) with the extensions that a receiver agreed on (RFC 8285).

use str0m::media::{Mid, Rid};
use str0m::rtp::{Extension, ExtensionMap};

use crate::packet::Content;

/// The fixed header; the extension header; the longest `mid` and `rid`, two extensions of one byte and
/// one of four, each behind its own byte; padding to whole words.
const MAX_LENGTH: usize = 12 + 4 + 17 + 9 + 2 + 2 + 5 + 1;
/// Longer numbers need the two-byte form (RFC 8285 section 4.3). No browser gives them to one of ours;
/// such an extension is left out.
const MAX_ID: u8 = 14;

/// The receiver's numbers of the extensions that are sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExtensionIds {
    mid: Option<u8>,
    rid: Option<u8>,
    repaired_rid: Option<u8>,
    audio_level: Option<u8>,
    video_orientation: Option<u8>,
    color_space: Option<u8>,
}

impl ExtensionIds {
    /// The numbers that were agreed on for one medium.
    pub(super) fn agreed(extensions: &ExtensionMap) -> Self {
        let id = |extension| extensions.id_of(extension).filter(|&id| id <= MAX_ID);
        Self {
            mid: id(Extension::RtpMid),
            rid: id(Extension::RtpStreamId),
            repaired_rid: id(Extension::RepairedRtpStreamId),
            audio_level: id(Extension::AudioLevel),
            video_orientation: id(Extension::VideoOrientation),
            color_space: id(Extension::ColorSpace),
        }
    }
}

/// What a stream is called, for as long as its receiver does not know whose SSRC it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub(super) mid: Mid,
    /// Which encoding it is.
    pub(super) rid: Option<Rid>,
    /// Whether it is the second stream of that, with what is sent again.
    pub(super) repairs: bool,
}

/// What stands in the fixed part of a header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixed {
    pub(super) marker: bool,
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
}

/// A written header.
#[derive(Debug)]
pub(super) struct Header {
    bytes: [u8; MAX_LENGTH],
    length: usize,
}

impl Header {
    /// Writes a header.
    pub(super) fn write(
        fixed: Fixed,
        ids: ExtensionIds,
        name: Option<Name>,
        content: Content,
    ) -> Self {
        let mut header = Self { bytes: [0; MAX_LENGTH], length: 0 };
        header.append(&[0x80, fixed.payload_type | (u8::from(fixed.marker) << 7)]);
        header.append(&fixed.sequence.to_be_bytes());
        header.append(&fixed.timestamp.to_be_bytes());
        header.append(&fixed.ssrc.to_be_bytes());
        let fixed_length = header.length;
        // The extension header is filled in when it is known whether there is any extension.
        header.length += 4;
        if let Some(name) = name {
            header.append_name(ids, name);
        }
        if let (Some(id), Some(level)) = (ids.audio_level, content.audio_level) {
            header.append_element(id, &[level]);
        }
        if let (Some(id), Some(orientation)) = (ids.video_orientation, content.video_orientation) {
            header.append_element(id, &[orientation]);
        }
        if let (Some(id), Some(color_space)) = (ids.color_space, content.color_space) {
            header.append_element(id, &color_space);
        }
        header.finish(fixed_length);
        header
    }

    /// The header as it is sent.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn append_name(&mut self, ids: ExtensionIds, Name { mid, rid, repairs }: Name) {
        if let Some(id) = ids.mid {
            self.append_element(id, mid.as_bytes());
        }
        let id = if repairs { ids.repaired_rid } else { ids.rid };
        if let (Some(id), Some(rid)) = (id, rid) {
            self.append_element(id, rid.as_bytes());
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// RFC 8285 section 4.2; an empty value has no place in this form.
    fn append_element(&mut self, id: u8, value: &[u8]) {
        if !value.is_empty() {
            self.append(&[(id << 4) | (value.len() as u8 - 1)]);
            self.append(value);
        }
    }

    fn finish(&mut self, fixed_length: usize) {
        let extensions = self.length - fixed_length - 4;
        if extensions == 0 {
            self.length = fixed_length;
            return;
        }
        let words = extensions.div_ceil(4);
        self.bytes[0] |= 0x10;
        self.bytes[fixed_length..][..2].copy_from_slice(&[0xbe, 0xde]);
        self.bytes[fixed_length + 2..][..2].copy_from_slice(&(words as u16).to_be_bytes());
        self.length = fixed_length + 4 + 4 * words;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: Fixed = Fixed {
        marker: true,
        payload_type: 96,
        sequence: 0x0102,
        timestamp: 0x0304_0506,
        ssrc: 0x0708_090a,
    };
    const IDS: ExtensionIds = ExtensionIds {
        mid: Some(4),
        rid: Some(10),
        repaired_rid: Some(11),
        audio_level: Some(1),
        video_orientation: Some(13),
        color_space: Some(12),
    };

    fn written(mid: Option<&str>, content: Content) -> Vec<u8> {
        let name = mid.map(|mid| Name { mid: Mid::from(mid), rid: None, repairs: false });
        Header::write(FIXED, IDS, name, content).as_bytes().to_vec()
    }

    fn content(audio_level: u8, orientation: u8) -> Content {
        Content {
            audio_level: Some(audio_level),
            video_orientation: Some(orientation),
            color_space: None,
        }
    }

    #[test]
    fn the_colour_space_is_told() {
        let content = Content { color_space: Some([1, 13, 5, 9]), ..Content::default() };
        let bytes = written(None, content);
        assert_eq!(bytes[12..], [0xbe, 0xde, 0, 2, 0xc3, 1, 13, 5, 9, 0, 0, 0]);
    }

    #[test]
    fn without_extensions_it_has_twelve_bytes() {
        let expected = [0x80, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        assert_eq!(written(None, Content::default()), expected);
    }

    #[test]
    fn extensions_follow_in_the_one_byte_form_padded_to_words() {
        let content = content(0x85, 3);
        let bytes = written(Some("7"), content);
        assert_eq!(bytes[0], 0x90);
        assert_eq!(bytes[12..], [0xbe, 0xde, 0, 2, 0x40, b'7', 0x10, 0x85, 0xd0, 3, 0, 0]);
    }

    #[test]
    fn what_was_not_agreed_on_is_left_out() {
        let content = content(0x85, 3);
        let name =
            Some(Name { mid: Mid::from("video"), rid: Some(Rid::from("a")), repairs: false });
        let header = Header::write(FIXED, ExtensionIds::default(), name, content);
        assert_eq!(header.as_bytes().len(), 12);
        let mut agreed = ExtensionMap::empty();
        agreed.set(16, Extension::RtpMid);
        agreed.set(14, Extension::AudioLevel);
        let header = Header::write(FIXED, ExtensionIds::agreed(&agreed), name, content);
        assert_eq!(header.as_bytes()[12..], [0xbe, 0xde, 0, 1, 0xe0, 0x85, 0, 0]);
    }

    #[test]
    fn the_longest_fits() {
        let content = Content { color_space: Some([1; 4]), ..content(1, 1) };
        let (mid, rid) = (Mid::from("abcdefghijklmnop"), Some(Rid::from("abcdefgh")));
        let header = Header::write(FIXED, IDS, Some(Name { mid, rid, repairs: true }), content);
        assert_eq!(header.as_bytes().len(), MAX_LENGTH);
    }

    #[test]
    fn an_encoding_is_told_and_what_it_repairs() {
        let (mid, rid) = (Mid::from("7"), Some(Rid::from("hi")));
        for (repairs, id) in [(false, 0xa1), (true, 0xb1)] {
            let name = Some(Name { mid, rid, repairs });
            let header = Header::write(FIXED, IDS, name, Content::default());
            let expected = [0xbe, 0xde, 0, 2, 0x40, b'7', id, b'h', b'i', 0, 0, 0];
            assert_eq!(header.as_bytes()[12..], expected);
        }
    }
}
