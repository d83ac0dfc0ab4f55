//! The media port: one number, UDP and TCP, on every address.

use std::io;
use std::net::SocketAddr;

use mio::net::TcpListener;

use super::socket::MediaSocket;
use super::tcp;
use super::worker::StartError;
use crate::words::Protocol;

/// Where the kernel chooses the number, it may be taken for another protocol or family.
const ATTEMPTS: usize = 8;

/// The sockets of the media port.
#[derive(Debug, Default)]
pub(super) struct MediaPort {
    pub(super) sockets: Vec<MediaSocket>,
    pub(super) listeners: Vec<TcpListener>,
}

impl MediaPort {
    /// Binds all addresses, at most one of each family; with port 0 the kernel chooses.
    pub(super) fn bind(listen: &[SocketAddr]) -> Result<Self, StartError> {
        let (Some(first), true) = (listen.first(), has_one_of_each_family(listen)) else {
            return Err(StartError::Settings("one address of each family can be bound, at most"));
        };
        let mut attempts = if first.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match Self::bind_once(listen) {
                Err(StartError::Bind { error, .. })
                    if attempts > 0 && error.kind() == io::ErrorKind::AddrInUse => {}
                result => return result,
            }
        }
    }

    fn bind_once(listen: &[SocketAddr]) -> Result<Self, StartError> {
        let mut bound = Self::default();
        for &(mut address) in listen {
            if address.port() == 0 {
                address.set_port(bound.number());
            }
            let failed =
                |protocol, address| move |error| StartError::Bind { protocol, address, error };
            let socket = MediaSocket::bind(address).map_err(failed(Protocol::Udp, address))?;
            let address = socket.address;
            bound.sockets.push(socket);
            let listener = tcp::listen(address).map_err(failed(Protocol::Tcp, address))?;
            bound.listeners.push(listener);
        }
        Ok(bound)
    }

    /// The port's number; 0 while nothing is bound.
    pub(super) fn number(&self) -> u16 {
        self.sockets.first().map_or(0, |socket| socket.address.port())
    }
}

fn has_one_of_each_family(listen: &[SocketAddr]) -> bool {
    listen.iter().filter(|address| address.is_ipv4()).count() <= 1
        && listen.iter().filter(|address| address.is_ipv6()).count() <= 1
}
