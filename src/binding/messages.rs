//! Messages that came over a channel, as JavaScript gets them.

use std::borrow::Cow;

use napi::bindgen_prelude::*;
use napi::sys;

use super::callback::value;
use crate::ipc::{only_block, plain_string, Framer, Mode};

/// Blocks of so few bytes cross as a string, which is made in a fraction of the time of a Buffer. JavaScript copies it
/// into memory that is reused, so no value may be a view of it.
const MAX_AS_STRING: usize = 2048;
/// The byte by which V8 announces a host object, as it calls a view of bytes.
const HOST_OBJECT: u8 = b'\\';

/// The whole messages, as one string or Buffer, `undefined` if there are none; and whether it is a single one,
/// unpacked.
pub fn whole_messages(env: &Env, framer: &mut Framer) -> Result<(sys::napi_value, bool)> {
    let mode = framer.mode();
    let messages = match (framer.take_whole(), mode) {
        (None, _) => value(env, ())?,
        (Some(lines), Mode::Lines) => match plain_string(&lines) {
            Some(string) => return Ok((text(env, string)?, true)),
            None => text(env, &lines)?,
        },
        (Some(Cow::Owned(blocks)), Mode::LengthPrefixed) => value(env, Buffer::from(blocks))?,
        (Some(Cow::Borrowed(blocks)), Mode::LengthPrefixed) => {
            if blocks.len() > MAX_AS_STRING || blocks.contains(&HOST_OBJECT) {
                value(env, BufferSlice::copy_from(env, blocks)?)?
            } else {
                let block = only_block(blocks);
                let bytes = env.create_string_latin1(block.unwrap_or(blocks))?;
                return Ok((value(env, bytes)?, block.is_some()));
            }
        }
    };
    Ok((messages, false))
}

/// A JavaScript string. Most JSON is plain ASCII, for which there is a quicker way.
fn text(env: &Env, bytes: &[u8]) -> Result<sys::napi_value> {
    if bytes.is_ascii() {
        value(env, env.create_string_latin1(bytes)?)
    } else {
        value(env, env.create_string(String::from_utf8_lossy(bytes))?)
    }
}
