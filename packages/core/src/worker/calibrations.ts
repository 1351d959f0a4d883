import type { Calibration } from '@nearfield/spec';

const PREFIX = 'nearfield-calibration ';

/**
 * int8 files, which wasm runs, are about this much faster there than the float32 graph of a calibration
 * (measured on all-MiniLM-L6-v2, 8 × 128 tokens: 1.8).
 */
const WASM_INT8_ADVANTAGE = 1.8;

/** What a device is remembered by: an update of the browser may change its speed. */
export function calibrationKey(device: string, threads: number | undefined): string {
  const version = /(?:Chrome|Firefox|Version)\/\d+/.exec(navigator.userAgent)?.[0] ?? '';
  return `${PREFIX}${device} ${threads ?? navigator.hardwareConcurrency} ${version}`;
}

/** What was measured before, in this browser. Undefined where that is unknown or storage is blocked. */
export function recallCalibration(key: string): Calibration | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? 'null') as Calibration | null;
    return stored && stored.tokensPerSecond > 0 && stored.budgetTokens > 0 ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a calibration, where storage allows. */
export function rememberCalibration(key: string, calibration: Calibration): void {
  try {
    localStorage.setItem(key, JSON.stringify(calibration));
  } catch {
    // It is measured again next time.
  }
}

/** Which of two measured devices to take, in a sentence. */
export function compareCalibrations(
  webgpu: Calibration,
  wasm: Calibration,
): { flavour: 'webgpu' | 'wasm'; reason: string } {
  const flavour = webgpu.tokensPerSecond > wasm.tokensPerSecond * WASM_INT8_ADVANTAGE ? 'webgpu' : 'wasm';
  const rate = ({ tokensPerSecond }: Calibration): string => Math.round(tokensPerSecond).toLocaleString('en');
  return {
    flavour,
    reason: `Measured on this device: WebGPU ${rate(webgpu)} tokens/s, wasm ${rate(wasm)} (int8 models run about ${WASM_INT8_ADVANTAGE}× faster than that).`,
  };
}
