import { describe, expect, test } from 'vitest';
import { sameAudit } from '../../bin/cli/audit-command.ts';
import { Audit } from '../../core/audit/audit.ts';
import { writeAudit } from '../../core/audit/write-audit.ts';
import { seenOn, usual } from '../core/audit/audits.ts';
import { deployed } from './deployed.ts';
import type { AuditMachine } from './deployed.ts';

/** The command as a person runs it, against a stack, the lab's DynamoDB and a machine. */

/** A machine that finds n1's heartbeat to n2 as it is told. */
const finding =
  (answer: 'open' | 'timed-out'): AuditMachine =>
  async ({ cluster, accept }, auditId, audits) => {
    const seen = seenOn(
      { ...usual(), cluster },
      ({ from, port }) => (from === 'i-n1' && port === 3002 ? answer : undefined),
      { auditId },
    );
    const audit = writeAudit(seen, await audits.accepted(cluster));
    await audits.put(audit);
    if (accept) await audits.accept(audit);
    return audit.verdict === 'differs' && !accept
      ? { status: 'FAILED', error: 'Differs', cause: audit.says }
      : { status: 'SUCCEEDED' };
  };

describe('aerofault audit', () => {
  test('first, accepted, same, differs: exit codes and words', async () => {
    const machine = { now: finding('open') };
    const { aerofault, started } = await deployed(undefined, (...asked) => machine.now(...asked));

    const first = await aerofault('audit', 'orders');
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^FIRST orders: 16 open, 0 closed/);

    const accepted = await aerofault('audit', 'orders', '--accept');
    expect(accepted.code).toBe(0);
    expect(accepted.stdout).toContain('Accepted');
    expect(started).toEqual([
      { cluster: 'orders', accept: false, servicePort: 3000 },
      { cluster: 'orders', accept: true, servicePort: 3000 },
    ]);

    expect((await aerofault('audit', 'orders')).stdout).toMatch(/^SAME orders/);

    machine.now = finding('timed-out');
    const differs = await aerofault('audit', 'orders');
    expect(differs.code).toBe(1);
    expect(differs.stdout).toMatch(/closed +n1 to n2, heartbeat 3002 was open, is timed-out/);

    const json = await aerofault('audit', 'orders', '--json');
    expect(json.code).toBe(1);
    expect(Audit.parse(JSON.parse(json.stdout)).differences).toHaveLength(1);

    const planned = await aerofault('audit', 'orders', '--accept');
    expect(planned.code).toBe(0);
    expect(planned.stdout).toMatch(/^DIFFERS orders.*[^]*Accepted: /);
    // Six processes, each of which loads everything anew: on a busy machine that takes its time.
  }, 240_000);

  test('what the machine refuses is refused in its words', async () => {
    const cause = JSON.stringify({
      errorType: 'Refusal',
      errorMessage: 'Cannot audit cluster "nobody" as it must be there: found none',
    });
    const { aerofault } = await deployed(undefined, async () => {
      return { status: 'FAILED', error: 'Refusal', cause };
    });
    const { code, stderr } = await aerofault('audit', 'nobody');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Cannot audit cluster "nobody" as it must be there: found none\n/);
  });

  test('TLS is asked for on the port that is named', async () => {
    const { aerofault, started } = await deployed(undefined, finding('open'));
    const access = { tls: { name: 'orders.internal' } };
    const words = ['--access', JSON.stringify(access), '--tls-service-port', '4444'];
    const { code } = await aerofault('audit', 'orders', ...words);
    expect(code).toBe(0);
    expect(started).toEqual([
      { cluster: 'orders', accept: false, servicePort: 3000, access, tlsServicePort: 4444 },
    ]);

    const refused = await aerofault('audit', 'orders', '--tls-service-port', 'tls');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/found tlsServicePort wrong/);
  }, 120_000);

  test('bad input is refused before anything is started', async () => {
    const { aerofault, started } = await deployed();
    const { code, stderr } = await aerofault('audit', 'orders;rm');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Cannot read the request for an audit as it must /);
    expect(started).toEqual([]);
  });
});

test('what to accept next is the same audit, with every way in which it was asked', () => {
  expect(sameAudit('orders', { servicePort: '3000' })).toEqual(['audit', 'orders']);
  expect(
    sameAudit('orders', { servicePort: '4000', access: '{}', tlsServicePort: '4444' }),
  ).toEqual([
    'audit',
    'orders',
    '--service-port',
    '4000',
    '--access',
    '{}',
    '--tls-service-port',
    '4444',
  ]);
});
