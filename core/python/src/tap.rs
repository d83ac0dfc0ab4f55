//! The `Tap` class.

use std::os::fd::RawFd;

use pyo3::prelude::*;
use sfu::{Command, MediaKey, Tapped};

use crate::core::Core;
use crate::event::{new, value};
use crate::frame::Frame;

value!(TapEnded { transport: u64, mid: String, reason: String });

#[pyclass(frozen, module = "trunkline._core")]
pub(crate) struct Tap {
    core: Py<Core>,
    source: MediaKey,
    inner: sfu::io::Tap,
}

impl Tap {
    pub(crate) fn new(core: Py<Core>, source: MediaKey, inner: sfu::io::Tap) -> Self {
        Self { core, source, inner }
    }
}

#[pymethods]
impl Tap {
    fn fileno(&self) -> RawFd {
        self.inner.descriptor()
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let transport = self.source.transport.0;
        let told = self.inner.drain().into_iter().map(|told| match told {
            Tapped::Frame(frame) => new(py, Frame::new(py, transport, &frame)),
            Tapped::Ended { reason } => {
                new(py, TapEnded { transport, mid: self.source.mid.to_string(), reason })
            }
        });
        told.collect()
    }

    fn request_keyframe(&self) -> PyResult<()> {
        self.core.get().submit(Command::RequestKeyframe { source: self.source })
    }

    fn close(&self) {
        self.inner.close();
    }
}
