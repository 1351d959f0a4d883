/**
 * The folders of examples/, copied as a user copies them, installed from the packed packages, built, and used for
 * their main job; and the guides of docs/, followed line by line. `npm run toolchains` runs the examples that `npm test`
 * leaves out.
 */
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freePort } from '../../tooling/free-port.ts';
import { serveStatic } from '../support/consumer.ts';
import { EXAMPLES, type Example } from '../toolchains/examples.ts';
import { followGuide, GUIDES, GUIDES_PROJECT, guideBlocks } from '../toolchains/guides.ts';
import { problemsOf } from '../toolchains/page.ts';
import { Workspace } from '../toolchains/workspace.ts';

// Two of the examples are about one.
test.use({ serviceWorkers: 'allow' });

const { NEARFIELD_TOOLCHAINS: wanted } = process.env;
const all = wanted === 'all';
/** Ids, with commas between. */
const only = all ? undefined : wanted?.split(',').map((id) => id.replace(/^example-/, ''));
const examples = EXAMPLES.filter(({ id, isUsual }) => (only ? only.includes(id) : isUsual || all));

const guides = only ? [] : GUIDES;

/** The example that shows what the guides say of policies and of privacy. */
const UNDER_POLICY = EXAMPLES.find(({ id }) => id === 'plain-script')!;

let workspace: Workspace;
test.beforeAll(async () => {
  test.setTimeout(600_000);
  workspace = await Workspace.create(
    guides.length > 0 ? [GUIDES_PROJECT] : [],
    Object.fromEntries(
      EXAMPLES.filter(
        (example) => examples.includes(example) || (guides.length > 0 && example === UNDER_POLICY),
      ).map(({ id }) => [id, `examples/${id}`]),
    ),
  );
});
test.afterAll(() => workspace?.close());

for (const example of examples) {
  const { id, build = [], develop, run } = example;
  test.describe(`example-${id}`, () => {
    if (develop && wanted !== undefined) {
      test('does its job in development', ({ page }) => expectUse(page, { ...example, serve: develop }));
    }
    test('does its job', async ({ page }) => {
      for (const script of build) await workspace.run(id, `npm run ${script}`);
      if (run) await run(workspace, await freePort());
      else await expectUse(page, example);
    });
  });
}

for (const name of guides) {
  test(`docs/${name}.md prints what it shows`, async () => {
    const outcomes = await followGuide(workspace, name);
    expect(outcomes.length).toBeGreaterThan(0);
    for (const { printed, shown } of outcomes) expect(printed).toBe(shown);
  });
}

/** Headers of a block of a guide. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );

test('a page works under the headers of docs/policies.md, and docs/privacy.md sees what it says', async ({
  page,
}) => {
  test.skip(only !== undefined, 'A part of the examples runs');
  const { code: headers } = guideBlocks('policies').find(({ language }) => language === 'http')!;
  const privacy = guideBlocks('privacy');
  const { code: pasted } = privacy.find(({ path }) => path === 'console')!;
  const { code: shown } = privacy.find(({ language }) => language === 'text')!;
  const { id, build, site, use } = UNDER_POLICY;
  for (const script of build!) await workspace.run(id, `npm run ${script}`);
  const server = await serveStatic({ '/': join(workspace.folder(id), site!) }, headersOf(headers));
  try {
    await page.goto(`${server.origin}/`);
    await use!(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const printed = page.waitForEvent('console');
    await page.evaluate(`(async () => { ${pasted} })()`);
    expect((await printed).text()).toBe(shown.trim());
  } finally {
    await server.close();
  }
});

/** A command that serves is preferred to a folder. */
async function expectUse(page: Page, { id, site, serve, use }: Example): Promise<void> {
  const folder = workspace.folder(id);
  let url: string;
  let stop: () => Promise<void>;
  if (serve) {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    stop = await workspace.serve(id, serve(port), url);
  } else {
    const server = await serveStatic({ '/': join(folder, site!) });
    url = server.origin;
    stop = () => server.close();
  }
  try {
    const problems = problemsOf(page, url);
    await page.goto(`${url}/`);
    await use!(page);
    expect(problems).toEqual([]);
  } finally {
    await stop();
  }
}
