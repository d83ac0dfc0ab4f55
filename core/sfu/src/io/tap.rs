//! Taps as their programs hold them.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::inbox::{Inbox, Item};
use crate::endpoint::Frame;
use crate::words::{TapId, Tapped};

impl Item for Tapped {
    fn frame(&mut self) -> Option<&mut Frame> {
        match self {
            Self::Frame(frame) => Some(frame),
            Self::Ended { .. } => None,
        }
    }
}

/// All taps of one core.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taps(Arc<Mutex<BTreeMap<TapId, Arc<Inbox<Tapped>>>>>);

/// The frames of one producer. It ends when it is dropped.
#[derive(Debug)]
pub struct Tap {
    id: TapId,
    inbox: Arc<Inbox<Tapped>>,
    taps: Taps,
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl Taps {
    pub(crate) fn open(&self) -> io::Result<Tap> {
        let id = TapId(NUMBERS.fetch_add(1, Ordering::Relaxed));
        let inbox = Arc::new(Inbox::new()?);
        self.lock().insert(id, Arc::clone(&inbox));
        Ok(Tap { id, inbox, taps: self.clone() })
    }

    /// Tells one tap; false when nobody listens.
    pub(crate) fn tell(&self, id: TapId, told: Tapped) -> bool {
        let inbox = self.lock().get(&id).cloned();
        inbox.map(|inbox| inbox.push([told])).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TapId, Arc<Inbox<Tapped>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tap {
    pub(crate) fn id(&self) -> TapId {
        self.id
    }

    /// A descriptor that is readable while frames wait.
    pub fn descriptor(&self) -> RawFd {
        self.inbox.descriptor()
    }

    /// Takes the frames that wait.
    pub fn drain(&self) -> Vec<Tapped> {
        self.inbox.take()
    }

    /// Takes no more frames.
    pub fn close(&self) {
        self.taps.lock().remove(&self.id);
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.close();
    }
}
