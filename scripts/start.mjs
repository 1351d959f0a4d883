// Behind every npm script: checks Node, installs what is missing, then runs the task. Depends on nothing, so
// that it runs on a fresh checkout, and stays in old syntax, so that an old Node can print the message.

import { readdirSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Nearfield needs Node 20.19 or newer; this is ${process.version}. Get one from https://nodejs.org`,
  );
  process.exit(1);
}

const tasks = readdirSync(new URL('tasks', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
const [task = '', ...rest] = process.argv.slice(2);
if (task === '--help' || task === '-h') {
  console.log(`node scripts/start.mjs TASK [options]; TASK --help says which.\nTasks: ${tasks.join(', ')}`);
  process.exit(0);
}
if (!tasks.includes(task)) {
  console.error(`Unknown task "${task}". There are: ${tasks.join(', ')}.`);
  process.exit(2);
}

// Loaded only after the check, as these modules use newer syntax.
const { install } = await import('./install.mjs');
const { runSource } = await import('../tooling/process.mjs');

try {
  await install();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.exitCode = await runSource(`scripts/tasks/${task}.ts`, rest);
