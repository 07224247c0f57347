import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { answerTo } from './ask.ts';
import { filters, onStage } from './cut-stage.ts';
import type { Stage } from './cut-stage.ts';
import { describeOnKernel, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';

const { p1 } = peers;

const Counted = z.object({
  parts: z.tuple([z.object({ part: z.int(), seen: z.int(), hit: z.int() })]),
});

/** What the rules of run1 counted. */
const hits = async (host: Host) => Counted.parse(await answerTo(host, 'hits')).parts;

/** What became of so many connections to a port where nobody listens, one after the other. */
async function tally({ peer }: Stage, address: string, count: number): Promise<string[]> {
  const answers: string[] = [];
  for (let i = 0; i < count; i += 1) answers.push((await peer.dial(address, 3002)).answer);
  return answers;
}

const countOf = (answers: readonly string[], word: string) =>
  answers.filter((answer) => answer === word).length;

/** 30 % of 400 is 120; 99.9 % of all draws lie within 31 of that. */
const draws = 400;
const isLikely = (hit: number) => Math.abs(hit - 120) <= 31;

describe.each(filters)('by %s', (filter) => {
  describeOnKernel(
    'a share is stopped, and the rest goes through',
    () => {
      // One packet a connection comes in to the port, and the answer tells at once what became of it.
      const inbound = { Direction: 'inbound', Packets: 'host-unreachable', Filter: filter };

      test.each([{ per: 'packet' }, { per: 'connection' }])(
        '30 percent of $per by chance',
        ({ per }) =>
          onStage(async (stage) => {
            const { json } = await stage.cut({ ...inbound, Share: '30%', Per: per });
            expect(json).toMatchObject({ outcome: 'applied', rules4: 2, rules6: 2 });
            const answers = await tally(stage, p1.host4, draws);
            const hit = countOf(answers, 'EHOSTUNREACH');
            expect(hit + countOf(answers, 'refused')).toBe(draws);
            expect(isLikely(hit)).toBe(true);
            expect(await hits(stage.host)).toEqual([{ part: 0, seen: draws, hit }]);
          }),
      );

      test('30 % of connections over IPv6', () =>
        onStage(async (stage) => {
          await stage.cut({ ...inbound, Packets: 'tcp-reset', Share: '30%', Per: 'connection' });
          await tally(stage, p1.host6, draws);
          const [{ seen, hit }] = await hits(stage.host);
          expect(seen).toBe(draws);
          expect(isLikely(hit)).toBe(true);
        }));

      test('every third packet exactly', () =>
        onStage(async (stage) => {
          await stage.cut({ ...inbound, Share: '1/3' });
          const answers = await tally(stage, p1.host4, 90);
          const first = answers.indexOf('EHOSTUNREACH');
          expect(first).toBeLessThan(3);
          expect(answers).toEqual(
            answers.map((_, i) => (i % 3 === first ? 'EHOSTUNREACH' : 'refused')),
          );
        }));

      test('every third connection exactly, and those that stand go on', () =>
        onStage(async (stage) => {
          const link = await stage.peer.link(p1.host4, 3001);
          const thirds = { Packets: 'tcp-reset', Share: '1/3', Per: 'connection' };
          await stage.cut({ ...thirds, Direction: 'inbound', Filter: filter });
          const answers: string[] = [];
          for (let i = 0; i < 30; i += 1) {
            const { answer, link: dialled } = await stage.peer.dial(p1.host4, 3001);
            answers.push(answer === 'open' ? await stage.peer.ask(dialled) : answer);
          }
          const first = answers.indexOf('refused');
          expect(answers).toEqual(
            answers.map((_, i) => (i % 3 === first ? 'refused' : 'answered')),
          );
          expect(await stage.peer.ask(link)).toBe('answered');
        }));

      test('a connection that was chosen stays stopped however often it knocks', () =>
        onStage(async ({ host, peer, cut }) => {
          await cut({ Share: '50%', Per: 'connection', Filter: filter });
          const dials = await Promise.all(
            Array.from({ length: 40 }, () => peer.dial(p1.host4, 3001, 3_500)),
          );
          const open = dials.filter(({ answer }) => answer === 'open');
          expect(open.length).toBeGreaterThan(5);
          expect(open.length).toBeLessThan(35);
          // A second SYN is sent after a second, and more later.
          expect(Math.max(...open.map(({ ms }) => ms))).toBeLessThan(900);
          const [{ hit }] = await hits(host);
          expect(hit).toBeGreaterThanOrEqual((40 - open.length) * 3);
        }));

      test('every n-th connection is refused but for resets, since SYNs are sent again', () =>
        onStage(async ({ cut }) => {
          for (const Packets of ['drop', 'reject']) {
            const { code, json } = await cut({ Packets, Share: '1/3', Per: 'connection' });
            expect([code, json['outcome']]).toEqual([3, 'refused']);
            expect(json['reason']).toMatch(/SYNs are resent/);
          }
        }));
    },
    { concurrent: true },
  );
});
