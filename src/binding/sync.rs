//! The blocking run, as the three `*Sync` functions use it.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::child::error_number;
use super::memory::OutputBuffer;
use super::request::{duration, stdio_kinds, write_usage, StartCause, StartRequest};
use crate::negated;
use crate::sync::{run, Limits};

/// What ends a blocking run early.
#[napi(object)]
pub struct RunLimits {
    /// Milliseconds; 0 for none.
    pub timeout: f64,
    /// Bytes of output in all; 0 for any number.
    pub max_output: f64,
    /// Sent when one of the two is reached.
    pub kill_signal: i32,
    /// Milliseconds from that signal to SIGKILL; below 0 for never.
    pub force_kill_after: f64,
    /// Milliseconds that others may hold the pipes open after the end; below 0 for any time.
    pub drain_timeout: f64,
}

/// How a blocking run went.
#[napi(object, object_from_js = false)]
pub struct RunResult {
    /// 0 when nothing was started.
    pub pid: u32,
    pub code: i32,
    /// The number of the signal that ended it, or 0.
    pub signal: i32,
    /// 0 or a negated error number; -4096 as by `Children.start`.
    pub error: i32,
    /// By fd, where there was a pipe to read; `null` when nothing was started.
    #[napi(ts_type = "Array<Buffer | undefined | null>")]
    pub output: Option<Vec<Option<OutputBuffer>>>,
    /// Why nothing was started, where it was not the program.
    pub cause: Option<StartCause>,
}

impl RunLimits {
    fn convert(&self) -> Limits {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let most = self.max_output as usize;
        Limits {
            timeout: duration(self.timeout).filter(|timeout| !timeout.is_zero()),
            max_output: (self.max_output > 0.0 && self.max_output.is_finite()).then_some(most),
            kill_signal: self.kill_signal,
            force_kill_after: duration(self.force_kill_after),
            drain_timeout: duration(self.drain_timeout),
        }
    }
}

/// Runs a process to its end on this thread. `stdio` is as for `Children.start`;
/// `inputs` has, by fd, what to write to a pipe. `usage` has what the process has used afterwards, as by `Children`.
#[napi]
pub fn run_sync(
    request: StartRequest,
    stdio: Int32Array,
    inputs: Vec<Option<Uint8Array>>,
    limits: RunLimits,
    mut usage: Float64Array,
) -> RunResult {
    let kinds = stdio_kinds(&stdio);
    let inputs: Vec<Option<&[u8]>> = inputs.iter().map(|input| input.as_deref()).collect();
    match run(request.into_command(), &kinds, &inputs, limits.convert()) {
        Ok(outcome) => {
            // SAFETY: JavaScript is not running, so nobody else looks at the array.
            write_usage(outcome.exit.usage.as_ref(), unsafe { usage.as_mut() });
            RunResult {
                pid: outcome.pid,
                code: outcome.exit.code,
                signal: outcome.exit.signal,
                error: outcome.error.map_or(0, negated),
                output: Some(outcome.output.into_iter().map(|bytes| bytes.map(OutputBuffer)).collect()),
                cause: None,
            }
        }
        Err(failed) => RunResult {
            pid: 0,
            code: 0,
            signal: 0,
            error: error_number(&failed),
            output: None,
            cause: failed.cause.map(StartCause::new),
        },
    }
}
