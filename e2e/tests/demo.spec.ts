/** The demo in Local mode: everything is computed in the page. */
import { SAMPLE_QUESTIONS } from '../../demo/src/corpus/questions.ts';
import { minimalPdf } from '../../packages/reader/test/minimal-pdf.ts';
import { DemoPage, expect, LONG, SHORT_TEXT, test } from './demo-page.ts';

test('answers ten questions that share no word with their answers', async ({ demo, page }) => {
  test.setTimeout(LONG * 2);
  await demo.open();
  await expect(page.getByRole('heading', { name: 'Search your own texts by meaning' })).toBeVisible();
  await demo.addSample();
  await demo.indexed(300);
  await expect(page.locator('[data-timing="indexing"]')).toHaveText(/^[\d,]+ tokens a second\.$/);

  const first: string[] = [];
  for (const { question, answer } of SAMPLE_QUESTIONS) {
    await demo.ask(question);
    if ((await demo.answers.first().getAttribute('data-answer')) === answer) first.push(question);
  }
  expect(first.length, `right first: ${first.join(' ')}`).toBeGreaterThanOrEqual(8);

  await expect(page.locator('[data-timing="embed"]')).toHaveText(/ms|s$/);
  await expect(page.locator('[data-timing="search"]')).toHaveText(/ms$/);
  await expect(demo.answers).toHaveCount(10);
  const scores = await demo.answers.locator('.score').allInnerTexts();
  const values = scores.map((score) => Number(/-?\d\.\d+/.exec(score)?.[0]));
  expect(values).toEqual(values.toSorted((a, b) => b - a));
});

test('highlights the best sentence of each passage', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('How quickly does the darkness travel across the land?');
  await expect(demo.answers.first().locator('mark')).toHaveText(
    "The Moon's shadow races over the ground faster than an aeroplane.",
  );
  await expect(page.locator('[data-timing="load"]')).toBeVisible();
});

test('says where it computes and why', async ({ demo, page }) => {
  await demo.open('?device=wasm');
  const badge = page.locator('device-badge');
  await expect(badge.locator('summary')).toContainText('CPU · ');
  await badge.locator('summary').click();
  await expect(badge.locator('.popover')).toContainText('Threads');
  await expect(badge.locator('.why').first()).not.toBeEmpty();
  await page.keyboard.press('Escape');
  await expect(badge.locator('.popover')).toBeHidden();
});

test('works without a network on the second visit', async ({ demo, page, context, consoleLog }) => {
  test.setTimeout(LONG);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await page.close();

  const second = new DemoPage(await context.newPage());
  const asked: string[] = [];
  const blocked: string[] = [];
  await second.page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    asked.push(url.pathname);
    // The app's own files are all that may be asked for.
    if (url.origin === new URL(second.page.url()).origin || url.pathname === '/') {
      if (!url.pathname.startsWith('/models/')) return route.continue();
    }
    blocked.push(url.href);
    return route.abort();
  });
  await second.open();
  // Texts and vectors are kept as well as the model.
  await second.indexed(3);
  await second.ask('How quickly does the darkness travel across the land?');
  expect(asked.length).toBeGreaterThan(0);
  expect(blocked).toEqual([]);

  // The browser asks for the page's icon again as the address takes the question. The service worker, which has it, is
  // blocked here; whatever else failed would leave no answer.
  consoleLog.expectFailedRequests();
  await context.setOffline(true);
  await second.ask('How do I bake with wild yeast?');
  await expect(second.answers.first()).toContainText('Sourdough needs a starter');
  await second.paste(
    'Otters hold hands while they sleep, so that the current does not part them from each other at night.',
  );
  await second.indexed(4);
  await second.ask('Which animals hold hands?');
  await expect(second.answers.first()).toContainText('Otters');
});

test('keeps texts and vectors: a killed tab loses nothing, and what was left is indexed then', async ({
  demo,
  page,
  context,
}) => {
  test.setTimeout(LONG * 2);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.addSample();
  await expect(page.getByText(/^Indexing (?!0 )[1-9]\d+ of 303 passages$/)).toBeVisible({ timeout: LONG });
  // Its process ends in the middle of the work.
  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void devtools.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();

  const second = new DemoPage(await context.newPage());
  await second.open();
  const names = second.page.locator('collection-panel .name');
  await expect(names).toHaveText(['Pasted text', 'Sample passages']);
  await expect(second.page.getByText(/of 303 passages are not indexed/)).toBeVisible();
  await second.ask('How do I bake with wild yeast?');
  await expect(second.answers.first()).toContainText('Sourdough needs a starter');
  await second.page.getByRole('button', { name: 'Continue' }).click();
  await second.indexed(303);

  // Another tab has them, too, and hears of what goes.
  const third = new DemoPage(await context.newPage());
  await third.open();
  await third.indexed(303);
  await third.page.getByRole('button', { name: 'Remove Sample passages' }).click();
  await expect(names).toHaveText(['Pasted text']);
  await second.indexed(3);
});

test('says why an answer was found, and carries the index away and back as a file', async ({
  demo,
  page,
}) => {
  test.setTimeout(LONG);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('a starter of wild yeast');
  await page.getByRole('button', { name: 'Why these?' }).click();
  await expect(demo.answers.first().locator('.why')).toHaveText(
    /^Meaning \d+ %, words \d+ %: .*starter.*yeast.*\.$/,
  );
  await expect(demo.answers.last().locator('.why')).toHaveText(/meaning/i);

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const file = await (await saved).path();
  await page.getByRole('button', { name: 'Remove Pasted text' }).click();
  await page.getByRole('button', { name: 'Clear the question' }).click();
  // Its vectors come along: nothing is embedded again, so that no model is needed.
  await page.getByRole('button', { name: 'Delete all-MiniLM-L6-v2 from this browser' }).click();
  await page.getByLabel('Exported index').setInputFiles(file);
  await demo.indexed(3);
  await expect(page.locator('.toast')).toHaveText(/^1 text came with /);
  await expect(page.getByText('No model is kept in this browser.')).toBeVisible();
});

test('stops indexing at once, and goes on afterwards', async ({ demo, page }) => {
  test.setTimeout(LONG * 2);
  await demo.open();
  // The model is loaded first, so that what is stopped is the work itself.
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.addSample();
  await expect(page.getByText(/^Indexing (?!0 )[1-9]\d+ of 303 passages$/)).toBeVisible({ timeout: LONG });
  const shownAfter = await page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const progress = (): string => /Indexing \d+ of \d+/.exec(document.body.textContent)?.[0] ?? '';
        const shown = new Set([progress()]);
        new MutationObserver((_, observer) => {
          if (document.querySelector('[data-state="indexing"]')) {
            shown.add(progress());
            return;
          }
          observer.disconnect();
          resolve([...shown]);
        }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
        document.querySelector<HTMLButtonElement>('[data-action="cancel"]')!.click();
      }),
  );
  // The next batch is not waited for.
  expect(shownAfter).toHaveLength(1);
  await expect(page.getByText(/passages are not indexed with all-MiniLM-L6-v2/)).toBeVisible();
  await expect(demo.problems).toHaveCount(0);

  await demo.ask('How do I bake with wild yeast?');
  await expect(demo.answers.first()).toContainText('Sourdough needs a starter');
  await page.getByRole('button', { name: 'Continue' }).click();
  await demo.indexed(303);
});

test('searches what is indexed while the rest is on its way', async ({ demo, page }) => {
  test.setTimeout(LONG * 2);
  await demo.open();
  // Looked at in the page: it may be done before it is asked about.
  const meanwhile = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        new MutationObserver((_, observer) => {
          const [first] = document.querySelectorAll('[data-answer]');
          if (!first?.textContent?.includes('Dolphins rest')) return;
          if (!document.querySelector('[data-action="cancel"]')) return;
          observer.disconnect();
          resolve();
        }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
      }),
  );
  await demo.addSample();
  await demo.question.fill('How do marine mammals sleep without drowning?');
  await meanwhile;
});

test('reads text and Markdown files, picked or dropped', async ({ demo, page }) => {
  await demo.open();
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([
      { name: 'bread.txt', mimeType: 'text/plain', buffer: Buffer.from(SHORT_TEXT.split('\n\n')[0]!) },
      {
        name: 'sky.md',
        mimeType: 'text/markdown',
        buffer: Buffer.from(`# Sky\n\n${SHORT_TEXT.split('\n\n')[1]}`),
      },
      { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0, 0]) },
    ]);
  await demo.indexed(2);
  await expect(demo.problems).toContainText('picture.png is no picture that this browser can read');
  // Beside the texts it is about, and on no other page.
  await expect(page.locator('collection-panel')).toContainText(
    'picture.png is no picture that this browser can read',
  );
  await page.getByRole('link', { name: 'Segment', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Segment', level: 2 })).toBeVisible();
  await expect(demo.problems).toHaveCount(0);
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await demo.problems.getByRole('button', { name: /Dismiss/ }).click();
  await expect(demo.problems).toHaveCount(0);

  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'trees.txt', { type: 'text/plain' }));
    return data;
  }, SHORT_TEXT.split('\n\n')[2]!);
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await demo.indexed(3);
  await demo.ask('When does the sky turn dark by day?');
  await expect(demo.answers.first().getByRole('heading')).toHaveText('sky.md › Sky');

  await page.getByRole('button', { name: 'Remove sky.md' }).click();
  await demo.indexed(2);
  await expect(demo.answers).toHaveCount(2);
});

test('reads a PDF, and says which one is damaged', async ({ demo, page }) => {
  await demo.open();
  const file = (name: string, content: string) => ({ name, mimeType: '', buffer: Buffer.from(content) });
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([
      file(
        'knots.pdf',
        minimalPdf('A knot holds by friction, not by glue, however hard the rope is pulled.'),
      ),
      file('torn.pdf', '%PDF-1.4\n1 0 obj'),
    ]);
  await demo.indexed(1);
  await expect(page.locator('collection-panel')).toContainText('torn.pdf is a PDF that cannot be read');
  await demo.ask('What keeps a rope from slipping?');
  await expect(demo.answers.first().getByRole('heading')).toHaveText('knots.pdf');
});

test('says when a question is too long, and what to do', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.question.fill('why '.repeat(600));
  await demo.expectProblem('INPUT_TOKEN_LIMIT_EXCEEDED', 'The text is too long for this model');
  await expect(demo.answers).toHaveCount(0);
  await demo.ask('Why?');
  await expect(demo.problems).toHaveCount(0);
  await expect(page.getByRole('button', { name: /Dismiss/ })).toHaveCount(0);
});

test('says when there is no text to add', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(' \n\n ');
  const field = page.getByRole('dialog').getByLabel('Text', { exact: true });
  await demo.expectGap(field, /^There is no text yet\./u);
  await field.fill('Otters hold hands while they sleep, so that the current does not part them.');
  await page.getByRole('button', { name: 'Add text' }).click();
  await demo.indexed(1);
});

test('takes no file that is empty, none that is no text, and the same text once', async ({ demo, page }) => {
  await demo.open();
  const [bread, sky] = SHORT_TEXT.split('\n\n');
  const file = (name: string, content: string) => ({ name, mimeType: '', buffer: Buffer.from(content) });
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([
      file('bread.txt', bread!),
      file('again.txt', bread!),
      file('empty.txt', ''),
      file('blank.md', '\n \n'),
      file('letter.rtf', '{\\rtf1 Hello'),
      file(
        'sky.html',
        `<!doctype html><title>Sky</title><style>p{}</style><h1>Eclipse</h1><p style="color:red">${sky}</p>`,
      ),
    ]);
  await demo.indexed(2);
  await expect(page.locator('collection-panel .documents li .name')).toHaveText(['bread.txt', 'sky.html']);
  await expect(demo.problems).toHaveCount(1);
  await expect(demo.problems.getByRole('listitem')).toHaveText([
    'empty.txt is empty.',
    'blank.md holds no text.',
    'letter.rtf is an RTF document, not a text file. Save it as text first.',
    'again.txt is here already, as bread.txt.',
  ]);
  await demo.ask('When does the sky turn dark by day?');
  await expect(demo.answers.first().getByRole('heading')).toHaveText('sky.html › Eclipse');
  // Gone with the next text that is added.
  await demo.paste(SHORT_TEXT.split('\n\n')[2]!);
  await demo.indexed(3);
  await expect(demo.problems).toHaveCount(0);
});

test('tables, code and line breaks of Markdown survive', async ({ demo }) => {
  await demo.open();
  await demo.paste(
    '# Parcels\n\n| Kind | Limit |\n|------|-------|\n| small parcels go anywhere in the country | 12 kg |\n| large | 40 kg |\n\n# Code\n\n```js\nfunction area(radius) {\n  // The area of a circle, rounded to whole numbers.\n  return Math.round(3.14 * radius * radius);\n}\n```',
  );
  await demo.indexed(2);
  await demo.ask('How heavy may a package be?');
  const [table, code] = await demo.answers.locator('p').allInnerTexts();
  expect(table).toBe('Kind | Limit\nsmall parcels go anywhere in the country | 12 kg\nlarge | 40 kg');
  expect(code!.split('\n').slice(0, 3)).toEqual([
    'function area(radius) {',
    '  // The area of a circle, rounded to whole numbers.',
    '  return Math.round(3.14 * radius * radius);',
  ]);
});

test('is laid out from the right where the text is', async ({ demo, page }) => {
  await demo.open();
  await demo.paste('الخبز طعام أساسي يُصنع من الدقيق والماء، ويُخبز في الفرن. وهو من أقدم الأطعمة في العالم.');
  await demo.indexed(1);
  await demo.ask('من أي شيء يُصنع الخبز؟');
  const direction = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).direction);
  expect(await direction('[data-answer] > p')).toBe('rtl');
  expect(await direction('#question')).toBe('rtl');
  await page.getByRole('button', { name: 'Clear the question' }).click();
  await demo.question.fill('What is bread made of?');
  expect(await direction('#question')).toBe('ltr');
});

test('nothing is left of the answers when all texts are removed', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('How do I bake with wild yeast?');
  await page.getByRole('button', { name: 'Remove Pasted text' }).click();
  await expect(page.getByRole('heading', { name: 'Search your own texts by meaning' })).toBeVisible();
  await expect(page.getByText('Nearest passages')).toBeHidden();
  await expect(page.getByText('compared in')).toBeHidden();
});

test('what happened is shown, not told to screen readers only', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await page.getByRole('button', { name: 'Keep on this device' }).click();
  const toast = page.locator('.toast');
  await expect(toast).toHaveText(/^The browser (?:will keep|did not agree to keep) the models\./u);
  await expect(page.getByRole('status')).toHaveText((await toast.textContent())!.trim());
  await page.getByRole('button', { name: 'Delete all-MiniLM-L6-v2 from this browser' }).click();
  await expect(toast).toHaveText('all-MiniLM-L6-v2 is deleted.');
  await expect(page.getByRole('heading', { name: 'Storage' })).toBeFocused();
});

test('little moves while a visitor watches', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) shifts.push(entry.value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await demo.open();
  await demo.addSample();
  await demo.indexed(300);
  const shifted = () =>
    page.evaluate(() =>
      (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, each) => sum + each, 0),
    );
  const before = await shifted();
  // Each answer is awaited, so that its layout has no input to excuse it.
  for (const { question } of SAMPLE_QUESTIONS.slice(0, 3)) {
    await demo.ask(question);
    const height = () =>
      demo.answers.evaluateAll((items) => items.map((item) => item.querySelector('p')!.offsetHeight));
    const unmarked = await height();
    await expect(demo.answers.first().locator('mark')).toBeVisible();
    // Marking a sentence wraps no line anew.
    expect(await height()).toEqual(unmarked);
  }
  expect((await shifted()) - before).toBeLessThan(0.05);
});

test('the focus goes to the question when the sample’s button is gone, and progress is told', async ({
  demo,
  page,
}) => {
  test.setTimeout(LONG);
  await demo.open();
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    const status = document.querySelector('[role="status"]')!;
    new MutationObserver(() => {
      const text = status.textContent?.trim() ?? '';
      if (heard.at(-1) !== text) heard.push(text);
    }).observe(status, { childList: true, characterData: true, subtree: true });
  });
  await demo.tabTo(page.getByRole('button', { name: 'Try the sample passages' }));
  await page.keyboard.press('Enter');
  await expect(demo.question).toBeFocused();
  await demo.indexed(300);
  await expect(page.getByRole('status')).toHaveText('300 passages indexed.');
  expect(await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)).toEqual([
    '25 % indexed.',
    '50 % indexed.',
    '75 % indexed.',
    '300 passages indexed.',
  ]);
});

test('two tabs show the same storage', async ({ demo, page, context }) => {
  await demo.open();
  const second = new DemoPage(await context.newPage());
  await second.open();
  await expect(second.page.getByText('No model is kept in this browser.')).toBeVisible();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  const kept = second.page.locator('storage-panel .name');
  await expect(kept).toHaveText('all-MiniLM-L6-v2');
  await page.getByRole('button', { name: 'Delete all-MiniLM-L6-v2 from this browser' }).click();
  await expect(second.page.getByText('No model is kept in this browser.')).toBeVisible();
});

test('says when the model cannot be downloaded, and tries again', async ({ demo, page, consoleLog }) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  await page.route('**/models/**', (route) => route.abort());
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.expectProblem('DOWNLOAD_FAILED', 'The model could not be downloaded');
  await page.unroute('**/models/**');
  await page.getByRole('button', { name: 'Index' }).click();
  await demo.indexed(3);
  await expect(demo.problems).toHaveCount(0);
});

test('shows what is stored and deletes it', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await expect(page.getByTestId('storage-state')).toContainText(/2\d\.\d MB of models/);
  await page.getByRole('button', { name: 'Delete all-MiniLM-L6-v2 from this browser' }).click();
  await expect(page.getByText('No model is kept in this browser.')).toBeVisible();
  const kept = await page.evaluate(async () => {
    // The visitor's texts stay: they have a button of their own.
    const names = (await indexedDB.databases())
      .map(({ name }) => name!)
      .filter((name) => !name.startsWith('nearfield-live'));
    let bytes = 0;
    for (const name of names) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const values = await new Promise<unknown[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        for (const value of values) {
          if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) bytes += value.byteLength;
          else if (value instanceof Blob) bytes += value.size;
        }
      }
      database.close();
    }
    return bytes;
  });
  expect(kept).toBe(0);
});

test('remembers the theme', async ({ demo, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await demo.open();
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  /** Colours that a browser gives its own frame in a light system and in a dark one. */
  const frame = () =>
    page.locator('meta[name="theme-color"]').evaluateAll((all) =>
      all.map((meta) => {
        const probe = document.createElement('i');
        probe.style.color = (meta as HTMLMetaElement).content;
        document.body.append(probe);
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
      }),
    );
  const bySystem = await frame();
  expect(bySystem[0]).toBe(light);
  await page.getByRole('button', { name: 'Use the dark theme' }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  expect(bySystem).toEqual([light, dark]);
  expect(await frame()).toEqual([dark, dark]);
  await page.reload();
  await expect(demo.question).toBeVisible();
  expect(await background()).toBe(dark);
  expect(await frame()).toEqual([dark, dark]);
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  expect(await background()).toBe(light);
  expect(await frame()).toEqual(bySystem);
});
