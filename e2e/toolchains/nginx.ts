/** A real nginx: the system's, or Debian's package unpacked into a folder, which takes no rights. */
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tooling/free-port.ts';
import { answers, runShell } from './shell.ts';

/** Where a system has it and its list of types, and how one without gets both. */
const FIND = `
if command -v nginx >/dev/null && [ -f /etc/nginx/mime.types ]; then command -v nginx; echo /etc/nginx/mime.types; exit; fi
apt-get download nginx nginx-common >/dev/null 2>&1
for package in *.deb; do dpkg-deb --extract "$package" .; done
echo "$PWD/usr/sbin/nginx"; echo "$PWD/etc/nginx/mime.types"`;

/** An nginx that serves. */
export interface Nginx {
  readonly url: string;
  readonly version: string;
  close(): Promise<void>;
}

/** Who serves when the tests run as root. */
const NOBODY = 65_534;

/**
 * Serves a site with the settings that a recipe shows. Its list of types is without `mjs`, as that of Debian's nginx is.
 * @param site the folder that the settings call `dist`
 * @returns undefined on systems that have neither nginx nor apt
 */
export async function serveNginx(settings: string, site: string): Promise<Nginx | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'nearfield-nginx-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const isRoot = process.getuid?.() === 0;
  let found: string;
  try {
    found = await runShell(FIND, folder, process.env);
  } catch {
    await remove();
    return undefined;
  }
  const [program = '', types = ''] = found.trim().split('\n');
  await writeFile(join(folder, 'mime.types'), (await readFile(types, 'utf8')).replace(/\bmjs\b/g, ''));
  await mkdir(join(folder, 'bodies'));
  // Where nobody can read it, whatever the rights of the folders above the project's.
  await cp(site, join(folder, 'dist'), { recursive: true });
  if (isRoot) for (const path of [folder, join(folder, 'bodies')]) await chmod(path, 0o777);
  const port = await freePort();
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/bodies/${kind};`)
    .join('\n');
  const adapted = settings
    .replace('/etc/nginx/mime.types', join(folder, 'mime.types'))
    .replace(/\b8080\b/, String(port))
    .replace('http {', `http {\naccess_log off;\n${own}`);
  await writeFile(join(folder, 'nginx.conf'), adapted);
  const version = await runShell(`${program} -v 2>&1`, folder, process.env);
  const child = spawn(
    program,
    ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off; master_process off;'],
    { stdio: ['ignore', 'ignore', 'pipe'], ...(isRoot && { uid: NOBODY, gid: NOBODY }) },
  );
  let printed = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}/`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${printed}`);
  }
  return {
    url,
    version: version.trim().replace(/^.*nginx\//, ''),
    close: async () => {
      child.kill();
      await closed;
      await remove();
    },
  };
}
