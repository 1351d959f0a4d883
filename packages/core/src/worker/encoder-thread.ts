/** A thread of Node that helps an engine to encode, started by {@link startThread}. */
import { serveEncoders } from '../engine/runtime/encoder/encoder-helper.ts';

// Not imported: this file is built as the workers of pages are, for which Node's modules do not exist.
const { parentPort } = process.getBuiltinModule('node:worker_threads');
if (!parentPort) throw new TypeError('This script is started as a thread.');
serveEncoders({
  post: (message, transfer) => parentPort.postMessage(message, transfer),
  listen: (listener) => void parentPort.on('message', listener),
});
