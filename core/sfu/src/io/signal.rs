//! A descriptor that is readable while something waits.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;

/// Two ends of a line on which nothing but "look" is said.
#[derive(Debug)]
pub(crate) struct Signal {
    raised: UnixStream,
    readable: UnixStream,
}

impl Signal {
    pub(crate) fn new() -> io::Result<Self> {
        let (raised, readable) = UnixStream::pair()?;
        raised.set_nonblocking(true)?;
        readable.set_nonblocking(true)?;
        Ok(Self { raised, readable })
    }

    /// The descriptor to wait on.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.readable.as_raw_fd()
    }

    /// Makes it readable.
    pub(crate) fn raise(&self) {
        // A full line is as good as a written one: the owner is awake.
        let _ = (&self.raised).write(&[1]);
    }

    /// Makes it unreadable.
    pub(crate) fn clear(&self) {
        let mut sink = [0; 64];
        while matches!((&self.readable).read(&mut sink), Ok(read) if read > 0) {}
    }
}
