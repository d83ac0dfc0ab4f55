//! Events and statistics as Python values.

use pyo3::prelude::*;
use pyo3::{PyClass, PyClassInitializer};
use sfu::{CloseCode, Direction, Event, MediaKey, MediaKind, RefusalCode, Remote, TransportId};

/// A frozen class whose fields are readable.
macro_rules! value {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[pyclass(frozen, get_all, module = "trunkline._core")]
        pub(crate) struct $name { $(pub(crate) $field: $type),* }
    };
}
pub(crate) use value;

value!(Media { mid: String, kind: &'static str, direction: &'static str, codecs: Vec<String> });
value!(Answered { transport: u64, answer: String, media: Vec<Py<Media>> });
value!(Offered { transport: u64, offer: String, media: Vec<String> });
value!(Agreed { transport: u64, media: Vec<Py<Media>> });
value!(Refused { transport: u64, code: &'static str, reason: String });
value!(Connected { transport: u64, remote: String, protocol: String });
value!(Started { transport: u64, mid: String, codec: String });
value!(Stalled { transport: u64, mid: String, still: bool });
value!(Speakers { worker: usize, levels: Vec<(u64, String, u8)> });
value!(Layer { rid: String, width: u16, height: u16, bitrate: u32 });
value!(Layers { transport: u64, mid: String, ladder: Vec<Py<Layer>> });
value!(Resized { transport: u64, mid: String, width: u16, height: u16 });
value!(Forwarded { transport: u64, mid: String, layer: u8 });
value!(Unplayable { transport: u64, mid: String, codec: String });
value!(KeyframeRequested { transport: u64, mid: String });
value!(Closed { transport: u64, code: &'static str, reason: String });
value!(Died { reason: String });
value!(ProducerStatistics {
    mid: String,
    kind: &'static str,
    codec: Option<String>,
    packets: u64,
    bytes: u64,
    keyframes: u64,
    keyframe_requests: u64,
    nacks: u64,
    loss: Option<f32>,
});
value!(ConsumerStatistics {
    mid: String,
    kind: &'static str,
    source: Option<(u64, String)>,
    packets: u64,
    bytes: u64,
    retransmitted: u64,
    nacks: u64,
    keyframe_requests: u64,
    loss: Option<f32>,
    rtt: Option<f32>,
});
value!(TransportStatistics {
    transport: u64,
    connected: bool,
    remote: Option<String>,
    protocol: Option<String>,
    received: u64,
    sent: u64,
    producers: Vec<Py<ProducerStatistics>>,
    consumers: Vec<Py<ConsumerStatistics>>,
});
value!(Statistics {
    request: u64,
    transports: Vec<Py<TransportStatistics>>,
    datagrams_dropped: u64,
    batches_dropped: u64,
    datagrams_unsent: u64,
});

/// Converts one event.
pub(crate) fn to_python(py: Python<'_>, event: Event) -> PyResult<Bound<'_, PyAny>> {
    match event {
        Event::Answered { transport: TransportId(transport), answer, media } => {
            new(py, Answered { transport, answer, media: describe_all(py, media)? })
        }
        Event::Offered { transport: TransportId(transport), offer, media } => {
            let media = media.iter().map(ToString::to_string).collect();
            new(py, Offered { transport, offer, media })
        }
        Event::Agreed { transport: TransportId(transport), media } => {
            new(py, Agreed { transport, media: describe_all(py, media)? })
        }
        Event::Refused { transport: TransportId(transport), code, reason } => {
            new(py, Refused { transport, code: refusal_name(code), reason })
        }
        Event::Connected { transport: TransportId(transport), remote } => {
            let Remote { protocol, address, .. } = remote;
            let (remote, protocol) = (address.to_string(), protocol.to_string());
            new(py, Connected { transport, remote, protocol })
        }
        Event::Started { producer, codec } => {
            let (transport, mid) = key(producer);
            new(py, Started { transport, mid, codec })
        }
        Event::Stalled { producer, stalled } => {
            let (transport, mid) = key(producer);
            new(py, Stalled { transport, mid, still: stalled })
        }
        Event::Speakers { worker, speakers } => {
            new(py, Speakers { worker, levels: speakers.into_iter().map(level).collect() })
        }
        Event::Layers { producer, layers } => {
            let (transport, mid) = key(producer);
            let layers = layers.into_iter().map(|layer| describe_layer(py, layer));
            new(py, Layers { transport, mid, ladder: layers.collect::<PyResult<_>>()? })
        }
        Event::Resized { producer, width, height } => {
            let (transport, mid) = key(producer);
            new(py, Resized { transport, mid, width, height })
        }
        Event::Forwarded { consumer, layer } => {
            let (transport, mid) = key(consumer);
            new(py, Forwarded { transport, mid, layer })
        }
        Event::Unplayable { consumer, codec } => {
            let (transport, mid) = key(consumer);
            new(py, Unplayable { transport, mid, codec })
        }
        Event::KeyframeRequested { producer } => {
            let (transport, mid) = key(producer);
            new(py, KeyframeRequested { transport, mid })
        }
        Event::Closed { transport: TransportId(transport), code, reason } => {
            new(py, Closed { transport, code: close_name(code), reason })
        }
        Event::Died { reason } => new(py, Died { reason }),
        Event::Statistics(statistics) => Ok(statistics_to_python(py, statistics)?.into_any()),
    }
}

pub(crate) fn new<T>(py: Python<'_>, value: T) -> PyResult<Bound<'_, PyAny>>
where
    T: PyClass<BaseType = PyAny> + Into<PyClassInitializer<T>>,
{
    Ok(Bound::new(py, value)?.into_any())
}

fn key(key: MediaKey) -> (u64, String) {
    (key.transport.0, key.mid.to_string())
}

fn level((producer, level): (MediaKey, u8)) -> (u64, String, u8) {
    let (transport, mid) = key(producer);
    (transport, mid, level)
}

fn describe_all(py: Python<'_>, media: Vec<sfu::MediaDescription>) -> PyResult<Vec<Py<Media>>> {
    media.into_iter().map(|medium| describe(py, medium)).collect()
}

fn describe(py: Python<'_>, medium: sfu::MediaDescription) -> PyResult<Py<Media>> {
    let media = Media {
        mid: medium.mid.to_string(),
        kind: kind_name(medium.kind),
        direction: match medium.direction {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::None => "none",
        },
        codecs: medium.codecs,
    };
    Py::new(py, media)
}

fn describe_layer(py: Python<'_>, layer: sfu::LayerDescription) -> PyResult<Py<Layer>> {
    let sfu::LayerDescription { rid, width, height, bitrate } = layer;
    Py::new(py, Layer { rid, width, height, bitrate })
}

fn statistics_to_python(
    py: Python<'_>,
    statistics: sfu::Statistics,
) -> PyResult<Bound<'_, Statistics>> {
    let transports = statistics.transports.into_iter();
    let transports = transports.map(|one| transport_to_python(py, one)).collect::<PyResult<_>>()?;
    let sfu::Statistics { request, datagrams_dropped, batches_dropped, datagrams_unsent, .. } =
        statistics;
    Bound::new(
        py,
        Statistics { request, transports, datagrams_dropped, batches_dropped, datagrams_unsent },
    )
}

fn transport_to_python(
    py: Python<'_>,
    statistics: sfu::TransportStatistics,
) -> PyResult<Py<TransportStatistics>> {
    let producers = statistics.producers.into_iter();
    let consumers = statistics.consumers.into_iter();
    let value = TransportStatistics {
        transport: statistics.transport.0,
        connected: statistics.connected,
        remote: statistics.remote.map(|remote| remote.address.to_string()),
        protocol: statistics.remote.map(|remote| remote.protocol.to_string()),
        received: statistics.received,
        sent: statistics.sent,
        producers: producers.map(|one| Py::new(py, producer(one))).collect::<PyResult<_>>()?,
        consumers: consumers.map(|one| Py::new(py, consumer(one))).collect::<PyResult<_>>()?,
    };
    Py::new(py, value)
}

fn producer(statistics: sfu::ProducerStatistics) -> ProducerStatistics {
    ProducerStatistics {
        mid: statistics.mid.to_string(),
        kind: kind_name(statistics.kind),
        codec: statistics.codec,
        packets: statistics.packets,
        bytes: statistics.bytes,
        keyframes: statistics.keyframes,
        keyframe_requests: statistics.keyframe_requests,
        nacks: statistics.nacks,
        loss: statistics.loss,
    }
}

fn consumer(statistics: sfu::ConsumerStatistics) -> ConsumerStatistics {
    ConsumerStatistics {
        mid: statistics.mid.to_string(),
        kind: kind_name(statistics.kind),
        source: statistics.source.map(|key| (key.transport.0, key.mid.to_string())),
        packets: statistics.packets,
        bytes: statistics.bytes,
        retransmitted: statistics.retransmitted,
        nacks: statistics.nacks,
        keyframe_requests: statistics.keyframe_requests,
        loss: statistics.loss,
        rtt: statistics.rtt,
    }
}

pub(crate) fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

pub(crate) fn refusal_name(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::Malformed => "malformed",
        RefusalCode::Unsupported => "unsupported",
        RefusalCode::Codec => "codec",
        RefusalCode::Limit => "limit",
    }
}

pub(crate) fn close_name(code: CloseCode) -> &'static str {
    match code {
        CloseCode::Peer => "peer",
        CloseCode::Silent => "silent",
        CloseCode::NeverConnected => "never-connected",
        CloseCode::Failed => "failed",
        CloseCode::Panic => "panic",
    }
}
