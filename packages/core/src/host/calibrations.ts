import type { Calibration } from '@nearfield/spec/implement';

const PREFIX = 'nearfield-calibration ';

/**
 * int8 files, which wasm runs, are about this much faster there than the float32 graph of a calibration
 * (measured on all-MiniLM-L6-v2, 8 × 128 tokens: 1.8).
 */
const WASM_INT8_ADVANTAGE = 1.8;

/** Key under which a device's calibration is stored. It names the browser: an update may change the speed. */
export function calibrationKey(device: string, threads: number | undefined): string {
  const version = /(?:Chrome|Firefox|Version)\/\d+/.exec(navigator.userAgent)?.[0] ?? '';
  return `${PREFIX}${device} ${threads ?? navigator.hardwareConcurrency} ${version}`;
}

/** The stored calibration of this browser. Undefined if none exists or storage is blocked. */
export function recallCalibration(key: string): Calibration | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? 'null') as Calibration | null;
    return stored && stored.tokensPerSecond > 0 && stored.budgetTokens > 0 ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a calibration, if storage allows. */
export function rememberCalibration(key: string, calibration: Calibration): void {
  try {
    localStorage.setItem(key, JSON.stringify(calibration));
  } catch {
    // It is measured again next time.
  }
}

/** The faster of two measured devices, and the reason as a sentence. */
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

/** Tokens of the query that calibrations measure. */
const MEASURED_TOKENS = 16;
/** Queries leave the GPU only for what is clearly faster: measured times scatter. */
const CLEARLY = 1.3;
/** Characters per token in English. */
const CHARACTERS = 4;
/** Most texts in a call that counts as a query. The estimate is too bold beyond four measured queries. */
export const QUERY_TEXTS = 4;

/**
 * The device that answers short calls sooner, given that WebGPU has the greater throughput. Times of a query of
 * 16 tokens are measured; each further token adds its time at full throughput, which slows wasm down first.
 * @returns characters of the longest call that is still clearly faster on wasm; 0 if none is.
 */
export function compareQueries(
  webgpu: Calibration,
  wasm: Calibration,
): { device: 'webgpu' | 'wasm'; characters: number; reason: string } {
  const gain = webgpu.queryMs - CLEARLY * wasm.queryMs;
  const loss = (1000 * CLEARLY) / wasm.tokensPerSecond - 1000 / webgpu.tokensPerSecond;
  const tokens = gain > 0 ? Math.min(MEASURED_TOKENS + gain / loss, QUERY_TEXTS * MEASURED_TOKENS) : 0;
  const characters = Math.floor(tokens * CHARACTERS);
  const times = `A query of ${MEASURED_TOKENS} tokens took ${webgpu.queryMs.toFixed(1)} ms on WebGPU and ${wasm.queryMs.toFixed(1)} ms on wasm`;
  return characters > 0
    ? {
        device: 'wasm',
        characters,
        reason: `${times}: interactive calls of up to ${QUERY_TEXTS} texts and ${characters} characters go to wasm, for small models whose dtype option is fp32.`,
      }
    : { device: 'webgpu', characters, reason: `${times}: they stay on WebGPU.` };
}
