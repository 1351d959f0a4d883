/** State of the device that a policy looks at. */
export interface Conditions {
  online: boolean;
  /** The reader asked for fewer downloads. */
  saveData: boolean;
  /** The battery is below a fifth and not charging. */
  lowBattery: boolean;
}

const LOW = 0.2;

interface Battery {
  charging: boolean;
  level: number;
}

interface KnowingNavigator {
  onLine?: boolean;
  connection?: { saveData?: boolean };
  getBattery?: () => Promise<Battery>;
}

/** What the browser says; of what it does not say, the best is assumed. */
export async function browserConditions(): Promise<Conditions> {
  const known = (globalThis as { navigator?: KnowingNavigator }).navigator ?? {};
  const battery = await known.getBattery?.().catch(() => undefined);
  return {
    online: known.onLine !== false,
    saveData: known.connection?.saveData === true,
    lowBattery: battery !== undefined && !battery.charging && battery.level < LOW,
  };
}
