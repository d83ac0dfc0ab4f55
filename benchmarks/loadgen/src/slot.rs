//! A place that one session after another takes.

use std::time::{Duration, Instant};

use str0m::Event;
use str0m::media::Direction;
use str0m::rtp::RtpWrite;

use crate::chance::Chance;
use crate::churn::{Events, Place};
use crate::error::Error;
use crate::http;
use crate::peer::Peer;
use crate::picture::{self, Canvas, Stamp};

/// Between two requests of which the first was refused for now.
const AGAIN: Duration = Duration::from_millis(300);
/// RTP clock of video (RFC 7741 section 4.1), 30 frames a second.
const FRAME_TIME: u64 = 3000;

/// What sessions of a place do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Publish under the name of this number.
    Publisher(u32),
    /// Watch anybody.
    Viewer,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Delete,
    Goodbye,
    Vanish,
    /// It ends as it began: nothing but the POST ever came.
    Absent,
}

/// Most leave politely.
const ENDS: [End; 8] = [
    End::Delete,
    End::Delete,
    End::Delete,
    End::Goodbye,
    End::Goodbye,
    End::Vanish,
    End::Vanish,
    End::Absent,
];
/// Percent of the datagrams that a session loses, both ways.
const LOSSES: [u64; 8] = [0, 0, 0, 0, 2, 5, 10, 20];
/// Percent of the sessions that restart ICE.
const RESTARTS: u64 = 40;

/// A place for sessions.
pub(crate) struct Slot {
    role: Role,
    chance: Chance,
    session: Option<Session>,
    /// When the next one comes.
    next: Instant,
}

struct Session {
    peer: Peer,
    url: String,
    answer: String,
    publisher: u32,
    end: End,
    ends: Instant,
    restarts: Option<Instant>,
    seen: Seen,
    packets: u64,
    frames: u64,
    due: Instant,
}

/// What is known of a session by its events.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    connected: bool,
    wants_key: bool,
    packets: u64,
    damaged: u64,
}

impl Slot {
    /// A place whose first session comes soon.
    pub(crate) fn new(role: Role, mut chance: Chance, now: Instant) -> Self {
        let next = now + chance.time(0..1000);
        Self { role, chance, session: None, next }
    }

    /// Does what is due: enter, send, receive, restart, leave.
    pub(crate) fn turn(
        &mut self,
        place: &Place<'_>,
        events: &mut Events,
        buffer: &mut [u8],
    ) -> Result<(), Error> {
        let now = Instant::now();
        let Some(session) = &mut self.session else {
            if now >= self.next {
                self.enter(place, events, now)?;
            }
            return Ok(());
        };
        if now >= session.ends || session.peer.ended {
            return self.leave(place, events);
        }
        if session.end == End::Absent {
            return Ok(());
        }
        session.exchange(self.role, place, buffer, now);
        if session.seen.connected && session.restarts.is_some_and(|at| now >= at) {
            session.restarts = None;
            session.restart(place, events)?;
        }
        Ok(())
    }

    /// Ends the session, if there is one, in its own way.
    pub(crate) fn leave(&mut self, place: &Place<'_>, events: &mut Events) -> Result<(), Error> {
        let Some(mut session) = self.session.take() else {
            return Ok(());
        };
        let seen = session.seen;
        events.connected += u64::from(seen.connected);
        events.served += u64::from(seen.packets > 0);
        events.damaged += seen.damaged;
        self.next = Instant::now() + self.chance.time(0..1500);
        if session.peer.ended {
            events.ended += 1;
            return Ok(());
        }
        match session.end {
            End::Delete => {
                events.deleted += 1;
                http::request("DELETE", &session.url, &place.target.headers, "")?;
            }
            End::Goodbye => {
                events.goodbyes += 1;
                session.peer.goodbye(Instant::now());
            }
            End::Vanish => events.vanished += 1,
            End::Absent => events.absent += 1,
        }
        Ok(())
    }

    fn enter(&mut self, place: &Place<'_>, events: &mut Events, now: Instant) -> Result<(), Error> {
        let (template, direction, publisher) = match self.role {
            Role::Publisher(index) => (&place.target.whip, Direction::SendOnly, index),
            Role::Viewer => {
                let index = self.chance.below(place.load.publishers as u64) as u32;
                (&place.target.whep, Direction::RecvOnly, index)
            }
        };
        let url = template.replace("{name}", &format!("p{publisher}"));
        let offer = place.factory.offer(direction)?;
        let response = http::request("POST", &url, &place.target.headers, &offer.sdp)?;
        if matches!(response.status, 404 | 409 | 503) {
            events.refused += 1;
            self.next = now + AGAIN;
            return Ok(());
        }
        let location = response.location.as_deref().and_then(|to| http::resolve(&url, to));
        let Some(session) = location.filter(|_| response.status == 201) else {
            let what = format!("{} {}", response.status, response.body.trim());
            return Err(Error::Http { url, what });
        };
        let mut peer = offer.accept(&response.body)?;
        peer.lose(self.chance.choose(&LOSSES), self.chance.split());
        events.opened += 1;
        self.session = Some(Session {
            peer,
            url: session,
            answer: response.body,
            publisher,
            end: self.chance.choose(&ENDS),
            ends: now + self.chance.time(1000..9000),
            restarts: self.chance.percent(RESTARTS).then(|| now + self.chance.time(300..3000)),
            seen: Seen::default(),
            packets: 0,
            frames: 0,
            due: now,
        });
        Ok(())
    }
}

impl Session {
    fn exchange(&mut self, role: Role, place: &Place<'_>, buffer: &mut [u8], now: Instant) {
        let (seen, publisher) = (&mut self.seen, self.publisher);
        self.peer.receive(buffer, &mut |event| seen.note(&event, &place.canvas, publisher));
        if matches!(role, Role::Publisher(_)) && self.seen.connected && now >= self.due {
            self.send(place, now);
        }
        let seen = &mut self.seen;
        if self.peer.deadline <= now {
            self.peer.tick(now, &mut |event| seen.note(&event, &place.canvas, publisher));
        }
    }

    /// Sends a frame.
    fn send(&mut self, place: &Place<'_>, now: Instant) {
        let wanted = std::mem::take(&mut self.seen.wants_key);
        let key = wanted || self.frames.is_multiple_of(300);
        let time = (self.frames * FRAME_TIME) as u32;
        for offset in 0..place.load.burst {
            let spot = picture::Place { frame: self.frames, first: offset == 0, key };
            let stamp = Stamp { publisher: self.publisher, number: self.packets, sent: 0 };
            let payload = place.canvas.paint(spot, stamp);
            let sequence = self.packets;
            self.peer.write(|pt| {
                RtpWrite::new(pt, sequence.into(), time, now, payload)
                    .marker(offset + 1 == place.load.burst)
                    .nackable(true)
            });
            self.packets += 1;
        }
        self.frames += 1;
        self.due = now + place.load.interval();
        let (seen, publisher) = (&mut self.seen, self.publisher);
        self.peer.tick(now, &mut |event| seen.note(&event, &place.canvas, publisher));
    }

    fn restart(&mut self, place: &Place<'_>, events: &mut Events) -> Result<(), Error> {
        let Some((pending, fragment)) = self.peer.restart() else {
            return Err(Error::Failed("an ICE restart makes no offer".into()));
        };
        let mut headers = place.target.headers.clone();
        headers.push("If-Match: *".to_owned());
        let response = http::request("PATCH", &self.url, &headers, &fragment)?;
        if response.status != 200 {
            // The relay may just have ended the session: its silence, after heavy loss.
            self.peer.ended |= response.status == 404;
            events.refused += 1;
            return Ok(());
        }
        self.answer = renewed(&self.answer, &response.body);
        self.peer.restarted(pending, &self.answer)?;
        events.restarted += 1;
        Ok(())
    }
}

impl Seen {
    fn note(&mut self, event: &Event, canvas: &Canvas, publisher: u32) {
        match event {
            Event::Connected => self.connected = true,
            Event::KeyframeRequest(_) => self.wants_key = true,
            Event::RtpPacket(packet) => {
                let stamp = canvas.read(&packet.payload);
                let right = stamp.is_some_and(|stamp| stamp.publisher == publisher);
                self.packets += u64::from(right);
                self.damaged += u64::from(!right);
            }
            _ => {}
        }
    }
}

/// The answer with the credentials of the fragment that a restart was answered with.
fn renewed(answer: &str, fragment: &str) -> String {
    let credentials = ["a=ice-ufrag:", "a=ice-pwd:"];
    let replace = |line: &str| {
        let name = credentials.iter().find(|name| line.starts_with(**name));
        let new = name.and_then(|name| fragment.lines().find(|new| new.starts_with(name)));
        format!("{}\r\n", new.unwrap_or(line))
    };
    answer.lines().map(replace).collect()
}
