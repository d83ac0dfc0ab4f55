//! The `Core` class.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::RawFd;
use std::time::Duration;

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use sfu::io::{SPREAD_AT, Start, StartError};
use sfu::{Command, Label, MediaKey, MediaKind, Mid, OfferedMedium, TransportId};

use crate::event;
use crate::frame;
use crate::tap::Tap;

/// `mid` is cut at this length by the media library (RFC 9143 asks for at most 16).
const MAX_MID: usize = 16;

/// Media of one local transport.
const MAX_PRODUCED: usize = 16;

/// Kind, label and rids of a medium.
type Offered = (String, Option<(String, String)>, Vec<String>, bool);

#[pyclass(frozen, module = "trunkline._core")]
pub(crate) struct Core {
    inner: std::sync::Mutex<sfu::io::Core>,
}

#[pymethods]
impl Core {
    #[new]
    #[pyo3(signature = (listen, candidates, workers = 1, silence = 6.0))]
    fn new(
        py: Python<'_>,
        listen: Vec<(String, u16)>,
        candidates: Vec<String>,
        workers: usize,
        silence: f64,
    ) -> PyResult<Self> {
        let start = Start {
            spread_at: SPREAD_AT,
            listen: listen
                .iter()
                .map(|(ip, port)| Ok(SocketAddr::new(address(ip)?, *port)))
                .collect::<PyResult<_>>()?,
            candidates: candidates.iter().map(|ip| address(ip)).collect::<PyResult<_>>()?,
            silence: seconds("silence", silence)?,
            workers,
        };
        let core = py.detach(|| sfu::io::Core::start(&start)).map_err(start_error)?;
        Ok(Self { inner: std::sync::Mutex::new(core) })
    }

    #[getter]
    fn port(&self) -> PyResult<u16> {
        Ok(self.lock()?.port())
    }

    #[getter]
    fn workers(&self) -> PyResult<usize> {
        Ok(self.lock()?.workers())
    }

    fn fileno(&self) -> PyResult<RawFd> {
        Ok(self.lock()?.descriptor())
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let events = self.lock()?.drain();
        events.into_iter().map(|event| event::to_python(py, event)).collect()
    }

    #[pyo3(signature = (transport, offer, sources, dial = false))]
    fn accept_offer(
        &self,
        transport: u64,
        offer: String,
        sources: Vec<(u64, String)>,
        dial: bool,
    ) -> PyResult<()> {
        let sources = sources.iter().map(|(id, mid)| key(*id, mid)).collect::<PyResult<_>>()?;
        let transport = TransportId(transport);
        self.submit(Command::AcceptOffer { transport, offer, sources, dial })
    }

    fn renegotiate(&self, transport: u64, offer: String) -> PyResult<()> {
        self.submit(Command::Renegotiate { transport: TransportId(transport), offer })
    }

    #[pyo3(signature = (transport, media, data, restart, dial = false))]
    fn offer(
        &self,
        transport: u64,
        media: Vec<Offered>,
        data: bool,
        restart: bool,
        dial: bool,
    ) -> PyResult<()> {
        let media = media.into_iter().map(offered).collect::<PyResult<_>>()?;
        let transport = TransportId(transport);
        self.submit(Command::Offer { transport, media, data, restart, dial })
    }

    fn accept_answer(&self, transport: u64, answer: String) -> PyResult<()> {
        self.submit(Command::AcceptAnswer { transport: TransportId(transport), answer })
    }

    fn set_candidates(&self, candidates: Vec<String>) -> PyResult<()> {
        let candidates: Vec<_> =
            candidates.iter().map(|ip| address(ip)).collect::<PyResult<_>>()?;
        if candidates.is_empty() {
            return Err(PyValueError::new_err("no candidate address: clients could not connect"));
        }
        self.submit(Command::SetCandidates { candidates })
    }

    fn attach(&self, transport: u64, mid: &str, source: u64, source_mid: &str) -> PyResult<()> {
        let (consumer, source) = (key(transport, mid)?, key(source, source_mid)?);
        self.submit(Command::Attach { consumer, source })
    }

    fn hand_over(&self, transport: u64, mid: &str, source: u64, source_mid: &str) -> PyResult<()> {
        let (consumer, source) = (key(transport, mid)?, key(source, source_mid)?);
        self.submit(Command::HandOver { consumer, source })
    }

    fn limit(&self, transport: u64, mid: &str, layer: Option<u8>) -> PyResult<()> {
        self.submit(Command::Limit { consumer: key(transport, mid)?, layer })
    }

    fn select(&self, transport: u64, mid: &str, rids: Vec<String>) -> PyResult<()> {
        self.submit(Command::Select { consumer: key(transport, mid)?, rids })
    }

    fn detach(&self, transport: u64, mid: &str) -> PyResult<()> {
        self.submit(Command::Detach { consumer: key(transport, mid)? })
    }

    fn produce(&self, transport: u64, media: Vec<(String, String)>) -> PyResult<()> {
        let media = media.iter().map(|(name, kind)| Ok((mid(name)?, self::kind(kind)?)));
        let media = media.collect::<PyResult<Vec<_>>>()?;
        let is_again = |index: usize| media[..index].iter().any(|it| it.0 == media[index].0);
        if media.is_empty() || media.len() > MAX_PRODUCED || (0..media.len()).any(is_again) {
            let reason = format!("1 to {MAX_PRODUCED} media, each with a mid of its own");
            return Err(PyValueError::new_err(reason));
        }
        self.submit(Command::Produce { transport: TransportId(transport), media })
    }

    #[pyo3(signature = (transport, mid, codec, data, timestamp, captured = None, level = None))]
    #[allow(clippy::too_many_arguments, reason = "a frame and where it goes")]
    fn write(
        &self,
        transport: u64,
        mid: &str,
        codec: &str,
        data: &[u8],
        timestamp: u64,
        captured: Option<f64>,
        level: Option<u8>,
    ) -> PyResult<bool> {
        let mid = self::mid(mid)?;
        let frame = frame::outgoing(mid, codec, data, timestamp, captured, level)?;
        Ok(self.lock()?.write(TransportId(transport), frame))
    }

    fn tap(this: &Bound<'_, Self>, transport: u64, mid: &str) -> PyResult<Tap> {
        let source = key(transport, mid)?;
        let tap = this.get().lock()?.tap(source)?;
        Ok(Tap::new(this.clone().unbind(), source, tap))
    }

    fn close(&self, transport: u64) -> PyResult<()> {
        self.submit(Command::Close { transport: TransportId(transport) })
    }

    fn request_statistics(&self, request: u64) -> PyResult<()> {
        self.submit(Command::RequestStatistics { request })
    }

    fn provoke_panic(&self, transport: u64) -> PyResult<()> {
        self.submit(Command::ProvokePanic { transport: TransportId(transport) })
    }

    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| {
            self.lock()?.stop();
            Ok(())
        })
    }
}

impl Core {
    fn lock(&self) -> PyResult<std::sync::MutexGuard<'_, sfu::io::Core>> {
        self.inner.lock().map_err(|_| PyRuntimeError::new_err("the media core is broken"))
    }

    pub(crate) fn submit(&self, command: Command) -> PyResult<()> {
        if self.lock()?.submit(command) {
            Ok(())
        } else {
            Err(PyRuntimeError::new_err(
                "the media core has ended or has too many commands waiting",
            ))
        }
    }
}

pub(crate) fn key(transport: u64, mid: &str) -> PyResult<MediaKey> {
    Ok(MediaKey { transport: TransportId(transport), mid: self::mid(mid)? })
}

pub(crate) fn mid(mid: &str) -> PyResult<Mid> {
    if mid.is_empty() || mid.len() > MAX_MID || !mid.is_ascii() {
        return Err(PyValueError::new_err(format!("{mid:?} is no mid: 1 to 16 ASCII characters")));
    }
    Ok(Mid::from(mid))
}

fn offered((kind, label, rids, takes): Offered) -> PyResult<OfferedMedium> {
    let label = label.map(|(stream, track)| Label { stream, track });
    Ok(OfferedMedium { kind: self::kind(&kind)?, label, rids, takes })
}

pub(crate) fn kind(name: &str) -> PyResult<MediaKind> {
    match name {
        "audio" => Ok(MediaKind::Audio),
        "video" => Ok(MediaKind::Video),
        _ => Err(PyValueError::new_err(format!("{name:?} is neither audio nor video"))),
    }
}

pub(crate) fn address(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| PyValueError::new_err(format!("{text:?} is no IP address")))
}

pub(crate) fn seconds(name: &str, value: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(value)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| PyValueError::new_err(format!("{name} is {value}; it must be positive")))
}

pub(crate) fn start_error(error: StartError) -> PyErr {
    match error {
        StartError::Bind { protocol, address, error } => {
            let code = error.raw_os_error().unwrap_or(0);
            PyOSError::new_err((code, error.to_string(), format!("{protocol} {address}")))
        }
        StartError::System(error) => PyErr::from(error),
        StartError::Settings(sentence) => PyValueError::new_err(sentence),
    }
}
