//! Frames as Python values, and frames from Python.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sfu::Mid;
use sfu::endpoint::{Codec, Outgoing};

/// Of one frame that is written.
const MAX_FRAME: usize = 4 << 20;
/// RFC 6464 section 3.
const MAX_LEVEL: u8 = 127;

#[pyclass(frozen, get_all, module = "trunkline._core")]
pub(crate) struct Frame {
    transport: u64,
    mid: String,
    codec: &'static str,
    data: Py<PyBytes>,
    timestamp: u64,
    clock_rate: u32,
    keyframe: bool,
    contiguous: bool,
    dropped: u64,
    received: f64,
    captured: Option<f64>,
    level: Option<u8>,
    color_space: Option<Py<PyBytes>>,
}

impl Frame {
    pub(crate) fn new(py: Python<'_>, transport: u64, frame: &sfu::endpoint::Frame) -> Self {
        Self {
            transport,
            mid: frame.mid.to_string(),
            codec: frame.codec,
            data: PyBytes::new(py, &frame.data).unbind(),
            timestamp: frame.timestamp,
            clock_rate: frame.clock_rate,
            keyframe: frame.keyframe,
            contiguous: frame.contiguous,
            dropped: frame.dropped,
            received: since_1970(frame.received),
            captured: frame.captured.map(since_1970),
            level: frame.level,
            color_space: frame.color_space.map(|told| PyBytes::new(py, &told).unbind()),
        }
    }
}

/// A frame from Python, checked.
pub(crate) fn outgoing(
    mid: Mid,
    codec: &str,
    data: &[u8],
    timestamp: u64,
    captured: Option<f64>,
    level: Option<u8>,
) -> PyResult<Outgoing> {
    if data.is_empty() || data.len() > MAX_FRAME {
        let size = data.len();
        return Err(PyValueError::new_err(format!("a frame of {size} bytes: 1 to {MAX_FRAME}")));
    }
    if let Some(level) = level.filter(|&level| level > MAX_LEVEL) {
        return Err(PyValueError::new_err(format!("a level of {level}: 0 to {MAX_LEVEL}")));
    }
    let captured = captured.map(time).transpose()?;
    let data = Arc::from(data);
    Ok(Outgoing { mid, codec: self::codec(codec)?, data, timestamp, captured, level })
}

pub(crate) fn codec(name: &str) -> PyResult<Codec> {
    Codec::parse(name).ok_or_else(|| {
        let known = "opus, PCMU, PCMA, G722, VP8, VP9, AV1, H264, H264/42e01f, H265";
        PyValueError::new_err(format!("{name:?} is no codec that is known: {known}"))
    })
}

fn time(seconds: f64) -> PyResult<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds).ok();
    let time = since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
    time.ok_or_else(|| PyValueError::new_err(format!("{seconds} is no time since 1970")))
}

fn since_1970(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
