//! Messages that came over a channel, as JavaScript gets them.

use std::borrow::Cow;

use napi::bindgen_prelude::*;
use napi::sys;

use super::callback::value;
use crate::ipc::{only_block, plain_string, Framer, Mode};

/// A string is made in a fraction of the time of a Buffer, and in JavaScript becomes a part of
/// Node's pool of Buffers. Only where no value can turn out to be that memory itself: a view of
/// bytes is what V8 calls a host object, and announces by this byte.
const MOST_AS_STRING: usize = 2048;
const HOST_OBJECT: u8 = b'\\';

/// The whole messages, as one string or Buffer, `undefined` if there are none; and whether
/// it is one that was unpacked already.
pub fn whole_messages(env: &Env, framer: &mut Framer) -> Result<(sys::napi_value, bool)> {
    let mode = framer.mode();
    let messages = match (framer.whole(), mode) {
        (None, _) => value(env, ())?,
        (Some(lines), Mode::Lines) => match plain_string(&lines) {
            Some(string) => return Ok((text(env, string)?, true)),
            None => text(env, &lines)?,
        },
        (Some(Cow::Owned(blocks)), Mode::Lengths) => value(env, Buffer::from(blocks))?,
        (Some(Cow::Borrowed(blocks)), Mode::Lengths) => {
            if blocks.len() > MOST_AS_STRING || blocks.contains(&HOST_OBJECT) {
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

/// A JavaScript string; the quick way for text that is plain ASCII, as most JSON is.
fn text(env: &Env, bytes: &[u8]) -> Result<sys::napi_value> {
    if bytes.is_ascii() {
        value(env, env.create_string_latin1(bytes)?)
    } else {
        value(env, env.create_string(String::from_utf8_lossy(bytes))?)
    }
}
