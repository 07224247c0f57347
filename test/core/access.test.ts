import { describe, expect, test } from 'vitest';
import { sealedTexts } from '../../core/access/sealed-texts.ts';
import { askedPortOf, parseAuditRequest } from '../../core/audit/request.ts';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { infoPortOf, isTlsAlone } from '../../core/info-port.ts';
import {
  canaryQuestions,
  controlQuestions,
  counterQuestions,
  cutQuestions,
  lagQuestions,
  serviceDials,
  serviceViews,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import { plan } from '../../core/plan/plan.ts';
import { nodesOf } from '../../core/inventory.ts';
import {
  aClient,
  aGroup,
  anInventory,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
} from './inventories.ts';

const input = {
  name: 'secure',
  cluster: 'orders',
  fault: {
    kind: 'partition',
    topology: { kind: 'isolate', count: 1 },
    ports: ['fabric', 'heartbeat'],
  },
  mechanism: 'iptables',
  holdSeconds: 15,
};
const tls = { name: 'aero.example' };
const login = { secret: 'orders/probe' };
const experiment = (changes: object): Experiment => parseExperiment({ ...input, ...changes });
const found = (changes: object): string => refusalOf(() => experiment(changes));

describe('access', () => {
  test.each([
    { tls: { name: '-connect' } },
    { tls: { name: 'a b' } },
    { tls: { name: 'x', caFile: 'ca.pem' } },
    { tls: { name: 'x', caFile: '/etc/../root/ca.pem' } },
    { tls: { name: 'x', caFile: '/etc/$(id)' } },
    { tls: { name: 'x', caFile: '/etc/ssl/' } },
    { tls: {} },
    { login: {} },
    { login: { secret: 'a b' } },
    { login: { secret: 'arn:aws:s3:::bucket' } },
    { login: { secret: 'x', password: 'y' } },
  ])('refuses %j', (access) => {
    expect(found({ access })).toMatch(/^Cannot /);
  });

  test('takes a name of a secret and an ARN, and files of CAs', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/probe-AbCdEf';
    const access = { tls: { ...tls, caFile: '/etc/pki/tls/ca-1.pem' }, login: { secret: arn } };
    expect(experiment({ access }).access).toEqual(access);
    expect(experiment({ access: { login } }).access).toEqual({ login });
  });

  test('says what does not go with it', () => {
    expect(found({ access: {} })).toContain("access must have 'tls', 'login' or both");
    expect(found({ access: { login }, markers: { namespace: 'test', set: 'm' } })).toContain(
      'markers must be left out beside access',
    );
    const pause = { kind: 'xdr-pause', dc: 'DC1', namespaces: ['test'] };
    expect(found({ access: { login }, mechanism: 'aerospike', fault: pause })).toContain(
      'the fault must be another than xdr-pause beside access',
    );
    const parts = [{ fault: pause, mechanism: 'aerospike', startSeconds: 0 }];
    expect(found({ access: { tls }, fault: { kind: 'sequence', parts } })).toContain('xdr-pause');
  });
});

describe('nodes are asked', () => {
  test.each([
    [{}, 3000],
    [{ portNumbers: { service: 4000, tlsService: 4444 } }, 4000],
    [{ access: { login }, portNumbers: { tlsService: 4444 } }, 3000],
    [{ access: { tls } }, 4333],
    [{ access: { tls }, portNumbers: { tlsService: 4444 } }, 4444],
  ])('%j: on %d', (changes, port) => {
    expect(infoPortOf(experiment(changes))).toBe(port);
  });

  test('on the TLS port where it is the only one; a plain listener may not share its number', () => {
    const portNumbers = { service: 4444, tlsService: 4444 };
    const alone = experiment({ access: { tls }, portNumbers });
    expect([infoPortOf(alone), isTlsAlone(alone)]).toEqual([4444, true]);
    expect(isTlsAlone(experiment({ access: { tls } }))).toBe(false);
    expect(isTlsAlone(experiment({}))).toBe(false);
    expect(found({ portNumbers })).toContain('no two port numbers must be the same');
    expect(found({ access: { login }, portNumbers })).toContain('no two port numbers');
    const twice = { ...portNumbers, fabric: 4444 };
    expect(found({ access: { tls }, portNumbers: twice })).toContain('no two port numbers');
  });

  const rules = [
    tcp('3000-4400', groupPeer('sg-nodes')),
    tcp('3000-4400', groupPeer('sg-clients')),
  ];
  const inventory = anInventory({
    instances: [...someNodes(3), aClient(1)],
    groups: [aGroup('nodes', rules), aGroup('clients', [])],
  });
  const subjectOf = (changes: object) => {
    const asked = experiment({ expect: { xdrLagSeconds: 5 }, ...changes });
    return { experiment: asked, inventory, plan: plan(asked, inventory, 'run1') };
  };

  test('by every question of what they know, and dialled where they always are', () => {
    const subject = subjectOf({ access: { tls } });
    const asked = [
      ...viewQuestions(subject.experiment, inventory),
      ...lagQuestions(subject),
      ...counterQuestions(subject),
    ].map(({ item }) => item);
    const recorders = nodesOf(inventory).map((node) =>
      recorderItem(node, subject.experiment, 'record'),
    );
    expect(asked).toHaveLength(9);
    for (const item of [...asked, ...recorders]) expect(item.split('/')[2]).toBe('4333');
    const dials = [...cutQuestions(subject), ...controlQuestions(subject)];
    const canaries = canaryQuestions(subject, 'keep');
    expect(canaries.length).toBeGreaterThan(0);
    for (const { item } of [...dials, ...canaries]) expect(item).not.toContain('/4333');
  });

  test('by no canary where all they have speaks TLS, which would close it', () => {
    const portNumbers = { service: 4333, tlsService: 4333 };
    expect(canaryQuestions(subjectOf({ access: { tls }, portNumbers }), 'keep')).toEqual([]);
  });

  test('by nodes alone where a service is held, for clients are given no login', () => {
    const fault = { kind: 'service-freeze', nodes: ['n1', 'n2'] };
    const held = { mechanism: 'aerospike', fault };
    expect(serviceDials(subjectOf(held)).map(({ from }) => from)).toContain('i-c1');
    const subject = subjectOf({ ...held, access: { tls, login } });
    const views = serviceViews(subject);
    expect(new Set(views.map(({ from }) => from))).toEqual(new Set(['i-n3']));
    for (const { item } of views) expect(item).toMatch(/^view\/[0-9.]+\/4333\/3$/);
    for (const { item } of serviceDials(subject)) expect(item).toMatch(/\/3000$/);
  });
});

const request = (more: object) => parseAuditRequest({ cluster: 'orders', ...more });

describe('an audit', () => {
  test('asks where the access says', () => {
    expect(askedPortOf(request({}))).toBe(3000);
    expect(askedPortOf(request({ access: { login } }))).toBe(3000);
    expect(askedPortOf(request({ access: { tls } }))).toBe(4333);
    expect(askedPortOf(request({ access: { tls }, tlsServicePort: 4444 }))).toBe(4444);
  });
});

describe('sealedTexts()', () => {
  const sealed = 'A'.repeat(344);
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `i-${String(index).padStart(17, '0')}`,
      address: `10.0.${Math.floor(index / 200)}.${index % 200}`,
      sealed,
    }));

  test('brings every host its own in few texts, none too long and none of too many', () => {
    const all = hosts(130);
    const texts = sealedTexts(all);
    expect(texts.flatMap(({ ids }) => ids).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect(texts.length).toBeLessThan(5);
    for (const { text, ids } of texts) {
      expect(text.length).toBeLessThanOrEqual(16_000);
      expect(ids.length).toBeLessThanOrEqual(50);
      expect(text.split(';').map((section) => section.split('@')[0])).toEqual(ids);
    }
  });

  test('never puts two hosts of one address together', () => {
    const [one, other] = hosts(2);
    const texts = sealedTexts([one!, { ...other!, address: one!.address }]);
    expect(texts).toHaveLength(2);
  });
});
