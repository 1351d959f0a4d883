/** One tab at a time changes a project. */

/** Who may change a project. */
export interface Ownership {
  /** Lets go of the project. */
  release(): void;
}

/**
 * Makes this tab the one that changes a project.
 * @param take takes it from another tab, which then only shows it
 * @param lost called when another tab takes it
 * @returns undefined while another tab has it. Without Web Locks (pages over plain http) every tab may change it.
 */
export async function own(
  id: string,
  { take = false, lost }: { take?: boolean; lost: () => void },
): Promise<Ownership | undefined> {
  if (!navigator.locks) return { release: () => undefined };
  let release: () => void = () => undefined;
  return new Promise((resolve) => {
    let owned = false;
    navigator.locks
      .request(
        `nearfield-teach/${id}`,
        take ? { steal: true } : { ifAvailable: true },
        (lock) =>
          new Promise<void>((done) => {
            if (!lock) {
              resolve(undefined);
              done();
              return;
            }
            owned = true;
            release = done;
            resolve({ release: () => release() });
          }),
      )
      // The promise of a lock that was stolen rejects.
      .catch(() => (owned ? lost() : resolve(undefined)));
  });
}
