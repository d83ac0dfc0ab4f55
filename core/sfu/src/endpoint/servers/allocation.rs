//! An address on a TURN server (RFC 8656), over UDP.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use md5::{Digest, Md5};

use super::message::{
    ALLOCATE, CHANNEL_BIND, CHANNEL_NUMBER, CONTENTS, LIFETIME, MAPPED_ADDRESS, Message, NONCE,
    PEER_ADDRESS, REALM, REFRESH, RELAYED_ADDRESS, REQUESTED_TRANSPORT, SEND, TransactionId,
    USERNAME, Writer,
};
use super::url::Login;
use super::{Arrived, Numbers};

/// Between the first request and the second; it doubles (RFC 8489 section 6.2.1).
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// How often a request is said before the server is given up.
const MOST_TRIES: u32 = 6;
/// A channel's permission lasts for five minutes (RFC 8656 sections 9 and 12).
const RENEW_CHANNEL: Duration = Duration::from_secs(240);
/// A lifetime that is not told (section 7.2).
const LIFETIME_IF_NOT_TOLD: u32 = 600;
/// However short a lifetime is, nothing is refreshed more often.
const REFRESH_REST: Duration = Duration::from_secs(5);
/// Words that a server may find stale, one after the other.
const MOST_STALE: u32 = 4;
/// The first channel number (section 12).
const CHANNELS: u16 = 0x4000;
/// Peers of one allocation; further ones are not sent to.
const MAX_PEERS: usize = 64;
/// `REQUESTED-TRANSPORT`: UDP.
const UDP: [u8; 4] = [17, 0, 0, 0];
const UNAUTHORIZED: u16 = 401;
const STALE_NONCE: u16 = 438;

/// One address on a server, or the way to it.
pub(super) struct Allocation {
    login: Login,
    challenge: Option<Challenge>,
    request: Option<Request>,
    state: State,
    channels: Vec<Channel>,
    /// How often the server has wanted to be asked in other words.
    stale: u32,
    /// When the allocation is to be refreshed.
    refresh: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Asking,
    Held { relayed: SocketAddr, mapped: Option<SocketAddr> },
    Failed,
}

/// What the server wants to be told again.
struct Challenge {
    realm: Vec<u8>,
    nonce: Vec<u8>,
}

/// A request that is not answered yet: one at a time, channels have their own.
struct Request {
    id: TransactionId,
    method: u16,
    tries: u32,
    next: Instant,
}

/// A way to a peer.
struct Channel {
    peer: SocketAddr,
    id: TransactionId,
    bound: bool,
    tries: u32,
    next: Instant,
}

impl Allocation {
    pub(super) fn new(login: Login) -> Self {
        let (challenge, request, channels) = (None, None, Vec::new());
        Self { login, challenge, request, state: State::New, channels, stale: 0, refresh: None }
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Held { .. } | State::Failed)
    }

    pub(super) fn relayed(&self) -> Option<SocketAddr> {
        match self.state {
            State::Held { relayed, .. } => Some(relayed),
            _ => None,
        }
    }

    /// Where the server sees us.
    pub(super) fn mapped(&self) -> Option<SocketAddr> {
        match self.state {
            State::Held { mapped, .. } => mapped,
            _ => None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.state == State::Failed {
            return None;
        }
        let channels = self.channels.iter().map(|channel| channel.next);
        let request = self.request.as_ref().map(|request| request.next);
        channels.chain(request).chain(self.refresh).min()
    }

    /// Adds what is to be said now.
    pub(super) fn due(&mut self, numbers: &mut Numbers, now: Instant, out: &mut Vec<Vec<u8>>) {
        match self.state {
            State::New => {
                self.state = State::Asking;
                self.ask(ALLOCATE, numbers, now, out);
            }
            State::Failed => return,
            _ => {}
        }
        self.repeat(now, out);
        if self.request.is_none() && self.refresh.is_some_and(|at| now >= at) {
            self.refresh = None;
            self.ask(REFRESH, numbers, now, out);
        }
        // A request that the server wanted to be said in other words.
        if self.request.is_none() && self.state == State::Asking {
            self.ask(ALLOCATE, numbers, now, out);
        }
        self.bind(numbers, now, out);
    }

    /// Looks whether a datagram of the server's is about this allocation.
    pub(super) fn hear<'a>(&mut self, datagram: &'a [u8], now: Instant) -> Arrived<'a> {
        if let Some(arrived) = self.hear_channel(datagram) {
            return arrived;
        }
        let Some(message) = Message::read(datagram) else {
            return Arrived::Other;
        };
        if message.is_data() {
            let relayed = self.relayed();
            let contents = message.address(PEER_ADDRESS).zip(message.get(CONTENTS));
            return match relayed.zip(contents) {
                Some((relayed, (peer, contents))) => Arrived::Relayed { peer, relayed, contents },
                None => Arrived::Answer,
            };
        }
        if let Some(request) = self.request.take_if(|request| request.id == message.id) {
            self.answered(&message, request.method, now);
            return Arrived::Answer;
        }
        let channel = self.channels.iter().position(|channel| channel.id == message.id);
        let Some(channel) = channel else {
            return Arrived::Other;
        };
        self.channel_answered(channel, &message, now);
        Arrived::Answer
    }

    /// Adds what carries `contents` to a peer.
    pub(super) fn send(
        &mut self,
        peer: SocketAddr,
        contents: &[u8],
        numbers: &mut Numbers,
        now: Instant,
        out: &mut Vec<Vec<u8>>,
    ) {
        let known = self.channels.iter().position(|channel| channel.peer == peer);
        if known.is_none() && self.channels.len() < MAX_PEERS {
            let id = TransactionId::default();
            self.channels.push(Channel { peer, id, bound: false, tries: 0, next: now });
            self.bind(numbers, now, out);
        }
        let bound = known.filter(|&index| self.channels[index].bound);
        out.push(match bound {
            Some(index) => {
                let number = CHANNELS + index as u16;
                let length = contents.len() as u16;
                [&number.to_be_bytes()[..], &length.to_be_bytes(), contents].concat()
            }
            // It may come before the permission, and be lost: checks are repeated.
            None => Writer::new(SEND, &numbers.next())
                .address(PEER_ADDRESS, peer)
                .attribute(CONTENTS, contents)
                .finish(),
        });
    }

    /// What gives the address back.
    pub(super) fn close(&mut self, numbers: &mut Numbers) -> Option<Vec<u8>> {
        let held = matches!(self.state, State::Held { .. });
        self.state = State::Failed;
        held.then(|| {
            let request = Writer::new(REFRESH, &numbers.next());
            self.sign(request.attribute(LIFETIME, &[0; 4]))
        })
    }

    fn ask(&mut self, method: u16, numbers: &mut Numbers, now: Instant, out: &mut Vec<Vec<u8>>) {
        let id = numbers.next();
        let request = Request { id, method, tries: 1, next: now + FIRST_WAIT };
        out.push(self.request_bytes(&request));
        self.request = Some(request);
    }

    fn repeat(&mut self, now: Instant, out: &mut Vec<Vec<u8>>) {
        let Some(mut request) = self.request.take_if(|request| now >= request.next) else {
            return;
        };
        if request.tries == MOST_TRIES {
            self.fail();
            return;
        }
        request.next = now + FIRST_WAIT * 2u32.pow(request.tries);
        request.tries += 1;
        out.push(self.request_bytes(&request));
        self.request = Some(request);
    }

    fn request_bytes(&self, request: &Request) -> Vec<u8> {
        let mut writer = Writer::new(request.method, &request.id);
        if request.method == ALLOCATE {
            writer = writer.attribute(REQUESTED_TRANSPORT, &UDP);
        }
        self.sign(writer)
    }

    fn sign(&self, writer: Writer) -> Vec<u8> {
        let Some(Challenge { realm, nonce }) = &self.challenge else {
            return writer.finish();
        };
        let Login { user, password } = &self.login;
        let key = [user.as_bytes(), b":", realm, b":", password.as_bytes()].concat();
        writer
            .attribute(USERNAME, user.as_bytes())
            .attribute(REALM, realm)
            .attribute(NONCE, nonce)
            .sign(&Md5::digest(key))
    }

    fn answered(&mut self, message: &Message<'_>, method: u16, now: Instant) {
        if message.is_error() {
            self.refused(message, method, now);
        } else if method == ALLOCATE {
            let relayed = message.address(RELAYED_ADDRESS);
            let mapped = message.address(MAPPED_ADDRESS);
            self.state = relayed.map_or(State::Failed, |relayed| State::Held { relayed, mapped });
            self.held(message, now);
        } else {
            self.held(message, now);
        }
    }

    fn held(&mut self, message: &Message<'_>, now: Instant) {
        let lifetime = message.number(LIFETIME).unwrap_or(LIFETIME_IF_NOT_TOLD);
        let rest = Duration::from_secs(u64::from(lifetime) / 2);
        self.refresh = Some(now + rest.max(REFRESH_REST));
        self.stale = 0;
    }

    fn refused(&mut self, message: &Message<'_>, method: u16, now: Instant) {
        let first = self.challenge.is_none();
        let again = match message.error() {
            Some(UNAUTHORIZED) => first && method == ALLOCATE,
            Some(STALE_NONCE) => self.stale < MOST_STALE,
            _ => false,
        };
        if !again || !self.challenged(message) {
            self.fail();
        } else if method == REFRESH {
            self.refresh = Some(now);
        }
    }

    fn challenged(&mut self, message: &Message<'_>) -> bool {
        self.stale += 1;
        let told = message.get(REALM).zip(message.get(NONCE));
        if let Some((realm, nonce)) = told {
            let (realm, nonce) = (realm.to_vec(), nonce.to_vec());
            self.challenge = Some(Challenge { realm, nonce });
        }
        told.is_some()
    }

    fn fail(&mut self) {
        self.state = State::Failed;
        self.request = None;
        self.refresh = None;
    }

    /// Asks for the channels that are new, and for those whose permission ends.
    fn bind(&mut self, numbers: &mut Numbers, now: Instant, out: &mut Vec<Vec<u8>>) {
        for index in 0..self.channels.len() {
            let channel = &mut self.channels[index];
            if now < channel.next {
                continue;
            }
            if channel.tries == 0 {
                channel.id = numbers.next();
            }
            channel.next = now + FIRST_WAIT * 2u32.pow(channel.tries.min(MOST_TRIES));
            channel.tries += 1;
            let (id, peer) = (channel.id, channel.peer);
            let number = [&(CHANNELS + index as u16).to_be_bytes()[..], &[0, 0]].concat();
            let request = Writer::new(CHANNEL_BIND, &id)
                .attribute(CHANNEL_NUMBER, &number)
                .address(PEER_ADDRESS, peer);
            out.push(self.sign(request));
        }
    }

    fn channel_answered(&mut self, index: usize, message: &Message<'_>, now: Instant) {
        let stale = message.error() == Some(STALE_NONCE)
            && self.stale < MOST_STALE
            && self.challenged(message);
        let channel = &mut self.channels[index];
        channel.tries = 0;
        if message.is_success() {
            channel.bound = true;
        }
        // A peer that the server forbids is asked for again when a permission would end.
        channel.next = if stale { now } else { now + RENEW_CHANNEL };
    }

    fn hear_channel<'a>(&self, datagram: &'a [u8]) -> Option<Arrived<'a>> {
        let (head, rest) = datagram.split_first_chunk::<4>()?;
        let number = u16::from_be_bytes([head[0], head[1]]);
        let channel = self.channels.get(usize::from(number.checked_sub(CHANNELS)?))?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let contents = rest.get(..length)?;
        Some(Arrived::Relayed { peer: channel.peer, relayed: self.relayed()?, contents })
    }
}
