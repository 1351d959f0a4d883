import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

// A page of any site can send requests to 127.0.0.1, and with a name that it lets point there (DNS rebinding) read the
// answers too. A key keeps both out; without one, the names in a request have to.

/** Callers besides this machine. */
export interface AccessOptions {
  /** Host names under which the server may be called; `*` for any. */
  hosts: readonly string[];
  /** Origins of pages that may call, `*` for all. */
  origins: '*' | readonly string[];
}

/** A host as a request or an option names it. */
interface Host {
  /** Lower case, without a final dot; IP addresses in their usual form, IPv6 ones in brackets. */
  name: string;
  /** Empty where none is named, or 80. */
  port: string;
}

const HOST = /^(?:\[[\da-f:.]+\]|[^\s@/?#\\:,[\]]+)(?::\d{1,5})?$/i;

/** Reads `name`, `name:port`, `[::1]:port`; undefined for anything else. */
function hostOf(text: string): Host | undefined {
  if (!HOST.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const { hostname, port } = new URL(`http://${text}`);
  const name = hostname.replace(/\.$/, '');
  return name === '' ? undefined : { name, port };
}

/** Whether a text is a host name or address, with or without a port. */
export const isHost = (text: string): boolean => hostOf(text) !== undefined;

/** Whether a name or an address can only be this machine: nobody can register `localhost`, nor names below it. */
const isLoopback = ({ name }: Host): boolean =>
  name === 'localhost' ||
  name.endsWith('.localhost') ||
  /^127\.\d+\.\d+\.\d+$/.test(name) ||
  name === '[::1]' ||
  /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name);

/** An entry without a port allows every port. */
const allows = (entry: Host, { name, port }: Host): boolean =>
  entry.name === name && (entry.port === '' || entry.port === port || (port === '' && entry.port === '443'));

/** Decides who may call, by the names in a request. */
export class Access {
  readonly #hosts: readonly Host[];
  readonly #anyHost: boolean;
  readonly #origins: '*' | ReadonlySet<string>;

  /** @throws FoundationError INPUT_VALIDATION_FAILED for an entry that is no host name */
  constructor({ hosts, origins }: AccessOptions) {
    this.#anyHost = hosts.includes('*');
    this.#hosts = hosts
      .filter((text) => text !== '*')
      .map((text) => {
        const host = hostOf(text.trim());
        if (host) return host;
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: `allowedHosts (--allow-host) takes host names such as search.example or search.example:8443; '${shortened(text)}' is not one.`,
          param: 'allowedHosts',
        });
      });
    this.#origins = origins === '*' ? '*' : new Set(origins.map(originOf));
  }

  /** Whether the server is known under a host: this machine's names, and those allowed by name. */
  knowsHost(text: string): boolean {
    const host = hostOf(text);
    return host !== undefined && (isLoopback(host) || this.#hosts.some((entry) => allows(entry, host)));
  }

  /**
   * Refuses a request that names another host, in its Host header or as an absolute address.
   * @throws FoundationError AUTHZ_HOST_NOT_ALLOWED
   */
  requireHost({ url, headers }: Request): void {
    if (this.#anyHost) return;
    for (const host of [headers.get('Host'), new URL(url).host]) {
      if (host === null || this.knowsHost(host)) continue;
      throw new FoundationError({
        code: 'AUTHZ_HOST_NOT_ALLOWED',
        message: `This server requires no key and answers only to names of its own machine; it was called as '${shortened(host)}'. Allow this name with allowedHosts (--allow-host), or require a key with apiKeys (--api-key).`,
      });
    }
  }

  /**
   * Refuses a request that a page of another site sends.
   * @throws FoundationError AUTHZ_ORIGIN_NOT_ALLOWED
   */
  requireOrigin({ headers }: Request): void {
    if (this.#origins === '*') return;
    const origin = headers.get('Origin');
    if (origin !== null ? this.#allowsOrigin(origin) : headers.get('Sec-Fetch-Site') !== 'cross-site') return;
    const page = origin === null ? 'another site' : `'${shortened(origin)}'`;
    throw new FoundationError({
      code: 'AUTHZ_ORIGIN_NOT_ALLOWED',
      message: `This server requires no key and is not open to pages of ${page}. Allow their origin with cors (--cors), or require a key with apiKeys (--api-key).`,
    });
  }

  #allowsOrigin(text: string): boolean {
    const origin = originOf(text);
    if (this.#origins !== '*' && this.#origins.has(origin)) return true;
    const host = /^https?:\/\/(.+)$/.exec(origin)?.[1];
    return host !== undefined && this.knowsHost(host);
  }
}

/** An origin in its usual form: lower case, without the scheme's own port. Anything else stays as it is. */
function originOf(text: string): string {
  const trimmed = text.trim();
  if (!/^https?:\/\/[^/?#\\@\s]+\/?$/i.test(trimmed) || !URL.canParse(trimmed)) return trimmed;
  return new URL(trimmed).origin;
}
