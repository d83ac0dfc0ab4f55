//! A stream of frames (RFC 4571), cut at any places.

use sfu::io::{Deframer, TooLong};

use crate::input::Input;

/// However a stream is cut, it holds the same datagrams and fails at the same frame.
///
/// The input is pieces as [`Input::chunk`] reads them: a length in one byte, and so many bytes.
pub fn frames(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let pieces: Vec<_> = std::iter::from_fn(|| input.piece()).collect();
    let stream = pieces.concat();
    let bytewise: Vec<_> = stream.chunks(1).collect();
    let whole = read(&[&stream]);
    assert_eq!(whole, read(&pieces));
    assert_eq!(whole, read(&bytewise));
    let framed: usize = whole.0.iter().map(|datagram| datagram.len() + 2).sum();
    assert!(framed <= stream.len(), "more was read than there is");
    assert!(whole.0.iter().all(|datagram| !datagram.is_empty()));
}

/// The datagrams in a stream that comes in pieces, and what ended it.
fn read(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Option<TooLong>) {
    let mut deframer = Deframer::default();
    let mut datagrams = Vec::new();
    let result = pieces
        .iter()
        .try_for_each(|piece| deframer.push(piece, |datagram| datagrams.push(datagram.to_vec())));
    (datagrams, result.err())
}
