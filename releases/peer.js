'use strict';
// The child of checks that talk: node releases/peer.js MODE.

/** What a handle is, without its numbers. @param {any} handle */
const nameOf = (handle) => handle && [handle.constructor.name, typeof (handle._handle ?? handle).fd];

/** @type {Record<string, (message: any, handle: any) => void>} */
const MODES = {
  /** Sends all back. */
  echo(message) {
    process.send?.(message, undefined, undefined, () => message === 'end' && process.disconnect());
  },
  /** Tells what came, and closes it. */
  tell(message, handle) {
    const seen = { message, handle: nameOf(handle), address: familyOf(handle) };
    if (handle) (handle.destroy ?? handle.close).call(handle);
    process.send?.(seen, undefined, undefined, () => message === 'end' && process.disconnect());
  },
  /** Sends the handle back. */
  back(message, handle) {
    process.send?.(message, handle, undefined, () => {
      if (message === 'end') process.disconnect();
      // Sockets are gone with the message, bound ones too.
      else if (handle.unref) handle.unref();
    });
  },
  /** Answers a connection, or those to a server. */
  serve(message, handle) {
    const answer = (/** @type {any} */ socket) => socket.end(`${message} from the child`);
    if (message === 'end') process.disconnect();
    else if (!handle.getConnections) answer(handle);
    else {
      handle.once('connection', (/** @type {any} */ socket) => {
        answer(socket);
        handle.close();
      });
    }
  },
};

/** @param {any} handle */
function familyOf(handle) {
  if (typeof handle?.address !== 'function') return undefined;
  try {
    return handle.address()?.family;
  } catch (error) {
    return /** @type {any} */ (error).code;
  }
}

process.on('message', MODES[process.argv[2]]);
