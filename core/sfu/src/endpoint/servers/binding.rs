//! Asking a STUN server for the address that it sees (RFC 8445 section 5.1.1.2).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::Numbers;
use super::message::{BINDING, MAPPED_ADDRESS, Message, TransactionId, Writer};

/// Between the first request and the second; it doubles (RFC 8489 section 6.2.1).
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// One question, until it is answered.
#[derive(Default)]
pub(super) struct Binding {
    id: Option<TransactionId>,
    answered: bool,
    next: Option<Instant>,
    wait: Duration,
}

impl Binding {
    pub(super) fn is_settled(&self) -> bool {
        self.answered
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.next
    }

    /// The request, if it is to be said now; not after `end`.
    pub(super) fn due(
        &mut self,
        numbers: &mut Numbers,
        now: Instant,
        end: Instant,
    ) -> Option<Vec<u8>> {
        let is_due = match self.next {
            Some(next) => now >= next,
            None => self.id.is_none(),
        };
        if !is_due {
            return None;
        }
        let id = *self.id.get_or_insert_with(|| numbers.next());
        self.wait = if self.wait.is_zero() { FIRST_WAIT } else { 2 * self.wait };
        self.next = Some(now + self.wait).filter(|&next| next < end);
        (now < end).then(|| Writer::new(BINDING, &id).finish())
    }

    /// The address in an answer.
    pub(super) fn hear(&mut self, datagram: &[u8]) -> Option<SocketAddr> {
        let message = Message::read(datagram)?;
        if self.answered || Some(message.id) != self.id || !message.is_success() {
            return None;
        }
        let mapped = message.address(MAPPED_ADDRESS)?;
        (self.answered, self.next) = (true, None);
        Some(mapped)
    }
}
