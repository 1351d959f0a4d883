import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Who holds a lock, as its file says. */
export interface Holder {
  /** Never the same twice. */
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** The machine's start and the space of process numbers: within the same two a number means the same process. */
  readonly machine: string | undefined;
  /** When the process started, in the system's own count: tells it from a later one with the same number. */
  readonly start: string | undefined;
}

/** `yes` and `no` where the system knows; `unknown` where only signs of life tell. */
export type Life = 'yes' | 'no' | 'unknown';

const NONE = '-';

/** One line: the first three words are what earlier versions wrote. */
export const formatHolder = ({ pid, token, host, machine, start }: Holder): string =>
  [pid, token, host, machine ?? NONE, start ?? NONE].join(' ');

/** Undefined for a text that no version writes. */
export function parseHolder(text: string): Holder | undefined {
  const [pid, token, host, machine, start] = text.trim().split(' ');
  if (!token || !host || !/^\d+$/.test(pid ?? '')) return undefined;
  const known = (word: string | undefined): string | undefined =>
    word === undefined || word === NONE ? undefined : word;
  return { pid: Number(pid), token, host, machine: known(machine), start: known(start) };
}

let own: Promise<Omit<Holder, 'token'>> | undefined;

/** This process, for a lock that it takes. */
export function thisProcess(): Promise<Omit<Holder, 'token'>> {
  own ??= (async () => {
    const [machine, start] = await Promise.all([machineOf(), startOf(process.pid)]);
    return {
      pid: process.pid,
      host: hostname().replaceAll(' ', '-') || NONE,
      machine,
      start: start === 'gone' ? undefined : start,
    };
  })();
  return own;
}

/** Whether the process that wrote a lock lives. Of other machines and containers nothing is known. */
export async function lifeOf(holder: Holder): Promise<Life> {
  const self = await thisProcess();
  const isHere = holder.machine === undefined ? holder.host === self.host : holder.machine === self.machine;
  if (!isHere) return 'unknown';
  if (holder.machine === undefined || holder.start === undefined) {
    // In a container every former process had this number, and an earlier version wrote no more than that.
    if (holder.pid === process.pid) return 'no';
    return exists(holder.pid) ? 'unknown' : 'no';
  }
  const start = await startOf(holder.pid);
  if (start === undefined) return exists(holder.pid) ? 'unknown' : 'no';
  return start === holder.start ? 'yes' : 'no';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux tells both; elsewhere one host name is one machine, and its processes are in one space. */
async function machineOf(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `host:${hostname().replaceAll(' ', '-')}`;
  try {
    const [boot, space] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ]);
    return `${boot.trim()}/${space}`;
  } catch {
    return undefined;
  }
}

/** When a process started; `gone` if there is none, or it is dead and only not yet buried; undefined: not to be known. */
async function startOf(pid: number): Promise<string | 'gone' | undefined> {
  if (process.platform === 'linux') return linuxStart(pid);
  if (process.platform === 'win32') return undefined;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim().replaceAll(/\s+/g, '_') || 'gone';
  } catch {
    return exists(pid) ? undefined : 'gone';
  }
}

async function linuxStart(pid: number): Promise<string | 'gone' | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything: counted from behind it, state is the first field and start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : fields[19];
  } catch {
    // A system may hide the processes of other users.
    return exists(pid) ? undefined : 'gone';
  }
}
