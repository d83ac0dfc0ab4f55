//! TCP on the media port, for networks that let no UDP through (RFC 6544, passive side): listeners
//! and the connections of one worker.
//!
//! Anybody can connect. Those who have not proved to be some transport's are few, and gone soon;
//! the others live as long as it does.

mod connection;
mod frame;
mod listener;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpListener;
use mio::{Interest, Registry, Token};

use connection::{Connection, Reading};
pub use frame::{Deframer, TooLong};
use listener::Listener;
pub(crate) use listener::listen;

/// Connections at the same time; further ones are closed at once.
const MAX_CONNECTIONS: usize = 4_096;
/// Connections that are nobody's yet; a new one takes the place of the oldest.
const MAX_STRANGERS: usize = 256;
/// The same from one address (one /64 of IPv6).
const MAX_STRANGERS_FROM_ONE: usize = 32;
/// A connection that is still nobody's then is closed.
const PATIENCE: Duration = Duration::from_secs(5);
const SWEEP: Duration = Duration::from_secs(1);
/// Accepted before others have their turn.
const ACCEPT_ROUNDS: usize = 64;
/// Read at once from one connection.
const READ_BUFFER: usize = 1 << 16;

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
        let listeners: Vec<_> = (first..)
            .zip(listeners)
            .map(|(key, socket)| Listener::new(&registry, socket, key))
            .collect::<io::Result<_>>()?;
        Ok(Self {
            registry,
            next_key: first + listeners.len(),
            listeners,
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
                let Some((stream, remote)) = self.listeners[index].accept() else {
                    break;
                };
                // A connection that cannot be used is closed by dropping it.
                let _ = self.admit(stream, remote, now);
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

    /// Closes those who were some transport's that has ended, and those who have not become one's.
    pub(crate) fn sweep(&mut self, now: Instant, is_known: impl Fn(SocketAddr) -> bool) {
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now + SWEEP;
        for listener in &mut self.listeners {
            listener.ready = true;
        }
        let is_over = |one: &Connection| {
            one.proven || now.saturating_duration_since(one.accepted) >= PATIENCE
        };
        let strangers = self.open.iter().filter(|(_, one)| !is_known(one.remote));
        let over: Vec<_> = strangers.filter(|(_, one)| is_over(one)).map(|(&key, _)| key).collect();
        for key in over {
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;

    use super::*;

    /// Connections of a listener on loopback, and its address.
    fn table() -> (Connections, SocketAddr, Instant) {
        let poll = mio::Poll::new().expect("a poll");
        let registry = poll.registry().try_clone().expect("a registry");
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let now = crate::io::now();
        (Connections::new(registry, vec![listener], 0, now).expect("a table"), address, now)
    }

    /// Connects so many clients, accepted.
    fn connect(
        table: &mut Connections,
        to: SocketAddr,
        now: Instant,
        count: usize,
    ) -> Vec<TcpStream> {
        let connected = |_| {
            let stream = TcpStream::connect(to).expect("a connection");
            table.listeners[0].ready = true;
            table.accept(now);
            stream
        };
        (0..count).map(connected).collect()
    }

    fn remotes(streams: &[TcpStream]) -> Vec<SocketAddr> {
        streams.iter().map(|stream| stream.local_addr().expect("an address")).collect()
    }

    #[test]
    fn of_many_strangers_from_one_address_the_latest_stay() {
        let (mut table, to, now) = table();
        let clients = remotes(&connect(&mut table, to, now, MAX_STRANGERS_FROM_ONE + 3));
        assert_eq!(table.open.len(), MAX_STRANGERS_FROM_ONE);
        assert_eq!(table.take_closed(), clients[..3]);
    }

    #[test]
    fn who_is_known_stays_and_is_in_nobodys_way() {
        let (mut table, to, now) = table();
        let mut friend = connect(&mut table, to, now, 1);
        friend[0].write_all(&[0, 1, b'x']).expect("a stream");
        let known = remotes(&friend)[0];
        let mut said = None;
        while said.is_none() {
            table.open.values_mut().for_each(|one| one.readable = true);
            said = table.readable().first().and_then(|&key| table.read(key));
        }
        let mut said = said.expect("something");
        assert_eq!(said.each(|datagram| assert_eq!(datagram, b"x")), Ok(1));
        table.keep(said, true);

        let strangers = remotes(&connect(&mut table, to, now, MAX_STRANGERS_FROM_ONE));
        assert_eq!(table.open.len(), MAX_STRANGERS_FROM_ONE + 1);
        table.sweep(now + SWEEP, |remote| remote == known);
        assert_eq!(table.take_closed(), [], "they have time yet");
        table.sweep(now + PATIENCE + SWEEP, |remote| remote == known);
        assert_eq!(table.take_closed(), strangers);
        assert!(table.deadline().is_some());
        table.sweep(now + PATIENCE + 2 * SWEEP, |_| false);
        assert_eq!(table.take_closed(), [known], "its transport has ended");
        assert_eq!(table.deadline(), None);
    }

    #[test]
    fn ipv6_is_counted_by_networks() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(network(address("2001:db8:1:2:3::4")), network(address("2001:db8:1:2:ffff::1")));
        assert_ne!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:3::1")));
        assert_ne!(network(address("192.0.2.1")), network(address("192.0.2.2")));
    }
}
