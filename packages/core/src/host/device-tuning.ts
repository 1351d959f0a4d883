import { FoundationError } from '@nearfield/spec';
import type { Calibration } from '@nearfield/spec/implement';
import { closedError } from '../async/closed.ts';
import {
  calibrationKey,
  compareCalibrations,
  recallCalibration,
  rememberCalibration,
} from './calibrations.ts';
import { sendCall } from './call.ts';
import type { DeviceChoice } from './device-choice.ts';
import type { LiveWorker } from './live-worker.ts';

/** Idle time before an unmeasured device is measured, in milliseconds. */
const QUIET = 3000;

export interface DeviceTuningOptions {
  /** Number of wasm threads. Default: as many as the device has. */
  threads: number | undefined;
  start: (choice: DeviceChoice) => Promise<LiveWorker>;
  closing: AbortSignal;
}

/** Measurements of devices, used to choose between them and to size their batches. */
export class DeviceTuning {
  /** Measurements of WebGPU and wasm, if both were possible. */
  measured: Calibration[] | undefined;
  /** The reason why threads are not tried again. */
  threadsFailed: string | undefined;
  readonly #threads: number | undefined;
  readonly #start: DeviceTuningOptions['start'];
  readonly #closing: AbortSignal;
  #quietTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ threads, start, closing }: DeviceTuningOptions) {
    this.#threads = threads;
    this.#start = start;
    this.#closing = closing;
  }

  /** Key under which a device's calibration is stored. */
  keyOf({ flavour, adapter }: DeviceChoice): string {
    const threads = this.threadsFailed === undefined ? this.#threads : 1;
    return calibrationKey(`${flavour} ${adapter ?? ''}`, threads);
  }

  /** The faster of WebGPU and wasm on this device: from storage, or measured now in a worker of each. */
  async choose(choice: DeviceChoice): Promise<Pick<DeviceChoice, 'flavour' | 'reason'>> {
    try {
      const webgpu = await this.#calibrationOf(choice);
      const wasm = await this.#calibrationOf({ flavour: 'wasm', reason: 'to compare' });
      this.measured = [webgpu, wasm];
      return compareCalibrations(webgpu, wasm);
    } catch (error) {
      if (this.#closing.aborted) throw closedError();
      if (isThreadsFault(error) && this.threadsFailed === undefined) {
        this.threadsFailed = error.message;
        return this.choose(choice);
      }
      const why = error instanceof Error ? error.message : String(error);
      return { flavour: 'wasm', reason: `WebGPU could not be measured (${why})` };
    }
  }

  async #calibrationOf(choice: DeviceChoice): Promise<Calibration> {
    const key = this.keyOf(choice);
    const known = recallCalibration(key);
    if (known) return known;
    const live = await this.#start(choice);
    try {
      const measured = await this.#calibrate(live);
      rememberCalibration(key, measured);
      return measured;
    } finally {
      live.end();
    }
  }

  /**
   * Measures a device that was chosen without measuring, once, while no call is pending. Its batches have the best
   * size from the next start of its worker.
   */
  whenQuiet(live: LiveWorker | undefined, isQuiet: () => boolean): void {
    const key = live?.untuned;
    this.stop();
    if (!live?.hasModel || key === undefined) return;
    this.#quietTimer = setTimeout(async () => {
      // A hidden page is throttled, so the device would seem slow.
      const isHidden = globalThis.document?.visibilityState === 'hidden';
      if (!isQuiet() || isHidden) return;
      live.untuned = undefined;
      if (recallCalibration(key)) return;
      try {
        rememberCalibration(key, await this.#calibrate(live));
      } catch {
        // The worker ended. The device is measured another time.
      }
    }, QUIET);
  }

  /** Puts measuring off: a call has arrived. */
  stop(): void {
    clearTimeout(this.#quietTimer);
  }

  async #calibrate(live: LiveWorker): Promise<Calibration> {
    return (await sendCall(live, 'calibrate', undefined, {}, this.#closing)) as Calibration;
  }
}

/** Whether a runtime could not start its threads: a single thread needs none of the features that failed. */
export const isThreadsFault = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'RUNTIME_NOT_AVAILABLE' && error.param === 'threads';
