import { expect, test } from 'vitest';
import { VirtualTime } from './virtual-time.ts';

/** Not installed: this process keeps its own time. */
const startsAt = 1_800_000_000_000;

test('timers fire by their instants, those of one instant in the order of asking', async () => {
  const time = new VirtualTime(startsAt);
  const fired: string[] = [];
  time.after(2_000, () => fired.push(`second at ${time.now - startsAt}`));
  time.after(1_000, () => fired.push(`first at ${time.now - startsAt}`));
  time.after(2_000, () => fired.push(`third at ${time.now - startsAt}`));

  await time.until(() => fired.length === 3);

  expect(fired).toEqual(['first at 1000', 'second at 2000', 'third at 2000']);
});

test('what goes on without time goes on before the next timer fires', async () => {
  const time = new VirtualTime(startsAt);
  const fired: string[] = [];
  time.after(1_000, () => {
    void (async () => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      fired.push('all promises');
    })();
  });
  time.after(1_000, () => fired.push('next timer'));

  await time.until(() => fired.length === 2);

  expect(fired).toEqual(['all promises', 'next timer']);
});

test('a timer that is cancelled, by itself or by its number, never fires', async () => {
  const time = new VirtualTime(startsAt);
  const fired: string[] = [];
  time.cancel(time.after(1_000, () => fired.push('cancelled')));
  time.cancel(Number(time.after(1_000, () => fired.push('cancelled by number'))));
  time.after(2_000, () => fired.push('kept'));

  await time.until(() => fired.length > 0);

  expect(fired).toEqual(['kept']);
});

test('an interval fires again and again until it is cancelled', async () => {
  const time = new VirtualTime(startsAt);
  let count = 0;
  const interval = time.after(300, () => (count += 1), 300);
  await time.until(() => count === 3);
  time.cancel(interval);
  let isOver = false;
  time.after(10_000, () => (isOver = true));
  await time.until(() => isOver);

  expect(count).toBe(3);
});
