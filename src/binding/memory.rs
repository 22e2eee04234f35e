//! Output of a child, as JavaScript gets it.

use std::mem::MaybeUninit;
use std::ptr;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};

use crate::output::Output;

/// Output as a Buffer. It is copied into memory of V8's own: a program may transfer that to a worker, and not ours.
pub struct OutputBuffer(pub Output);

impl ToNapiValue for OutputBuffer {
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        let size = value.0.size();
        let (mut data, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the environment is the caller's promise; the rest are places to write to.
        check_status!(unsafe { sys::napi_create_buffer(env, size, &mut data, &mut buffer) })?;
        if size > 0 {
            // SAFETY: Node has just made it, that long, and nobody else knows of it.
            let room = unsafe { std::slice::from_raw_parts_mut(data.cast::<MaybeUninit<u8>>(), size) };
            value.0.move_to(room);
        }
        Ok(buffer)
    }
}
