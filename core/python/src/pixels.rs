//! Pixels of programs, as encoders take them.

use std::ptr::NonNull;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::prelude::*;
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
    rgb_to_yuv420, rgba_to_yuv420,
};

/// Rows that are converted at a time: few enough that the processor's cache holds them.
const BAND: usize = 16;
/// Of red, green and blue; and of those with one byte more, which means nothing here.
const DEPTHS: [usize; 2] = [3, 4];
const MAX_SIDE: usize = 16_384;

/// What to make of the pixels.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    height: usize,
    depth: usize,
    matrix: YuvStandardMatrix,
    flipped: bool,
}

#[pyfunction]
#[pyo3(signature = (pixels, stride, size, planes, *, depth = 3, bt709 = false, flipped = false))]
pub(crate) fn to_i420(
    pixels: PyBuffer<u8>,
    stride: usize,
    size: (usize, usize),
    planes: [(PyBuffer<u8>, usize); 3],
    depth: usize,
    bt709: bool,
    flipped: bool,
) -> PyResult<()> {
    let (width, height) = size;
    let matrix = if bt709 { YuvStandardMatrix::Bt709 } else { YuvStandardMatrix::Bt601 };
    let shape = Shape { width, height, depth, matrix, flipped };
    if !DEPTHS.contains(&depth) || [width, height].iter().any(|&side| !is_side(side)) {
        let sentence = format!("{width} × {height} pixels of {depth} bytes: even sides, 3 or 4");
        return Err(PyValueError::new_err(sentence));
    }
    let from = Memory::new(&pixels, stride, width * depth, height)?;
    let mut to = Vec::with_capacity(planes.len());
    for ((plane, stride), part) in planes.iter().zip([1, 2, 2]) {
        if plane.readonly() {
            return Err(PyBufferError::new_err("a plane cannot be written"));
        }
        to.push((Memory::new(plane, *stride, width / part, height / part)?, part));
    }
    convert(&from, &to, shape).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Rows of bytes that belong to Python: they may change at any moment, and are only copied.
struct Memory<'a> {
    start: NonNull<u8>,
    stride: usize,
    row: usize,
    rows: usize,
    /// It keeps the memory where it is. `PyBuffer` is freed with the interpreter held, as here.
    _buffer: &'a PyBuffer<u8>,
}

impl<'a> Memory<'a> {
    fn new(buffer: &'a PyBuffer<u8>, stride: usize, row: usize, rows: usize) -> PyResult<Self> {
        let all = buffer.as_slice_ptr();
        let all = all.ok_or_else(|| PyValueError::new_err("memory with gaps"))?;
        // The last row needs no padding.
        let needs = stride.checked_mul(rows - 1).and_then(|before| before.checked_add(row));
        let has = all.len();
        if row > stride || needs.is_none_or(|needs| needs > has) {
            let sentence = format!("{has} bytes for {rows} rows of {row} that lie {stride} apart");
            return Err(PyValueError::new_err(sentence));
        }
        Ok(Self { start: all.cast(), stride, row, rows, _buffer: buffer })
    }

    /// Where a row begins.
    fn at(&self, row: usize) -> *mut u8 {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        // SAFETY: `new` has seen that all rows lie within the memory.
        #[expect(unsafe_code, reason = "Rust has no safe view of memory that others may change")]
        unsafe {
            self.start.as_ptr().add(row * self.stride)
        }
    }

    fn read(&self, row: usize, to: &mut [u8]) {
        assert_eq!(to.len(), self.row);
        // SAFETY: a row has so many bytes, and `to` is ours alone.
        #[expect(unsafe_code, reason = "as above")]
        unsafe {
            self.at(row).copy_to_nonoverlapping(to.as_mut_ptr(), self.row);
        }
    }

    fn write(&self, row: usize, from: &[u8]) {
        assert_eq!(from.len(), self.row);
        // SAFETY: as for reading; whoever made it has seen that it may be written.
        #[expect(unsafe_code, reason = "as above")]
        unsafe {
            self.at(row).copy_from_nonoverlapping(from.as_ptr(), self.row);
        }
    }
}

fn is_side(side: usize) -> bool {
    side >= 2 && side.is_multiple_of(2) && side <= MAX_SIDE
}

/// Each band is copied out of Python's memory and back into it: conversion needs bytes that stay.
fn convert(from: &Memory<'_>, to: &[(Memory<'_>, usize)], shape: Shape) -> Result<(), YuvError> {
    let Shape { width, height, depth, matrix, flipped } = shape;
    let convert = if depth == 3 { rgb_to_yuv420 } else { rgba_to_yuv420 };
    let mut pixels = vec![0; from.row * BAND];
    let mut made = [1, 2, 2].map(|part| vec![0; width * BAND / part / part]);
    for top in (0..height).step_by(BAND) {
        let rows = BAND.min(height - top);
        let lines = pixels.chunks_exact_mut(from.row).take(rows);
        for (row, line) in (top..).zip(lines) {
            from.read(if flipped { height - 1 - row } else { row }, line);
        }
        let [y, u, v] = &mut made;
        let mut image = YuvPlanarImageMut {
            y_plane: BufferStoreMut::Borrowed(y),
            y_stride: width as u32,
            u_plane: BufferStoreMut::Borrowed(u),
            u_stride: width as u32 / 2,
            v_plane: BufferStoreMut::Borrowed(v),
            v_stride: width as u32 / 2,
            width: width as u32,
            height: rows as u32,
        };
        let (range, mode) = (YuvRange::Limited, YuvConversionMode::Professional);
        convert(&mut image, &pixels, from.row as u32, range, matrix, mode)?;
        for (made, (plane, part)) in made.iter().zip(to) {
            let lines = made.chunks_exact(plane.row).take(rows / part);
            for (row, line) in (top / part..).zip(lines) {
                plane.write(row, line);
            }
        }
    }
    Ok(())
}
