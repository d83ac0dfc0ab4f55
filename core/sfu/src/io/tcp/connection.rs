//! One TCP connection: datagrams in, datagrams out, nothing waits for it.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::TcpStream;
use socket2::SockRef;

use super::frame::{self, Deframer};

/// Bytes that wait for the kernel; a datagram beyond is dropped. More would only be later: what a
/// viewer's line cannot take now, it cannot take in a second.
const MAX_WAITING: usize = 256 << 10;
/// Asked of the kernel, for the same reason; by itself it takes megabytes.
const KERNEL_BUFFER: usize = 256 << 10;

/// A connection that was accepted, with what it has half said and what it is yet to be told.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) remote: SocketAddr,
    pub(super) local: SocketAddr,
    /// There may be something to read.
    pub(super) readable: bool,
    pub(super) accepted: Instant,
    /// It has proved to be some transport's.
    pub(super) proven: bool,
    pub(super) inbox: Deframer,
    outbox: VecDeque<u8>,
}

/// What reading brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// So many bytes.
    Bytes(usize),
    /// Nothing at present.
    Nothing,
    /// The end.
    End,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, remote: SocketAddr, now: Instant) -> io::Result<Self> {
        let local = stream.local_addr()?;
        stream.set_nodelay(true)?;
        // The kernel may give another size.
        let _ = SockRef::from(&stream).set_send_buffer_size(KERNEL_BUFFER);
        Ok(Self {
            stream,
            remote,
            local,
            readable: true,
            accepted: now,
            proven: false,
            inbox: Deframer::default(),
            outbox: VecDeque::new(),
        })
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Reading {
        match self.stream.read(buffer) {
            Ok(0) => Reading::End,
            Ok(count) => Reading::Bytes(count),
            Err(error) if is_passing(&error) => {
                self.readable = error.kind() == io::ErrorKind::Interrupted;
                Reading::Nothing
            }
            Err(_) => Reading::End,
        }
    }

    /// Queues a datagram; false when it is dropped, whole, because too much waits.
    pub(super) fn queue(&mut self, datagram: &[u8]) -> bool {
        let Some(header) = frame::header(datagram) else {
            return false;
        };
        if self.outbox.len() + header.len() + datagram.len() > MAX_WAITING {
            return false;
        }
        self.outbox.extend(header);
        self.outbox.extend(datagram);
        true
    }

    /// Writes what waits, as far as the kernel takes it; false when the connection is broken.
    pub(super) fn write(&mut self) -> bool {
        while !self.outbox.is_empty() {
            let (first, second) = self.outbox.as_slices();
            match self.stream.write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
                Ok(0) => return false,
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return is_passing(&error),
            }
        }
        true
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    /// A connection and the far end of it.
    fn pair() -> (Connection, std::net::TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let far = std::net::TcpStream::connect(address).expect("a connection");
        let (stream, remote) = listener.accept().expect("a connection");
        stream.set_nonblocking(true).expect("a socket");
        let stream = TcpStream::from_std(stream);
        let connection = Connection::new(stream, remote, crate::io::now()).expect("a socket");
        (connection, far)
    }

    #[test]
    fn who_does_not_read_misses_whole_datagrams() {
        const SIZE: usize = 1_000;
        let (mut near, mut far) = pair();
        let mut taken = 0;
        // Until the kernel takes no more, and our queue is full too.
        while near.queue(&[taken as u8; SIZE]) {
            taken += 1;
            assert!(near.write());
        }
        assert!(taken * SIZE > MAX_WAITING, "{taken}");
        assert!(near.outbox.len() <= MAX_WAITING);

        let mut deframer = Deframer::default();
        let mut got = 0;
        let mut buffer = vec![0; 1 << 16];
        while got < taken {
            let count = far.read(&mut buffer).expect("open");
            deframer
                .push(&buffer[..count], |datagram| {
                    assert_eq!(datagram, [got as u8; SIZE]);
                    got += 1;
                })
                .expect("frames");
            assert!(near.write());
        }
        assert!(near.queue(&[1]), "there is room again");
    }

    #[test]
    fn the_far_end_is_noticed() {
        let (mut near, far) = pair();
        let mut buffer = [0; 16];
        assert_eq!(near.read(&mut buffer), Reading::Nothing);
        assert!(!near.readable);
        drop(far);
        while near.read(&mut buffer) == Reading::Nothing {}
        assert_eq!(near.read(&mut buffer), Reading::End);
        near.queue(&[1]);
        while near.write() {
            near.queue(&[1]);
        }
    }
}
