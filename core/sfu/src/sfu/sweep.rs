//! What is looked for from time to time: silence, connections that never came up, keyframe requests
//! that were not answered, publishers of which it is not known whether they answer, producers that
//! stand still or speak.

use std::time::{Duration, Instant};

use super::life::Failure;
use super::{Outbox, Sfu};
use crate::transport::Transport;
use crate::words::{CloseCode, Event, MediaKey, TransportId};

/// A transport that is not connected by then is closed.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

impl Sfu {
    pub(super) fn sweep(&mut self, now: Instant, outbox: &mut dyn Outbox) {
        let mut ids: Vec<_> = self.transports.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            if let Some(failure) = self.overdue(id, now) {
                if self.close(id, now, outbox) {
                    let Failure { code, reason } = failure;
                    self.events.push(Event::Closed { transport: id, code, reason });
                }
            } else {
                self.send_keyframe_requests(id, now);
            }
        }
        self.send_remote_requests(now);
        self.listen(now);
        self.tell_stalled(now);
        self.tell_layers(now);
        self.tell_speakers(now);
    }

    fn overdue(&self, id: TransportId, now: Instant) -> Option<Failure> {
        let transport = self.transports.get(&id).filter(|transport| !transport.is_local())?;
        if transport.connected {
            let silent = now.saturating_duration_since(transport.heard) > self.settings.silence;
            return silent.then(|| Failure {
                code: CloseCode::Silent,
                reason: format!("nothing was heard for {:?}", self.settings.silence),
            });
        }
        let late = now.saturating_duration_since(transport.created) > CONNECT_WITHIN;
        late.then(|| Failure {
            code: CloseCode::NeverConnected,
            reason: why_never_connected(transport),
        })
    }

    fn send_keyframe_requests(&mut self, id: TransportId, now: Instant) {
        let Some(transport) = self.transports.get(&id) else {
            return;
        };
        let due: Vec<_> = transport
            .producers
            .iter()
            .map(|producer| (producer, producer.hearing.wants_probe(now)))
            .filter(|(producer, probe)| *probe || producer.layers.is_due(now))
            .map(|(producer, probe)| (MediaKey { transport: id, mid: producer.mid }, probe))
            .collect();
        for (source, probe) in due {
            if probe || self.is_watched(source) {
                self.ask_for_keyframe(source, 0, now);
            } else if let Some(producer) =
                self.transports.get_mut(&id).and_then(|transport| transport.producer(source.mid))
            {
                producer.layers.forget();
            }
        }
    }
}

fn why_never_connected(transport: &Transport) -> String {
    match (&transport.complaint, transport.paths.is_empty()) {
        _ if transport.is_unanswered() => "the offer was not answered".to_owned(),
        (Some(complaint), _) => format!("the connection was not completed: {complaint}"),
        (None, false) => "packets arrived, but the connection was not completed".to_owned(),
        (None, true) if transport.dials() => {
            "nobody answered at any UDP address that the other side \
                                              told: a firewall between the two, or addresses that \
                                              lead elsewhere"
                .to_owned()
        }
        (None, true) => "no packet reached the media port: a firewall between the two, or an \
                         address that leads elsewhere"
            .to_owned(),
    }
}
