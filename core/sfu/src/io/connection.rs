//! An endpoint as its program holds it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::hub::{Hub, Letter, Newcomer};
use super::inbox::Inbox;
use super::socket::MediaSocket;
use super::start::StartError;
use crate::endpoint::{Codec, Command, Event, Outgoing, Server, Settings};
use crate::words::Protocol;

/// Local addresses of one endpoint: each has a socket.
pub(super) const MAX_ADDRESSES: usize = 16;
/// Bytes of frames that wait for the thread; further ones are dropped.
const MAX_BYTES: usize = 16 << 20;
/// Commands that wait for the thread, frames among them.
const MAX_COMMANDS: usize = 512;

/// How an endpoint is opened.
#[derive(Debug, Clone)]
pub struct Open {
    /// Local addresses, best first.
    pub addresses: Vec<IpAddr>,
    /// STUN and TURN servers.
    pub servers: Vec<Server>,
    /// How long their answers are waited for.
    pub gathering: Duration,
    /// Preferred first; none stands for all.
    pub codecs: Vec<Codec>,
    /// Bits a second that may be sent before more is known.
    pub bandwidth: u64,
    /// A connection that is not heard for so long is closed.
    pub silence: Duration,
}

/// One endpoint, on the thread of all endpoints of the process. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    number: u64,
    hub: Arc<Hub>,
    inbox: Arc<Inbox<Event>>,
    backlog: Arc<Backlog>,
}

/// What waits for the thread, of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    commands: AtomicUsize,
    bytes: AtomicUsize,
    ended: AtomicBool,
}

impl Connection {
    /// Binds a socket on each address.
    pub fn open(open: &Open) -> Result<Self, StartError> {
        if open.addresses.is_empty() || open.addresses.len() > MAX_ADDRESSES {
            return Err(StartError::Settings("an endpoint needs 1 to 16 local addresses"));
        }
        let sockets = open.addresses.iter().map(|&address| bind(address));
        let sockets = sockets.collect::<Result<Vec<_>, _>>()?;
        let inbox = Arc::new(Inbox::new()?);
        let backlog = Arc::default();
        let hub = Hub::shared()?;
        let settings = Settings {
            locals: sockets.iter().map(|socket| socket.address).collect(),
            servers: open.servers.clone(),
            gathering: open.gathering,
            codecs: open.codecs.clone(),
            bandwidth: open.bandwidth,
            silence: open.silence,
            clock: hub.clock(),
            certificate: hub.certificate().clone(),
        };
        let number = Hub::number();
        let (told, waiting) = (Arc::clone(&inbox), Arc::clone(&backlog));
        let newcomer = Newcomer { settings, sockets, inbox: told, backlog: waiting };
        hub.post(Letter::Open(number, Box::new(newcomer)));
        Ok(Self { number, hub, inbox, backlog })
    }

    /// A descriptor that is readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.inbox.descriptor()
    }

    /// Takes the events that wait.
    pub fn drain(&self) -> Vec<Event> {
        self.inbox.take()
    }

    /// Gives a command to the thread; false when too many wait. One that has ended obeys nothing.
    pub fn submit(&self, command: Command) -> bool {
        if self.has_ended() {
            return true;
        }
        let taken = self.backlog.enter(&command);
        if taken {
            self.hub.post(Letter::Command(self.number, command));
        }
        taken
    }

    /// Sends a frame; false when it was dropped: too much waits, or all is over.
    pub fn write(&self, frame: Outgoing) -> bool {
        !self.has_ended() && self.submit(Command::Write(frame))
    }

    /// Closes it properly; it says nothing more.
    pub fn close(&self) {
        if !self.has_ended() {
            self.hub.post(Letter::Command(self.number, Command::Close));
        }
    }

    fn has_ended(&self) -> bool {
        self.backlog.ended.load(Ordering::Relaxed)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

impl Backlog {
    fn enter(&self, command: &Command) -> bool {
        let size = size(command);
        let commands = self.commands.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(size, Ordering::Relaxed) + size;
        let fits = commands <= MAX_COMMANDS && bytes <= MAX_BYTES;
        if !fits {
            self.leave(command);
        }
        fits
    }

    /// There is nobody any more who would take anything up.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// A command was taken up.
    pub(super) fn leave(&self, command: &Command) {
        self.commands.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(size(command), Ordering::Relaxed);
    }
}

fn size(command: &Command) -> usize {
    match command {
        Command::Write(frame) => frame.data.len(),
        _ => 0,
    }
}

fn bind(address: IpAddr) -> Result<MediaSocket, StartError> {
    let address = SocketAddr::new(address, 0);
    let failed = |error: io::Error| StartError::Bind { protocol: Protocol::Udp, address, error };
    MediaSocket::bind(address).map_err(failed)
}
