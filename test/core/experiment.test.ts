import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { establishedOf, parseExperiment, portNumbersOf } from '../../core/experiment.ts';
import { Refusal } from '../../core/refusal.ts';
import { aClientCut, aPartition, grammar, refusalOf } from './inventories.ts';
import {
  fields,
  full,
  ofClients,
  ofCount,
  ofHalves,
  ofNames,
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
      fault: { ...fault, ports: ['fabric', 'heartbeat'] },
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

      expect(parseExperiment(least).fault.ports).toEqual(['service']);
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
    for (const bad of metacharacters) {
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
    expect(refused({ ...ofCount, fault: { kind: 'latency' } })).toBe(
      `Cannot read experiment as 'fault.kind' must be "partition" or "client-cut" or "xdr-cut": found "latency"`,
    );
  });

  test('the first of several faults by name, and counts the rest', () => {
    expect(refused({ ...ofCount, name: 'X', cluster: '', holdSeconds: 1 })).toBe(
      `Cannot read experiment as 'name' must match /^[a-z][a-z0-9-]{2,39}$/: found "X" (and 2 more)`,
    );
  });
});

describe('contradictions are refused', () => {
  const { severBy: _, detach: __, ...byGroups } = { ...ofHalves };
  const pulsed = { ...byGroups, severBy: 'acl-pulse' };
  const byAcl = { ...byGroups, mechanism: 'network-acl' };

  test.each([
    [
      { ...ofClients, mechanism: 'iptables' },
      "the mechanism of client-cut must be security-group or network-acl: found 'iptables'",
    ],
    [{ ...ofXdr, mechanism: 'iptables' }, 'the mechanism of xdr-cut must be'],
    [
      { ...ofClients, packets: 'reject' },
      "packets must be 'drop' for security-group, which answers nothing: found 'reject'",
    ],
    [{ ...byAcl, packets: 'tcp-reset' }, "packets must be 'drop' for network-acl"],
    [
      { ...ofCount, established: 'leave' },
      "established must be 'sever' for iptables, which stops every packet: found 'leave'",
    ],
    [{ ...byAcl, established: 'leave' }, "established must be 'sever' for network-acl"],
    [{ ...ofClients, direction: 'inbound' }, "direction must be 'both' for client-cut"],
    [{ ...ofXdr, direction: 'inbound' }, "direction must be 'both' for xdr-cut"],
    [{ ...byAcl, direction: 'inbound' }, "direction must be 'both' for network-acl"],
    [{ ...pulsed, direction: 'inbound' }, "direction must be 'both' for severBy 'acl-pulse'"],
    [{ ...ofCount, severBy: 'acl-pulse' }, 'severBy must be left out for iptables'],
    [{ ...byAcl, severBy: 'acl-pulse' }, 'severBy must be left out for network-acl'],
    [{ ...pulsed, established: 'leave' }, "established must be 'sever' for severBy 'acl-pulse'"],
    [withAt(pulsed, ['established'], undefined), "for severBy 'acl-pulse': found 'leave'"],
    [{ ...ofCount, detach: 'revoke' }, 'detach must be left out for iptables'],
    [{ ...ofXdr, detach: 'revoke' }, 'detach must be left out for network-acl'],
    [withAt(ofNames, ['fault', 'topology', 'count'], 1), "one of 'count' and 'nodes': found both"],
    [withAt(ofCount, ['fault', 'topology', 'count'], undefined), 'found neither'],
    [{ ...ofClients, portNumbers: { fabric: 3000 } }, 'no two port numbers must be the same'],
    [
      { ...ofClients, portNumbers: { fabric: 4000, heartbeat: 4000 } },
      'no two port numbers must be the same',
    ],
  ])('%#: %j', (experiment, says) => {
    expect(refused(experiment)).toContain(says);
  });

  test.each([
    ['a partition by groups, inbound', { ...byGroups, direction: 'inbound' }],
    ['a partition by groups that leaves what stands', { ...byGroups, established: 'leave' }],
    ['a partition by network ACLs', byAcl],
    ['a client-cut by network ACLs', { ...ofClients, mechanism: 'network-acl' }],
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
