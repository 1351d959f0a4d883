/** What systems are told of the installed demo. */
import { SHARE_FIELDS, SHARE_PATH } from './shared-data.ts';

/** Files that the system opens with the app, by media type. */
const FILE_TYPES: Readonly<Record<string, string[]>> = {
  'text/plain': ['.txt'],
  'text/markdown': ['.md', '.markdown'],
  'text/html': ['.html', '.htm'],
  'text/csv': ['.csv'],
  'application/pdf': ['.pdf'],
  'image/png': ['.png'],
  'image/jpeg': ['.jpg', '.jpeg'],
  'image/webp': ['.webp'],
  'image/gif': ['.gif'],
  'image/svg+xml': ['.svg'],
};

const shortcut = (name: string, path: string) => ({
  name,
  url: `./#/${path}`,
  icons: [{ src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' }],
});

/** The manifest without its icons. Addresses are relative to its own: the app lies in any folder. */
export const WEB_MANIFEST = {
  name: 'Nearfield: search by meaning',
  short_name: 'Nearfield',
  description:
    'Searches, classifies and reads your own texts and pictures with models that run on this device.',
  lang: 'en',
  start_url: './',
  scope: './',
  display: 'standalone' as const,
  theme_color: '#f7f6f2',
  background_color: '#f7f6f2',
  categories: ['productivity', 'utilities'],
  shortcuts: [shortcut('Search', 'search'), shortcut('Teach', 'teach'), shortcut('Read', 'read')],
  share_target: {
    action: `./${SHARE_PATH}`,
    method: 'POST' as const,
    enctype: 'multipart/form-data' as const,
    params: {
      title: SHARE_FIELDS.title,
      text: SHARE_FIELDS.text,
      url: SHARE_FIELDS.url,
      files: [{ name: SHARE_FIELDS.files, accept: Object.entries(FILE_TYPES).flat(2) }],
    },
  },
  file_handlers: [{ action: './', accept: FILE_TYPES }],
};
