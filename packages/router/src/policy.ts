import type { Conditions } from './conditions.ts';
import type { Place, Policy, RoutedCall } from './options.ts';
import type { Speeds } from './speed.ts';

/** Inputs above which a call is worth saving the battery for. */
const LIGHT = 8;

/** Places in the order in which they are asked, and why. */
export interface Order {
  places: Place[];
  reason: string;
}

/** Places of the device. transformers.js has what the engine cannot read. */
const DEVICES: readonly Place[] = ['local', 'transformers', 'builtIn'];

const ORDERS: Readonly<Record<Exclude<Policy, 'fastest'>, readonly Place[]>> = {
  'local-only': DEVICES,
  'local-first': [...DEVICES, 'remote'],
  'remote-first': ['remote', ...DEVICES],
};

/** The order of a named policy under the conditions of the moment. */
export function orderOf(policy: Policy, call: RoutedCall, speeds: Speeds): Order {
  const available = (places: readonly Place[]): Place[] =>
    places.filter((place) => call.places.includes(place));
  const { online, saveData, lowBattery }: Conditions = call.conditions;
  if (policy === 'local-only')
    return { places: available(ORDERS[policy]), reason: 'The policy is local-only.' };
  const devices = available(DEVICES);
  if (!online && devices.length > 0) {
    // The server stays in the list: the browser may be wrong, or the server on this machine.
    return { places: available(ORDERS['local-first']), reason: 'The browser is offline.' };
  }
  const served = available(ORDERS['remote-first']);
  if (policy !== 'remote-first' && call.places.includes('remote')) {
    if (saveData && !devices.some((place) => call.isReady(place))) {
      return { places: served, reason: 'The reader saves data, and the model is not loaded here.' };
    }
    if (lowBattery && call.inputs > LIGHT) return { places: served, reason: 'The battery is low.' };
  }
  if (policy === 'fastest') {
    // As times are noted: what has no model, such as reading, is of its method's kind.
    const kind = `${call.method} ${call.model ?? call.method}`;
    return {
      places: speeds.order(available(ORDERS['local-first']), kind, call.inputs),
      reason: 'Fastest for calls of this kind so far, or not tried enough yet.',
    };
  }
  return { places: available(ORDERS[policy]), reason: `The policy is ${policy}.` };
}
