/** What systems are told of the installed demo: its manifest, and the icons that `npm run icons` draws. */
import { SHARE_FIELDS, SHARE_PATH } from './shared-data.ts';

interface AppIcon {
  /** Below the app's folder. */
  src: string;
  /** Width and height in pixels. */
  size: number;
  /** Whether the favicon fills it; otherwise it stands on a ground that systems may cut into any shape. */
  isWhole: boolean;
}

/** iOS takes the last one, and rounds its corners itself. */
const APPLE_ICON: AppIcon = { src: 'icons/apple-touch-icon.png', size: 180, isWhole: false };

const MANIFEST_ICONS: readonly AppIcon[] = [
  { src: 'icons/icon-192.png', size: 192, isWhole: true },
  { src: 'icons/icon-512.png', size: 512, isWhole: true },
  { src: 'icons/maskable-192.png', size: 192, isWhole: false },
  { src: 'icons/maskable-512.png', size: 512, isWhole: false },
];

/** Every icon that is drawn. */
export const APP_ICONS: readonly AppIcon[] = [...MANIFEST_ICONS, APPLE_ICON];

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

/** Addresses are relative to the manifest's: the app lies in any folder. */
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
  icons: MANIFEST_ICONS.map(({ src, size, isWhole }) => ({
    src,
    sizes: `${size}x${size}`,
    type: 'image/png',
    purpose: isWhole ? ('any' as const) : ('maskable' as const),
  })),
  shortcuts: [shortcut('Search', 'search'), shortcut('Teach', 'classify/examples'), shortcut('Read', 'read')],
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
