//! What a STUN or TURN server says.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use sfu::endpoint::{Command, Direction, Endpoint, Event, Server, Settings, Wanted};
use sfu::{MediaKind, Outbox, Remote, WallClock};

use crate::input::Input;

/// What an endpoint says, for a server that reads its transaction ids.
#[derive(Default)]
struct Said(Vec<Vec<u8>>);

impl Outbox for Said {
    fn begin(&mut self, _to: Remote, _local: Option<IpAddr>, length: usize) -> &mut Vec<u8> {
        self.0.push(Vec::with_capacity(length));
        self.0.last_mut().expect("the datagram just begun")
    }

    fn unsent(&self) -> u64 {
        0
    }
}

/// Whatever servers answer, an endpoint makes its offer in time.
///
/// The input is answers as [`Input::chunk`] reads them: two bytes for the kind of message, then its
/// attributes. Each is the answer to the last thing that was said.
pub fn turn(bytes: &[u8]) {
    #[allow(clippy::disallowed_methods, reason = "any moment to count from")]
    let mut now = Instant::now();
    let [server, local] = [1, 2].map(|host| SocketAddr::from(([10, 0, 0, host], 3478)));
    let crypto = str0m::crypto::from_feature_flags();
    let settings = Settings {
        locals: vec![local],
        servers: vec![
            Server::new("turn:10.0.0.1", "ann", "secret").expect("a server"),
            Server::new("stun:10.0.0.1", "", "").expect("a server"),
        ],
        gathering: Duration::from_secs(1),
        codecs: Vec::new(),
        bandwidth: 1_000_000,
        silence: Duration::from_secs(10),
        clock: WallClock::new(now, SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30)),
        certificate: crypto.dtls_provider.generate_certificate().expect("a certificate"),
    };
    let mut endpoint = Endpoint::new(&settings, now);
    let mut said = Said::default();
    let media =
        vec![Wanted { kind: MediaKind::Audio, direction: Direction::SendOnly, label: None }];
    endpoint.command(Command::Offer { media, restart: false }, now, &mut said);
    let mut input = Input::new(bytes);
    while let Some(answer) = input.piece() {
        let answer = reply(answer, said.0.last());
        endpoint.receive(server, local, &answer, now, &mut said);
        now += Duration::from_millis(100);
        endpoint.timeout(now, &mut said);
    }
    endpoint.timeout(now + Duration::from_secs(2), &mut said);
    let events = endpoint.take_events();
    assert!(events.iter().any(|event| matches!(event, Event::Described { .. })), "{events:?}");
}

fn reply(answer: &[u8], request: Option<&Vec<u8>>) -> Vec<u8> {
    let (kind, attributes) = answer.split_at(answer.len().min(2));
    let id = request.and_then(|request| request.get(4..20)).unwrap_or(&[0; 16]);
    let length = (attributes.len() as u16).to_be_bytes();
    [kind, &length, id, attributes].concat()
}
