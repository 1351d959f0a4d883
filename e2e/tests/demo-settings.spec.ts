/** The page Settings, and languages. */
import { expectAccessible, violations } from './axe.ts';
import { expect, LONG, SHORT_TEXT, test } from './demo-page.ts';

test('another language is there at once, stays, and nothing typed is lost', async ({ demo, page }) => {
  await demo.open();
  await demo.question.fill('half a question');
  // Answered by the sample's own index: what is said of that comes first.
  await expect(page.getByRole('status')).toContainText('passages found');
  await page.getByRole('contentinfo').getByLabel('Language').selectOption('Deutsch');
  await expect(page).toHaveTitle('Nearfield: Suche nach Bedeutung, im eigenen Browser');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('status')).toHaveText('Die Sprache ist jetzt Deutsch.');
  await expect(page.getByRole('radio', { name: 'Lokal' })).toBeChecked();
  await expect(page.getByRole('button', { name: 'Zu dunklen Farben wechseln' })).toBeVisible();
  await expect(page.locator('#question')).toHaveValue('half a question');

  await page.getByRole('link', { name: 'Einstellungen', exact: true }).click();
  await expect(page).toHaveTitle('Einstellungen · Nearfield');
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Einstellungen', level: 2 })).toBeVisible();
  // The field is the same one after the change, and keeps the focus.
  const field = page.locator('#settings-language');
  await field.focus();
  await field.selectOption('English');
  await expect(page.getByRole('heading', { name: 'Settings', level: 2 })).toBeVisible();
  await expect(field).toBeFocused();
  await expect(page).toHaveTitle('Settings · Nearfield');
});

test('what goes wrong is said in the language in use, also what is shown already', async ({ demo, page }) => {
  await demo.openPage('rerank');
  await page.getByRole('radio', { name: 'Remote' }).check();
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await demo.expectProblem('AUTH_MISSING_API_KEY', 'An API key is needed');
  await page.getByRole('contentinfo').getByLabel('Language').selectOption('Deutsch');
  await demo.expectProblem('AUTH_MISSING_API_KEY', 'Ein API-Schlüssel ist nötig');
  await expect(demo.problems).toContainText('beantwortet embeddings nur mit einem API-Schlüssel.');
});

test('who is asked, on which device and in which theme is set, and kept', async ({ demo, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await demo.openPage('settings', '');
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByLabel('Device', { exact: true }).selectOption('CPU');
  await expect(page.locator('#settings-device-hint')).toContainText('CPU is in use.');
  await page.getByLabel('Threads', { exact: true }).selectOption('1 thread');
  await expect(page.locator('device-badge summary')).toContainText('CPU · 1 thread');
  await page.getByLabel('Theme', { exact: true }).selectOption('Dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByLabel('Ask first').selectOption('whoever was faster');
  const form = page.getByRole('form', { name: 'Remote settings' });
  await form.getByLabel('API key').fill('secret-key');
  await form.getByLabel('Server address').fill('localhost:8091');
  await page.keyboard.press('Tab');
  await page.locator('#settings-mode-auto').click();
  await expect(page.getByRole('radio', { name: 'Auto' }).first()).toBeChecked();

  await page.reload();
  await expect(page.locator('device-badge summary')).toContainText('Auto · CPU · 1 thread');
  await expect(page.getByLabel('Device', { exact: true })).toHaveValue('wasm');
  await expect(page.getByLabel('Threads', { exact: true })).toHaveValue('1');
  await expect(page.getByLabel('Theme', { exact: true })).toHaveValue('dark');
  await expect(page.getByLabel('Ask first')).toHaveValue('fastest');
  await expect(form.getByLabel('Server address')).toHaveValue('http://localhost:8091');
  await expect(form.getByLabel('API key')).toHaveValue('');
  // The address of the page wins over what was kept.
  await page.goto('/?device=auto#/settings');
  await expect(page.getByLabel('Device', { exact: true })).toHaveValue('auto');
});

test('tokens are counted, and everything can be reset', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const embedded = page.locator('[data-method="embeddings"] [data-side="local"]');
  await expect(embedded).toHaveText(/^\s*\d+\s+\d+ calls?\s*$/u);
  const counted = await embedded.textContent();
  await page.getByRole('button', { name: 'Count from zero' }).click();
  await expect(page.getByTestId('usage-none')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(embedded).toHaveText(counted!);

  // The button that deletes is not the one that has the focus.
  await page.getByRole('button', { name: 'Delete all', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete all models?' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  expect(await violations(page), 'asking').toEqual([]);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Delete all', exact: true })).toBeFocused();
  await page.getByRole('button', { name: 'Delete all', exact: true }).click();
  await page.locator('[data-action="confirm"]').click();
  await expect(page.getByText('No model is kept in this browser.')).toBeVisible();
  await expect(page.locator('#storage-title')).toBeFocused();

  await page.getByRole('button', { name: 'Reset everything' }).click();
  await Promise.all([page.waitForEvent('load'), page.locator('[data-action="confirm"]').click()]);
  await expect(page.getByTestId('usage-none')).toBeVisible();
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Try the sample passages' })).toBeVisible();
  const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(names.filter((name) => name === 'nearfield-checks')).toEqual([]);
});
