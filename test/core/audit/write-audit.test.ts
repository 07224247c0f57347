import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Audit } from '../../../core/audit/audit.ts';
import type { Cell } from '../../../core/audit/audit.ts';
import { cellsIn } from '../../../core/audit/compare.ts';
import { auditText } from '../../../core/audit/text.ts';
import { writeAudit } from '../../../core/audit/write-audit.ts';
import type { Inventory } from '../../../core/inventory.ts';
import { aClient, aGroup, aNode, anInventory, groupPeer, someNodes, tcp } from '../inventories.ts';
import { aSurvey, nodeWords } from '../surveys.ts';
import { seenOn, usual } from './audits.ts';

const only =
  (answer: Cell['answer'], from = 'i-n1', port = 3002) =>
  (cell: Omit<Cell, 'answer'>): Cell['answer'] | undefined =>
    cell.from === from && cell.port === port ? answer : undefined;

const accepted = (answers?: Parameters<typeof seenOn>[1]): Audit =>
  writeAudit(seenOn(usual(), answers, { auditId: 'audit0' }), undefined);

/** The nodes of the usual cluster; those that are named tell a TLS port. */
const withTls = (...ids: string[]): Inventory => ({
  ...usual(),
  surveys: ['i-n1', 'i-n2'].map((id) => {
    const own = ids.includes(id) ? { tlsService: 4333 } : {};
    return aSurvey(id, { node: nodeWords({ ports: { service: 3000, ...own } }) });
  }),
});

/** What differs, by kind, and the verdict. */
function compared(before: Audit, seen: Parameters<typeof writeAudit>[0]): string[] {
  const { verdict, differences } = writeAudit(seen, before);
  expect(verdict).toBe(differences.length === 0 ? 'same' : 'differs');
  return differences.map(({ kind, says }) => `${kind}: ${says}`);
}

describe('an audit against the accepted one', () => {
  test('is the first where nothing was accepted', () => {
    expect(accepted()).toMatchObject({ verdict: 'first', accepted: null, differences: [] });
  });

  test('is the same where every port is as it was', () => {
    expect(compared(accepted(), seenOn(usual()))).toEqual([]);
  });

  test('closed and opened ports are differences, with the reason; the way of being closed is none', () => {
    const closed = seenOn(usual(), only('timed-out'));
    const [one, ...rest] = compared(accepted(), closed);
    expect(rest).toEqual([]);
    expect(one).toMatch(
      /^closed: n1 to n2, heartbeat 3002 was open, is timed-out: nothing of AWS /,
    );
    expect(compared(accepted(only('timed-out')), seenOn(usual()))).toEqual([
      'opened: n1 to n2, heartbeat 3002 was timed-out, is open',
    ]);
    expect(compared(accepted(only('timed-out')), seenOn(usual(), only('refused')))).toEqual([]);
  });

  test('what is not known any more is never the same', () => {
    expect(compared(accepted(), seenOn(usual(), only('unknown')))).toEqual([
      'unknown: n1 to n2, heartbeat 3002 was open, is unknown',
    ]);
    expect(compared(accepted(only('unknown')), seenOn(usual(), only('unknown')))).toEqual([]);
    expect(compared(accepted(only('unknown')), seenOn(usual()))).toHaveLength(1);
  });

  test('hosts and ports that are new or gone are told once each', () => {
    const grown = anInventory({
      instances: [aNode(2), aNode(3), aClient(1)],
      groups: usual().groups,
    });
    const ports = [...seenOn(grown).ports, { name: 'tlsService', port: 4333 }];
    expect(compared(accepted(), { ...seenOn(grown), ports })).toEqual([
      'host-gone: node n1 (i-n1) is gone',
      'host-new: node n3 (i-n3) is new',
      'port-new: port tlsService 4333 is new',
    ]);
  });
});

describe('a listener that one node alone', () => {
  const both = (answers?: Parameters<typeof seenOn>[1]): Audit =>
    writeAudit(seenOn(withTls('i-n1', 'i-n2'), answers, { auditId: 'audit0' }), undefined);
  const one = seenOn(withTls('i-n2'));

  test('has lost is told by cell, where another still has it', () => {
    expect(compared(both(), one)).toEqual([
      'port-gone: n2 to n1, tlsService 4333 was open, is gone',
      'port-gone: c1 to n1, tlsService 4333 was open, is gone',
    ]);
    const { differences } = writeAudit(one, both());
    const cell = { from: 'i-n2', to: 'i-n1', port: 4333, answer: 'open' };
    expect(differences[0]?.cell).toEqual(cell);
  });

  test('has got is told by cell, where another had it', () => {
    expect(compared(writeAudit(one, undefined), seenOn(withTls('i-n1', 'i-n2')))).toEqual([
      'port-new: n2 to n1, tlsService 4333 is new, is open',
      'port-new: c1 to n1, tlsService 4333 is new, is open',
    ]);
  });

  test('has, and every other loses, too, is told once for the cluster', () => {
    expect(compared(both(), seenOn(withTls()))).toEqual([
      'port-gone: port tlsService 4333 is gone',
    ]);
    expect(compared(writeAudit(seenOn(withTls()), undefined), one)).toEqual([
      'port-new: port tlsService 4333 is new',
    ]);
  });

  test('was refused on was none, as where a node does not tell its ports', () => {
    const refused = both(({ to, port }) =>
      to === 'i-n1' && port === 4333 ? 'refused' : undefined,
    );
    expect(compared(refused, one)).toEqual([]);
  });

  test('has lost with its host gone is told of the host', () => {
    const left = withTls('i-n2');
    const instances = left.instances.filter(({ id }) => id !== 'i-n1');
    expect(compared(both(), seenOn({ ...left, instances }))).toEqual([
      'host-gone: node n1 (i-n1) is gone',
    ]);
  });
});

describe('the document', () => {
  test('holds every cell, and reads back as it was written', () => {
    const seen = seenOn(usual(), only('reset'));
    const audit = writeAudit(seen, undefined);
    expect(Audit.parse(JSON.parse(JSON.stringify(audit)))).toEqual(audit);
    expect(cellsIn(audit)).toEqual(seen.cells);
    expect(audit.says).toBe('FIRST orders: 15 open, 1 closed; nothing was accepted yet');
  });

  test('of a hundred nodes and as many clients, most of whose ports are closed, fits one item', () => {
    const clients = Array.from({ length: 100 }, (_, n) => aClient(n + 1));
    const inventory = anInventory({
      instances: [...someNodes(100), ...clients],
      groups: [
        aGroup('nodes', [
          tcp('3000-3003', groupPeer('sg-nodes')),
          tcp('3000', groupPeer('sg-clients')),
        ]),
        aGroup('clients', []),
      ],
    });
    const seen = seenOn(inventory, ({ from, port }) =>
      from.startsWith('i-c') && port > 3000 ? 'timed-out' : undefined,
    );
    const audit = writeAudit(seen, undefined);
    expect(cellsIn(audit)).toHaveLength(100 * 99 * 4 + 100 * 100 * 4);
    expect(audit.closed.map(({ cells }) => cells.length)).toEqual([10_000, 10_000, 10_000]);
    // DynamoDB takes 400 KB an item.
    expect(gzipSync(JSON.stringify(audit)).length).toBeLessThan(350_000);
  });

  test('as text: the matrix in letters, differences, and reasons with how many ports', () => {
    const text = auditText(writeAudit(seenOn(usual(), only('timed-out')), accepted())).join('\n');
    expect(text).toContain('DIFFERS orders: 15 open, 1 closed');
    expect(text).toMatch(/n1 +to +n2 +OOTO/);
    expect(text).toMatch(/closed +n1 to n2, heartbeat 3002 was open/);
    expect(text).toContain('1 port');
  });
});
