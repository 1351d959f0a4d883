/** A picture on the page. */
export interface Picture {
  /** Unique in the page. */
  id: string;
  name: string;
  /** Where the page shows it from; undefined while it is read, and where it is no picture. */
  url: string | undefined;
  blob: () => Promise<Blob>;
  /** Why it is not classified, in a sentence. */
  refused?: string | undefined;
}
