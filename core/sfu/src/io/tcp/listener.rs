//! Where connections come in.

use std::io;
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel holds till they are accepted.
const BACKLOG: i32 = 256;

/// Listens; an IPv6 socket takes IPv6 alone, so that each family has its own.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    // The connections of a relay that has just ended hold its port for a minute.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// A listening socket that is waited for.
#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    pub(super) key: usize,
    /// Somebody may be there.
    pub(super) ready: bool,
}

impl Listener {
    pub(super) fn new(
        registry: &Registry,
        mut socket: TcpListener,
        key: usize,
    ) -> io::Result<Self> {
        registry.register(&mut socket, Token(key), Interest::READABLE)?;
        Ok(Self { socket, key, ready: true })
    }

    /// Who is there; `None` when nobody is, or nobody can be let in.
    pub(super) fn accept(&mut self) -> Option<(TcpStream, SocketAddr)> {
        while self.ready {
            match self.socket.accept() {
                Ok(accepted) => return Some(accepted),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // With no descriptor left, too: `ready` is set again after a while.
                Err(_) => self.ready = false,
            }
        }
        None
    }
}
