/**
 * The recipes of docs/toolchains.md, run as they stand: the packed packages and real toolchains are installed into
 * folders outside of the repository, built or served, and opened in a real browser. `npm run toolchains` runs those that
 * `npm test` leaves out.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freePort } from '../../tooling/free-port.ts';
import { serveStatic } from '../support/consumer.ts';
import type { Way } from '../toolchains/consumer.ts';
import { CONSUMERS } from '../toolchains/consumers.ts';
import { loadExtension } from '../toolchains/extension.ts';
import { serveNginx } from '../toolchains/nginx.ts';
import { expectPage, expectShown } from '../toolchains/page.ts';
import { readRecipes } from '../toolchains/recipes.ts';
import { VERSIONS, versionsOf } from '../toolchains/versions.ts';
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

for (const { id, recipe, packages, installs, ways } of consumers) {
  test.describe(id, () => {
    test.beforeAll(async () => {
      const { installs: install, commands } = workspace.recipe(recipe);
      for (const command of [...(installs ? install : []), ...commands]) await workspace.run(id, command);
    });
    for (const way of ways) {
      test(way.name, { annotation: versionsOf(packages) }, async ({ page }, info) => {
        for (const command of way.build ?? []) await workspace.run(id, command);
        const folder = workspace.folder(id);
        if (way.run !== undefined) {
          const printed = await workspace.run(id, way.run);
          if (way.prints) expectShown(printed);
        } else if (way.extension !== undefined) {
          await expectExtension(join(folder, 'extension'), way.extension);
        } else if (way.nginx !== undefined) {
          const served = await serveNginx(workspace.recipe(recipe).files[way.nginx]!, join(folder, 'dist'));
          test.skip(!served, 'There is no nginx, and no apt to get it with');
          info.annotations.push({ type: VERSIONS, description: `nginx ${served!.version}` });
          await expectPage(page, served!.url).finally(() => served!.close());
        } else if (way.site !== undefined) {
          await expectSite(page, join(folder, way.site));
        } else if (way.serve) {
          await expectServed(page, id, way.serve);
        }
      });
    }
  });
}

/** A built site, under the strict policy. */
async function expectSite(page: Page, site: string): Promise<void> {
  // Some servers do not know what it is.
  expect((await readdir(site, { recursive: true })).filter(isModuleScript)).toEqual([]);
  const server = await serveStatic({ '/': site });
  await expectPage(page, `${server.origin}/`).finally(() => server.close());
}

/** A server that a command starts. */
async function expectServed(page: Page, id: string, serve: NonNullable<Way['serve']>): Promise<void> {
  const [port, second] = [await freePort(), await freePort()];
  const files = await serveStatic({ '/': join(workspace.folder(id), 'public') });
  const url = `http://127.0.0.1:${port}/`;
  try {
    const stop = await workspace.serve(id, serve({ port, second, files: files.origin }), url);
    await expectPage(page, url).finally(stop);
  } finally {
    await files.close();
  }
}

async function expectExtension(folder: string, part: 'page' | 'background'): Promise<void> {
  const extension = await loadExtension(folder);
  try {
    if (part === 'page') {
      await expectPage(await extension.context.newPage(), `${extension.origin}page.html`);
    } else {
      const computed = extension.background.evaluate(() =>
        (globalThis as unknown as { computeOffscreen(): Promise<string> }).computeOffscreen(),
      );
      expectShown(await computed);
    }
  } finally {
    await extension.close();
  }
}

for (const script of ['embed.mjs', 'embed.cjs']) {
  test(`Node runs ${script}`, async () => {
    expectShown(await workspace.run(NODE.id, `node ${script}`));
  });
}

test('every recipe has a consumer, and every consumer a recipe', () => {
  const named = new Set([...CONSUMERS, NODE].map(({ recipe }) => recipe));
  const recipes = [...readRecipes()]
    .filter(([, { packages, commands }]) => packages.length + commands.length > 0)
    .map(([heading]) => heading);
  expect([...named].sort()).toEqual(recipes.sort());
});
