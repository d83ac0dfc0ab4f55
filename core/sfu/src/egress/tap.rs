//! What `str0m` knows and does not tell: the keys that DTLS agreed on, and the path that it sends on.
//!
//! Both pass through its DTLS part, which may be brought along. So it is wrapped.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use str0m::config::{CryptoProvider, DtlsCert, DtlsVersion};
use str0m::crypto::CryptoError;
use str0m::crypto::dtls::{DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion};

use super::srtp::MasterKey;

/// A datagram that never leaves: `str0m` addresses it, and with that tells its path. No DTLS record
/// has one byte.
pub(super) const PROBE: [u8; 1] = [0];

thread_local! {
    /// `new_dtls` takes nothing but a certificate: whose instance it makes is told here.
    static NEXT: RefCell<Option<Arc<Tap>>> = const { RefCell::new(None) };
}

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    Arc::new(CryptoProvider { dtls_provider: &Provider, ..str0m::crypto::from_feature_flags() })
});

/// The cryptography of an `Rtc` that is built within `tapped`.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

/// Builds an `Rtc` with `provider` by `build`, and taps its DTLS.
pub(crate) fn tapped<T>(build: impl FnOnce() -> T) -> (T, Arc<Tap>) {
    let tap = Arc::new(Tap::default());
    NEXT.set(Some(Arc::clone(&tap)));
    let built = build();
    NEXT.set(None);
    (built, tap)
}

/// What is learnt of one connection.
#[derive(Default)]
pub(crate) struct Tap {
    key: Mutex<Option<MasterKey>>,
    asked: AtomicBool,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tap").finish_non_exhaustive()
    }
}

impl Tap {
    /// The key that our side sends with, once, as soon as DTLS has agreed on it.
    pub(super) fn take_key(&self) -> Option<MasterKey> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets a `PROBE` come out of the next drain.
    pub(super) fn ask_for_path(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    fn keep(&self, key: Option<MasterKey>) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = key;
    }
}

#[derive(Debug)]
struct Provider;

impl DtlsProvider for Provider {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        str0m::crypto::from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let usual = str0m::crypto::from_feature_flags().dtls_provider;
        let instance = usual.new_dtls(certificate, now, version, mtu)?;
        Ok(match NEXT.take() {
            Some(tap) => Box::new(Tapped { instance, tap }),
            None => instance,
        })
    }
}

/// A DTLS connection whose output is looked at.
#[derive(Debug)]
struct Tapped {
    instance: Box<dyn DtlsInstance>,
    tap: Arc<Tap>,
}

impl DtlsInstance for Tapped {
    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        if self.tap.asked.swap(false, Ordering::Relaxed) {
            buffer[..PROBE.len()].copy_from_slice(&PROBE);
            return DtlsOutput::Packet(&buffer[..PROBE.len()]);
        }
        let client = self.instance.is_active();
        let output = self.instance.poll_output(buffer);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            self.tap.keep(MasterKey::of_side(*profile, material, client));
        }
        output
    }

    fn set_active(&mut self, active: bool) {
        self.instance.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.instance.handle_packet(packet)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.instance.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<(), DtlsImplError> {
        self.instance.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.instance.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.instance.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.instance.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.instance.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.instance.close()
    }
}
