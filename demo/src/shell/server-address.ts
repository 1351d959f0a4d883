import { words } from '../words/language.ts';

/** A host that is reached without TLS: this machine and private networks. */
const PRIVATE =
  /^(?:localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|\[[\da-f:]+\])(?=[:/?#]|$)/iu;

/** An address with the host in front that has no scheme yet: `localhost:8080`, `api.example.org/v1`. */
const BARE = /^(?:\[[\da-f:]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d+)?(?:[/?#]|$)/iu;

/** The address, or what is wrong with it in a sentence for a person. */
export type ServerAddress = { url: string; problem?: undefined } | { url?: undefined; problem: string };

/**
 * Reads the address of a server as people type it. Without a scheme, this machine and private networks are reached by
 * http, everything else by https.
 */
export function readServerAddress(typed: string): ServerAddress {
  const text = typed.trim();
  const said = words().elements.address;
  if (text === '') return { problem: said.empty };
  if (/\s/u.test(text)) return { problem: said.spaces(text) };
  const bare = BARE.test(text) && !/^https?:/iu.test(text);
  // A single word is more likely a slip than a host of the local network.
  if (bare && !/[.:\]]/u.test(text) && !/^localhost(?=[/?#]|$)/iu.test(text))
    return { problem: said.none(text) };
  const address = bare ? `${PRIVATE.test(text) ? 'http' : 'https'}://${text}` : text;
  if (!URL.canParse(address)) return { problem: said.none(text) };
  const { protocol, username, password, hostname } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') return { problem: said.scheme(protocol) };
  if (hostname === '') return { problem: said.noServer(text) };
  if (username !== '' || password !== '') return { problem: said.user };
  return { url: address };
}

/** Whether two addresses are of the same server. */
export const sameServer = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;

/** The host of an address, as it is shown. */
export const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);

/**
 * Where a server reads pages: below its own address, as `nearfield serve` does. Undefined for the hosted API, whose reader
 * has an address of its own.
 */
export const readerOf = (address: string, hosted: string): string | undefined =>
  sameServer(address, hosted) ? undefined : `${address.replace(/\/+$/u, '').replace(/\/v1$/u, '')}/r`;
