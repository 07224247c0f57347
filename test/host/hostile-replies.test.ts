import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Change, ProbeResult, XdrLag } from '../../core/observation.ts';
import { aMalice, startHostile } from './hostile-node.ts';
import type { HostileNode, Malice } from './hostile-node.ts';
import { namespace, statistics } from './info-server.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { probe } from './ask.ts';
import { startActor } from './start-actor.ts';
import { folder, longestMs, resultOf, run } from './talk-runner.ts';
import type { Ended } from './talk-runner.ts';
import { bodiesIn, unfounded } from './view-oracle.ts';

/** Another seed finds other replies: AEROFAULT_SEED=7 npx vitest run test/host/hostile-replies */
const seed = Number(process.env['AEROFAULT_SEED'] ?? 20_261_121);
process.stdout.write(`hostile replies: seed ${seed}\n`);

/** What a real node of 8.1 said, and the small figures of the tests. */
const recorded = readFileSync(new URL('../recorded/healthy.n1.txt', import.meta.url), 'latin1');
const real = new Map(
  recorded.split('\n').flatMap((line) => {
    const [question = '', ...rest] = line.split('\t');
    return rest.length > 0 ? [[question, rest.join('\t')] as const] : [];
  }),
);
const small: Readonly<Record<string, string>> = {
  statistics: statistics(),
  node: 'A1',
  build: '8.1.2.0',
  namespaces: 'test',
  'namespace/test': namespace({
    unavailable_partitions: '7',
    dead_partitions: '2',
    'strong-consistency': 'true',
  }),
  'roster:namespace=test': 'roster=A1,A2:pending_roster=A2,A1:observed_nodes=A2,A1',
  'get-config:context=xdr': 'dcs=near,far;src-id=0',
  'get-stats:context=xdr;dc=near': 'lag=2;in_queue=0',
  'get-stats:context=xdr;dc=far': 'lag=40;in_queue=0',
  'get-config:context=xdr;dc=near': 'namespaces=test,bar;period-ms=100',
};
const answerTo = (isReal: boolean) => (question: string) =>
  (isReal ? real.get(question) : undefined) ??
  small[question] ??
  (question.startsWith('cluster-stable') ? '33B6753569CE' : 'ERROR:4:unrecognized command');

interface Case {
  readonly malices: readonly Malice[];
  readonly isReal: boolean;
}

const aCase: fc.Arbitrary<Case> = fc.record({
  // The first replies are often right, so that the later ones are reached.
  malices: fc
    .tuple(fc.nat(2), fc.array(aMalice, { minLength: 1, maxLength: 2 }))
    .map(([good, bad]) => [
      ...Array.from({ length: good }, () => ({ kind: 'none' }) as const),
      ...bad,
    ]),
  isReal: fc.boolean(),
});

/** Plays cases, eight at once, against a node of its own each; gives what was wrong with each. */
async function playAll(
  count: number,
  words: (port: number) => readonly string[],
  wrong: (ended: Ended, node: HostileNode) => string[],
): Promise<string[]> {
  const cases = fc.sample(aCase, { seed, numRuns: count });
  const found: string[] = [];
  const players = Array.from({ length: 8 }, async () => {
    for (let one = cases.pop(); one !== undefined; one = cases.pop()) {
      const node = await startHostile(one.malices, answerTo(one.isReal));
      try {
        const ended = await run(words(node.port), '2');
        const all = [...wrongAnyhow(ended), ...attempt(() => wrong(ended, node))];
        for (const what of all) found.push(`${what}: ${ended.said} ${fc.stringify(one)}`);
      } finally {
        node.end();
      }
    }
  });
  await Promise.all(players);
  return found;
}

function wrongAnyhow(ended: Ended): string[] {
  return [
    ...(ended.ms > longestMs ? [`took ${Math.round(ended.ms)} ms`] : []),
    ...(ended.left ? ['left a process'] : []),
    ...(ended.said.length > 1_500 ? ['is too long'] : []),
    ...(/^[ -~]*$/.test(ended.said) ? [] : ['holds what no line may']),
    ...attempt(() => (ProbeResult.safeParse(resultOf(ended)).success ? [] : ['is no result'])),
  ];
}

function attempt(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    return [`breaks the line (${String(error).slice(0, 80)})`];
  }
}

const heard = (node: HostileNode): Buffer => Buffer.concat(node.sent[0] ?? []);

describe('whatever a node replies', () => {
  test('a view is silent in time, or says what was said', async () => {
    let ok = 0;
    const found = await playAll(
      160,
      (port) => ['view', '127.0.0.1', String(port), '3', '/dev/null'],
      (ended, node) => {
        const result = resultOf(ended);
        if (result['answer'] !== 'ok') return [];
        ok += 1;
        return unfounded(result, heard(node)).map((name) => `says ok without ${name}`);
      },
    );
    expect(found).toEqual([]);
    expect(ok).toBeGreaterThan(10);
  });

  test('lags are silent in time, or every destination of the node', async () => {
    let ok = 0;
    const found = await playAll(
      80,
      (port) => ['lag', '127.0.0.1', String(port), '/dev/null'],
      (ended, node) => {
        const result = resultOf(ended);
        if (result['answer'] !== 'ok') return [];
        ok += 1;
        const bodies = bodiesIn(heard(node));
        const lags = z.array(XdrLag).parse(result['lags']);
        const config = /^get-config:context=xdr\t(.*)$/m.exec(bodies[1] ?? '')?.[1];
        const named = /dcs=([A-Za-z0-9._,-]*)(;|$)/.exec(config ?? '')?.[1]?.split(',') ?? [];
        return [
          ...(config === undefined ? ['says ok without destinations'] : []),
          ...lags
            .filter(
              ([dc, ...counted]) =>
                !(bodies[2] ?? '').includes(`dc=${dc}\t`) ||
                counted.some((count) => count !== null && !bodies[2]!.includes(String(count))),
            )
            .map(([dc]) => `makes up the lag of ${dc}`),
          ...named
            .filter((dc) => dc !== '' && dc.length <= 40 && lags.every(([name]) => name !== dc))
            .map((dc) => `leaves out ${dc}`),
        ];
      },
    );
    expect(found).toEqual([]);
    expect(ok).toBeGreaterThan(3);
  });

  test('what is shipped is silent in time, or as it was said', async () => {
    const found = await playAll(
      60,
      (port) => ['xdr', '127.0.0.1', String(port), 'near', '/dev/null'],
      (ended, node) => {
        const result = resultOf(ended);
        if (result['answer'] !== 'ok') return [];
        const [body = ''] = bodiesIn(heard(node));
        const names = z.array(z.string()).parse(result['namespaces']);
        return names.filter((name) => !body.includes(name)).map((name) => `makes up ${name}`);
      },
    );
    expect(found).toEqual([]);
  });

  test('a recorder ends in time and notes only what was said, or that nothing was', async () => {
    const cases = fc.sample(aCase, { seed, numRuns: 40 });
    const found: string[] = [];
    const players = Array.from({ length: 8 }, async (_, player) => {
      for (let one = cases.pop(); one !== undefined; one = cases.pop()) {
        const node = await startHostile(one.malices, answerTo(one.isReal));
        const file = join(folder, `record-${player}`);
        writeFileSync(file, '');
        const until = String(Date.now() + 1_500);
        const ended = await run(['record', '127.0.0.1', String(node.port), until, file], '12');
        node.end();
        const bodies = node.sent.flatMap((pieces) => bodiesIn(Buffer.concat(pieces)));
        const lines = readFileSync(file, 'latin1').split('\n').filter(Boolean);
        const wrong = [
          ...(ended.ms > 1_500 + 1_000 + 5_000 ? [`took ${Math.round(ended.ms)} ms`] : []),
          ...(ended.left ? ['left a process'] : []),
          ...lines.flatMap((line) => attempt(() => madeUp(line, bodies))),
        ];
        for (const what of wrong) found.push(`${what}: ${lines.join(' ')} ${fc.stringify(one)}`);
      }
    });
    await Promise.all(players);
    expect(found).toEqual([]);
  });
});

function madeUp(line: string, bodies: readonly string[]): string[] {
  const [, size, key] = Change.parse(JSON.parse(line));
  if (size === null) return [];
  const isSaid = bodies.some(
    (body) =>
      new RegExp(`cluster_size=0*${size}\\b`).test(body) && body.includes(`cluster_key=${key}`),
  );
  return isSaid ? [] : ['notes what nobody said'];
}

describeOnKernel('probe.sh among hostile nodes', () => {
  const names = ['close', 'hang', 'huge', 'header', 'slow', 'endless', 'quotes'] as const;
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
    const node = await startActor(host, 'p1');
    await node.tell({ order: 'info', port: 3000 });
    for (const [index, malice] of names.entries()) {
      await node.tell({ order: 'hostile', port: 4000 + index, malice });
    }
  });
  afterAll(() => host.end());

  test('hears the good one whatever the others do, in its time, and leaves no process', async () => {
    const { ip4 } = peers.p1;
    const began = Date.now();
    const results = await probe(host, [
      `view/${ip4}/3000/3`,
      ...names.map((_, index) => `view/${ip4}/${4000 + index}/3`),
      ...names.map((_, index) => `lag/${ip4}/${4000 + index}`),
    ]);
    expect(Date.now() - began).toBeLessThan(longestMs);
    expect(results.map(({ answer }) => answer)).toEqual([
      'ok',
      ...names.map(() => 'silent'),
      ...names.map(() => 'silent'),
    ]);
    expect(await host.sh('ls /run/aerofault')).toBe('');
    expect(await host.sh('ps -eo args | grep -c "[t]alk.bash" || true')).toBe('0\n');
  });
});
