/**
 * The recipes of docs/toolchains.md, run as they stand: the packed packages and real toolchains are installed into
 * folders outside of the repository, built or served, and opened in a real browser. `npm run toolchains` runs those that
 * `npm test` leaves out.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { freePort } from '../../tooling/free-port.ts';
import { serveStatic } from '../support/consumer.ts';
import { CONSUMERS } from '../toolchains/consumers.ts';
import { expectPage, expectShown } from '../toolchains/page.ts';
import { readRecipes } from '../toolchains/recipes.ts';
import { Workspace } from '../toolchains/workspace.ts';

const { NEARFIELD_TOOLCHAINS: wanted } = process.env;
const all = wanted === 'all';
/** Ids, with commas between. */
const only = all ? undefined : wanted?.split(',');
const consumers = CONSUMERS.filter(({ id, isUsual }) => (only ? only.includes(id) : isUsual || all));
const NODE = { id: 'node', recipe: 'Node', packages: {} };

const isModuleScript = (path: string): boolean => path.endsWith('.mjs') && !path.includes('node_modules');

let workspace: Workspace;
test.beforeAll(async () => {
  test.setTimeout(600_000);
  workspace = await Workspace.create([...consumers, NODE]);
});
test.afterAll(() => workspace?.close());

for (const { id, recipe, ways } of consumers) {
  test.describe(id, () => {
    test.beforeAll(async () => {
      for (const command of workspace.recipe(recipe).commands) await workspace.run(id, command);
    });
    for (const { name, build = [], site, serve, run } of ways) {
      test(name, async ({ page }) => {
        for (const command of build) await workspace.run(id, command);
        if (run !== undefined) {
          await workspace.run(id, run);
        } else if (site !== undefined) {
          // Some servers do not know what it is.
          expect(
            (await readdir(join(workspace.folder(id), site), { recursive: true })).filter(isModuleScript),
          ).toEqual([]);
          const server = await serveStatic({ '/': `${workspace.folder(id)}/${site}` });
          await expectPage(page, `${server.origin}/`).finally(() => server.close());
        } else if (serve) {
          const port = await freePort();
          const url = `http://127.0.0.1:${port}/`;
          const stop = await workspace.serve(id, serve(port), url);
          await expectPage(page, url).finally(stop);
        }
      });
    }
  });
}

for (const script of ['embed.mjs', 'embed.cjs']) {
  test(`Node runs ${script}`, async () => {
    expectShown(await workspace.run(NODE.id, `node ${script}`));
  });
}

test('every recipe has a consumer, and every consumer a recipe', () => {
  const named = new Set([...CONSUMERS, NODE].map(({ recipe }) => recipe));
  const recipes = [...readRecipes()]
    .filter(([, { packages }]) => packages.length > 0)
    .map(([heading]) => heading);
  expect([...named].sort()).toEqual(recipes.sort());
});
