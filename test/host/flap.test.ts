import { describe, expect, test } from 'vitest';
import { filters, onStage, wholeSecond } from './cut-stage.ts';
import { describeOnKernel, peers, sleep } from './namespaces.ts';
import { standIn, standInForIptables } from './stand-in.ts';

const { p1 } = peers;

/** How far a busy machine may be from the instant, in milliseconds; alone it is within 5. */
const near = 150;

/** Each filter's own program, in another time zone than the script's. */
const inTokyo = {
  iptables: standInForIptables('export TZ=Asia/Tokyo'),
  nft: standIn('nft', 'export TZ=Asia/Tokyo; exec /run/real "$@"'),
};

/** That each change came at its instant. */
function expectAt(changes: readonly (readonly [number, string])[], instants: readonly number[]) {
  const words = instants.map((_, i) => (i % 2 === 0 ? 'refused' : 'open'));
  expect(changes.map(([, word]) => word)).toEqual(['open', ...words]);
  for (const [i, instant] of instants.entries()) {
    expect(Math.abs(changes[i + 1]![0] - instant)).toBeLessThan(near);
  }
}

describe.each(filters)('by %s', (filter) => {
  describeOnKernel(
    'the kernel keeps the time',
    () => {
      const reset = { Packets: 'tcp-reset', Filter: filter };

      test('a cut begins at InjectAt and ends at RestoreAt, though its rules came early', () =>
        onStage(async ({ host, peer, cut }) => {
          const injectAt = wholeSecond(6_000);
          const restoreAt = injectAt + 2_000;
          const times = { InjectAt: String(injectAt), RestoreAt: String(restoreAt) };
          const { json } = await cut({ ...reset, ...times });
          expect(Date.now()).toBeLessThan(injectAt);
          expect(json).toMatchObject({ outcome: 'applied', switch: 'kernel', appliedAt: injectAt });
          expectAt(await peer.watch(p1.host4, 3001, restoreAt + 1_000), [injectAt, restoreAt]);
          await sleep(500);
          const look = await host.script('restore', { RunId: 'run1', Action: 'look' });
          expect(look.json).toMatchObject({ outcome: 'clean', restoredBy: 'timer' });
        }));

      test('a flapping cut is seen on and off by real connections, on first, and ends in the middle of on', () =>
        onStage(async ({ peer, cut }) => {
          const injectAt = wholeSecond(6_000);
          const restoreAt = injectAt + 5_000;
          const times = { InjectAt: String(injectAt), RestoreAt: String(restoreAt), Flap: '2-2' };
          expect((await cut({ ...reset, ...times })).json).toMatchObject({ switch: 'kernel' });
          expectAt(
            await peer.watch(p1.host4, 3001, restoreAt + 1_000),
            [0, 2_000, 4_000, 5_000].map((ms) => injectAt + ms),
          );
        }));

      test('a connection that stands is silent while the cut is on, and answers while it is off', () =>
        onStage(async ({ peer, cut }) => {
          const link = await peer.link(p1.host4, 3001);
          const injectAt = wholeSecond(6_000);
          const times = { InjectAt: String(injectAt), RestoreAt: String(injectAt + 6_000) };
          await cut({ ...times, Flap: '1-2', Filter: filter });
          expect(await peer.ask(link, 300)).toBe('answered');
          await sleep(injectAt + 200 - Date.now());
          expect(await peer.ask(link, 400)).toBe('silent');
          await sleep(injectAt + 1_100 - Date.now());
          expect(await peer.ask(link, 1_500)).toBe('answered');
        }));

      test('rules whose timer was killed have no effect after RestoreAt', () =>
        onStage(async ({ host, peer, cut }) => {
          const restoreAt = wholeSecond(6_000);
          await cut({ ...reset, RestoreAt: String(restoreAt) });
          expect((await peer.dial(p1.host4, 3001)).answer).toBe('refused');
          await host.sh('read pid _ </run/aerofault/run1/0/timer.pid; kill -9 -$pid');
          await sleep(restoreAt + 30 - Date.now());
          expect((await peer.dial(p1.host4, 3001)).answer).toBe('open');
          const look = await host.script('restore', { RunId: 'run1', Action: 'look' });
          expect(look.json).toMatchObject({ outcome: 'present' });
        }));

      test('the time does not depend on the time zone of the host', () =>
        onStage(
          async ({ peer, cut }) => {
            expect((await cut(reset)).json).toMatchObject({ outcome: 'applied', switch: 'kernel' });
            expect((await peer.dial(p1.host4, 3001)).answer).toBe('refused');
          },
          { first: inTokyo[filter] },
        ));

      test('a command that comes late applies at once, and says when', () =>
        onStage(async ({ peer, cut }) => {
          const began = Date.now();
          const { json } = await cut({ ...reset, InjectAt: String(began - 30_500) });
          expect(json).toMatchObject({ outcome: 'applied', switch: 'kernel' });
          expect(json['appliedAt']).toBeGreaterThanOrEqual(began);
          expect((await peer.dial(p1.host4, 3001)).answer).toBe('refused');
        }));

      test('more than a hundred times on is refused, and so is flapping from within a second', () =>
        onStage(async ({ host, cut }) => {
          const many = { Flap: '1-1', RestoreAt: String(Date.now() + 220_000) };
          const within = { Flap: '1-1', InjectAt: String(wholeSecond(20_000) + 1) };
          for (const values of [many, within]) {
            const { code, json } = await cut({ ...values, Filter: filter });
            expect({ code, outcome: json['outcome'] }).toEqual({ code: 3, outcome: 'refused' });
          }
          expect(await host.sh('iptables-save; nft list tables')).not.toMatch(/aerofault/i);
        }));
    },
    { concurrent: true },
  );
});
