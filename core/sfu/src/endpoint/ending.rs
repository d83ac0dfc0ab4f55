//! When an endpoint ends, and what it says of it.

use std::time::Instant;

use str0m::RtcError;

use super::words::Event;
use super::{CONNECTING, Endpoint, FAR};
use crate::CloseCode;

impl Endpoint {
    /// How long it goes on as it is.
    pub(super) fn patience(&self) -> Instant {
        let far = self.next_step + FAR;
        if self.connected {
            self.heard.map_or(far, |heard| heard + self.silence)
        } else {
            self.agreed.map_or(far, |agreed| agreed + CONNECTING)
        }
    }

    pub(super) fn give_up(&mut self, now: Instant) {
        let seconds = self.silence.as_secs_f32();
        if self.connected {
            return self.end(CloseCode::Silent, format!("nothing was heard for {seconds} s"));
        }
        let waited = self.agreed.map_or(CONNECTING, |agreed| now - agreed).as_secs();
        let reason = match (self.heard, &self.complaint) {
            (None, _) => format!(
                "no packet came within {waited} s: a firewall may drop UDP, or none of the \
                 candidates can be reached from here"
            ),
            (Some(_), None) => format!("packets came, but no connection within {waited} s"),
            (Some(_), Some(complaint)) => {
                format!("packets came, but no connection within {waited} s: {complaint}")
            }
        };
        self.end(CloseCode::NeverConnected, reason);
    }

    pub(super) fn fail(&mut self, error: &RtcError) {
        self.end(CloseCode::Failed, format!("the connection failed: {error}"));
    }

    /// Ends it without another word to the remote: it is broken.
    pub(crate) fn abandon(&mut self, code: CloseCode, reason: String) {
        self.ended = false;
        self.end(code, reason);
    }

    pub(super) fn end(&mut self, code: CloseCode, reason: String) {
        if !std::mem::replace(&mut self.ended, true) {
            self.events.push(Event::Closed { code, reason });
        }
    }
}
