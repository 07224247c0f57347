/** Long, for it is one table: what an experiment may say, and each thing that is refused beside what is taken. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { establishedOf, parseExperiment, portNumbersOf } from '../../core/experiment.ts';
import { Refusal } from '../../core/refusal.ts';
import { aClientCut, aPartition, grammar, refusalOf } from './inventories.ts';
import {
  fields,
  full,
  ofAddress,
  ofClients,
  ofCount,
  ofFreeze,
  ofHalves,
  ofLink,
  ofNames,
  ofPause,
  ofReroute,
  ofSequence,
  ofStop,
  ofType,
  ofXdr,
} from './full-experiments.ts';
import { at, withAt } from './schema-fields.ts';
import type { Field } from './schema-fields.ts';

const refused = (value: unknown): string => refusalOf(() => parseExperiment(value));

describe('parseExperiment() takes', () => {
  test.each(Object.entries(full))('the full experiment %s', (_, experiment) => {
    expect(parseExperiment(experiment)).toEqual(experiment);
  });

  test('the least there can be, and fills in the usual', () => {
    const least = { ...ofCount, fault: { kind: 'partition', topology: ofCount.fault.topology } };
    const { name, cluster, fault, mechanism, holdSeconds } = least;

    expect(parseExperiment({ name, cluster, fault, mechanism, holdSeconds })).toEqual({
      name: 'full',
      cluster: 'orders-staging',
      fault,
      mechanism: 'iptables',
      direction: 'both',
      packets: 'drop',
      severBy: 'ss',
      detach: 'park',
      holdSeconds: 15,
    });
  });

  test.each([{ kind: 'client-cut' }, { kind: 'xdr-cut' }])(
    'a $kind without ports as one of the service port',
    (fault) => {
      const { mechanism, holdSeconds } = ofClients;
      const least = { name: 'full', cluster: 'orders', fault, mechanism, holdSeconds };

      expect(parseExperiment(least).fault).toMatchObject({ ports: ['service'] });
    },
  );
});

describe('parseExperiment() refuses', () => {
  test.each(ofType('object'))('$where: a key it does not know', ({ experiment, path }) => {
    const sentence = refused(withAt(experiment, [...path, 'colour'], 'red'));

    expect(sentence).toContain('must be known: found "colour"');
    expect(sentence).toContain(path.join('.'));
  });

  test('the key __proto__, which no object literal shows', () => {
    const text = JSON.stringify(ofCount).replace('{', '{"__proto__":{"name":"x"},');

    expect(refused(JSON.parse(text))).toContain('must be known: found "__proto__"');
  });

  test.each(required())('$where missing', ({ experiment, path }) => {
    expect(refused(withAt(experiment, path, undefined))).toContain(`'${path.join('.')}`);
  });

  const wrong = [null, true, 3.5, 'a;b', [], {}, [[]]];

  test.each(fields)('$where of any other type', ({ experiment, path, schema: { type } }) => {
    for (const value of wrong.filter((one) => typeOf(one) !== type)) {
      expect(refused(withAt(experiment, path, value))).toMatch(grammar);
    }
  });

  const metacharacters = [
    ...';|&$`<>*?~!#"\'\\(){}[]%^=,@\n\r\t\0'.split(''),
    '$(id)',
    '; rm -rf /',
    '\u009b31m',
    '\u202e',
  ];

  test.each(ofType('string'))('$where with a shell metacharacter', ({ experiment, path }) => {
    const good = String(at(experiment, path));
    // An instance of a systemd unit is named behind an at sign, which no shell acts on.
    const taken = path.at(-1) === 'unit' ? ['@'] : [];
    for (const bad of metacharacters.filter((one) => !taken.includes(one))) {
      for (const value of [`${good}${bad}`, `${bad}${good}`, `${good}${bad}${good}`, bad]) {
        const sentence = refused(withAt(experiment, path, value));
        expect(sentence).toContain(`'${path.join('.')}' must `);
        expect(sentence).not.toMatch(/\p{Cc}|\p{Cf}/u);
      }
    }
  });

  test.each([null, undefined, 'text', 7, [], [ofCount]])('%j for an experiment', (value) => {
    expect(refused(value)).toMatch(/as it must be an object: found/);
  });

  test('a fault it does not know, naming those it does', () => {
    const kinds =
      'partition client-cut xdr-cut link-down reroute xdr-pause service-stop service-freeze sequence'.split(
        ' ',
      );
    expect(refused({ ...ofCount, fault: { kind: 'latency' } })).toBe(
      `Cannot read experiment as 'fault.kind' must be ${kinds.map((kind) => `"${kind}"`).join(' or ')}: found "latency"`,
    );
  });

  test('the first of several faults by name, and counts the rest', () => {
    expect(refused({ ...ofCount, name: 'X', cluster: '', holdSeconds: 1 })).toBe(
      `Cannot read experiment as 'name' must match /^[a-z][a-z0-9-]{2,39}$/: found "X" (and 2 more)`,
    );
  });
});

const having = (of: object, path: readonly (string | number)[], put: unknown): object =>
  z.looseObject({}).parse(withAt(of, path, put));

const share = (intensity: object, of: object = ofCount): object => ({ ...of, intensity });

const flaps = (onSeconds: number, offSeconds: number, of: object = ofCount): object => ({
  ...of,
  flapping: { onSeconds, offSeconds },
});

describe('contradictions are refused', () => {
  const { severBy: _, detach: __, ...byGroups } = { ...ofHalves };
  const pulsed = { ...byGroups, severBy: 'acl-pulse' };
  const byAcl = { ...byGroups, mechanism: 'network-acl' };

  const resetting = { ...ofCount, packets: 'tcp-reset' };
  const clientsByHosts = { ...ofClients, mechanism: 'iptables' };
  const byRoute = { ...having(ofCount, ['fault', 'ports'], undefined), mechanism: 'route' };
  const isolating = (naming: object): object =>
    having(ofCount, ['fault', 'topology'], { kind: 'isolate', ...naming });
  const part = (changes: object): object => {
    const [first] = ofSequence.fault.parts;
    const { flapping: _flapping, intensity: _intensity, ...rest } = first!;
    return having({ ...ofSequence, holdSeconds: 15 }, ['fault', 'parts', 0], {
      ...rest,
      ...changes,
    });
  };

  test.each([
    [
      { ...ofClients, mechanism: 'route' },
      "the mechanism of client-cut must be iptables, nft, security-group or network-acl: found 'route'",
    ],
    [
      { ...ofXdr, mechanism: 'aerospike' },
      'the mechanism of xdr-cut must be iptables, nft, security-group or network-acl: found',
    ],
    [
      { ...ofCount, mechanism: 'aerospike' },
      'the mechanism of partition must be iptables, nft, route, security-group or network-acl',
    ],
    [
      { ...ofLink, mechanism: 'security-group' },
      "the mechanism of link-down must be iptables or nft: found 'security-group'",
    ],
    [{ ...ofReroute, mechanism: 'route' }, 'the mechanism of reroute must be iptables or nft'],
    [
      { ...ofPause, mechanism: 'iptables' },
      "the mechanism of xdr-pause must be aerospike: found 'iptables'",
    ],
    [{ ...ofStop, mechanism: 'nft' }, 'the mechanism of service-stop must be aerospike'],
    [{ ...ofFreeze, mechanism: 'route' }, 'the mechanism of service-freeze must be aerospike'],
    [
      { ...byRoute, packets: 'tcp-reset' },
      "packets must be drop, reject, host-unreachable or admin-prohibited for route: found 'tcp-reset'",
    ],
    [
      { ...ofClients, packets: 'reject' },
      "packets must be 'drop' for security-group, which answers nothing: found 'reject'",
    ],
    [{ ...byAcl, packets: 'tcp-reset' }, "packets must be 'drop' for network-acl"],
    [{ ...ofStop, packets: 'reject' }, "packets must be 'drop' for aerospike"],
    [{ ...ofReroute, packets: 'reject' }, 'packets must be left out for reroute'],
    [
      { ...ofCount, established: 'leave' },
      "established must be 'sever' for iptables, which stops every packet: found 'leave'",
    ],
    [{ ...byAcl, established: 'leave' }, "established must be 'sever' for network-acl"],
    [{ ...ofFreeze, established: 'leave' }, 'which knows no connections'],
    [{ ...ofCount, mechanism: 'route' }, 'ports must be left out for route, which takes them all'],
    [{ ...ofClients, direction: 'inbound' }, "direction must be 'both' for client-cut"],
    [{ ...ofXdr, direction: 'inbound' }, "direction must be 'both' for xdr-cut"],
    [{ ...ofReroute, direction: 'inbound' }, "direction must be 'both' for reroute"],
    [{ ...byAcl, direction: 'inbound' }, "direction must be 'both' for network-acl"],
    [{ ...byRoute, direction: 'inbound' }, "direction must be 'both' for route"],
    [{ ...pulsed, direction: 'inbound' }, "direction must be 'both' for severBy 'acl-pulse'"],
    [{ ...ofCount, severBy: 'acl-pulse' }, 'severBy must be left out for iptables'],
    [{ ...byAcl, severBy: 'acl-pulse' }, 'severBy must be left out for network-acl'],
    [{ ...pulsed, established: 'leave' }, "established must be 'sever' for severBy 'acl-pulse'"],
    [withAt(pulsed, ['established'], undefined), "for severBy 'acl-pulse': found 'leave'"],
    [
      { ...ofSequence, expect: { clusterSizes: [1, 2] } },
      'expect must name no clusterSizes of a sequence, for each of its parts has its own: found 1 and 2',
    ],
    [{ ...ofCount, detach: 'revoke' }, 'detach must be left out for iptables'],
    [{ ...ofXdr, detach: 'revoke' }, 'detach must be left out for network-acl'],
    [
      withAt(ofNames, ['fault', 'topology', 'count'], 1),
      "isolate must have one of 'count', 'nodes', 'role', 'zone' and 'rack': found 'count' and 'nodes'",
    ],
    [isolating({}), "'zone' and 'rack': found none"],
    [isolating({ role: 'principal', rack: 1, zone: 'a' }), "found 'role' and 'zone' and 'rack'"],
    [isolating({ nodes: ['n1'], random: true }), "random must have a 'count' to choose"],
    [withAt(ofClients, ['fault', 'at'], 'nodes'), 'at must be left out for security-group'],
    [
      withAt(ofLink, ['fault', 'address'], '10.0.1.1'),
      "link-down must have one of 'address' and 'device': found both",
    ],
    [withAt(ofLink, ['fault', 'device'], undefined), "'address' and 'device': found neither"],
    [
      withAt(ofAddress, ['fault', 'nodes', 1], 'n2'),
      "link-down must name one node beside its 'address': found 2",
    ],
    [
      withAt(ofFreeze, ['fault', 'nodes'], undefined),
      "service-freeze must name 'nodes' of the cluster: found none",
    ],
    [share({ percent: 30 }, byRoute), 'intensity must be left out for route'],
    [share({ percent: 30 }, byGroups), 'intensity must be left out for security-group'],
    [share({ percent: 30 }, ofStop), 'intensity must be left out for aerospike'],
    [share({ per: 'packet' }), "intensity must have one of 'percent' and 'every': found neither"],
    [share({ percent: 30, every: 3 }), "'percent' and 'every': found both"],
    [
      share({ every: 3, per: 'connection' }),
      "packets must answer where every n-th connection is stopped, for a dropped one is tried again and counted again: found 'drop'",
    ],
    [
      share({ percent: 50, per: 'packet' }, ofReroute),
      "intensity must be per connection for reroute, which turns those: found 'packet'",
    ],
    [flaps(3, 3, byGroups), 'flapping must be left out for security-group'],
    [flaps(3, 3, ofFreeze), 'flapping must be left out for aerospike'],
    [flaps(10, 6), 'flapping must be on and off at least once in 15 s: found 16 s for both'],
    [
      flaps(1, 1, { ...ofCount, holdSeconds: 201 }),
      'flapping must be on at most 100 times: found 101',
    ],
    [
      { ...ofSequence, mechanism: 'security-group' },
      "mechanisms of a sequence must be iptables, nft, route or aerospike, for all others are undone once, at the end: found 'security-group'",
    ],
    [part({ mechanism: 'network-acl' }), "undone once, at the end: found 'network-acl'"],
    [
      part({ startSeconds: 10, seconds: 6 }),
      'part 1 must begin and end within the hold of 15 s: found it from 10 s to 16 s',
    ],
    [part({ startSeconds: 15, seconds: undefined }), 'found it from 15 s to 15 s'],
    [part({ mechanism: 'route' }), 'in part 1 the mechanism of client-cut must be'],
    [
      part({ flapping: { onSeconds: 6, offSeconds: 6 } }),
      'in part 1 flapping must be on and off at least once in 10 s: found 12 s',
    ],
    [{ ...ofSequence, severBy: 'acl-pulse' }, 'in part 1 severBy must be left out for nft'],
    [{ ...ofSequence, detach: 'revoke' }, 'in part 1 detach must be left out for nft'],
    [{ ...ofClients, portNumbers: { fabric: 3000 } }, 'no two port numbers must be the same'],
    [
      { ...ofClients, portNumbers: { fabric: 4000, heartbeat: 4000 } },
      'no two port numbers must be the same',
    ],
    [{ ...ofClients, portNumbers: { tlsFabric: 3001 } }, 'no two port numbers must be the same'],
  ])('%#: %j', (experiment, says) => {
    expect(refused(experiment)).toContain(says);
  });

  test.each([
    ['a partition by groups, inbound', { ...byGroups, direction: 'inbound' }],
    ['a partition by groups that leaves what stands', { ...byGroups, established: 'leave' }],
    ['a partition by network ACLs', byAcl],
    ['a client-cut by network ACLs', { ...ofClients, mechanism: 'network-acl' }],
    ['a client-cut by packet filters', clientsByHosts],
    ['a client-cut at the nodes', withAt(clientsByHosts, ['fault', 'at'], 'nodes')],
    ['an xdr-cut by packet filters', { ...ofXdr, mechanism: 'nft' }],
    ['a partition by routes', { ...byRoute, packets: 'admin-prohibited' }],
    ['a link-down, inbound', { ...ofLink, direction: 'inbound' }],
    ['every third connection reset', share({ every: 3, per: 'connection' }, resetting)],
    ['every third packet dropped', share({ every: 3 })],
    ['a share of connections turned, whatever they are called', share({ percent: 9 }, ofReroute)],
    ['what flaps as often as it may', flaps(1, 1, { ...ofCount, holdSeconds: 200 })],
    ['a share of what flaps', share({ percent: 30 }, flaps(3, 3))],
    ['port numbers that nodes know', { ...ofCount, portNumbers: 'node' }],
    ['all that the cluster ships to, stopped', withAt(ofStop, ['fault', 'nodes'], undefined)],
    ['a part that ends with the hold', part({ startSeconds: 5, seconds: 10 })],
    ['an xdr-cut by groups', { ...ofXdr, mechanism: 'security-group' }],
    ['a bridge without a node', withAt(full.ofBridge, ['fault', 'topology', 'node'], undefined)],
    ['port numbers that swap', { ...ofCount, portNumbers: { service: 3001, fabric: 3000 } }],
  ])('but not %s', (_what, experiment) => {
    expect(() => parseExperiment(experiment)).not.toThrow();
  });

  test('nor what the schema filled in: an experiment read twice is the same', () => {
    for (const experiment of Object.values(full)) {
      const once = parseExperiment(experiment);
      expect(parseExperiment(once)).toEqual(once);
    }
    const least = aPartition();
    expect(parseExperiment(least)).toEqual(least);
  });
});

describe('what an experiment means', () => {
  test.each([
    { experiment: aPartition(), established: 'sever' },
    { experiment: aClientCut(), established: 'leave' },
    { experiment: aClientCut({ established: 'sever' }), established: 'sever' },
    { experiment: aClientCut({ mechanism: 'network-acl' }), established: 'sever' },
  ])('established connections: $established', ({ experiment, established }) => {
    expect(establishedOf(experiment)).toBe(established);
  });

  test('port numbers are the usual ones where it names none', () => {
    expect(portNumbersOf(aPartition({ portNumbers: { fabric: 4001 } }))).toEqual({
      service: 3000,
      fabric: 4001,
      heartbeat: 3002,
      admin: 3003,
    });
  });
});

const judged = (value: unknown): void => {
  try {
    parseExperiment(value);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(String(error).replace('Refusal: ', '')).toMatch(grammar);
  }
};

describe('whatever comes in', () => {
  test('any JSON at all is an experiment or a refusal of one sentence', () => {
    fc.assert(fc.property(fc.jsonValue(), judged), { numRuns: 300 });
  });

  test('so is an experiment with any JSON in any one place', () => {
    const place = fc.constantFrom(...fields);
    const changed = fc
      .tuple(place, fc.jsonValue())
      .map(([{ experiment, path }, value]) => withAt(experiment, path, value));

    fc.assert(fc.property(changed, judged), { numRuns: 500 });
  });
});

function required(): (Field & { experiment: unknown; where: string })[] {
  return ofType('object').flatMap(({ schema: { required: keys }, path, ...rest }) =>
    z
      .array(z.string())
      .parse(keys ?? [])
      .map((key) => ({ ...rest, schema: {}, path: [...path, key], where: `${rest.where}.${key}` })),
  );
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? 'nested' : 'array';
  return value === null ? 'null' : typeof value === 'string' ? 'text' : typeof value;
}
