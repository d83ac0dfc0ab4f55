//! The media core as a Python module: converts types and errors, decides nothing.
//!
//! `src/trunkline/_core.pyi` is its contract and its documentation.

// PyO3's expansion of `#[pyclass]` and `#[pymethods]` uses what these lints forbid to people.
#![allow(missing_docs, reason = "documented in _core.pyi")]
#![allow(clippy::needless_pass_by_value, reason = "PyO3 hands arguments over by value")]

mod core;
mod endpoint;
mod event;
mod frame;
mod pixels;
mod tap;

use pyo3::prelude::*;

/// The media core of trunkline.
#[pymodule]
mod _core {
    #[pymodule_export]
    use crate::core::Core;
    #[pymodule_export]
    use crate::endpoint::{
        Bandwidth, Described, Endpoint, EndpointStatistics, Negotiated, Transceiver,
        TransceiverStatistics,
    };
    #[pymodule_export]
    use crate::event::{
        Agreed, Answered, Closed, Connected, ConsumerStatistics, Died, Forwarded,
        KeyframeRequested, Layer, Layers, Media, Offered, ProducerStatistics, Refused, Resized,
        Speakers, Stalled, Started, Statistics, TransportStatistics, Unplayable,
    };
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::pixels::{from_i420, to_i420};
    #[pymodule_export]
    use crate::tap::{Tap, TapEnded};
}
