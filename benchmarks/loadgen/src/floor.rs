//! The floor: seal (AES-128-GCM) and send GSO runs to so many destinations, nothing else.
//!
//! No server that encrypts for each viewer can be cheaper on the same machine. Frames leave at the
//! same pace as in a run, and receivers of the same kind read them.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use mio::{Events, Interest, Poll, Token};
use quinn_udp::{Transmit, UdpSocketState};
use socket2::SockRef;

use crate::arguments::Load;
use crate::error::Error;
use crate::output::Json;
use crate::process;

/// RTP header with the extensions that a viewer gets (MID, transport-wide sequence number).
const HEADER: usize = 12 + 4 + 8;
const TAG: usize = 16;

struct Destination {
    address: SocketAddr,
    key: LessSafeKey,
}

struct Sender {
    socket: UdpSocket,
    state: UdpSocketState,
    destinations: Vec<Destination>,
    frame: Vec<u8>,
    buffer: Vec<u8>,
    sequence: u64,
}

/// Measures it.
pub(crate) fn measure(load: &Load) -> Result<Json, Error> {
    let (addresses, sockets) = receivers(load)?;
    let mut sender = Sender::new(load, addresses)?;
    let done = AtomicBool::new(false);
    let (windows, received) = thread::scope(|scope| {
        let reading = scope.spawn(|| read(sockets, &done));
        let windows: Result<Vec<Json>, Error> =
            (0..load.windows).map(|_| sender.window(load)).collect();
        done.store(true, Ordering::Release);
        let received = reading.join();
        let panicked = |_| Error::Failed("the thread that reads panicked".into());
        Ok::<_, Error>((windows?, received.map_err(panicked)??))
    })?;
    Ok(Json::Object(vec![
        ("destinations", Json::Count(load.sessions() as u64)),
        ("rate", Json::Count(load.rate.into())),
        ("burst", Json::Count(load.burst.into())),
        ("size", Json::Count(load.size as u64)),
        ("sent", Json::Count(sender.sequence * load.sessions() as u64)),
        ("received", Json::Count(received)),
        ("us_per_packet", Json::List(windows)),
    ]))
}

impl Sender {
    fn new(load: &Load, addresses: Vec<SocketAddr>) -> Result<Self, Error> {
        let socket = UdpSocket::bind((load.local, 0)).map_err(Error::io("opening a socket"))?;
        let state =
            UdpSocketState::new((&socket).into()).map_err(Error::io("preparing a socket"))?;
        if state.max_gso_segments() < load.burst as usize {
            return Err(Error::Failed("this kernel has no UDP GSO: there is no floor here".into()));
        }
        let destinations = addresses.into_iter().enumerate().map(|(index, address)| {
            let key = UnboundKey::new(&AES_128_GCM, &[index as u8; 16])
                .map_err(|_| Error::Failed("AES-128-GCM is not to be had".into()))?;
            Ok(Destination { address, key: LessSafeKey::new(key) })
        });
        Ok(Self {
            socket,
            state,
            destinations: destinations.collect::<Result<_, Error>>()?,
            frame: vec![0x5a; load.size * load.burst as usize],
            buffer: vec![0; (HEADER + load.size + TAG) * load.burst as usize],
            sequence: 0,
        })
    }

    /// Sends for one window; gives microseconds of this thread's CPU per packet.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    fn window(&mut self, load: &Load) -> Result<Json, Error> {
        let (begin, before) = (Instant::now(), process::thread_cpu()?);
        let frames = (load.window.as_nanos() / load.interval().as_nanos()) as u32;
        for frame in 0..frames {
            let due = begin + load.interval() * frame;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.send_frame(load)?;
        }
        let used = process::thread_cpu()?.saturating_sub(before);
        let packets = u64::from(frames * load.burst) * self.destinations.len() as u64;
        Ok(Json::Number(used.as_secs_f64() * 1e6 / packets as f64))
    }

    fn send_frame(&mut self, load: &Load) -> Result<(), Error> {
        let length = HEADER + load.size + TAG;
        for destination in &self.destinations {
            let packets = self.buffer.chunks_exact_mut(length);
            for (offset, (packet, payload)) in
                packets.zip(self.frame.chunks_exact(load.size)).enumerate()
            {
                destination.seal(packet, payload, self.sequence + offset as u64)?;
            }
            let transmit = Transmit {
                destination: destination.address,
                ecn: None,
                contents: &self.buffer,
                segment_size: Some(length),
                src_ip: None,
            };
            // A full send buffer loses the run, as it would in a server.
            match self.state.try_send((&self.socket).into(), &transmit) {
                Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => {
                    return Err(Error::io("sending a GSO run")(error));
                }
                _ => {}
            }
        }
        self.sequence += u64::from(load.burst);
        Ok(())
    }
}

impl Destination {
    /// Writes an SRTP packet as RFC 7714 has it: header in the clear, payload sealed, tag behind.
    fn seal(&self, packet: &mut [u8], payload: &[u8], sequence: u64) -> Result<(), Error> {
        let (header, rest) = packet.split_at_mut(HEADER);
        let (body, tag) = rest.split_at_mut(payload.len());
        header[2..4].copy_from_slice(&(sequence as u16).to_be_bytes());
        body.copy_from_slice(payload);
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&sequence.to_be_bytes());
        let sealed = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(header),
                body,
            )
            .map_err(|_| Error::Failed("AES-128-GCM refused to seal".into()))?;
        tag.copy_from_slice(sealed.as_ref());
        Ok(())
    }
}

fn receivers(load: &Load) -> Result<(Vec<SocketAddr>, Vec<UdpSocket>), Error> {
    let mut addresses = vec![];
    let mut sockets = vec![];
    for _ in 0..load.sessions() {
        let socket = UdpSocket::bind((load.local, 0)).map_err(Error::io("opening a socket"))?;
        socket.set_nonblocking(true).map_err(Error::io("preparing a socket"))?;
        SockRef::from(&socket)
            .set_recv_buffer_size(2 << 20)
            .map_err(Error::io("preparing a socket"))?;
        addresses.push(socket.local_addr().map_err(Error::io("naming a socket"))?);
        sockets.push(socket);
    }
    Ok((addresses, sockets))
}

fn read(sockets: Vec<UdpSocket>, done: &AtomicBool) -> Result<u64, Error> {
    let mut poll = Poll::new().map_err(Error::io("making a poll"))?;
    let mut sockets: Vec<_> = sockets.into_iter().map(mio::net::UdpSocket::from_std).collect();
    for (index, socket) in sockets.iter_mut().enumerate() {
        poll.registry()
            .register(socket, Token(index), Interest::READABLE)
            .map_err(Error::io("watching a socket"))?;
    }
    let mut events = Events::with_capacity(sockets.len());
    let mut buffer = [0; 4096];
    let mut received = 0;
    loop {
        let ending = done.load(Ordering::Acquire);
        poll.poll(&mut events, Some(Duration::from_millis(50)))
            .map_err(Error::io("waiting for datagrams"))?;
        for event in &events {
            while sockets[event.token().0].recv(&mut buffer).is_ok() {
                received += 1;
            }
        }
        if ending && events.is_empty() {
            return Ok(received);
        }
    }
}
