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

/** Milliseconds without a call after which a device is measured that never was. */
const QUIET = 3000;

export interface DeviceTuningOptions {
  /** Threads of wasm. Default: as many as the device has. */
  threads: number | undefined;
  start: (choice: DeviceChoice) => Promise<LiveWorker>;
  closing: AbortSignal;
}

/** What devices are measured to do: to choose between them, and for batches of the size that is best for one. */
export class DeviceTuning {
  /** What WebGPU and wasm were measured to do, where both could be taken. */
  measured: Calibration[] | undefined;
  /** Why threads are not tried again. */
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

  /** What a calibration of a device is remembered by. */
  keyOf({ flavour, adapter }: DeviceChoice): string {
    const threads = this.threadsFailed === undefined ? this.#threads : 1;
    return calibrationKey(`${flavour} ${adapter ?? ''}`, threads);
  }

  /** Which of WebGPU and wasm is faster here: as remembered, or measured now in a worker of each. */
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
   * Measures a device that no choice had to be made for, once and when nothing is to be done: from its worker's next
   * start on, batches have the size that is best for it.
   */
  whenQuiet(live: LiveWorker | undefined, isQuiet: () => boolean): void {
    const key = live?.untuned;
    this.stop();
    if (!live?.hasModel || key === undefined) return;
    this.#quietTimer = setTimeout(async () => {
      // A hidden page is throttled, and would be taken for slow.
      const isHidden = globalThis.document?.visibilityState === 'hidden';
      if (!isQuiet() || isHidden) return;
      live.untuned = undefined;
      if (recallCalibration(key)) return;
      try {
        rememberCalibration(key, await this.#calibrate(live));
      } catch {
        // The worker ended. It is measured another time.
      }
    }, QUIET);
  }

  /** Measures nothing for now: there is something to be done. */
  stop(): void {
    clearTimeout(this.#quietTimer);
  }

  async #calibrate(live: LiveWorker): Promise<Calibration> {
    return (await sendCall(live, 'calibrate', undefined, {}, this.#closing)) as Calibration;
  }
}

/** Whether a runtime could not start its threads: one thread does without what failed. */
export const isThreadsFault = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && error.code === 'RUNTIME_NOT_AVAILABLE' && error.param === 'threads';
