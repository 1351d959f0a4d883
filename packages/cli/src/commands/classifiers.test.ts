/** The classifiers of a data directory, from files and for `/v1/classify`; at a server those that were trained there. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createNodeFoundation } from '@nearfield/core/node';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { createNodeServer } from '@nearfield/server/node';
import type { ClassifierSummary, ExportedClassifier } from '@nearfield/spec';
import { vectorToBase64 } from '@nearfield/spec/implement';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashedServer } from '../../test/hashed-server.ts';
import { runVerb } from '../../test/run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-classifiers-'));
const tiny = { id: 'tiny', like: 'all-MiniLM-L6-v2', source: join(folder, 'model') };
const data = join(folder, 'data');
const model = ['--model', `${tiny.id}=${tiny.like}:${tiny.source}`];
const run = (args: readonly string[], input?: string) =>
  runVerb('classifiers', [...args, '--data-dir', data, ...model], input === undefined ? {} : { input });
const put = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const TEXTS = ['a fish', 'a bird'];
let exported: ExportedClassifier;
let predicted: unknown;
beforeAll(async () => {
  for (const { path, bytes } of tinyMiniLM().files) {
    mkdirSync(dirname(join(tiny.source, path)), { recursive: true });
    writeFileSync(join(tiny.source, path), bytes);
  }
  const elsewhere = createNodeFoundation({ models: [tiny], dataDirectory: join(folder, 'elsewhere') });
  const { classifier_id } = await elsewhere.train({
    model: tiny.id,
    input: [
      { label: 'water', text: 'a fish' },
      { label: 'air', text: 'a bird' },
    ],
  });
  exported = await elsewhere.classifiers.export!(classifier_id);
  ({ data: predicted } = await elsewhere.classify({ classifier_id, input: TEXTS }));
  await elsewhere.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

it('imports an exported classifier and a project, for the server of the same directory', async () => {
  // A server that is running already answers with what is imported.
  const foundation = createNodeFoundation({ models: [tiny], dataDirectory: data });
  const server = await createNodeServer(foundation, { port: 0 });
  const ask = async (classifier_id: string) => {
    const response = await fetch(`${server.url}/v1/classify`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ classifier_id, input: TEXTS }),
    });
    return { status: response.status, data: ((await response.json()) as { data?: unknown }).data };
  };
  try {
    const { classifier_id: id } = exported.classifier;
    expect(await ask(id)).toMatchObject({ status: 404 });
    const file = put('exported.json', exported);
    expect(await run(['import', file])).toEqual({
      code: 0,
      stdout: `${id}  tiny  water, air\n`,
      stderr: '',
    });
    expect(await ask(id)).toEqual({ status: 200, data: predicted });

    // As the page Teach saves it; what the project has besides is not looked at.
    const project = { format: 'nearfield-teach-project', version: 1, project: {}, head: exported };
    const named = await run(['import', '-', '--id', 'zoo', '--json'], JSON.stringify(project));
    expect(JSON.parse(named.stdout)).toMatchObject([{ classifier_id: 'zoo', labels: ['water', 'air'] }]);
    expect(await ask('zoo')).toEqual({ status: 200, data: predicted });

    const list = JSON.parse((await run(['list', '--json'])).stdout) as ClassifierSummary[];
    expect(list.map(({ classifier_id }) => classifier_id).sort()).toEqual([id, 'zoo'].sort());
    expect((await run([])).stdout).toContain('zoo  tiny  water, air\n');

    const out = join(folder, 'again.json');
    expect(await run(['export', 'zoo', '--out', out])).toMatchObject({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ weights: exported.weights });

    expect(await run(['remove', 'zoo', id])).toMatchObject({ code: 0, stdout: '' });
    expect(await ask('zoo')).toMatchObject({ status: 404 });
    expect(await run(['remove', 'zoo'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Unknown classifier 'zoo'"),
    });
    expect(await run([])).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('none') });
  } finally {
    await server.close();
    await foundation.close();
  }
});

it('an import of one id replaces it', async () => {
  const { columns } = exported;
  const other: ExportedClassifier = {
    ...exported,
    classifier: { ...exported.classifier, labels: ['water', 'air', 'earth'] },
    weights: vectorToBase64(new Float32Array(3 * columns)),
  };
  await run(['import', put('one.json', exported), '--id', 'same']);
  await run(['import', put('other.json', other), '--id', 'same']);
  const { stdout } = await run(['list']);
  expect(stdout).toBe('same  tiny  water, air, earth\n');
  await run(['remove', 'same']);
});

it('says what is wrong with a file, and keeps nothing of the others', async () => {
  const sound = put('sound.json', exported);
  const faults: [unknown, RegExp][] = [
    ['{"a":', /bad\.json is not JSON/],
    [{ a: 1 }, /bad\.json holds no classifier\. Give a file of/],
    ['null', /bad\.json holds no classifier/],
    [{ format: 'nearfield-teach-project', version: 1 }, /has learnt nothing yet\. Open it/],
    [{ ...exported, weights: 'AAAA' }, /bad\.json: /],
    [{ ...exported, columns: 3 }, /bad\.json: .*2 labels of 3 columns/],
  ];
  for (const [content, message] of faults) {
    const { code, stderr, stdout } = await run(['import', put('bad.json', content), sound]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  }
  expect(await run(['import', join(folder, 'nothing.json')])).toMatchObject({ code: 1 });
  expect((await run([])).stdout).toBe('');
});

it('at a server lists and removes what was trained there', async () => {
  const server = await hashedServer();
  const at = (...args: string[]) => runVerb('classifiers', [...args, '--server', server.url]);
  try {
    const { classifier_id: id } = await server.foundation.train({
      model: 'jina-embeddings-v3',
      input: [
        { text: 'cat dog', label: 'animal' },
        { text: 'bread cheese', label: 'food' },
      ],
    });
    expect((await at()).stdout).toBe(`${id}  jina-embeddings-v3  animal, food\n`);
    expect(await at('import', put('sound.json', exported))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be imported\. Train it there/),
    });
    expect(await at('export', id)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be exported/),
    });
    expect(await at('remove', id)).toMatchObject({ code: 0 });
    expect(await server.foundation.classifiers.list()).toEqual([]);
  } finally {
    await server.close();
  }
});

it.each([
  [['delete', 'x'], /takes list, import, export, remove, not 'delete'/],
  [['list', 'x'], /no argument 'x'/],
  [['import'], /Name a FILE/],
  [['export'], /one classifier/],
  [['remove'], /Name the ID/],
  [['import', 'a', 'b', '--id', 'c'], /one FILE/],
  [['list', '--out', 'a'], /belongs to export/],
  [['list', '--database-schema', 'a'], /belong to --database/],
])('refuses %j', async (args, message) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
