import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Webhook, WebhookStore } from '../webhooks.ts';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Keeps calls of webhooks in files, one each, for one server. After a restart all are due: whoever claimed them is gone.
 * @throws errors of the file system
 */
export class FileWebhooks implements WebhookStore {
  readonly #directory: string;
  /** Of this process: when each is due. Others are due at once. */
  readonly #due = new Map<string, number>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(webhook: Webhook): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const path = this.#pathOf(webhook.id);
    await writeFile(`${path}.tmp`, JSON.stringify(webhook), { flush: true });
    await rename(`${path}.tmp`, path);
    this.#due.set(webhook.id, webhook.due);
  }

  async claim(now: number, until: number): Promise<{ due: Webhook[]; kept: number }> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const ids = names.flatMap((name) =>
      name.endsWith('.json') ? [decodeURIComponent(name.slice(0, -5))] : [],
    );
    const due: Webhook[] = [];
    for (const id of ids) {
      if ((this.#due.get(id) ?? 0) > now) continue;
      const text = await readFile(this.#pathOf(id), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (text === undefined) continue;
      this.#due.set(id, until);
      due.push(JSON.parse(text) as Webhook);
    }
    return { due, kept: ids.length };
  }

  async delete(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true });
    this.#due.delete(id);
  }

  #pathOf(id: string): string {
    return join(this.#directory, `${encodeURIComponent(id)}.json`);
  }
}
