import type { ModelUsage } from '@nearfield/core';
import { type Capabilities, type ErrorCode, FoundationError, type ModelInfo } from '@nearfield/spec';
import type { Mode, Preference, Side } from './answerer.ts';
import type { EngineSettings, RemoteSettings } from './connections.ts';
import type { Problem } from './problems.ts';

/** Something that happened, in a sentence. */
export interface Announcement {
  /** Counts up, so that the same sentence is noticed twice. */
  id: number;
  text: string;
}

/** What is known of the server of Remote by its last answer. */
export type Reach = 'unknown' | 'answered' | 'refused' | 'closed' | 'failed';

export interface AppState {
  /** Code of the language of the interface. */
  language: string;
  mode: Mode;
  remote: RemoteSettings;
  preference: Preference;
  engine: EngineSettings;
  capabilities: Partial<Record<Side, Capabilities>>;
  /** What this browser keeps of the models. */
  stored: readonly ModelUsage[];
  problems: readonly Problem[];
  /** The last sentence for screen readers. */
  announcement: Announcement;
  /** The sentence that is shown as well, for a while: what nothing else on the page says. */
  toast: Announcement | undefined;
  reach: Reach;
  /** Whether the server of Remote is known to answer only with a key. */
  wantsKey: boolean;
  /** The models that the server of Remote lists; undefined until it was asked. */
  serverModels: readonly ModelInfo[] | undefined;
}

/** What an error says of the server; undefined where it may not have come from there. */
export function reachOf(error: unknown): Reach | undefined {
  return FoundationError.isInstance(error) ? reachOfCode(error.code) : undefined;
}

export function reachOfCode(code: ErrorCode | string): Reach | undefined {
  if (code === 'CONNECTION_FAILED' || code === 'RESPONSE_INVALID') return 'failed';
  if (code === 'AUTHZ_HOST_NOT_ALLOWED' || code === 'AUTHZ_ORIGIN_NOT_ALLOWED') return 'closed';
  if (code.startsWith('AUTH')) return 'refused';
  return undefined;
}
