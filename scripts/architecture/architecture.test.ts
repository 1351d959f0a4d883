/** Holds the imports against the plan of the house, and docs/architecture.md against the imports. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../../tooling/process.mjs';
import { type Import, importsBelow } from './imports.ts';

const CORE = 'packages/core/src/';

/** The rooms of core from top to bottom: no arrow runs upwards. */
const ROOMS = [
  'standalone.ts',
  'index.ts',
  'client.ts',
  'node.ts',
  'postgres.ts',
  'foundation',
  'host',
  'worker',
  'service',
  'boundary',
  'tasks',
  'requests',
  'engine',
  'engine/loading',
  'engine/encoders',
  'engine/scheduling',
  'engine/runtime',
  'models',
  'store',
  'persistence',
  'image',
  'segment',
  'text',
  'async',
  'environment.ts',
] as const;

/** Rooms that run in the page, and those that run in the worker (or in Node's own process). */
const PAGE = ['client.ts', 'foundation', 'host'];
const WORKER_ONLY = ['worker', 'service', 'tasks', 'engine'];

const roomOf = (file: string): string => {
  const [first, second, third] = file.slice(CORE.length).split('/');
  return first === 'engine' && third !== undefined ? `engine/${second}` : first!;
};

const core = importsBelow('packages/core/src').map((each) => ({
  ...each,
  room: roomOf(each.from),
  target: each.to.startsWith(CORE) ? roomOf(each.to) : undefined,
}));
/** Whether an import names a file of the repository, not a package. */
const isPath = (to: string): boolean => /^(packages|demo|e2e|scripts|tooling)\//.test(to);
const places = (imports: readonly Import[]): string[] => imports.map(({ from, to }) => `${from} → ${to}`);

describe('core', () => {
  it('has the rooms of the plan', () => {
    const unknown = core.filter(({ room }) => !(ROOMS as readonly string[]).includes(room));
    expect(places(unknown)).toEqual([]);
  });

  it('has no arrow that runs upwards', () => {
    const level = (room: string): number => (ROOMS as readonly string[]).indexOf(room);
    const upwards = core.filter(({ room, target }) => target !== undefined && level(target) < level(room));
    expect(places(upwards)).toEqual([]);
  });

  it('keeps the engine out of the page: only types come from the worker’s half', () => {
    const values = core.filter(
      ({ room, target, isType }) =>
        !isType && PAGE.includes(room) && WORKER_ONLY.includes(target?.split('/')[0] ?? ''),
    );
    expect(places(values)).toEqual([]);
  });

  it('makes tensors of onnxruntime in its own folder alone', () => {
    const elsewhere = core.filter(
      ({ from, to }) =>
        /^onnxruntime-/.test(to) &&
        !from.startsWith(`${CORE}engine/runtime/onnx/`) &&
        !/^packages\/core\/src\/(worker\/(wasm|webgpu)|node)\.ts$/.test(from),
    );
    expect(places(elsewhere)).toEqual([]);
  });
});

/** What a package may import of ours. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  onnx: [],
  storage: ['spec'],
  encoder: ['onnx'],
  core: ['spec', 'onnx', 'encoder', 'storage'],
  remote: ['spec'],
  reader: ['spec'],
  router: ['spec'],
  search: ['spec', 'storage'],
  server: ['spec'],
  'ai-sdk': ['spec'],
  langchain: ['spec'],
  transformers: ['spec'],
  cli: ['spec', 'core', 'reader', 'remote', 'search', 'server', 'model-minilm-query-table'],
  'hashed-foundation': ['spec'],
  'postgres-server': [],
};

describe('packages', () => {
  it.each(Object.entries(PACKAGES))('%s imports what is below it', (name, allowed) => {
    const ours = importsBelow(`packages/${name}/src`).filter(({ to }) => to.startsWith('@nearfield/'));
    const wrong = ours.filter(({ to }) => !allowed.includes(to.split('/')[1]!));
    expect(places(wrong)).toEqual([]);
  });

  it.each(Object.keys(PACKAGES))('%s reaches no other folder by path', (name) => {
    const root = `packages/${name}/`;
    const outside = importsBelow(`${root}src`).filter(({ to }) => isPath(to) && !to.startsWith(root));
    expect(places(outside)).toEqual([]);
  });

  it('of the contract does no I/O', () => {
    const outside = importsBelow('packages/spec/src').filter(
      ({ to }) => !to.startsWith('packages/spec/src/') && to !== 'valibot',
    );
    expect(places(outside)).toEqual([]);
  });
});

describe('the demo', () => {
  it('has no circle of imports, types among them', () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of importsBelow('demo/src'))
      targets.set(from, [...(targets.get(from) ?? []), to]);
    expect(targets.size).toBeGreaterThan(50);
    const circles: string[] = [];
    const done = new Set<string>();
    const follow = (file: string, way: readonly string[]): void => {
      const start = way.indexOf(file);
      if (start >= 0) circles.push([...way.slice(start), file].join(' → '));
      if (start >= 0 || done.has(file)) return;
      for (const target of targets.get(file) ?? []) follow(target, [...way, file]);
      done.add(file);
    };
    for (const file of targets.keys()) follow(file, []);
    expect(circles).toEqual([]);
  });
});

/** What the folders beside the packages may import of each other. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  // What tasks, configurations and end-to-end tests share.
  tooling: [],
  e2e: ['tooling', 'packages', 'demo'],
  demo: [],
  // Projects of their own, which anybody may copy.
  examples: [],
  packages: [],
  // Its tasks run the benchmarks of e2e and the engine from its sources, and index the demo's sample.
  scripts: ['tooling', 'e2e', 'packages', 'demo'],
};

describe('folders', () => {
  it.each(Object.entries(FOLDERS))('%s imports what is below it', (folder, allowed) => {
    const wrong = importsBelow(folder, { tests: true }).filter(({ to }) => {
      const target = to.split('/')[0]!;
      return isPath(to) && target !== folder && !allowed.includes(target);
    });
    expect(places(wrong)).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it('draws the arrows between the rooms of core as they are', () => {
    const arrows = new Map<string, Set<string>>();
    for (const { room, target } of core) {
      if (target === undefined || target === room) continue;
      const targets = arrows.get(room) ?? new Set();
      arrows.set(room, targets.add(target));
    }
    const drawn = ROOMS.filter((room) => arrows.has(room)).map((room) => {
      const targets = ROOMS.filter((each) => arrows.get(room)!.has(each));
      return `${room.padEnd(18)} → ${targets.join(', ')}`;
    });
    const page = readFileSync(join(repository, 'docs/architecture.md'), 'utf8');
    const [, block = ''] = /<!-- arrows -->\n```text\n([\s\S]*?)\n```/.exec(page) ?? [];
    expect(block.split('\n')).toEqual(drawn);
  });
});
