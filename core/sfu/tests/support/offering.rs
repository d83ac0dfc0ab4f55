//! The core offers to clients.

use std::time::Duration;

use sfu::{
    Command, Event, Label, MediaDescription, MediaKey, MediaKind, Mid, OfferedMedium, RefusalCode,
    TransportId,
};

use super::{Client, World, client_address};

/// A medium that is sent under a label.
pub(crate) fn labelled(kind: MediaKind, stream: &str, track: &str) -> OfferedMedium {
    let label = Label { stream: stream.to_owned(), track: track.to_owned() };
    OfferedMedium { kind, label: Some(label), rids: Vec::new(), takes: false }
}

/// A medium that is there, and not sent.
pub(crate) fn silent(kind: MediaKind) -> OfferedMedium {
    OfferedMedium { kind, label: None, rids: Vec::new(), takes: false }
}

/// A picture that is sent in several encodings.
pub(crate) fn encoded(rids: &[&str]) -> OfferedMedium {
    let rids = rids.iter().map(|&rid| rid.to_owned()).collect();
    OfferedMedium { rids, ..labelled(MediaKind::Video, "ann", "camera") }
}

impl World {
    /// Adds a client that waits for an offer; its transport id is its index.
    pub(crate) fn await_offer(&mut self) -> usize {
        let index = self.clients.len();
        let client = Client::answerer(client_address(index), self.client_protocol(), self.now);
        self.clients.push(client);
        self.addresses.push(client_address(index));
        index
    }

    /// Makes the core offer; gives its offer and the media in it. Panics if it is refused.
    pub(crate) fn offer_to(&mut self, index: usize, media: &[OfferedMedium]) -> (String, Vec<Mid>) {
        self.offer_with(index, media, false, false)
    }

    pub(crate) fn offer_with(
        &mut self,
        index: usize,
        media: &[OfferedMedium],
        data: bool,
        restart: bool,
    ) -> (String, Vec<Mid>) {
        let transport = TransportId(index as u64);
        self.command(Command::Offer {
            transport,
            media: media.to_vec(),
            data,
            restart,
            dial: false,
        });
        match self.events.last() {
            Some(Event::Offered { offer, media, .. }) => (offer.clone(), media.clone()),
            other => panic!("an offer was asked for, not {other:?}"),
        }
    }

    /// Gives the core an answer of the client's; panics if it is not taken.
    pub(crate) fn agree(&mut self, index: usize, answer: &str) -> Vec<MediaDescription> {
        let transport = TransportId(index as u64);
        self.command(Command::AcceptAnswer { transport, answer: answer.to_owned() });
        match self.events.last() {
            Some(Event::Agreed { media, .. }) => media.clone(),
            other => panic!("the answer is good, not {other:?}"),
        }
    }

    /// Offers, and lets the client answer; gives the media.
    pub(crate) fn settle(&mut self, index: usize, media: &[OfferedMedium]) -> Vec<Mid> {
        let (offer, mids) = self.offer_to(index, media);
        let answer = self.clients[index].accept(&offer);
        self.agree(index, &answer);
        mids
    }

    /// Lets time pass until both sides know that a client is connected: as the server of DTLS it knows
    /// first.
    pub(crate) fn meet(&mut self, index: usize) {
        self.connect(&[index]);
        let is_it = |event: &Event| matches!(event, Event::Connected { transport, .. } if transport.0 == index as u64);
        self.run_until(Duration::from_secs(5), |world| world.events.iter().any(is_it));
    }

    /// Carries out a command that is to be refused; tells why it was.
    pub(crate) fn refusal(&mut self, command: Command) -> (RefusalCode, String) {
        self.command(command);
        match self.events.last() {
            Some(Event::Refused { code, reason, .. }) => (*code, reason.clone()),
            other => panic!("a refusal, not {other:?}"),
        }
    }

    /// Gives the core a new offer of the client's, and the client its answer.
    pub(crate) fn renegotiate(&mut self, index: usize, offer: String) -> Vec<MediaDescription> {
        let transport = TransportId(index as u64);
        self.command(Command::Renegotiate { transport, offer });
        let (answer, media) = match self.events.last() {
            Some(Event::Answered { answer, media, .. }) => (answer.clone(), media.clone()),
            other => panic!("an answer, not {other:?}"),
        };
        self.clients[index].answer(&answer);
        media
    }

    /// Shows the medium `from` of `publisher` under the name `to` of `viewer`.
    pub(crate) fn show(&mut self, viewer: usize, to: Mid, publisher: usize, from: usize) {
        let source = self.clients[publisher].mids()[from].clone();
        let consumer = MediaKey { transport: TransportId(viewer as u64), mid: to };
        let source = MediaKey::new(publisher as u64, &source);
        self.command(Command::Attach { consumer, source });
    }
}
