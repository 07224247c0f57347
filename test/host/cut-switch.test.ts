import { describe, expect, test } from 'vitest';
import { answerTo } from './ask.ts';
import { cutParameters } from './cut-parameters.ts';
import { filters, onStage, wholeSecond } from './cut-stage.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import { standIn, standInForIptables } from './stand-in.ts';

const { p1, p2 } = peers;

/** Filters that know no time: iptables without its match, nft before 0.9.3. */
const timeless = {
  iptables: standInForIptables(
    'case $name in *-restore) text=$(cat); case $text in *datestart*) echo no time >\\&2; exit 2 ;; esac; printf "%s\\n" "$text" | /run/real "$name" "$@"; exit ;; esac',
  ),
  nft: standIn(
    'nft',
    'case $1 in -f) text=$(cat); case $text in *"meta time"*) echo no time >\\&2; exit 1 ;; esac; printf "%s\\n" "$text" | /run/real "$@" ;; *) exec /run/real "$@" ;; esac',
  ),
} as const;

/** One packet of a part. */
const met = (part: number) => ({ part, seen: 1, hit: 1 });

describe.each(filters)('by %s', (filter) => {
  describeOnKernel(
    'a cut',
    () => {
      test('is switched by the script where the filter cannot tell the time', () =>
        onStage(
          async ({ host, peer, cut }) => {
            const injectAt = wholeSecond(6_000);
            const { json } = await cut({ InjectAt: String(injectAt), Filter: filter });
            expect(json).toMatchObject({ outcome: 'applied', switch: 'script' });
            const late = Number(json['appliedAt']) - injectAt;
            expect(late).toBeGreaterThanOrEqual(0);
            expect(late).toBeLessThan(3_000);
            expect((await peer.dial(p1.host4, 3001)).answer).toBe('timed-out');
            expect(await host.sh('iptables-save; nft list ruleset')).not.toMatch(/date|meta time/);
          },
          { first: timeless[filter] },
        ));

      test('that flaps is refused there', () =>
        onStage(
          async ({ cut }) => {
            const { code, json } = await cut({ Flap: '1-1', Filter: filter });
            expect(code).toBe(3);
            expect(json['reason']).toMatch(/must match the time/);
          },
          { first: timeless[filter] },
        ));

      test('has parts that end each by itself, and a restore by command ends them all', () =>
        onStage(async ({ host, peer, cut }) => {
          const restoreAt = wholeSecond(15_000);
          const first = { Filter: filter, Ports: '3000', RestoreAt: String(restoreAt) };
          expect((await cut(first)).json).toMatchObject({ part: 0, outcome: 'applied' });
          const second = { Filter: filter, Ports: '3001', Part: '12' };
          expect((await cut(second)).json).toMatchObject({ part: 12, outcome: 'applied' });
          const dial = async () => [
            (await peer.dial(p1.host4, 3000)).answer,
            (await peer.dial(p1.host4, 3001)).answer,
          ];
          expect(await dial()).toEqual(['timed-out', 'timed-out']);
          expect(await answerTo(host, 'hits')).toMatchObject({ parts: [met(0), met(12)] });

          await new Promise((resolve) => setTimeout(resolve, restoreAt + 1_000 - Date.now()));
          expect(await dial()).toEqual(['open', 'timed-out']);
          expect(
            (await cut({ ...first, RestoreAt: String(restoreAt + 60_000) })).json,
          ).toMatchObject({ outcome: 'refused', reason: 'restored already' });
          expect((await cut(second)).json).toMatchObject({ outcome: 'refused' });
          const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
          expect(json).toMatchObject({ outcome: 'clean', left: 0, restoredBy: 'command' });
          expect(await dial()).toEqual(['open', 'open']);
          expect((await cut({ ...second, Part: '13' })).json['reason']).toBe('restored already');
        }));

      test('is refused while another run is in force on one of its peers, by whichever filter', () =>
        onStage(async ({ host, cut }) => {
          const theirs = { RunId: 'other', Filter: filter, Peers: `${p2.ip4},${p1.ip6}` };
          await cut(theirs);
          for (const Filter of filters) {
            const { code, json } = await cut({ Filter, Peers: 'fd00:9:1:0:0::2' });
            expect(code).toBe(3);
            expect(json['reason']).toMatch(/found run other here/);
          }
          const apart = await cut({ Filter: filter, Peers: p1.ip4 });
          expect(apart.json).toMatchObject({ outcome: 'applied' });
          await host.script('restore', { RunId: 'other', Action: 'undo' });
        }));

      test('is counted where nothing can be rehearsed', () =>
        onStage(
          async ({ peer, cut }) => {
            const { json } = await cut({ Filter: filter });
            expect(json).toMatchObject({ outcome: 'applied', switch: 'kernel', rules4: 2 });
            expect((await peer.dial(p1.host4, 3001)).answer).toBe('timed-out');
          },
          { first: standIn('unshare', 'exit 1') },
        ));

      test('of a thousand peers is made whole, and found again', async () => {
        const host = await makeHost();
        const many = Array.from({ length: 1_000 }, (_, i) =>
          i % 2 === 0 ? `10.200.${i >> 8}.${i & 255}` : `2001:db8::${i.toString(16)}`,
        );
        const parameters = cutParameters({ Peers: many.join(','), Filter: filter });
        const { json } = await host.script('cut', parameters);
        expect(json).toMatchObject({ outcome: 'applied', rules4: 1_000, rules6: 1_000 });
        expect((await host.script('cut', parameters)).json['outcome']).toBe('already');
        const other = { ...parameters, Peers: many.slice(1).join(',') };
        expect((await host.script('cut', other)).json['outcome']).toBe('refused');
        const { json: undone } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
        expect(undone).toMatchObject({ outcome: 'clean', left: 0 });
        host.end();
      });
    },
    { concurrent: true },
  );
});
