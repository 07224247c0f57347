/** What an audit asks, keeps and answers, in the world in memory. */
import { describe, expect, test } from 'vitest';
import { cellsIn } from '../../../core/audit/compare.ts';
import { audit } from '../../../lambda/engine/audit.ts';
import { open } from '../../../lambda/engine/open.ts';
import { grammar } from '../../core/inventories.ts';
import { exampleInventory, partition } from '../../fakes/example-cluster.ts';
import { FakeAudits } from '../../fakes/fake-audits.ts';
import { executionOf } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

const { cluster } = exampleInventory();

function anAuditor(world = new World({})) {
  const audits = new FakeAudits();
  let count = 0;
  return {
    world,
    audits,
    audit: (more: object = {}) =>
      audit(
        { auditId: `audit${(count += 1)}`, input: { cluster, ...more } },
        { ...world.gateways(), audits },
      ),
  };
}

describe('audit()', () => {
  test('is the first, then the same as what was accepted', async () => {
    const auditor = anAuditor();
    expect(await auditor.audit()).toMatchObject({ verdict: 'first' });
    expect(await auditor.audit({ accept: true })).toMatchObject({ verdict: 'first' });
    expect(await auditor.audit()).toMatchObject({ verdict: 'same' });
    expect(auditor.audits.kept.map(({ auditId }) => auditId)).toEqual([
      'audit1',
      'audit2',
      'audit3',
    ]);
  });

  test('asks each host by few scripts in the same words, and nothing that changes a host', async () => {
    const { world, audit: audited } = anAuditor();
    await audited();
    expect(new Set(world.hosts.ran.map(({ script }) => script))).toEqual(
      new Set(['survey', 'probe']),
    );
    const byHost = Map.groupBy(world.hosts.ran, ({ instanceId }) => instanceId);
    for (const ran of byHost.values()) expect(ran.length).toBeLessThanOrEqual(7);
  });

  test('a machine whose agent is silent leaves its dials unknown, never open', async () => {
    const auditor = anAuditor();
    await auditor.audit({ accept: true });
    auditor.world.machines.get('i-node-2')!.reachable = false;
    const { verdict, cause } = await auditor.audit();
    expect(verdict).toBe('differs');
    expect(cause).toContain('is unknown');
    const [, last] = auditor.audits.kept;
    expect(last?.hosts.find(({ id }) => id === 'i-node-2')?.silent).toContain('not online');
    const own = cellsIn(last!).filter(({ from }) => from === 'i-node-2');
    expect(new Set(own.map(({ answer }) => answer))).toEqual(new Set(['unknown']));
  });

  test('a rule that goes is a difference that names its group', async () => {
    const auditor = anAuditor();
    await auditor.audit({ accept: true });
    const { groups } = await auditor.world.network.observe(cluster);
    const group = groups.find(({ id }) => id === 'sg-nodes');
    const rules = group?.rules.filter(({ direction }) => direction === 'ingress') ?? [];
    await auditor.world.network.removeRules('sg-nodes', {
      direction: 'ingress',
      ruleIds: rules.map(({ id }) => id),
    });
    const { verdict, accepted, error, cause } = await auditor.audit();
    const differs = { verdict: 'differs', accepted: false, error: 'Differs' };
    expect({ verdict, accepted, error }).toEqual(differs);
    expect(cause).toMatch(/no rule of sg-nodes \(nodes\) lets tcp \d+ in from sg-\w+ \(\w+\)/);

    const planned = await auditor.audit({ accept: true });
    expect(planned).toMatchObject({ verdict: 'differs', accepted: true });
    expect(await auditor.audit()).toMatchObject({ verdict: 'same', accepted: false });
  });

  test('says which run held the cluster meanwhile', async () => {
    const auditor = anAuditor();
    const asked = { runId: 'run1', execution: executionOf('run1'), input: partition };
    await open(asked, auditor.world.gateways());
    const { says } = await auditor.audit();
    expect(says).toContain('while run run1 held it');
  });

  test('refuses a cluster that the deployment is not for, and keeps nothing', async () => {
    const { world, audits, audit: audited } = anAuditor();
    world.clusters = ['stock'];
    await expect(audited()).rejects.toMatchObject({
      name: 'Refusal',
      message: `Cannot audit cluster "${cluster}" as this deployment must be for it: found that it is for stock`,
    });
    expect(audits.kept).toEqual([]);
    expect(world.hosts.ran).toEqual([]);
  });

  test.each([{ cluster: 'nobody' }, { cluster: '' }, { clusters: [] }])(
    'refuses %j in a sentence, where no cluster has instances',
    async (input) => {
      const { world, audits } = anAuditor(
        new World({ inventory: { ...exampleInventory(), instances: [], interfaces: [] } }),
      );
      const refused = audit({ auditId: 'audit1', input }, { ...world.gateways(), audits });
      await expect(refused).rejects.toMatchObject({ name: 'Refusal' });
      await expect(refused).rejects.toThrow(grammar);
      expect(audits.kept).toEqual([]);
    },
  );
});
