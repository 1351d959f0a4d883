import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { spawnCommand } from '../../server/test/serve-command.ts';

export { type ServeCommand, serveCommand } from '../../server/test/serve-command.ts';

/** Runs the command until it ends. */
export async function runCommand(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawnCommand(args);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, stderr };
}
