/** Milliseconds after which calls no longer wait for a database that does not open: some browsers never answer. */
const OPEN_TIMEOUT = 5000;

/** Storage in IndexedDB, and its replacements. */
export interface OpenOrMemory<Stored, Memory> {
  create(): Stored;
  /** Called if IndexedDB does not work: it is missing, or a setting or a sandboxed frame forbids it. */
  memory(why: string): Memory;
  /**
   * Called if it has not answered in time.
   * @param opened settles when it has opened, or cannot be
   */
  late(stored: Stored, opened: Promise<Stored>): Memory;
}

/**
 * IndexedDB if it works, otherwise memory.
 * @param patience milliseconds
 */
export async function openOrMemory<Stored extends { probe(): Promise<void> }, Memory>(
  { create, memory, late }: OpenOrMemory<Stored, Memory>,
  patience: number = OPEN_TIMEOUT,
): Promise<Stored | Memory> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    if (typeof indexedDB === 'undefined') throw new Error('this realm has no IndexedDB');
    const stored = create();
    const opened = stored.probe().then(() => stored);
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patience);
    });
    return (await Promise.race([opened, timeout])) ?? late(stored, opened);
  } catch (error) {
    return memory(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}
