import { expect, test } from 'vitest';
import { matrixRows, matrixTable } from './matrix.ts';

const passed = { status: 'passed', duration: 1500 };
const REPORT = {
  suites: [
    {
      title: 'toolchains.spec.ts',
      file: 'toolchains.spec.ts',
      specs: [{ title: 'Node runs embed.mjs', tests: [{ annotations: [], results: [passed] }] }],
      suites: [
        {
          title: 'vite-8',
          file: 'toolchains.spec.ts',
          specs: [
            {
              title: 'dev',
              tests: [
                {
                  annotations: [
                    { type: 'versions', description: 'vite 8.4.0' },
                    { type: 'skip', description: 'not a version' },
                    { type: 'versions', description: 'node 22' },
                  ],
                  results: [{ status: 'timedOut', duration: 500 }, passed],
                },
              ],
            },
            {
              title: 'build',
              tests: [{ annotations: [], results: [{ status: 'failed', duration: 20 }] }],
            },
            { title: 'later', tests: [{ annotations: [], results: [{ status: 'skipped', duration: 0 }] }] },
          ],
        },
      ],
    },
  ],
};

test('a line for each test, with the result of its last try', () => {
  expect(matrixRows(REPORT)).toEqual([
    { toolchain: 'toolchains', way: 'Node runs embed.mjs', versions: '', result: 'yes', seconds: 1.5 },
    { toolchain: 'vite-8', way: 'dev', versions: 'vite 8.4.0, node 22', result: 'yes', seconds: 2 },
    { toolchain: 'vite-8', way: 'build', versions: '', result: 'NO', seconds: 0.02 },
    { toolchain: 'vite-8', way: 'later', versions: '', result: 'skipped', seconds: 0 },
  ]);
});

test('columns stand under each other', () => {
  const table = matrixTable(matrixRows(REPORT));
  expect(table).toBe(
    [
      'toolchains  Node runs embed.mjs  yes      1.5 s',
      'vite-8      dev                  yes      2.0 s  vite 8.4.0, node 22',
      'vite-8      build                NO       0.0 s',
      'vite-8      later                skipped  0.0 s',
    ].join('\n'),
  );
});
