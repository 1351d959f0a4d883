/** Installs the packed packages and toolchains into a folder outside of the repository, as applications would. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { packedDirectory } from '../../tooling/packed-directory.ts';
import { npx, repository } from '../../tooling/process.mjs';
import type { Consumer } from './consumer.ts';
import { type Recipe, readRecipes } from './recipes.ts';
import { type Registry, serveRegistry } from './registry.ts';
import { runShell, startServer } from './shell.ts';

/** What is installed and written for a consumer. */
type Project = Pick<Consumer, 'id' | 'recipe' | 'filesOf' | 'packages' | 'scaffold' | 'installs' | 'prepare'>;

/** Unpacks every packed package. Gives folders by the packages' names. */
async function unpackPackages(root: string): Promise<Map<string, string>> {
  const folders = new Map<string, string>();
  const tarballs = await readdir(packedDirectory).catch((cause: unknown) => {
    throw new Error('There are no packed packages: run "npm test -- --only e2e".', { cause });
  });
  for (const tarball of tarballs) {
    const folder = join(root, 'packed', tarball.replace(/\.tgz$/, ''));
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('tar', [
      '-xzf',
      join(packedDirectory, tarball),
      '-C',
      folder,
      '--strip-components=1',
    ]);
    const { name } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name: string };
    folders.set(name, folder);
  }
  return folders;
}

/** Settings of Bun and Deno, and of Yarn, by which they take our packages from a registry of their own. */
const registrySettings = (url: string): Record<string, string> => ({
  '.npmrc': `@nearfield:registry=${url}\n`,
  '.yarnrc.yml': `npmScopes: { nearfield: { npmRegistryServer: '${url.replace(/\/$/, '')}' } }
unsafeHttpWhitelist: ['127.0.0.1']
enableImmutableInstalls: false
npmPreapprovedPackages: ['@nearfield/*']
`,
});

/** Writes files by their paths in a folder. */
async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** Whether a file was written by hand: somebody may have installed and built the folder where it stands. */
const isSource = (path: string): boolean =>
  !/[\\/](node_modules|dist|\.next)([\\/]|$)/.test(relative(repository, path));

/** The files of a recipe's project: those of its own, and the page that all show. */
function projectFiles(recipe: Recipe, page: Recipe): Record<string, string> {
  const main = page.files['main.js']!;
  const [fragment] = recipe.fragments;
  // What the recipe says of the first line.
  return { 'main.js': fragment ? main.replace(/^.*\n/, () => fragment) : main, ...recipe.files };
}

/** A folder with a project for each consumer, ready to be built. */
export class Workspace {
  readonly root: string;
  readonly #recipes = readRecipes();
  /** Ids of projects whose own package manager installs them. */
  readonly #alone = new Set<string>();
  #registry: Registry | undefined;

  private constructor(root: string) {
    this.root = root;
  }

  /**
   * Installs everything in one go; what was downloaded once comes from pnpm's store.
   * @param copies folders of the repository that are projects as they stand, by the ids that they get
   */
  static async create(
    consumers: readonly Project[],
    copies: Readonly<Record<string, string>> = {},
  ): Promise<Workspace> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'nearfield-toolchains-')));
    const workspace = new Workspace(root);
    const packed = await unpackPackages(root);
    if (consumers.some(({ installs }) => installs)) workspace.#registry = await serveRegistry();
    const overrides = [...packed].map(([name, folder]) => `  '${name}': 'file:${folder}'\n`).join('');
    await writeFile(
      join(root, 'pnpm-workspace.yaml'),
      `packages: ['projects/*']\nminimumReleaseAge: 0\noverrides:\n${overrides}`,
    );
    await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'toolchains', private: true }));
    for (const consumer of consumers) await workspace.#writeProject(consumer, packed);
    for (const [id, path] of Object.entries(copies)) {
      await cp(join(repository, path), workspace.folder(id), { recursive: true, filter: isSource });
    }
    const { packageManager } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      packageManager: string;
    };
    const args = [
      'install',
      '--prefer-offline',
      '--ignore-scripts',
      '--no-frozen-lockfile',
      '--reporter=append-only',
    ];
    const code = await npx(packageManager, args, { cwd: root });
    if (code !== 0)
      throw new Error(`Installing toolchains into ${root} failed: pnpm ended with code ${code}.`);
    for (const { id, prepare = [] } of consumers) {
      for (const command of prepare) {
        await runShell(command, workspace.#tools(id), workspace.#environment(id));
      }
    }
    return workspace;
  }

  async #writeProject(
    { id, recipe: heading, filesOf, packages, scaffold, installs }: Project,
    packed: ReadonlyMap<string, string>,
  ): Promise<void> {
    const recipe = this.recipe(heading);
    const named = recipe.packages.map((name) => [name, packed.has(name) ? '*' : undefined] as const);
    const dependencies: Record<string, string> = { ...packages };
    for (const [name, version] of installs ? [] : named) dependencies[name] ??= version ?? 'latest';
    const manifest = {
      'package.json': JSON.stringify({ name: id, private: true, type: 'module', dependencies }),
    };
    const files: Record<string, string> = {
      ...scaffold,
      ...(filesOf !== undefined && this.recipe(filesOf).files),
      ...projectFiles(recipe, this.recipe('')),
    };
    if (installs) {
      await writeFiles(this.#tools(id), manifest);
      this.#alone.add(id);
      Object.assign(files, registrySettings(this.#registry!.url));
      await writeFiles(this.folder(id), files);
    } else {
      await writeFiles(this.folder(id), { ...manifest, ...files });
    }
  }

  /** Where pnpm installs a consumer's packages. */
  #tools(id: string): string {
    return join(this.root, 'projects', id);
  }

  recipe(heading: string): Recipe {
    const recipe = this.#recipes.get(heading);
    if (!recipe) throw new Error(`docs/toolchains.md has no recipe "${heading}"`);
    return recipe;
  }

  folder(id: string): string {
    // Not below the other projects, whose workspace and lockfile their managers would take for theirs.
    return this.#alone.has(id) ? join(`${this.root}-alone`, id) : this.#tools(id);
  }

  #environment(id: string): NodeJS.ProcessEnv {
    const bins = [this.folder(id), this.#tools(id)].map((folder) => join(folder, 'node_modules/.bin'));
    const caches = join(this.root, 'caches');
    return {
      ...process.env,
      // Of package managers that would know the packages of an earlier run by their version.
      BUN_INSTALL_CACHE_DIR: join(caches, 'bun'),
      DENO_DIR: join(caches, 'deno'),
      YARN_GLOBAL_FOLDER: join(caches, 'yarn'),
      YARN_ENABLE_TELEMETRY: '0',
      WRANGLER_SEND_METRICS: 'false',
      NUXT_TELEMETRY_DISABLED: '1',
      PATH: [...bins, process.env.PATH ?? ''].join(delimiter),
      NODE_ENV: undefined,
      NEXT_TELEMETRY_DISABLED: '1',
      // What the others need is installed.
      ...(!this.#alone.has(id) && { npm_config_offline: 'true' }),
    } as NodeJS.ProcessEnv;
  }

  /** Runs a command line in a project. @throws {Error} with what it printed, when it fails. */
  run(id: string, command: string): Promise<string> {
    return runShell(command, this.folder(id), this.#environment(id));
  }

  /** Starts a server of a project. @returns what ends it, once it answers at `url`. */
  serve(id: string, command: string, url: string): Promise<() => Promise<void>> {
    return startServer(command, this.folder(id), this.#environment(id), url);
  }

  async close(): Promise<void> {
    await this.#registry?.close();
    for (const folder of [this.root, `${this.root}-alone`]) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}
