'use strict';
// Handles travel one at a time: the next message waits until the other side has replied that it has the last handle
// (ACK), or that it has not (NACK). After a NACK the handle is sent again, a few times.
//
// The state is on the child itself, under the names of the built-in: `_handleQueue` and `_pendingMessage`.

const ACK = 'NODE_HANDLE_ACK';
const NACK = 'NODE_HANDLE_NACK';
const MAX_RETRIES = 3;
const INTERNAL_PREFIX = 'NODE_';

/** Whether a message is one of Node's own. @param {any} message */
function isInternal(message) {
  const cmd = message !== null && typeof message === 'object' ? message.cmd : undefined;
  return typeof cmd === 'string' && cmd.length > INTERNAL_PREFIX.length && cmd.startsWith(INTERNAL_PREFIX);
}

/** Whether a message is what the other side replies to a handle. @param {any} message */
const isHandleReply = (message) => message?.cmd === ACK || message?.cmd === NACK;

/**
 * Queues a message while a handle is on its way; gives whether it did.
 * @param {any} child
 * @param {{ message: any, handle: any, options: any, callback: any }} entry
 */
function queueIfBusy(child, entry) {
  if (!child._handleQueue || isHandleReply(entry.message)) return false;
  child._handleQueue.push(entry);
  return true;
}

/**
 * A handle has gone out: all that follows waits.
 * @param {any} child
 * @param {any} sent what to send again on a NACK, and what to close on an ACK; nothing if neither
 */
function onHandleSent(child, sent) {
  child._handleQueue ??= [];
  if (sent) child._pendingMessage = { ...sent, retransmissions: 0 };
}

/**
 * The handle that was on its way has arrived or is given up: closes ours.
 * @param {any} child
 */
function closePending(child) {
  child._pendingMessage?.handle.close();
  child._pendingMessage = null;
}

/**
 * @param {any} child
 * @param {any} message an ACK or a NACK
 * @param {(pending: any) => void} resend
 */
function onHandleReply(child, message, resend) {
  const pending = child._pendingMessage;
  if (pending) {
    if (message.cmd === ACK) {
      closePending(child);
    } else if (pending.retransmissions++ === MAX_RETRIES) {
      closePending(child);
      process.emitWarning('Handle did not reach the receiving process correctly', 'SentHandleNotReceivedWarning');
    }
  }
  const queue = child._handleQueue ?? [];
  child._handleQueue = null;
  if (child._pendingMessage) resend(child._pendingMessage);
  for (const { message: next, handle, options, callback } of queue) {
    if (child.channel) child._send(next, handle, options, callback);
  }
}

module.exports = { ACK, NACK, closePending, isHandleReply, isInternal, onHandleReply, onHandleSent, queueIfBusy };
