import { sha1 } from './sha1.ts';
import { Sha256 } from './sha256.ts';

const hex = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * SHA-256 of bytes in memory, lower-case hex. WebCrypto works off this thread and several times faster than
 * script; pages without it (plain http) take the script.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  return subtle ? hex(await subtle.digest('SHA-256', bytes)) : new Sha256().update(bytes).digest();
}

/** Git's id of a file's content: SHA-1 of `blob <size>\0` and the bytes. */
export async function gitBlobSha1(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  const header = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const whole = new Uint8Array(header.length + bytes.length);
  whole.set(header);
  whole.set(bytes, header.length);
  return subtle ? hex(await subtle.digest('SHA-1', whole)) : sha1(whole);
}
