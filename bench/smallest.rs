//! The floor of `require()`: the smallest addon of napi-rs, one function. What loads it is `children/smallest.js`.

/// As little as there can be.
#[napi_derive::napi]
pub const fn nothing() {}
