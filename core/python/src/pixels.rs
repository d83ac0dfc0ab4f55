//! Pixels as programs have them, and as encoders and decoders do.

use std::ptr::NonNull;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::prelude::*;
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPlanarImage, YuvPlanarImageMut, YuvRange,
    YuvStandardMatrix, rgb_to_yuv420, rgba_to_yuv420, yuv420_to_rgb, yuv420_to_rgba,
};

/// Rows that are converted at a time: few enough that the processor's cache holds them.
const BAND: usize = 16;
/// Of red, green and blue; and of those with one byte more, which means nothing here.
const DEPTHS: [usize; 2] = [3, 4];
const MAX_SIDE: usize = 16_384;
/// In how many columns and rows one value of a plane serves: Y, Cb and Cr.
const PARTS: [usize; 3] = [1, 2, 2];

/// A plane with its stride, as Python hands it over.
type Plane = (PyBuffer<u8>, usize);

/// What pixels and planes mean.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    height: usize,
    depth: usize,
    matrix: YuvStandardMatrix,
    range: YuvRange,
    flipped: bool,
}

#[pyfunction]
#[pyo3(signature = (pixels, stride, size, planes, *, depth = 3, bt709 = false, flipped = false))]
pub(crate) fn to_i420(
    pixels: PyBuffer<u8>,
    stride: usize,
    size: (usize, usize),
    planes: [Plane; 3],
    depth: usize,
    bt709: bool,
    flipped: bool,
) -> PyResult<()> {
    let shape = Shape::new(size, depth, bt709, false, flipped)?;
    let Shape { width, height, .. } = shape;
    if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(PyValueError::new_err(format!(
            "{width} × {height} pixels of {depth} bytes: even sides"
        )));
    }
    let from = Memory::new(&pixels, stride, width * depth, height)?;
    let to = shape.planes(&planes)?;
    for (plane, _) in &planes {
        writable(plane)?;
    }
    encode(&from, &to, shape).map_err(|error| PyValueError::new_err(error.to_string()))
}

#[pyfunction]
#[pyo3(signature = (
    planes, size, pixels, stride, *, depth = 3, bt709 = false, full = false, flipped = false
))]
#[expect(clippy::too_many_arguments, reason = "what Python says by keyword")]
pub(crate) fn from_i420(
    planes: [Plane; 3],
    size: (usize, usize),
    pixels: PyBuffer<u8>,
    stride: usize,
    depth: usize,
    bt709: bool,
    full: bool,
    flipped: bool,
) -> PyResult<()> {
    let shape = Shape::new(size, depth, bt709, full, flipped)?;
    let from = shape.planes(&planes)?;
    let to = Memory::new(&pixels, stride, shape.width * depth, shape.height)?;
    writable(&pixels)?;
    decode(&from, &to, shape).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn writable(buffer: &PyBuffer<u8>) -> PyResult<()> {
    if buffer.readonly() {
        return Err(PyBufferError::new_err("what is to be filled cannot be written"));
    }
    Ok(())
}

impl Shape {
    fn new(
        (width, height): (usize, usize),
        depth: usize,
        bt709: bool,
        full: bool,
        flipped: bool,
    ) -> PyResult<Self> {
        let sides = 2..=MAX_SIDE;
        if !DEPTHS.contains(&depth) || !sides.contains(&width) || !sides.contains(&height) {
            let sentence =
                format!("{width} × {height} pixels of {depth} bytes: 2 to {MAX_SIDE}, 3 or 4");
            return Err(PyValueError::new_err(sentence));
        }
        let matrix = if bt709 { YuvStandardMatrix::Bt709 } else { YuvStandardMatrix::Bt601 };
        let range = if full { YuvRange::Full } else { YuvRange::Limited };
        Ok(Self { width, height, depth, matrix, range, flipped })
    }

    fn planes<'a>(&self, planes: &'a [Plane; 3]) -> PyResult<[Memory<'a>; 3]> {
        let [y, u, v] = planes;
        Ok([self.plane(y, PARTS[0])?, self.plane(u, PARTS[1])?, self.plane(v, PARTS[2])?])
    }

    fn plane<'a>(&self, (buffer, stride): &'a Plane, part: usize) -> PyResult<Memory<'a>> {
        Memory::new(buffer, *stride, self.width.div_ceil(part), self.height.div_ceil(part))
    }

    /// Where a row of the picture lies in the program's memory.
    fn place(&self, row: usize) -> usize {
        if self.flipped { self.height - 1 - row } else { row }
    }

    /// Room for the values of a band.
    fn band(&self) -> [Vec<u8>; 3] {
        PARTS.map(|part| vec![0; self.width.div_ceil(part) * BAND / part])
    }
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

/// Each band is copied out of Python's memory and back into it: conversion needs bytes that stay.
fn encode(from: &Memory<'_>, to: &[Memory<'_>; 3], shape: Shape) -> Result<(), YuvError> {
    let Shape { width, height, depth, matrix, range, .. } = shape;
    let convert = if depth == 3 { rgb_to_yuv420 } else { rgba_to_yuv420 };
    let mut pixels = vec![0; from.row * BAND];
    let mut made = shape.band();
    for top in (0..height).step_by(BAND) {
        let rows = BAND.min(height - top);
        for (row, line) in (top..top + rows).zip(pixels.chunks_exact_mut(from.row)) {
            from.read(shape.place(row), line);
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
        let mode = YuvConversionMode::Professional;
        convert(&mut image, &pixels, from.row as u32, range, matrix, mode)?;
        for ((made, plane), part) in made.iter().zip(to).zip(PARTS) {
            let lines = made.chunks_exact(plane.row).take(rows / part);
            for (row, line) in (top / part..).zip(lines) {
                plane.write(row, line);
            }
        }
    }
    Ok(())
}

/// The same the other way round.
fn decode(from: &[Memory<'_>; 3], to: &Memory<'_>, shape: Shape) -> Result<(), YuvError> {
    let Shape { width, height, depth, matrix, range, .. } = shape;
    let convert = if depth == 3 { yuv420_to_rgb } else { yuv420_to_rgba };
    let mut pixels = vec![0; to.row * BAND];
    let mut read = shape.band();
    for top in (0..height).step_by(BAND) {
        let rows = BAND.min(height - top);
        for ((read, plane), part) in read.iter_mut().zip(from).zip(PARTS) {
            let lines = read.chunks_exact_mut(plane.row).take(rows.div_ceil(part));
            for (row, line) in (top / part..).zip(lines) {
                plane.read(row, line);
            }
        }
        // The crate takes the last row of an odd number from the end of what it is given.
        let [y, u, v] =
            [0, 1, 2].map(|one| &read[one][..from[one].row * rows.div_ceil(PARTS[one])]);
        let pixels = &mut pixels[..to.row * rows];
        let image = YuvPlanarImage {
            y_plane: y,
            y_stride: width as u32,
            u_plane: u,
            u_stride: from[1].row as u32,
            v_plane: v,
            v_stride: from[2].row as u32,
            width: width as u32,
            height: rows as u32,
        };
        convert(&image, pixels, to.row as u32, range, matrix)?;
        for (row, line) in (top..top + rows).zip(pixels.chunks_exact(to.row)) {
            to.write(shape.place(row), line);
        }
    }
    Ok(())
}
