/* The process of lock-holder-process.ts: takes a lock, says so, and never lets go. */
import { writeSync } from 'node:fs';
import { FileLocks } from '../src/file-locks.ts';

const [directory = '', name = '', how] = process.argv.slice(2);
await new FileLocks(directory, { heartbeat: 20 }).wait(name, async () => {
  // Written at once: in a blocked process nothing else would ever be.
  writeSync(1, 'held');
  for (; how === 'blocked'; );
  setInterval(() => {}, 1000);
  await new Promise(() => {});
});
