import { describe, expect, test } from 'vitest';
import type { Survey } from '../../../../core/inventory.ts';
import type { Plan } from '../../../../core/plan/plan.ts';
import { aSurvey, nodeWords } from '../../surveys.ts';
import { refusalOf } from '../../inventories.ts';
import { saying } from '../../ways-to-refuse-on-hosts.ts';
import { all, isolation, planned } from './host-plans.ts';

/** Node 1 is the one that is isolated, and edited. */
const changing = (words: Partial<Survey>, changes: object = {}): Plan =>
  planned(isolation, changes, saying('i-n1', words, all));
const clock = (offsetMs: number, errorMs: number): Partial<Survey> => ({
  clock: { offsetMs, errorMs, by: 'round-trip' },
});
const tools = (...named: string[]): Partial<Survey> => ({ tools: named });
const flapping = { flapping: { onSeconds: 3, offSeconds: 3 } };

describe('a host that will not do is refused', () => {
  test.each([
    {
      words: {
        findings: [
          { refuses: true, says: 'Cannot arm a timer as systemd must be there: found none.' },
        ],
      },
      says: 'its host must allow it: found "Cannot arm a timer as systemd must be there: found none"',
    },
    {
      words: { agent: '3.3.987.0' },
      says: 'its SSM agent must be 3.3.2746.0 or newer: found 3.3.987.0; update it (AWS-UpdateSSMAgent)',
    },
    {
      words: clock(-291, 40),
      says: 'its clock must be within 250 ms of ours: found -291 ms, give or take 40; set up chrony',
    },
    {
      words: tools('ip'),
      says: 'iptables or nft must be installed: found neither; install one (dnf install iptables-nft, apt-get install iptables)',
    },
  ])('$says', ({ words, says }) => {
    expect(refusalOf(() => changing(words))).toBe(`Cannot change n1 as ${says}`);
  });

  test.each([
    [{ abilities: [] }, flapping, 'the iptables match for time'],
    [{ abilities: ['time'] }, { ...flapping, mechanism: 'nft' }, 'the nft match for time'],
    [{ abilities: ['time'] }, { intensity: { percent: 30 } }, 'must know statistic'],
    [{ abilities: ['time'] }, { intensity: { every: 3 } }, 'must know statistic'],
    [
      { abilities: ['statistic'] },
      { intensity: { percent: 30, per: 'connection' } },
      'must know u32',
    ],
  ] as const)('for what its kernel cannot: %j for %j', (words, changes, says) => {
    expect(refusalOf(() => changing({ abilities: [...words.abilities] }, changes))).toContain(says);
  });

  test('for addresses that it cannot turn', () => {
    const reroute = { kind: 'reroute', peer: 'n2', to: '10.0.0.3' };
    const inventory = saying('i-n1', { abilities: ['time', 'statistic'] }, all);

    expect(refusalOf(() => planned(reroute, {}, inventory))).toBe(
      'Cannot change n1 as its kernel must know nat: found that it does not',
    );
  });

  test('for routes without a tool for them; busybox will do', () => {
    const route = { mechanism: 'route' };

    expect(refusalOf(() => changing(tools('iptables'), route))).toContain('ip or busybox must be');
    expect(changing(tools('busybox'), route).hosts).toEqual(['i-n1']);
  });
});

describe('a host is not refused', () => {
  test.each([
    ['for a warning', { findings: [{ refuses: false, says: 'XDP programs are there' }] }],
    ['for a container', { container: true }],
    ['for a clock that may be right', clock(300, 60)],
    ['for a clock nobody could measure', { clock: undefined }],
    ['for an agent that nobody asked', { agent: undefined }],
    ['for what nobody could try on its kernel', { abilities: [] }],
    ['for want of iptables, where it has nft', tools('nft')],
  ])('%s', (_what, words) => {
    expect(changing(words).hosts).toEqual(['i-n1']);
  });

  test('for want of what another host has to have', () => {
    const words = { agent: '1.0', ...clock(9_000, 1), ...tools() };
    expect(planned(isolation, {}, saying('i-n2', words, all)).hosts).toEqual(['i-n1']);
  });

  test('for its silence: that is judged where hosts are asked', () => {
    expect(planned(isolation, flapping, { ...all, surveys: [] }).hosts).toEqual(['i-n1']);
  });

  test('for the clock or the filter, by a fault that needs neither', () => {
    const cut = { kind: 'client-cut', nodes: ['n1'] };
    const words = { ...clock(9_000, 1), ...tools('ss') };
    const severed = { mechanism: 'security-group', established: 'sever' };
    const inventory = saying('i-n1', words, all);
    const open = inventory.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        spec: { ...rule.spec, peer: { kind: 'ipv4' as const, cidr: '10.0.0.0/8' } },
      })),
    }));

    expect(planned(cut, severed, { ...inventory, groups: open }).hosts).toEqual(['i-n1']);
  });
});

describe('what flaps where nodes keep partitions by roster', () => {
  const strong = saying('i-n3', { node: nodeWords({ strong: ['money'] }) }, all);

  test('is refused unless the experiment says that it may', () => {
    expect(refusalOf(() => planned(isolation, flapping, strong))).toBe(
      'Cannot let links flap on "orders" as an experiment must say allowFlapping for namespaces with strong consistency: found money, whose partitions may come out dead',
    );
    expect(planned(isolation, { ...flapping, allowFlapping: true }, strong).hosts).toEqual([
      'i-n1',
    ]);
  });

  test('is no matter where nothing flaps', () => {
    expect(planned(isolation, {}, strong).hosts).toEqual(['i-n1']);
    expect(aSurvey('').node?.strong).toEqual([]);
  });
});
