import type { Place } from './options.ts';

/** Share of the newest time in the average. */
const NEWEST = 0.3;
/** Calls to a place before its times count. The first loads the model. */
const TRIALS = 2;
/** Inputs of a small call: of these, what a call costs in any case matters; of others, what each input costs. */
const SMALL = 8;

interface Times {
  calls: number;
  /** Milliseconds per call, of large ones per input. */
  average: number;
}

/** How long calls took, by kind, size and place. */
export class Speeds {
  readonly #times = new Map<string, Times>();

  note(place: Place, kind: string, inputs: number, milliseconds: number): void {
    const time = inputs > SMALL ? milliseconds / inputs : milliseconds;
    const key = keyOf(place, kind, inputs);
    const { calls, average } = this.#times.get(key) ?? { calls: 0, average: 0 };
    // The first one's time is that of loading.
    const next = calls < TRIALS ? time : average + (time - average) * NEWEST;
    this.#times.set(key, { calls: calls + 1, average: next });
  }

  /** Places from fast to slow. Those that were not tried enough come first. */
  order(places: readonly Place[], kind: string, inputs: number): Place[] {
    const timeOf = (place: Place): number => {
      const times = this.#times.get(keyOf(place, kind, inputs));
      return times && times.calls >= TRIALS ? times.average : -1;
    };
    return places.toSorted((a, b) => timeOf(a) - timeOf(b));
  }
}

const keyOf = (place: Place, kind: string, inputs: number): string =>
  `${place} ${inputs > SMALL ? 'large' : 'small'} ${kind}`;
