/** What the visitor set, kept in this browser for the next visit. The API key is none of it. */
import type { Mode, Preference } from './answerer.ts';
import type { EngineSettings } from './connections.ts';
import { type DeviceChoice, isDeviceChoice } from './parameters.ts';
import { readServerAddress } from './server-address.ts';

const KEY = 'nearfield-settings';

const MODES: readonly unknown[] = ['local', 'remote', 'auto'] satisfies Mode[];
const PREFERENCES: readonly unknown[] = ['local-first', 'fastest'] satisfies Preference[];

export interface KeptSettings {
  mode: Mode;
  preference: Preference;
  baseUrl: string;
  /** Whether that server answers only with a key. */
  wantsKey: boolean;
  device: DeviceChoice;
  /** Undefined: as many as suit the device. */
  threads: EngineSettings['threads'];
}

/** Where settings are kept: this browser's storage, if it is not blocked. */
type Place = Pick<Storage, 'getItem' | 'setItem'>;

function browserStorage(): Place | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** What is kept; anything that does not fit, such as from another version, is as if it were not there. */
export function keptSettings(place: Place | undefined = browserStorage()): Partial<KeptSettings> {
  let kept: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(place?.getItem(KEY) ?? '{}');
    kept = typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
  const { mode, preference, baseUrl, wantsKey, device, threads } = kept;
  return {
    ...(MODES.includes(mode) && { mode: mode as Mode }),
    ...(PREFERENCES.includes(preference) && { preference: preference as Preference }),
    ...(typeof baseUrl === 'string' &&
      readServerAddress(baseUrl).url === baseUrl && { baseUrl, wantsKey: wantsKey === true }),
    ...(isDeviceChoice(device) && { device }),
    ...(Number.isSafeInteger(threads) && (threads as number) > 0 && { threads: threads as number }),
  };
}

/** Keeps settings. Where storage is blocked, they hold for this visit. */
export function keepSettings(settings: KeptSettings, place: Place | undefined = browserStorage()): void {
  try {
    place?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is blocked or full.
  }
}
