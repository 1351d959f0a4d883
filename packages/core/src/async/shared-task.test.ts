import { describe, expect, it } from 'vitest';
import { SharedTask } from './shared-task.ts';

/** A task that the test finishes by hand. */
function held() {
  let finish!: (value: string) => void;
  let emitEvent!: (event: number) => void;
  let workSignal!: AbortSignal;
  const task = new SharedTask<string, number>((signal, emit) => {
    workSignal = signal;
    emitEvent = emit;
    return new Promise((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  return { task, finish, emit: emitEvent, signal: workSignal };
}

describe('SharedTask', () => {
  it('goes on for the others when one caller aborts', async () => {
    const { task, finish, signal } = held();
    const controller = new AbortController();
    const leaver = task.join(controller.signal);
    const stayer = task.join();
    controller.abort();
    await expect(leaver).rejects.toMatchObject({ name: 'AbortError' });
    expect(signal.aborted).toBe(false);
    finish('done');
    expect(await stayer).toBe('done');
  });

  it('is aborted when the last caller leaves', async () => {
    const { task, signal } = held();
    const controller = new AbortController();
    const leaver = task.join(controller.signal);
    controller.abort();
    await expect(leaver).rejects.toMatchObject({ name: 'AbortError' });
    expect(signal.aborted).toBe(true);
    expect(task.abandoned).toBe(true);
  });

  it('is aborted for everyone who waits', async () => {
    const { task } = held();
    const waiting = [task.join(), task.join(new AbortController().signal)];
    expect(task.idle).toBe(false);
    task.abort(new Error('deleted'));
    for (const each of waiting) await expect(each).rejects.toThrow('deleted');
    expect(task.abandoned).toBe(true);
    expect(task.idle).toBe(true);
  });

  it('tells a late caller where the work stands', async () => {
    const { task, emit, finish } = held();
    const first: number[] = [];
    const second: number[] = [];
    const one = task.join(undefined, (event) => first.push(event));
    emit(1);
    emit(2);
    const two = task.join(undefined, (event) => second.push(event));
    emit(3);
    finish('done');
    await Promise.all([one, two]);
    expect(first).toEqual([1, 2, 3]);
    expect(second).toEqual([2, 3]);
  });

  it('gives a finished value to anyone, without signals mattering any more', async () => {
    const { task, finish } = held();
    finish('done');
    expect(await task.join()).toBe('done');
    expect(await task.join(new AbortController().signal)).toBe('done');
    expect(task.abandoned).toBe(false);
  });
});
