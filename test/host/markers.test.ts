import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { MarkersReply, recordsIn } from '../../core/markers/reply.ts';
import { fakeAerospike } from './fake-aerospike.ts';
import { describeOnKernel, makeHost } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';

const folder = '/var/lib/aerofault/client';
const world = '/run/world.json';
const [small, large] = ['10.0.0.1/A1', '10.0.0.2/A2,10.0.0.3/A3'];

const World = z.looseObject({
  records: z.record(z.string(), z.looseObject({ side: z.int(), ttl: z.int() })),
});

const ask = (Action: string, changes: Readonly<Record<string, string>> = {}) => ({
  RunId: 'run1',
  Action,
  Until: String(Date.now() + 8_000),
  Namespace: 'test',
  Set: 'markers',
  Port: '3000',
  Sides: `${small};${large}`,
  ...changes,
});

describe('bits of a reply', () => {
  test('are records by their numbers', () => {
    expect([...recordsIn('03000000000000000000000a8')]).toEqual([4, 5, 93, 95, 99]);
  });
});

describeOnKernel('markers', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
  });
  afterAll(() => host.end());

  /** What the servers are like, for the fake client; what was written before is gone. */
  const servers = (told: object) => put(host, world, JSON.stringify({ ...told, records: {} }));
  const now = async () => World.parse(JSON.parse(await host.sh(`cat ${world}`)));
  const change = async (changes: object) =>
    put(host, world, JSON.stringify({ ...(await now()), ...changes }));

  async function markers(action: string, changes?: Readonly<Record<string, string>>) {
    const { code, json } = await host.script('markers', ask(action, changes));
    return { code, reply: MarkersReply.parse(json) };
  }

  test('says how to install what is not there', async () => {
    const { code, reply } = await markers('write');
    expect({ code, outcome: reply.outcome }).toEqual({ code: 0, outcome: 'absent' });
    expect('reason' in reply && reply.reason).toContain(`npm install --prefix ${folder} aerospike`);
  });

  describe('with a client', () => {
    beforeAll(async () => {
      await host.sh(`mkdir -p ${folder}/node_modules/aerospike`);
      const place = `${folder}/node_modules/aerospike`;
      await put(host, `${place}/index.js`, fakeAerospike(world));
      await put(host, `${place}/package.json`, '{"version":"6.7.1","main":"index.js"}');
    });

    test('writes through each side, keeps to it, and reads from each', async () => {
      await servers({ split: true });
      const { reply } = await markers('write');
      if (reply.outcome !== 'wrote') throw new Error(JSON.stringify(reply));
      const full = { acked: 'f'.repeat(25), doubt: '0'.repeat(25), refused: 0, untried: 0 };
      expect(reply).toMatchObject({
        client: 'aerospike 6.7.1',
        ttl: 3600,
        sides: [
          { knew: ['A1'], kept: true, own: full, shared: full, codes: {} },
          { knew: ['A2', 'A3'], kept: true, own: full, shared: full },
        ],
      });
      expect(reply.reads.from.map(({ own, shared }) => ({ own, shared }))).toEqual([
        {
          own: [
            [100, 0],
            [0, 0],
          ],
          shared: [
            [100, 0],
            [0, 0],
          ],
        },
        {
          own: [
            [0, 0],
            [100, 0],
          ],
          shared: [
            [0, 0],
            [100, 0],
          ],
        },
      ]);
    });

    test('after the split finds the later of two, and removes its own records alone', async () => {
      await servers({ split: true });
      await markers('write');
      const others = { 'A2/somebody-else': { side: 9, ttl: 0 } };
      await change({ split: false, records: { ...(await now()).records, ...others } });
      const { reply } = await markers('read');
      if (reply.outcome !== 'read') throw new Error(JSON.stringify(reply));
      const [lost, kept] = reply.reads.shared;
      expect(reply.reads.own.map(({ seen }) => recordsIn(seen).size)).toEqual([100, 100]);
      expect([recordsIn(lost!.seen).size, recordsIn(kept!.seen).size]).toEqual([0, 100]);
      expect(lost!.unread).toBe('0'.repeat(25));

      expect(await markers('remove')).toMatchObject({ reply: { outcome: 'removed', left: 0 } });
      expect(Object.keys((await now()).records)).toEqual(['A2/somebody-else']);
    });

    test('tells refusals from doubt, by their codes', async () => {
      await servers({ split: true, refuse: { A1: [11, false], A2: [9, true] } });
      const { reply } = await markers('write');
      if (reply.outcome !== 'wrote') throw new Error(JSON.stringify(reply));
      expect(reply.sides.map(({ codes }) => codes)).toEqual([{ 11: 200 }, { 9: 200 }]);
      expect(reply.sides[0]!.own).toMatchObject({ refused: 100, doubt: '0'.repeat(25) });
      expect(reply.sides[1]!.own).toMatchObject({ refused: 0, doubt: 'f'.repeat(25) });
    });

    test('a client that knew a node of the other side was not kept to its own', async () => {
      await servers({ split: false });
      const { reply } = await markers('write');
      expect(reply).toMatchObject({ sides: [{ kept: false, knew: ['A1', 'A2', 'A3'] }, {}] });
    });

    test('a side that nobody can connect to is told, and the others are written through', async () => {
      await servers({ split: true, deaf: ['A1'] });
      const { reply } = await markers('write');
      expect(reply).toMatchObject({
        sides: [
          { knew: [], kept: false, error: 'no connection', own: { untried: 100 } },
          { kept: true, own: { acked: 'f'.repeat(25) } },
        ],
      });
    });

    test('a namespace that takes no record away gets records that stay', async () => {
      await servers({ split: true, namespace: 'ns_cluster_size=1;nsup-period=0;objects=1' });
      expect((await markers('write')).reply).toMatchObject({ outcome: 'wrote', ttl: 0 });
      expect(Object.values((await now()).records).every(({ ttl }) => ttl === 0)).toBe(true);
    });

    test('a namespace that is not there is no reason to write', async () => {
      await servers({ split: true, namespace: 'type=unknown' });
      const { code, reply } = await markers('write');
      expect({ code, reply }).toMatchObject({ code: 1, reply: { outcome: 'failed' } });
      expect('reason' in reply && reply.reason).toContain('there is no namespace test');
    });

    test('what there is no time for is untried', async () => {
      await servers({ split: true });
      const { reply } = await markers('write', { Until: String(Date.now() - 1) });
      expect(reply).toMatchObject({ sides: [{ own: { untried: 100, refused: 0 } }, {}] });
    });

    test('records that will not go are counted', async () => {
      await servers({ split: true });
      await markers('write');
      await change({ stuck: true });
      expect((await markers('remove')).reply).toEqual({
        script: 'markers',
        outcome: 'removed',
        left: 300,
      });
    });

    test('four sides fit into what SSM keeps of an answer', async () => {
      await servers({ split: true, refuse: { A1: [9, true] } });
      const Sides = '10.0.0.1/A1;10.0.0.2/A2;10.0.0.3/A3;10.0.0.4/A4';
      const { json } = await host.script('markers', ask('write', { Sides }));
      expect(MarkersReply.parse(json).outcome).toBe('wrote');
      expect(JSON.stringify(json).length).toBeLessThan(2_500);
    });

    test.each([
      ['Sides', `${small};${small};${small};${small};${small}`],
      ['Sides', '10.0.0.1'],
      ['Sides', '10.0.0.256/A1'],
      ['Sides', '10.0.0.1/A1;'],
      ['Sides', "10.0.0.1/A1'"],
      ['Sides', '10.0.0.1/A1/A2'],
      ['Set', 'a/b'],
      ['Namespace', '$(id)'],
      ['Port', '65536'],
      ['Action', 'truncate'],
      ['Until', '1'],
    ])('%s that is %s is refused', async (name, value) => {
      const { code, json } = await host.script('markers', ask('write', { [name]: value }));
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 3, outcome: 'refused' });
      expect(json['reason']).toContain(`parameter ${name} `);
    });
  });
});
