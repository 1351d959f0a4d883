/** The search's filters and pictures: by mouse and keyboard, in the address, after a reload and a killed tab. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { SAMPLE_QUESTIONS } from '../../demo/src/corpus/questions.ts';
import type { SampleQuestion } from '../../demo/src/corpus/types.ts';
import { expectAccessible } from './axe.ts';
import { DemoPage, expect, LONG, SHORT_TEXT, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

const picture = (name: string): string =>
  fileURLToPath(new URL(`../../packages/models/icon-clip/model/samples/${name}.png`, import.meta.url));

const [BREAD = '', SKY = '', TREE = ''] = SHORT_TEXT.split('\n\n');
const GERMAN =
  'Die Mondfinsternis dauert länger als eine Stunde, und der Mond wird dabei dunkel und rot. Auf Englisch sagt man: the shadow of the ground races over it.';

const file = (name: string, content: string) => ({ name, mimeType: '', buffer: Buffer.from(content) });

const pictureFile = async (name: string, as = `${name}.png`) => ({
  name: as,
  mimeType: 'image/png',
  buffer: await readFile(picture(name)),
});

/** Chooses files as a visitor does. */
const choose = (page: Page, files: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]) =>
  page.locator('input[type="file"]').first().setInputFiles(files);

/** A button of a filter. */
const choice = (page: Page, filter: string, value: string) =>
  page.locator(`[data-filter="${filter}"] [data-value="${value}"]`);

const sources = (page: Page) => page.locator('[data-answer] h3');

test('a first visitor is answered at once, before any model is there', async ({ demo, page }) => {
  test.setTimeout(LONG);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await demo.open();
  const [{ question: example }] = SAMPLE_QUESTIONS as [SampleQuestion];
  await page.getByRole('button', { name: example }).click();
  await expect(demo.question).toHaveValue(example);
  await expect(page.getByText(/^From 300 sample passages, without a model/u)).toBeVisible();
  let right = 0;
  for (const { question, answer } of SAMPLE_QUESTIONS) {
    await demo.ask(question);
    const shown = await demo.answers.evaluateAll((all) =>
      all.map((each) => each.getAttribute('data-answer')),
    );
    if (shown.slice(0, 3).includes(answer)) right++;
  }
  // None shares a word with its answer, so words alone would find none.
  expect(right).toBeGreaterThanOrEqual(5);
  expect(asked.filter((path) => path.includes('/models/'))).toEqual([]);
  await expectAccessible(page);

  await demo.addSample();
  await demo.indexed(300);
  await expect(page.locator('[data-timing="embed"]')).toBeVisible();
  await expect(page.getByText(/^From 300 sample passages, without a model/u)).toHaveCount(0);
});

test('filters narrow the answers by mouse and keyboard, and are in the address', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.open();
  await choose(page, [
    file('bread.txt', BREAD),
    file('sky.md', `# Eclipse\n\n${SKY}`),
    file('moon.html', `<!doctype html><html lang="de"><h1>Mond</h1><p>${GERMAN}</p></html>`),
    file(
      'records.jsonl',
      [
        { title: 'Trees', text: TREE, topic: 'garden' },
        { title: 'Sun', text: 'The Sun is a star, and has no shadow.', topic: 'sky' },
        { title: 'Stars', text: 'Stars twinkle as the air over the ground moves.', topic: 'sky' },
      ]
        .map((record) => JSON.stringify(record))
        .join('\n'),
    ),
  ]);
  await demo.indexed(6);
  await demo.ask('Whose shadow races over the ground?');
  await expect(sources(page).first()).toHaveText('sky.md › Eclipse');
  const count = await demo.answers.count();

  await choice(page, 'kind', 'html').click();
  await expect(sources(page)).toHaveText(['moon.html › Mond']);
  await expect(page).toHaveURL(/#\/search\?q=Whose\+shadow.*&filter\.kind=html$/u);
  // Alternatives within one filter; the counts of its other values are as if it were not there.
  await choice(page, 'kind', 'markdown').click();
  await expect(demo.answers).toHaveCount(2);
  await choice(page, 'language', 'de').click();
  await expect(sources(page)).toHaveText(['moon.html › Mond']);
  await page.getByRole('button', { name: 'Why these?' }).click();
  await expect(page.locator('[data-answer] .why')).toContainText(
    'these filters was compared: HTML, Markdown, German.',
  );
  await expectAccessible(page);

  await page.goBack();
  await expect(demo.answers).toHaveCount(2);
  await expect(choice(page, 'language', 'de')).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('button', { name: 'Remove the filter Kind: HTML' }).click();
  await expect(page.getByRole('button', { name: 'Remove the filter Kind: Markdown' })).toBeFocused();
  await expect(sources(page)).toHaveText(['sky.md › Eclipse']);

  // A link opens the same search in another tab.
  const second = new DemoPage(await page.context().newPage());
  await second.page.goto(page.url());
  await expect(second.question).toHaveValue('Whose shadow races over the ground?');
  await expect(sources(second.page)).toHaveText(['sky.md › Eclipse'], { timeout: LONG });
  await second.page.getByRole('button', { name: 'Remove all filters' }).click();
  await expect(second.answers).toHaveCount(count);
  await expect(second.page).toHaveURL(/#\/search\?q=[^&]*$/u);

  // By keys alone.
  await second.question.focus();
  await second.tabTo(choice(second.page, 'topic', 'sky'));
  await second.page.keyboard.press('Space');
  await expect(second.answers).toHaveCount(2);
  // What would leave nothing keeps its place and does nothing; an address may still say it.
  await expect(choice(second.page, 'file', 'bread.txt')).toHaveAttribute('aria-disabled', 'true');
  await second.page.goto(`${second.page.url()}&filter.file=bread.txt`);
  await expect(second.page.getByText('Nothing fits your question and these filters.')).toBeVisible();
  await second.page.locator('.nothing-fits').getByRole('button').click();
  await expect(second.answers).toHaveCount(count);
  await expect(second.question).toBeFocused();
});

test('a typed text finds pictures, which a reload and a killed tab leave here', async ({
  demo,
  page,
  context,
}) => {
  test.setTimeout(LONG * 2);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await choose(page, [
    ...(await Promise.all(
      ['pizza', 'sailboat', 'guitar', 'dog-face', 'hammer'].map((name) => pictureFile(name)),
    )),
    // Under a name that says nothing.
    await pictureFile('sunflower', 'img-1.png'),
    { name: 'torn.png', mimeType: 'image/png', buffer: Buffer.from('\x89PNG\r\n torn', 'latin1') },
    await pictureFile('pizza', 'again.png'),
  ]);
  const state = page.getByTestId('pictures-state');
  await expect(state).toHaveText('6 pictures indexed.', { timeout: LONG });
  await expect(demo.problems.getByRole('listitem')).toHaveText([
    /^torn\.png .*damaged/u,
    'again.png is here already, as pizza.png.',
  ]);
  const first = (of: Page) => of.locator('[data-picture]').first();
  const found = (question: string, name: string, of = page) =>
    expect(async () => {
      await expect(of.locator('.found-pictures')).toHaveAttribute('data-question', question);
      await expect(first(of)).toHaveAttribute('data-picture', name);
    }).toPass({ timeout: LONG });
  await demo.ask('a yellow flower');
  await found('a yellow flower', 'img-1.png');
  await expect(
    page.getByText('Ranked by themselves: scores of two models cannot be compared.'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Why these pictures?' }).click();
  await expect(page.locator('.found-pictures .why').first()).toContainText('Found by what it shows alone');
  // Its thumbnail is really decoded.
  expect(
    await first(page)
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.naturalWidth),
  ).toBeGreaterThan(0);
  await expectAccessible(page);

  // Larger, by keys, and back where it was.
  await first(page).focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog', { name: 'img-1.png' });
  await expect(viewer.getByRole('img', { name: 'img-1.png' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog')).toContainText('2 of ');
  await page.keyboard.press('Escape');
  await expect(first(page)).toBeFocused();

  await choice(page, 'kind', 'picture').click();
  await expect(demo.answers).toHaveCount(0);
  await choice(page, 'kind', 'picture').click();
  await page.getByRole('button', { name: 'Remove hammer.png' }).click();
  await expect(state).toHaveText('5 pictures indexed.');
  await page.getByRole('button', { name: 'Undo the removal of hammer.png' }).click();
  await expect(state).toHaveText('6 pictures indexed.', { timeout: LONG });

  await page.reload();
  await expect(state).toHaveText('6 pictures indexed.', { timeout: LONG });
  await found('a yellow flower', 'img-1.png');

  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void devtools.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
  const second = new DemoPage(await context.newPage());
  await second.open();
  await expect(second.page.getByTestId('pictures-state')).toHaveText('6 pictures indexed.', {
    timeout: LONG,
  });
  await second.question.fill('something to make music with');
  await found('something to make music with', 'guitar.png', second.page);

  // The file of the collection carries both.
  const saved = second.page.waitForEvent('download');
  await second.page.getByRole('button', { name: 'Save as a file' }).click();
  const path = await (await saved).path();
  for (const name of ['Pasted text', 'img-1.png', 'pizza.png'])
    await second.page.getByRole('button', { name: `Remove ${name}` }).click();
  await expect(second.page.getByTestId('pictures-state')).toHaveText('4 pictures indexed.');
  await second.page.getByLabel('Exported index').setInputFiles(path);
  await expect(second.page.locator('.toast')).toHaveText(/^1 text and 2 pictures came with /u);
  await expect(second.page.getByTestId('pictures-state')).toHaveText('6 pictures indexed.');
  await second.indexed(3);
});

test('in Remote pictures are sent only when that is asked for', async ({ demo, page }) => {
  test.setTimeout(LONG);
  const server = await startDemoServer();
  try {
    await demo.open();
    await choose(page, [picture('pizza'), picture('guitar')]);
    await expect(page.getByTestId('pictures-state')).toHaveText('2 pictures indexed.', { timeout: LONG });
    let sent = 0;
    page.on('request', (request) => {
      sent += request.postDataBuffer()?.length ?? 0;
    });
    await demo.useRemote(server);
    const form = page.getByRole('form', { name: 'Remote settings' });
    await form.getByLabel('Model for pictures').fill('icon-clip');
    await page.keyboard.press('Tab');
    await expect(
      page.getByText(/2 of 2 pictures are not indexed with icon-clip at the server yet/u),
    ).toBeVisible();
    expect(sent).toBe(0);
    await page.locator('activity-panel[of="pictures"]').getByRole('button', { name: 'Index' }).click();
    await expect(page.getByTestId('pictures-state')).toHaveText('2 pictures indexed.', { timeout: LONG });
    await demo.question.fill('something to make music with');
    await expect(page.locator('[data-picture]').first()).toHaveAttribute('data-picture', 'guitar.png');
    await expect(page.locator('picture-answers [data-answered]')).toHaveAttribute('data-answered', 'remote');
    expect(sent).toBeGreaterThan(1000);
  } finally {
    await server.close();
  }
});
