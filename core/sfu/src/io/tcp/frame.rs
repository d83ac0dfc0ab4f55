//! Datagrams in a stream of bytes: each after its length in two bytes (RFC 4571 section 2).

/// The longest frame that is read. Datagrams here are made to fit into a packet of an ordinary
/// network; who announces more is no WebRTC client, and would have us keep it.
const MAX_FRAME: usize = 4_096;
const HEADER: usize = 2;

/// A frame that is too long to be read; what follows it cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes")]
pub struct TooLong(
    /// Its length as announced.
    pub usize,
);

/// The reading end of such a stream. It keeps less than one frame.
#[derive(Debug, Default)]
pub struct Deframer {
    begun: Vec<u8>,
}

impl Deframer {
    /// Takes bytes as they come, and gives each datagram that they complete; empty ones only keep a
    /// connection alive.
    pub fn push(&mut self, mut bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), TooLong> {
        while !self.begun.is_empty() && !bytes.is_empty() {
            let (next, rest) = bytes.split_at(missing(&self.begun)?.min(bytes.len()));
            self.begun.extend_from_slice(next);
            bytes = rest;
            if missing(&self.begun)? == 0 {
                give(&self.begun[HEADER..], &mut take);
                self.begun.clear();
            }
        }
        while !bytes.is_empty() && missing(bytes)? == 0 {
            let (frame, rest) = bytes.split_at(HEADER + length(bytes));
            give(&frame[HEADER..], &mut take);
            bytes = rest;
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }
}

fn give(datagram: &[u8], take: &mut impl FnMut(&[u8])) {
    if !datagram.is_empty() {
        take(datagram);
    }
}

/// How many bytes are needed to get on with the first frame: the rest of its header, or of it; 0 when
/// it is there.
fn missing(bytes: &[u8]) -> Result<usize, TooLong> {
    if bytes.len() < HEADER {
        return Ok(HEADER - bytes.len());
    }
    let length = length(bytes);
    if length > MAX_FRAME {
        return Err(TooLong(length));
    }
    Ok((HEADER + length).saturating_sub(bytes.len()))
}

fn length(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// A datagram's header; `None` when it is too long for one.
pub(super) fn header(datagram: &[u8]) -> Option<[u8; HEADER]> {
    u16::try_from(datagram.len()).ok().map(u16::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(datagrams: &[&[u8]]) -> Vec<u8> {
        datagrams
            .iter()
            .flat_map(|one| [&header(one).expect("short enough")[..], one].concat())
            .collect()
    }

    fn read(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Result<(), TooLong>) {
        let mut deframer = Deframer::default();
        let mut got = Vec::new();
        let result = pieces
            .iter()
            .try_for_each(|piece| deframer.push(piece, |datagram| got.push(datagram.to_vec())));
        (got, result)
    }

    #[test]
    fn datagrams_come_whole_however_the_stream_is_cut() {
        let long = [7; MAX_FRAME];
        let datagrams: [&[u8]; 4] = [b"one", b"x", &long, b"last"];
        let stream = framed(&datagrams);
        for cut in 0..stream.len() {
            let (first, second) = stream.split_at(cut);
            assert_eq!(read(&[first, second]), (datagrams.map(<[u8]>::to_vec).to_vec(), Ok(())));
        }
        let bytes: Vec<_> = stream.chunks(1).collect();
        assert_eq!(read(&bytes).0, datagrams.map(<[u8]>::to_vec).to_vec());
    }

    #[test]
    fn empty_frames_are_passed_over() {
        assert_eq!(read(&[&framed(&[b"", b"a", b"", b"b", b""])]).0, [b"a", b"b"]);
        assert_eq!(read(&[&[0], &[0], &[0], &[1], b"c"]).0, [b"c"]);
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_by_its_header() {
        let [high, low] = (MAX_FRAME as u16 + 1).to_be_bytes();
        let refused = Err(TooLong(MAX_FRAME + 1));
        assert_eq!(read(&[&[0, 1, b'a', high, low]]), (vec![b"a".to_vec()], refused));
        assert_eq!(read(&[&[high], &[low]]).1, refused);
    }

    #[test]
    fn only_what_a_length_can_tell_is_framed() {
        assert_eq!(header(&vec![0; 0xffff]), Some([0xff, 0xff]));
        assert_eq!(header(&vec![0; 0x1_0000]), None);
    }
}
