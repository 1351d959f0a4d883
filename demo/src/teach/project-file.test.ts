import type { FoundationError } from '@nearfield/spec';
import { expect, test } from 'vitest';
import { exportedClassifier } from './head.ts';
import { newProject, withItems } from './project.ts';
import { readProject, writeProject } from './project-file.ts';

const added = withItems(newProject('pictures', 'Icons'), [
  { text: 'cat.png', label: 'cat', picture: new Blob([Uint8Array.of(1, 2, 3)], { type: 'image/png' }) },
  { text: 'dog.png', label: 'dog', picture: new Blob([Uint8Array.of(4)], { type: 'image/png' }) },
  { text: 'what.png', picture: new Blob([Uint8Array.of(5)], { type: 'image/jpeg' }) },
]);
const vectors = {
  space: 'here icon-clip',
  of: new Map(added.items.map(({ id }, row) => [`picture:${id}`, Float32Array.of(row, 0.1, -1.5)])),
};
const head = exportedClassifier(
  { labels: ['cat', 'dog'], columns: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  'icon-clip',
  2,
  'icons',
);
const file = { project: added.project, pictures: added.pictures, vectors, head, threshold: 0.25 };
const saved = await (await writeProject(file)).text();

test('a project comes back from its file as it was', async () => {
  const read = readProject('icons.teach.json', saved);
  expect(read).toMatchObject({ project: added.project, vectors, head, threshold: 0.25 });
  for (const [id, picture] of added.pictures) {
    const back = read.pictures.get(id)!;
    expect([back.type, new Uint8Array(await back.arrayBuffer())]).toEqual([
      picture.type,
      new Uint8Array(await picture.arrayBuffer()),
    ]);
  }
});

/** The saved file with one thing changed. */
function spoilt(change: (content: ReturnType<typeof JSON.parse>) => void): string {
  const content = JSON.parse(saved);
  change(content);
  return JSON.stringify(content);
}

test.each<[string, string, RegExp]>([
  ['text', 'hello', /^x\.json is not JSON/u],
  ['another file', '{"a":1}', /^x\.json is no project of this page/u],
  ['null', 'null', /^x\.json is no project of this page/u],
  ['a newer version', spoilt((it) => (it.version = 2)), /newer version/u],
  ['a lost list', spoilt((it) => delete it.project.items), /damaged: project\.items/u],
  ['an id twice', spoilt((it) => (it.project.items[1].id = it.project.items[0].id)), /an id occurs twice/u],
  [
    'a class that is not there',
    spoilt((it) => it.project.classes.pop()),
    /“dog\.png” has a class that is not in it/u,
  ],
  ['a lost picture', spoilt((it) => (it.pictures = {})), /the picture cat\.png is missing/u],
  [
    'a picture that is a page',
    spoilt((it) => (Object.values<{ type: string }>(it.pictures)[0]!.type = 'text/html')),
    /the picture cat\.png is missing/u,
  ],
  [
    'a short vector',
    spoilt((it) => (it.vectors[Object.keys(it.vectors)[0]!] = 'AACAPw==')),
    /a vector is not as long as the others/u,
  ],
  ['a share of 2', spoilt((it) => (it.project.refuse = 2)), /damaged: project\.refuse/u],
])('%s is refused with the file’s name', (_, content, message) => {
  expect(() => readProject('x.json', content)).toThrow(
    expect.objectContaining({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringMatching(message),
    }) as unknown as FoundationError,
  );
});
