/** Pages as Markdown, and the passages of them that answer a question. */
import { SAMPLE_QUESTION } from '../../demo/src/read/sample.ts';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';

test('reads pasted HTML, runs none of it, and ranks its passages by a question', async ({
  demo,
  page,
  consoleLog,
}) => {
  consoleLog.expectBlockedHandlers();
  test.setTimeout(LONG);
  await demo.openPage('read');
  const read = page.getByRole('button', { name: 'Read', exact: true });
  await read.click();
  await expect(page.getByTestId('read-title')).toHaveText('Borrowing tools · Riverside Tool Library');
  await expect(page.getByTestId('read-description')).toContainText('How to borrow a drill');
  const content = page.locator('.read-content');
  await expect(content).toContainText('## If something breaks');
  await expect(content).toContainText(/\| Ladder +\| 14 +\| none +\|/u);
  await expect(content).not.toContainText(/cookies|A script has run/u);
  await expect(page).toHaveTitle('Read · Nearfield');

  const question = page.getByLabel('Ask this page');
  await expect(question).toHaveValue(SAMPLE_QUESTION);
  await question.press('Enter');
  await expect(page.getByTestId('read-passage').first()).toContainText('never more than the deposit', {
    timeout: LONG,
  });
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await demo.expectNoOverflow();
  await question.fill(' ');
  await question.press('Enter');
  await demo.expectGap(question, /^Type a question/u);
});

test('reads a file; shows markup in it as text', async ({ demo, page, consoleLog }) => {
  consoleLog.expectBlockedHandlers();
  await demo.openPage('read');
  await page.getByLabel('A file').check();
  const buffer = Buffer.from(
    '<title>Rope</title><main><h1>Rope</h1><p>Rope is <b onclick="x()">twisted</b> from &lt;img src=x onerror=alert(1)&gt; yarns, ' +
      'which are spun from fibres of hemp, manila or nylon and laid against each other.</p>' +
      '<p><a href="javascript:alert(1)">No</a> <a href="https://example.org/rope">More</a></p></main>',
  );
  await page
    .getByLabel('HTML or PDF file')
    .setInputFiles({ name: 'rope.html', mimeType: 'text/html', buffer });
  await expect(page.getByTestId('read-title')).toHaveText('Rope');
  await expect(page.locator('.read-content')).toContainText('<img src=x onerror=alert(1)>');
  await expect(page.locator('.read-content *')).toHaveCount(0);
  await page.getByText('1 link', { exact: true }).click();
  await expect(page.locator('.read-links a')).toHaveAttribute('href', 'https://example.org/rope');
});

/** One page with a line of text, as a program would write it by hand: readers find its objects by themselves. */
const PDF = `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R
  /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length 66 >> stream
BT /F1 12 Tf 40 120 Td (A knot holds by friction, not by glue.) Tj ET
endstream endobj
trailer << /Root 1 0 R >>
%%EOF`;

test('reads a PDF that is dropped on the page', async ({ demo, page }) => {
  await demo.openPage('read');
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'knots.pdf', { type: 'application/pdf' }));
    return data;
  }, PDF);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await expect(page.locator('read-page')).toHaveAttribute('data-dropping', '');
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await expect(page.locator('.read-content')).toContainText('A knot holds by friction, not by glue.');
  await expect(page.locator('read-page')).not.toHaveAttribute('data-dropping');
});

test('says what to do with a page that cannot be fetched, and with what is no address', async ({
  demo,
  page,
  consoleLog,
}) => {
  consoleLog.expectFailedRequests();
  await demo.openPage('read');
  await page.getByLabel('An address').check();
  const address = page.getByLabel('Address', { exact: true });
  await address.fill('somewhere');
  await address.press('Enter');
  await demo.expectGap(address, /^The address begins with/u);
  await address.fill('http://localhost:9/');
  await address.press('Enter');
  await demo.expectProblem('DOWNLOAD_FAILED', 'The page could not be loaded');
  await expect(demo.problems).toContainText('Auto with an API key');
});
