/** A thread that helps to encode until it gets a message of the type `die`, whatever it has to do. */
import { parentPort } from 'node:worker_threads';
import '../src/worker/encoder-thread.ts';

parentPort!.on('message', ({ type }: { type: string }) => {
  if (type === 'die') process.exit(1);
});
