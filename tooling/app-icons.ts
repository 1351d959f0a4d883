/** The icons of the installed demo, which `npm run icons` draws. */

interface AppIcon {
  /** Below the app's folder. */
  src: string;
  /** Width and height in pixels. */
  size: number;
  /** Whether the favicon fills it; otherwise it stands on a ground that systems may cut into any shape. */
  isWhole: boolean;
}

const IN_MANIFEST: readonly AppIcon[] = [
  { src: 'icons/icon-192.png', size: 192, isWhole: true },
  { src: 'icons/icon-512.png', size: 512, isWhole: true },
  { src: 'icons/maskable-192.png', size: 192, isWhole: false },
  { src: 'icons/maskable-512.png', size: 512, isWhole: false },
];

/** Every icon that is drawn. iOS takes the last one, which the page names, and rounds its corners itself. */
export const APP_ICONS: readonly AppIcon[] = [
  ...IN_MANIFEST,
  { src: 'icons/apple-touch-icon.png', size: 180, isWhole: false },
];

/** The icons that the manifest names. */
export const MANIFEST_ICONS = IN_MANIFEST.map(({ src, size, isWhole }) => ({
  src,
  sizes: `${size}x${size}`,
  type: 'image/png',
  purpose: isWhole ? ('any' as const) : ('maskable' as const),
}));
