import { type Arrivals, PATHS } from './arrivals.ts';
import { takeKept } from './arrivals-store.ts';

interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
}

interface Receiver {
  arrivals: Arrivals;
  /** The address of the app's folder. */
  scope: string;
  /** Goes to a page. */
  open(hash: string): void;
  /** A file that the system handed over cannot be read. */
  report(error: unknown): void;
}

/** Takes what was shared with the app before the page was there, and the files that the system opens with it. */
export async function receiveFiles({ arrivals, scope, open, report }: Receiver): Promise<void> {
  const receive = (files: readonly File[]): void => {
    const destination = arrivals.add(files);
    if (destination) open(`#/${PATHS[destination]}`);
  };
  const { launchQueue } = window as Window & { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    Promise.all(files.map((file) => file.getFile())).then(receive, report);
  });
  await takeKept(scope).then(receive, report);
}
