//! The binding.
use pyo3::prelude::*;

/// The media core of trunkline.
#[pymodule]
mod _core {}
