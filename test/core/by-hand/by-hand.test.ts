import { describe, expect, test } from 'vitest';
import { byHandOf, usualRestoreDocument } from '../../../core/by-hand/by-hand.ts';
import { json, word } from '../../../core/by-hand/shell.ts';
import type { PauseXdr, Step } from '../../../core/step.ts';
import { anInventory } from '../inventories.ts';
import { aRun } from '../stories.ts';

const execution = 'arn:aws:states:eu-west-1:123456789012:execution:aerofault:x';
const inventory = {
  ...anInventory(),
  interfaces: [
    {
      id: 'eni-1',
      type: 'interface',
      vpcId: 'vpc-1',
      subnetId: 'subnet-1',
      groupIds: ['sg-1', 'sg-2'],
      addresses: [],
      tags: {},
    },
  ],
};
const means = (restoreDocument = usualRestoreDocument) => ({
  run: aRun({ execution, openedAt: 1_790_000_000_000 }),
  inventory,
  restoreDocument,
});
const common = { id: 'step', phase: 1, says: 'a step' };
const xdr = {
  ...common,
  kind: 'pause-xdr' as const,
  instanceId: 'i-1',
  address: '10.0.0.1',
  port: 3000,
  dc: 'dc2',
  namespaces: ['orders', 'carts'],
} satisfies Partial<PauseXdr>;

/** What a step tells the node, and how a namespace is told but for its rewind. */
const told = (step: Step): string[] =>
  byHandOf(step, means()).filter((line) => line.startsWith('asinfo'));
const tell = (name: string): string =>
  `asinfo -h 10.0.0.1 -p 3000 -v 'set-config:context=xdr;dc=dc2;namespace=${name};action=add;rewind='`;

describe('byHandOf()', () => {
  test('groups of an interface come back as one set, whichever step changed them', () => {
    const detach: Step = {
      ...common,
      kind: 'detach-groups',
      interfaceId: 'eni-1',
      groupIds: ['sg-1'],
      witness: 'temporary:x',
    };
    const attach: Step = { ...common, kind: 'attach-group', interfaceId: 'eni-1', groupId: 'sg-9' };
    const command =
      'aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-1 --groups sg-1 sg-2';

    expect(byHandOf(detach, means())).toEqual([command]);
    expect(byHandOf(attach, means())).toEqual([command]);
  });

  test('a host is restored by the document of the deployment, or else by hand', () => {
    const [bySsm, where] = byHandOf({ ...xdr, how: 'force-linkdown' }, means('Staging-Restore'));

    expect(bySsm).toBe(
      `aws ssm send-command --region eu-west-1 --document-name Staging-Restore --instance-ids i-1 --parameters '{"RunId":["run1"],"Action":["undo"]}'`,
    );
    expect(where).toBe('# Or on i-1 itself, as root:');
  });

  test('a link of XDR goes up again', () => {
    expect(byHandOf({ ...xdr, how: 'force-linkdown' }, means())).toContain(
      "asinfo -h 10.0.0.1 -p 3000 -v 'xdr-command:force-linkdown=false;dc=dc2'",
    );
  });

  test('namespaces are shipped again, from the rewind asked for, or from the opening of the run', () => {
    expect(told({ ...xdr, how: 'remove-namespaces', rewind: 'all' })).toEqual([
      `${tell('orders')}all`,
      `${tell('carts')}all`,
    ]);
    expect(told({ ...xdr, how: 'remove-namespaces', namespaces: ['orders'] })).toEqual([
      `${tell('orders')}$(($(date +%s) - 1790000000))`,
    ]);
  });

  test('where the execution names no region, the commands leave it to the shell', () => {
    const step: Step = { ...common, kind: 'make-group', name: 'aerofault-run1-1', vpcId: 'vpc-1' };
    const [command] = byHandOf(step, { ...means(), run: aRun({ execution: 'arn:1' }) });

    expect(command).not.toContain('--region');
  });

  test('what closed connections, or ended a pulse, leaves nothing to be done', () => {
    const sever: Step = {
      ...common,
      kind: 'sever',
      instanceId: 'i-1',
      peers: ['10.0.0.2'],
      ports: [3001],
    };

    expect(byHandOf(sever, means())).toEqual([]);
  });
});

describe('words for a shell', () => {
  test('word() quotes whatever a shell would act on', () => {
    expect(word('sg-1')).toBe('sg-1');
    expect(word('$(rm -rf /); a')).toBe("'$(rm -rf /); a'");
    expect(word("it's")).toBe(String.raw`'it'\''s'`);
    expect(word('')).toBe("''");
  });

  test('json() is ASCII, so that no terminal is steered and nothing gets lost on its way', () => {
    expect(json({ says: 'a\u001b[2J\u202e“é”' })).toBe(
      String.raw`'{"says":"a\u001b[2J\u202e\u201c\u00e9\u201d"}'`,
    );
  });
});
