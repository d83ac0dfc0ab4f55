//! TCP on the media port, for networks that let no UDP through (RFC 6544, passive side): listeners
//! and the connections of one worker.
//!
//! Anybody can connect. Those who have not proved to be some transport's are few, and gone soon;
//! the others live as long as it does.

mod connection;
mod frame;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpListener;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Socket, Type};

use connection::{Connection, Reading};
pub use frame::{Deframer, TooLong};

/// Connections that the kernel holds till they are accepted.
const BACKLOG: i32 = 256;
/// Connections at the same time; further ones are closed at once.
const MAX_CONNECTIONS: usize = 4_096;
/// Connections that are nobody's yet; a new one takes the place of the oldest.
const MAX_STRANGERS: usize = 256;
/// The same from one address (one /64 of IPv6).
const MAX_STRANGERS_FROM_ONE: usize = 32;
/// A connection that is nobody's for so long is closed.
const PATIENCE: Duration = Duration::from_secs(5);
const SWEEP: Duration = Duration::from_secs(1);
/// Accepted before others have their turn.
const ACCEPT_ROUNDS: usize = 64;
/// Read at once from one connection.
const READ_BUFFER: usize = 1 << 16;

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

/// All connections of one worker. A key is a connection's token, counted up: the lowest is the oldest.
#[derive(Debug)]
pub(crate) struct Connections {
    registry: Registry,
    listeners: Vec<Listener>,
    open: BTreeMap<usize, Connection>,
    keys: HashMap<SocketAddr, usize>,
    /// With something to write.
    unwritten: Vec<usize>,
    /// Closed since they were last asked for.
    closed: Vec<SocketAddr>,
    next_key: usize,
    next_sweep: Instant,
    unsent: u64,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    key: usize,
    /// Somebody may be waiting.
    ready: bool,
}

/// Bytes from one connection, taken out so that they can be read while it is written to.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) key: usize,
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) inbox: Deframer,
    buffer: Vec<u8>,
    count: usize,
}

impl Said {
    /// Gives each datagram that is complete; how many there were.
    pub(crate) fn each(&mut self, mut take: impl FnMut(&[u8])) -> Result<usize, TooLong> {
        let mut complete = 0;
        self.inbox.push(&self.buffer[..self.count], |datagram| {
            complete += 1;
            take(datagram);
        })?;
        Ok(complete)
    }
}

impl Connections {
    /// Accepts from these listeners; `first` is the first of the tokens that are free for them.
    pub(crate) fn new(
        registry: Registry,
        listeners: Vec<TcpListener>,
        first: usize,
        now: Instant,
    ) -> io::Result<Self> {
        let mut ready = Vec::new();
        for (key, mut socket) in (first..).zip(listeners) {
            registry.register(&mut socket, Token(key), Interest::READABLE)?;
            ready.push(Listener { socket, key, ready: true });
        }
        Ok(Self {
            registry,
            next_key: first + ready.len(),
            listeners: ready,
            open: BTreeMap::new(),
            keys: HashMap::new(),
            unwritten: Vec::new(),
            closed: Vec::new(),
            next_sweep: now + SWEEP,
            unsent: 0,
            buffer: vec![0; READ_BUFFER],
        })
    }

    /// Takes note of what a socket is ready for.
    pub(crate) fn note(&mut self, event: &Event) {
        let Token(key) = event.token();
        if let Some(listener) = self.listeners.iter_mut().find(|listener| listener.key == key) {
            listener.ready = true;
        } else if let Some(connection) = self.open.get_mut(&key) {
            connection.readable |= event.is_readable() || event.is_read_closed();
            if event.is_writable() {
                self.unwritten.push(key);
            }
        }
    }

    /// Accepts who waits; true when there may be more.
    pub(crate) fn accept(&mut self, now: Instant) -> bool {
        for index in 0..self.listeners.len() {
            for _ in 0..ACCEPT_ROUNDS {
                let listener = &mut self.listeners[index];
                if !listener.ready {
                    break;
                }
                match listener.socket.accept() {
                    // A connection that cannot be used is closed by dropping it.
                    Ok((stream, remote)) => {
                        let _ = self.admit(stream, remote, now);
                    }
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    // With no descriptor left, too: the sweep tries again.
                    Err(_) => listener.ready = false,
                }
            }
        }
        self.listeners.iter().any(|listener| listener.ready)
    }

    fn admit(
        &mut self,
        mut stream: mio::net::TcpStream,
        remote: SocketAddr,
        now: Instant,
    ) -> io::Result<()> {
        let network = network(remote.ip());
        let from_there = |one: &Connection| self::network(one.remote.ip()) == network;
        self.make_room(MAX_STRANGERS_FROM_ONE, from_there);
        self.make_room(MAX_STRANGERS, |_| true);
        // Answers could not tell two connections from one port apart.
        if self.open.len() >= MAX_CONNECTIONS || self.keys.contains_key(&remote) {
            return Ok(());
        }
        let key = self.next_key;
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.registry.register(&mut stream, Token(key), interest)?;
        self.open.insert(key, Connection::new(stream, remote, now)?);
        self.keys.insert(remote, key);
        self.next_key += 1;
        Ok(())
    }

    /// Closes the oldest of such strangers, when as many are there as may be.
    fn make_room(&mut self, limit: usize, such: impl Fn(&Connection) -> bool) {
        let mut strangers = self.open.iter().filter(|(_, one)| !one.proven && such(one));
        let oldest = strangers.next().map(|(&key, _)| key);
        if let Some(oldest) = oldest.filter(|_| strangers.count() + 1 >= limit) {
            self.close(oldest);
        }
    }

    /// The connections with something to read.
    pub(crate) fn readable(&self) -> Vec<usize> {
        self.open.iter().filter(|(_, one)| one.readable).map(|(&key, _)| key).collect()
    }

    /// Reads from one connection, once; give it back with `keep` or `close`.
    pub(crate) fn read(&mut self, key: usize) -> Option<Said> {
        let connection = self.open.get_mut(&key)?;
        match connection.read(&mut self.buffer) {
            Reading::Bytes(count) => Some(Said {
                key,
                remote: connection.remote,
                local: connection.local,
                inbox: std::mem::take(&mut connection.inbox),
                buffer: std::mem::take(&mut self.buffer),
                count,
            }),
            Reading::Nothing => None,
            Reading::End => {
                self.close(key);
                None
            }
        }
    }

    /// Goes on with a connection that was read from; `proven` when it is some transport's.
    pub(crate) fn keep(&mut self, said: Said, proven: bool) {
        self.buffer = said.buffer;
        if let Some(connection) = self.open.get_mut(&said.key) {
            connection.inbox = said.inbox;
            connection.proven |= proven;
        }
    }

    /// Queues a datagram.
    pub(crate) fn queue(&mut self, remote: SocketAddr, datagram: &[u8]) {
        let key = self.keys.get(&remote).copied();
        let Some((key, connection)) = key.and_then(|key| Some((key, self.open.get_mut(&key)?)))
        else {
            return;
        };
        if connection.queue(datagram) {
            if self.unwritten.last() != Some(&key) {
                self.unwritten.push(key);
            }
        } else {
            self.unsent += 1;
        }
    }

    /// Writes what was queued.
    pub(crate) fn write(&mut self) {
        for key in std::mem::take(&mut self.unwritten) {
            if self.open.get_mut(&key).is_some_and(|connection| !connection.write()) {
                self.close(key);
            }
        }
    }

    /// Closes those who are nobody's, some seconds after they were somebody's, or came.
    pub(crate) fn sweep(&mut self, now: Instant, is_known: impl Fn(SocketAddr) -> bool) {
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now + SWEEP;
        for listener in &mut self.listeners {
            listener.ready = true;
        }
        for connection in self.open.values_mut().filter(|one| is_known(one.remote)) {
            connection.known = now;
        }
        let late = |one: &Connection| now.saturating_duration_since(one.known) >= PATIENCE;
        let gone: Vec<_> =
            self.open.iter().filter(|(_, one)| late(one)).map(|(&key, _)| key).collect();
        for key in gone {
            self.close(key);
        }
    }

    /// When `sweep` wants to be called; `None` while there is nothing to sweep.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        (!self.open.is_empty()).then_some(self.next_sweep)
    }

    /// Closes a connection.
    pub(crate) fn close(&mut self, key: usize) {
        if let Some(connection) = self.open.remove(&key) {
            self.keys.remove(&connection.remote);
            self.closed.push(connection.remote);
        }
    }

    /// Takes the remotes of connections that were closed since the last call.
    pub(crate) fn take_closed(&mut self) -> Vec<SocketAddr> {
        std::mem::take(&mut self.closed)
    }

    /// Datagrams dropped because too many waited.
    pub(crate) fn unsent(&self) -> u64 {
        self.unsent
    }
}

/// What one party has at its disposal: an address of IPv4, 2^64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let mut octets = six.octets();
            octets[8..].fill(0);
            octets.into()
        }
    }
}
