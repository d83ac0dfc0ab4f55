//! UDP sockets of the media port: many datagrams in one system call, both ways.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Asked of the kernel, which may give less: room for the bursts of a busy room.
const KERNEL_BUFFER: usize = 4 << 20;
/// With GRO (`UDP_GRO`) one buffer takes a run of datagrams, up to 64 KiB.
const RECEIVE_BUFFER: usize = 1 << 16;

/// One bound UDP socket.
#[derive(Debug)]
pub(crate) struct MediaSocket {
    pub(crate) socket: UdpSocket,
    pub(crate) address: SocketAddr,
    state: UdpSocketState,
}

/// Memory that datagrams are received into, used again for every call.
pub(crate) struct ReceiveBuffers {
    memory: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
}

impl ReceiveBuffers {
    pub(crate) fn new() -> Self {
        Self {
            memory: vec![0; RECEIVE_BUFFER * BATCH_SIZE],
            metas: [RecvMeta::default(); BATCH_SIZE],
        }
    }
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

impl MediaSocket {
    /// Binds; an IPv6 socket takes IPv6 alone, so that each family has its own.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = open(address)?;
        Self::bound(socket, address)
    }

    /// Lets others bind the same address by `join` from now on.
    ///
    /// Not before it is bound itself: an address that another program has must be an error, even if
    /// that one shares it.
    pub(crate) fn share(&self) -> io::Result<()> {
        SockRef::from(&self.socket).set_reuse_port(true)
    }

    /// Binds what another socket of this process shares; the kernel spreads the remotes over all.
    pub(crate) fn join(address: SocketAddr) -> io::Result<Self> {
        let socket = open(address)?;
        socket.set_reuse_port(true)?;
        Self::bound(socket, address)
    }

    fn bound(socket: Socket, address: SocketAddr) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        // Less than asked for is no reason to stop.
        let _ = socket.set_recv_buffer_size(KERNEL_BUFFER);
        let _ = socket.set_send_buffer_size(KERNEL_BUFFER);
        socket.bind(&address.into())?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let socket = UdpSocket::from_std(socket.into());
        let address = socket.local_addr()?;
        Ok(Self { socket, address, state })
    }

    /// How many datagrams one GSO run (`UDP_SEGMENT`) may have; 1 where the kernel has no GSO.
    pub(crate) fn max_run(&self) -> usize {
        self.state.max_gso_segments()
    }

    /// Receives what is there, up to a batch; true when there may be more.
    pub(crate) fn receive(
        &self,
        buffers: &mut ReceiveBuffers,
        mut take: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> io::Result<bool> {
        let received = {
            let mut slices: Vec<_> =
                buffers.memory.chunks_mut(RECEIVE_BUFFER).map(IoSliceMut::new).collect();
            self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut buffers.metas)
        };
        let received = match received {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let runs = buffers.memory.chunks(RECEIVE_BUFFER).zip(&buffers.metas).take(received);
        for (memory, meta) in runs {
            let local = self.local(meta.dst_ip);
            for datagram in memory[..meta.len].chunks(meta.stride.max(1)) {
                take(meta.addr, local, datagram);
            }
        }
        // What comes after a batch that was not full is told of by the poll.
        Ok(received == BATCH_SIZE)
    }

    /// Sends a run of datagrams of `segment` bytes each, the last one perhaps shorter.
    pub(crate) fn send(
        &self,
        remote: SocketAddr,
        local: Option<IpAddr>,
        segment: usize,
        run: &[u8],
    ) -> io::Result<()> {
        let transmit = Transmit {
            destination: remote,
            ecn: None,
            contents: run,
            segment_size: (run.len() > segment).then_some(segment),
            src_ip: local,
        };
        self.state.try_send(UdpSockRef::from(&self.socket), &transmit)
    }

    fn local(&self, told: Option<IpAddr>) -> SocketAddr {
        SocketAddr::new(told.unwrap_or(self.address.ip()), self.address.port())
    }
}
