import type { CallOptions, DeviceReport } from '@nearfield/spec';
import type { EngineArguments, EngineMethod } from '../boundary/methods.ts';
import type { ResultOf } from './methods.ts';

/** How a foundation reaches its engine: through a worker in a page, directly in Node. */
export interface Backend {
  call<Method extends EngineMethod>(
    method: Method,
    argument: EngineArguments[Method],
    options: CallOptions,
  ): Promise<ResultOf<Method>>;
  /** Starts the engine if it is not running, and tells where it computes. */
  device(): Promise<DeviceReport>;
  /** Asks for lasting storage where only this realm can: workers may not ask. */
  persist?(): Promise<boolean>;
  /** What the page lacks and what is done instead. */
  restrictions?(): string[];
  close(): Promise<void>;
}
