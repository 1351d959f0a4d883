import { expect, test } from 'vitest';
import { Installation, type Surroundings } from './installation.ts';

class Prompt extends Event {
  prompted = 0;
  readonly userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;

  constructor(outcome: 'accepted' | 'dismissed') {
    super('beforeinstallprompt', { cancelable: true });
    this.userChoice = Promise.resolve({ outcome });
  }

  async prompt(): Promise<void> {
    this.prompted++;
  }
}

function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return { isInstalled: () => false, isByHand: () => false, storage, ...changes };
}

function start(around: Surroundings) {
  const events = new EventTarget();
  const installation = new Installation(around);
  installation.start(events);
  return { events, installation };
}

test('the browser’s offer is kept for a press, and used once', async () => {
  const { events, installation } = start(surroundings());
  expect(installation.state.offer).toBe('none');
  const prompt = new Prompt('accepted');
  events.dispatchEvent(prompt);
  expect(prompt.defaultPrevented).toBe(true);
  expect(prompt.prompted).toBe(0);
  expect(installation.state.offer).toBe('button');
  await installation.install();
  await installation.install();
  expect(prompt.prompted).toBe(1);
  expect(installation.state.offer).toBe('none');
});

test.each([
  ['in the page', (installation: Installation) => installation.dismiss()],
  ['in the browser’s own window', (installation: Installation) => installation.install()],
])('what is dismissed %s is not offered again, not at the next visit either', async (_, dismiss) => {
  const around = surroundings();
  const { events, installation } = start(around);
  events.dispatchEvent(new Prompt('dismissed'));
  await dismiss(installation);
  events.dispatchEvent(new Prompt('dismissed'));
  expect(installation.state.offer).toBe('none');
  const next = start(around);
  next.events.dispatchEvent(new Prompt('dismissed'));
  expect(next.installation.state.offer).toBe('none');
});

test('where only a menu installs, it is named, unless the app is installed', () => {
  expect(start(surroundings({ isByHand: () => true })).installation.state.offer).toBe('by-hand');
  const installed = surroundings({ isByHand: () => true, isInstalled: () => true });
  expect(start(installed).installation.state.offer).toBe('none');
});

test('installed by the browser’s own button, it is not offered any more', () => {
  const { events, installation } = start(surroundings());
  events.dispatchEvent(new Prompt('accepted'));
  events.dispatchEvent(new Event('appinstalled'));
  expect(installation.state.offer).toBe('none');
});

test('blocked storage costs the memory of the choice alone', () => {
  const storage = {
    getItem: (): never => {
      throw new DOMException('blocked', 'SecurityError');
    },
    setItem: (): never => {
      throw new DOMException('blocked', 'SecurityError');
    },
  };
  const { events, installation } = start(surroundings({ storage }));
  events.dispatchEvent(new Prompt('accepted'));
  expect(installation.state.offer).toBe('button');
  installation.dismiss();
  expect(installation.state.offer).toBe('none');
});
