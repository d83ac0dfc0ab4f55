//! The `Endpoint` class and its events.

use std::os::fd::RawFd;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use sfu::Label;
use sfu::endpoint::{Command, Direction, Event, Server, UrlError, Wanted};
use sfu::io::{Connection, Open};

use crate::core::{address, kind, seconds, start_error};
use crate::event::{Closed, Connected, KeyframeRequested, Refused, kind_name, new, value};
use crate::event::{close_name, refusal_name};
use crate::frame::{self, Frame};

/// Of one endpoint.
const MAX_SERVERS: usize = 8;

type Names = Option<(String, String)>;

value!(Transceiver {
    mid: String,
    kind: &'static str,
    direction: &'static str,
    codecs: Vec<&'static str>,
    label: Names,
});
value!(Described { transport: u64, r#type: &'static str, sdp: String, media: Vec<Py<Transceiver>> });
value!(Negotiated { transport: u64, media: Vec<Py<Transceiver>> });
value!(Bandwidth { transport: u64, bitrate: u64 });
value!(TransceiverStatistics {
    mid: String,
    kind: &'static str,
    packets_received: u64,
    bytes_received: u64,
    frames_received: u64,
    frames_unread: u64,
    nacks_sent: u64,
    loss_received: Option<f32>,
    packets_sent: u64,
    bytes_sent: u64,
    frames_sent: u64,
    frames_unsent: u64,
    nacks_received: u64,
    loss_sent: Option<f32>,
    rtt: Option<f64>,
});
value!(EndpointStatistics {
    request: u64,
    transport: u64,
    connected: bool,
    remote: Option<String>,
    relayed: bool,
    received: u64,
    sent: u64,
    bandwidth: Option<u64>,
    media: Vec<Py<TransceiverStatistics>>,
});

#[pyclass(frozen, module = "trunkline._core")]
pub(crate) struct Endpoint {
    transport: u64,
    connection: Connection,
}

#[pymethods]
impl Endpoint {
    #[new]
    #[pyo3(signature = (
        transport, addresses, *, servers = Vec::new(), gathering = 2.0, codecs = Vec::new(),
        bandwidth = 1_000_000, silence = 15.0,
    ))]
    #[allow(clippy::too_many_arguments, reason = "named arguments of Python")]
    fn new(
        py: Python<'_>,
        transport: u64,
        addresses: Vec<String>,
        servers: Vec<(String, String, String)>,
        gathering: f64,
        codecs: Vec<String>,
        bandwidth: u64,
        silence: f64,
    ) -> PyResult<Self> {
        let open = Open {
            addresses: addresses.iter().map(|ip| address(ip)).collect::<PyResult<_>>()?,
            servers: known(&servers)?,
            gathering: seconds("gathering", gathering)?,
            codecs: codecs.iter().map(|name| frame::codec(name)).collect::<PyResult<_>>()?,
            bandwidth,
            silence: seconds("silence", silence)?,
        };
        let connection = py.detach(|| Connection::open(&open)).map_err(start_error)?;
        Ok(Self { transport, connection })
    }

    fn fileno(&self) -> RawFd {
        self.connection.descriptor()
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let events = self.connection.drain().into_iter();
        events.map(|event| to_python(py, self.transport, event)).collect()
    }

    #[pyo3(signature = (media, restart = false))]
    fn offer(&self, media: Vec<(String, String, Names)>, restart: bool) -> PyResult<()> {
        let media = media.into_iter().map(wanted).collect::<PyResult<_>>()?;
        self.submit(Command::Offer { media, restart })
    }

    #[pyo3(signature = (offer, labels = None))]
    fn accept_offer(&self, offer: String, labels: Option<Vec<Names>>) -> PyResult<()> {
        let labels = labels.map(|labels| labels.into_iter().map(label).collect());
        self.submit(Command::AcceptOffer { offer, labels })
    }

    fn accept_answer(&self, answer: String) -> PyResult<()> {
        self.submit(Command::AcceptAnswer { answer })
    }

    #[pyo3(signature = (mid, codec, data, timestamp, captured = None, level = None))]
    fn write(
        &self,
        mid: &str,
        codec: &str,
        data: &[u8],
        timestamp: u64,
        captured: Option<f64>,
        level: Option<u8>,
    ) -> PyResult<bool> {
        let mid = crate::core::mid(mid)?;
        let frame = frame::outgoing(mid, codec, data, timestamp, captured, level)?;
        Ok(self.connection.write(frame))
    }

    fn request_keyframe(&self, mid: &str) -> PyResult<()> {
        self.submit(Command::RequestKeyframe(crate::core::mid(mid)?))
    }

    fn set_bandwidth(&self, bitrate: u64) -> PyResult<()> {
        self.submit(Command::SetBandwidth(bitrate))
    }

    fn request_statistics(&self, request: u64) -> PyResult<()> {
        self.submit(Command::RequestStatistics(request))
    }

    fn close(&self) {
        self.connection.close();
    }

    fn provoke_panic(&self) -> PyResult<()> {
        self.submit(Command::ProvokePanic)
    }
}

impl Endpoint {
    fn submit(&self, command: Command) -> PyResult<()> {
        if self.connection.submit(command) {
            Ok(())
        } else {
            Err(PyRuntimeError::new_err("the endpoint has too many commands waiting"))
        }
    }
}

fn wanted((kind, direction, label): (String, String, Names)) -> PyResult<Wanted> {
    let direction = match direction.as_str() {
        "sendrecv" => Direction::SendRecv,
        "sendonly" => Direction::SendOnly,
        "recvonly" => Direction::RecvOnly,
        "inactive" => Direction::Inactive,
        _ => return Err(PyValueError::new_err(format!("{direction:?} is no direction"))),
    };
    Ok(Wanted { kind: self::kind(&kind)?, direction, label: self::label(label) })
}

/// The servers that can be reached by UDP: lists are often made for browsers, which know other ways.
fn known(servers: &[(String, String, String)]) -> PyResult<Vec<Server>> {
    if servers.len() > MAX_SERVERS {
        return Err(PyValueError::new_err(format!("more than {MAX_SERVERS} servers")));
    }
    let read = servers.iter().map(|(url, user, password)| Server::new(url, user, password));
    let read = read.filter(|server| !matches!(server, Err(UrlError::Transport(_))));
    read.collect::<Result<_, _>>().map_err(|error| PyValueError::new_err(error.to_string()))
}

fn label(names: Names) -> Option<Label> {
    names.map(|(stream, track)| Label { stream, track })
}

fn to_python(py: Python<'_>, transport: u64, event: Event) -> PyResult<Bound<'_, PyAny>> {
    match event {
        Event::Described { is_offer, sdp, media } => {
            let r#type = if is_offer { "offer" } else { "answer" };
            new(py, Described { transport, r#type, sdp, media: transceivers(py, media)? })
        }
        Event::Negotiated { media } => {
            new(py, Negotiated { transport, media: transceivers(py, media)? })
        }
        Event::Refused { code, reason } => {
            new(py, Refused { transport, code: refusal_name(code), reason })
        }
        Event::Connected { remote } => {
            let (remote, protocol) = (remote.to_string(), "udp".to_owned());
            new(py, Connected { transport, remote, protocol })
        }
        Event::Frame(frame) => new(py, Frame::new(py, transport, &frame)),
        Event::KeyframeRequested(mid) => {
            new(py, KeyframeRequested { transport, mid: mid.to_string() })
        }
        Event::Bandwidth(bitrate) => new(py, Bandwidth { transport, bitrate }),
        Event::Statistics(statistics) => counted(py, transport, statistics),
        Event::Closed { code, reason } => {
            new(py, Closed { transport, code: close_name(code), reason })
        }
    }
}

fn transceivers(
    py: Python<'_>,
    media: Vec<sfu::endpoint::Transceiver>,
) -> PyResult<Vec<Py<Transceiver>>> {
    let described = media.into_iter().map(|medium| {
        let direction = match medium.direction {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        };
        let label = medium.label.map(|Label { stream, track }| (stream, track));
        let (mid, kind) = (medium.mid.to_string(), kind_name(medium.kind));
        Py::new(py, Transceiver { mid, kind, direction, codecs: medium.codecs, label })
    });
    described.collect()
}

fn counted(
    py: Python<'_>,
    transport: u64,
    statistics: sfu::endpoint::Statistics,
) -> PyResult<Bound<'_, PyAny>> {
    let media = statistics.media.iter().map(|medium| Py::new(py, counters(medium)));
    let value = EndpointStatistics {
        request: statistics.request,
        transport,
        connected: statistics.connected,
        remote: statistics.remote.map(|remote| remote.to_string()),
        relayed: statistics.relayed,
        received: statistics.received,
        sent: statistics.sent,
        bandwidth: statistics.bandwidth,
        media: media.collect::<PyResult<_>>()?,
    };
    new(py, value)
}

fn counters(medium: &sfu::endpoint::MediumStatistics) -> TransceiverStatistics {
    let (incoming, outgoing) = (medium.incoming, medium.outgoing);
    TransceiverStatistics {
        mid: medium.mid.to_string(),
        kind: kind_name(medium.kind),
        packets_received: incoming.packets,
        bytes_received: incoming.bytes,
        frames_received: incoming.frames,
        frames_unread: incoming.dropped,
        nacks_sent: incoming.nacks,
        loss_received: incoming.loss,
        packets_sent: outgoing.packets,
        bytes_sent: outgoing.bytes,
        frames_sent: outgoing.frames,
        frames_unsent: outgoing.dropped,
        nacks_received: outgoing.nacks,
        loss_sent: outgoing.loss,
        rtt: medium.rtt.map(|rtt| rtt.as_secs_f64()),
    }
}
