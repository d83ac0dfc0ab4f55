//! Datagrams on their way out: gathered into runs to one remote, sent with one system call each.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use super::line::Lines;
use super::socket::MediaSocket;
use super::tcp::Connections;
use crate::sfu::Outbox;
use crate::words::{Protocol, Remote};

/// Bytes kept while the kernel takes no more; beyond that the oldest runs are dropped, as a full
/// router would: receivers ask again for what they miss.
const MAX_WAITING: usize = 8 << 20;
/// One system call takes at most this much (the UDP length field, RFC 768).
const MAX_RUN: usize = 65_000;

/// A run of datagrams of one size to one remote; the last one may be shorter. Over TCP it has one.
#[derive(Debug)]
struct Run {
    remote: Remote,
    local: Option<IpAddr>,
    segment: usize,
    count: usize,
    closed: bool,
    bytes: Vec<u8>,
}

/// The sockets and what waits for them.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) tcp: Connections,
    pub(crate) lines: Lines,
    sockets: Arc<[MediaSocket]>,
    current: Option<Run>,
    waiting: VecDeque<Run>,
    waiting_bytes: usize,
    unsent: u64,
    spare: Vec<Vec<u8>>,
}

impl Sender {
    pub(crate) fn new(sockets: Arc<[MediaSocket]>, tcp: Connections, lines: Lines) -> Self {
        Self {
            tcp,
            lines,
            sockets,
            current: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            unsent: 0,
            spare: Vec::new(),
        }
    }

    /// Sends all that was gathered.
    pub(crate) fn flush(&mut self) {
        self.flush_run();
        self.tcp.write();
    }

    /// How many datagrams a run to this remote may have.
    fn max_count(&self, remote: Remote) -> usize {
        match remote.protocol {
            Protocol::Udp => self.socket_for(remote).map_or(1, MediaSocket::max_run),
            Protocol::Tcp => 1,
        }
    }

    fn flush_run(&mut self) {
        if let Some(run) = self.current.take() {
            if run.remote.protocol == Protocol::Tcp {
                self.tcp.queue(run.remote.address, &run.bytes);
                self.recycle(run.bytes);
            } else if self.waiting.is_empty() {
                self.send_or_keep(run);
            } else {
                self.keep(run);
            }
        }
    }

    /// Sends what waited for the kernel, until it takes no more.
    pub(crate) fn resume(&mut self) {
        while let Some(run) = self.waiting.pop_front() {
            self.waiting_bytes -= run.bytes.len();
            if !self.send_or_keep(run) {
                return;
            }
        }
    }

    /// True when the run is done with; false when the kernel takes no more now.
    fn send_or_keep(&mut self, run: Run) -> bool {
        let Some(socket) = self.socket_for(run.remote) else {
            return true;
        };
        match send(socket, &run) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.waiting_bytes += run.bytes.len();
                self.waiting.push_front(run);
                false
            }
            // Unreachable networks and the like: ICE and the silence timer see to them.
            _ => {
                self.recycle(run.bytes);
                true
            }
        }
    }

    fn keep(&mut self, run: Run) {
        self.waiting_bytes += run.bytes.len();
        self.waiting.push_back(run);
        while self.waiting_bytes > MAX_WAITING {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            self.waiting_bytes -= oldest.bytes.len();
            self.unsent += oldest.count as u64;
            self.recycle(oldest.bytes);
        }
    }

    fn socket_for(&self, remote: Remote) -> Option<&MediaSocket> {
        let is_ipv4 = remote.address.is_ipv4();
        match remote.line {
            Some(transport) => self.lines.socket(transport, is_ipv4),
            None => self.sockets.iter().find(|socket| socket.address.is_ipv4() == is_ipv4),
        }
    }

    fn recycle(&mut self, mut bytes: Vec<u8>) {
        const KEPT: usize = 16;
        if self.spare.len() < KEPT {
            bytes.clear();
            self.spare.push(bytes);
        }
    }
}

/// One system call, or one for each datagram where the kernel refuses the run.
fn send(socket: &MediaSocket, run: &Run) -> io::Result<()> {
    match socket.send(run.remote.address, run.local, run.segment, &run.bytes) {
        Err(error) if run.count > 1 && error.kind() != io::ErrorKind::WouldBlock => {
            run.bytes.chunks(run.segment).try_for_each(|datagram| {
                socket.send(run.remote.address, run.local, run.segment, datagram)
            })
        }
        result => result,
    }
}

impl Outbox for Sender {
    fn begin(&mut self, remote: Remote, local: Option<IpAddr>, length: usize) -> &mut Vec<u8> {
        let max_count = self.max_count(remote);
        let fits = self.current.as_ref().is_some_and(|run| {
            run.remote == remote
                && run.local == local
                && !run.closed
                && run.count < max_count
                && length <= run.segment
                && run.bytes.len() + length <= MAX_RUN
        });
        if !fits {
            self.flush_run();
        }
        let spare = &mut self.spare;
        let run = self.current.get_or_insert_with(|| {
            let bytes = spare.pop().unwrap_or_default();
            Run { remote, local, segment: length, count: 0, closed: false, bytes }
        });
        run.count += 1;
        run.closed = length < run.segment;
        &mut run.bytes
    }

    fn unsent(&self) -> u64 {
        self.unsent + self.tcp.unsent()
    }
}
