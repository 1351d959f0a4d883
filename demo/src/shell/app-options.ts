import type { Preference } from './answerer.ts';
import type { Connections, EngineSettings } from './connections.ts';
import type { KeptSettings } from './settings.ts';
import type { Tabs } from './tabs.ts';
import type { Usage } from './usage.ts';

export interface AppOptions {
  connections: Connections;
  baseUrl: string;
  /** Whether that server is known to answer only with a key. Default: not. */
  wantsKey?: boolean | undefined;
  /** Default: the best device of this browser. */
  engine?: EngineSettings;
  /** Default `local-first`. */
  preference?: Preference | undefined;
  /** Keeps settings for the next visit. Default: they go with the page. */
  keep?: (settings: KeptSettings) => void;
  /** Counts tokens. Default: in this browser's storage. */
  usage?: Usage;
  /** Milliseconds that a toast is shown. Default 6000. */
  toastTime?: number;
  /** Default: this tab is alone. */
  tabs?: Tabs;
}
