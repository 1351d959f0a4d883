import { ADDRESS_TYPE } from './arrivals-store.ts';

/** Names of the fields in which other apps hand over what is shared; the manifest names them to the system. */
export const SHARE_FIELDS = { title: 'title', text: 'text', url: 'url', files: 'files' } as const;

/** Where other apps send what is shared, below the app's folder. */
export const SHARE_PATH = 'share';

/** What was shared, as files: an address and a text become files of their own. Files without content are left out. */
export function filesOf(shared: FormData): File[] {
  const field = (name: string): string => {
    const value = shared.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const files = shared
    .getAll(SHARE_FIELDS.files)
    .filter((value) => value instanceof File)
    .filter(({ size }) => size > 0);
  const title = field(SHARE_FIELDS.title);
  const text = field(SHARE_FIELDS.text);
  // Android hands over addresses as a text, with or without words around them.
  const address = [field(SHARE_FIELDS.url), text].find(isAddress);
  if (address !== undefined) files.push(new File([address], 'address.uri', { type: ADDRESS_TYPE }));
  if (text !== '' && text !== address) {
    files.push(new File([text], `${fileName(title || text)}.txt`, { type: 'text/plain' }));
  }
  return files;
}

const isAddress = (text: string): boolean => /^https?:\/\/\S+$/iu.test(text) && URL.canParse(text);

/** Longest name of a file that is made of a text. */
const NAME_LENGTH = 60;

/** The begin of a text as a name of a file. */
const fileName = (text: string): string =>
  text
    .replace(/[\s/\\]+/gu, ' ')
    .slice(0, NAME_LENGTH)
    .trim();
