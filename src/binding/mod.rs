//! What JavaScript sees: the classes and the only conversions in and out.
//!
//! Options come in as one object of plain data, checked in JavaScript. Errors
//! go out as negated error numbers, never as text.

mod child;
mod request;
mod sync;
