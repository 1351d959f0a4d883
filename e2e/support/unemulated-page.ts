/**
 * A page that Playwright does not know of. Its own pages pretend to be visible and focused at all times, so that none
 * of them can be hidden, and the browser freezes only what is hidden.
 */
import type { Browser, CDPSession } from 'playwright';

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

export class UnemulatedPage {
  readonly #session: CDPSession;
  readonly #sessionId: string;
  readonly #targetId: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(session: CDPSession, targetId: string, sessionId: string) {
    this.#session = session;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    session.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
      if (from !== sessionId) return;
      const answer = JSON.parse(message) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async open(browser: Browser, url: string): Promise<UnemulatedPage> {
    const session = await browser.newBrowserCDPSession();
    const { targetId } = await session.send('Target.createTarget', { url });
    const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
    const page = new UnemulatedPage(session, targetId, sessionId);
    // While it navigates there is nothing to run in.
    for (;;) {
      const ready = await page.evaluate(() => location.href + document.readyState, null).catch(() => '');
      if (ready === `${url}complete`) return page;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a command of the DevTools protocol to the page. */
  async send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#count;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#session.send('Target.sendMessageToTarget', { sessionId: this.#sessionId, message });
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Runs a function in the page; what it takes and gives is JSON. */
  async evaluate<Argument, Result>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    // The page itself keeps the promise and its outcome: one that only DevTools waits for may be collected.
    const kept = `globalThis.outcome${++this.#count}`;
    await this.#value(`void (${kept} = Promise.resolve((${run})(${JSON.stringify(argument) ?? ''})).then(
      (value) => { ${kept} = { value }; },
      (error) => { ${kept} = { error: String(error?.stack ?? error) }; },
    ))`);
    for (;;) {
      const text = await this.#value(`${kept} instanceof Promise ? undefined : JSON.stringify(${kept})`);
      if (text === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const { value, error } = JSON.parse(text as string) as { value: Result; error?: string };
      if (error !== undefined) throw new Error(error);
      return value;
    }
  }

  /** The value of an expression, in a frozen page too. */
  async #value(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })) as { result: { value?: unknown }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'The page threw.');
    return result.value;
  }

  /** Whether an expression is true, in a frozen page too: promises do not settle there. */
  async isTrue(expression: string): Promise<boolean> {
    return (await this.#value(expression)) === true;
  }

  /** Suspends the page's tasks as the browser does with tabs in the background, or resumes them. */
  async setState(state: 'frozen' | 'active'): Promise<void> {
    await this.send('Page.setWebLifecycleState', { state });
  }

  async close(): Promise<void> {
    await this.#session.send('Target.closeTarget', { targetId: this.#targetId });
    await this.#session.detach();
  }
}
