import type { CallOptions, DeviceReport } from '@nearfield/spec';
import type { ArgumentOf, EngineMethod, ResultOf } from './methods.ts';

/** How a foundation reaches its engine: through a worker in a page, directly in Node. */
export interface Backend {
  call<Method extends EngineMethod>(
    method: Method,
    argument: ArgumentOf<Method>,
    options: CallOptions,
  ): Promise<ResultOf<Method>>;
  /** Starts the engine if it is not running, and tells where it computes. */
  device(): Promise<DeviceReport>;
  /** Asks for lasting storage where only this realm can: workers may not ask. */
  persist?(): Promise<boolean>;
  close(): Promise<void>;
}

/** Calls a method of the engine with a call's options, its timeout included. */
export type CallEngine = <Method extends EngineMethod>(
  method: Method,
  argument: ArgumentOf<Method>,
  options: CallOptions,
) => Promise<ResultOf<Method>>;
