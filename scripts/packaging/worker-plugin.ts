/**
 * Rolldown plugins for a library with Web Workers. The sources name workers and files the way Vite understands
 * (`new URL('./x.ts', import.meta.url)`, `import url from 'x.wasm?url'`); the built package must do without a
 * bundler, so both become plain URLs beside the built module.
 */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { type Plugin, RolldownMagicString } from 'rolldown';

/** A worker's source and the file it is built to. */
export interface WorkerEntry {
  /** Absolute path of the source. */
  source: string;
  /** File name in the output folder, such as `worker-wasm.js`. */
  output: string;
}

const workerUrl = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.ts)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * Rewrites `new URL('./wasm.ts', import.meta.url)` to the worker's built file, named after the source's path in
 * `sourceDirectory`: `worker/wasm.ts` becomes `./worker-wasm.js`. Every worker found is given to `found`. The
 * built modules must lie in one folder with the workers.
 */
export function workerUrls(sourceDirectory: string, found: (worker: WorkerEntry) => void): Plugin {
  return {
    name: 'nearfield:worker-urls',
    transform: {
      filter: { id: /\.ts$/, code: 'import.meta.url' },
      handler(code, id) {
        const rewritten = code.replace(workerUrl, (_match, quote: string, path: string) => {
          const source = resolve(dirname(id), path);
          const inside = relative(sourceDirectory, source);
          if (inside.startsWith('..')) this.error(`The worker ${path} lies outside of ${sourceDirectory}`);
          const output = inside.split(sep).join('-').replace(/\.ts$/, '.js');
          found({ source, output });
          return `new URL(${quote}./${output}${quote}, import.meta.url)`;
        });
        // Only a name changes, on its line: positions before it in the file stay true without a new map.
        return rewritten === code ? undefined : { code: rewritten, map: null };
      },
    },
  };
}

/** What onnxruntime's script ends with for Node's threads, which browsers never reach. */
const NODE_TAIL =
  /var isNode=globalThis\.process[^;]*;if\(isNode\)isPthread=\(await import\("worker_threads"\)\)[^;]*;/;

/**
 * A module's text for any server and any bundler: its `await` outside of functions is only for Node, and keeps
 * minifiers that take the file for a classic script from reading it.
 * @throws {Error} when it is not the text that is known.
 */
export function withoutNodeTail(path: string, text: string): string {
  const shorter = text.replace(NODE_TAIL, '');
  if (shorter === text || /\bawait import\(/.test(shorter.slice(shorter.lastIndexOf('export default')))) {
    throw new Error(`${path} does not end as expected: look at what its new version does for Node`);
  }
  return shorter;
}

/**
 * Makes `import url from 'some/file.wasm?url'` the URL of a copy of that file in `folder` beside the output. Scripts are
 * called `.js`: some servers do not know `.mjs`.
 * @param folder such as `ort`, below the output folder
 */
export function fileUrls(folder: string): Plugin {
  const suffix = '?url';
  return {
    name: 'nearfield:file-urls',
    resolveId: {
      filter: { id: /\?url$/ },
      async handler(id, importer) {
        const resolved = await this.resolve(id.slice(0, -suffix.length), importer);
        if (!resolved || resolved.external) return this.error(`Cannot find the file of ${id}`);
        return resolved.id + suffix;
      },
    },
    load: {
      filter: { id: /\?url$/ },
      async handler(id) {
        const path = id.slice(0, -suffix.length);
        const fileName = `${folder}/${basename(path).replace(/\.mjs$/, '.js')}`;
        const source = path.endsWith('.mjs')
          ? withoutNodeTail(path, await readFile(path, 'utf8'))
          : await readFile(path);
        this.emitFile({ type: 'asset', fileName, source });
        return {
          code: `export default new URL(${JSON.stringify(`./${fileName}`)}, import.meta.url).href;`,
          moduleType: 'js',
        };
      },
    },
  };
}

const lazyScheme = 'nearfield-lazy:';
const lazyImport = new RegExp(`\\bimport\\((["'\`])${lazyScheme}([\\w-]+\\.js)\\1\\)`, 'g');

/**
 * Turns `import('…')` into the import of a file of its own beside the importing one, complete in itself.
 *
 * In a worker (`by: 'url'`) it is named by a plain URL: split workers would need other settings in applications'
 * bundlers (Vite's `worker.format`), and pulled into the worker, code for rare cases would be loaded by everybody. In
 * an entry (`by: 'name'`) it is a module like others, which bundlers of servers split off.
 *
 * @param found is given every such file's source and output
 * @param isLazy which imports; default: all
 */
export function lazyFiles(
  sourceDirectory: string,
  found: (file: WorkerEntry) => void,
  by: 'url' | 'name' = 'url',
  isLazy: (id: string) => boolean = () => true,
): Plugin {
  return {
    name: 'nearfield:lazy-files',
    resolveId: {
      order: 'pre',
      async handler(id, importer, { kind }) {
        if (kind !== 'dynamic-import' || isBuiltin(id) || !isLazy(id)) return undefined;
        const resolved = await this.resolve(id, importer, { skipSelf: true });
        if (!resolved || resolved.external) return this.error(`Cannot find ${id}, which ${importer} imports`);
        const name = id.startsWith('.') ? relative(sourceDirectory, resolved.id) : id;
        const output = `lazy-${name
          .replace(/\.\w+$/, '')
          .replace(/[^\w]+/g, '-')
          .replace(/^-/, '')}.js`;
        found({ source: resolved.id, output });
        return { id: lazyScheme + output, external: true };
      },
    },
    renderChunk(code) {
      const edited = new RolldownMagicString(code);
      for (const match of code.matchAll(lazyImport)) {
        const url = `new URL("./${match[2]}", import.meta.url).href`;
        const end = match.index + match[0].length;
        if (by === 'name') {
          edited.overwrite(match.index, end, `import("./${match[2]}")`);
          continue;
        }
        // Applications' bundlers see a file to copy, and leave the import to the browser.
        edited.overwrite(match.index, end, `import(/* @vite-ignore */ /* webpackIgnore: true */ ${url})`);
      }
      return edited.hasChanged() ? { code: edited } : null;
    },
  };
}

/**
 * Keeps the built worker readable for the bundlers of applications, which find files by `new URL('…',
 * import.meta.url)` with a literal string.
 */
export function plainUrls(): Plugin {
  return {
    name: 'nearfield:plain-urls',
    transform: {
      filter: { id: /[\\/]onnxruntime-web[\\/]/, code: 'import.meta.url' },
      handler(code) {
        // The runtime names its own, unbundled file through an alias of URL, so that bundlers do not look for it.
        // The minifier undoes the alias; a member of globalThis it leaves alone.
        const hidden = code.replace(
          /\bnew \w+\((['"])(ort\.[\w.]*mjs)\1,\s*import\.meta\.url\)/g,
          (_match, quote: string, file: string) =>
            `new globalThis.URL(${quote}${file}${quote},import.meta.url)`,
        );
        return { code: hidden, map: null };
      },
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        // The minifier writes strings as templates, which not every bundler reads. One length: the map stays true.
        file.code = file.code.replace(
          /\bnew URL\(`([^`$\\"]*)`,\s*import\.meta\.url\)/g,
          'new URL("$1",import.meta.url)',
        );
      }
    },
  };
}
