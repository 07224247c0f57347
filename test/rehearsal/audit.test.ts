import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Audit } from '../../core/audit/audit.ts';
import { cellsIn } from '../../core/audit/compare.ts';
import { unshareCommand } from '../../lab/prerequisites.ts';
import { madeAssembly } from '../assembly-setup.ts';

/** The deployed machine and Lambda, hosts with real kernels, and people who change something in between. */

const Said = z.object({
  when: z.string(),
  result: z.object({
    status: z.string(),
    error: z.string().optional(),
    cause: z.string().optional(),
  }),
  audit: Audit,
});
type Said = z.infer<typeof Said>;

const play = fileURLToPath(new URL('audit-play.ts', import.meta.url));

async function played(): Promise<Said[]> {
  const [command, ...words] = ['env', ...unshareCommand(), process.execPath, play];
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AEROFAULT_ASSEMBLY: madeAssembly(), NODE_NO_WARNINGS: '1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the play ended with ${code}:\n${stderr}\n${stdout}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => Said.parse(JSON.parse(line)));
}

describe('audits of a cluster', () => {
  const said = new Map<string, Said>();
  // A test, as only those are tried again: what follows it looks at what it heard.
  test('the play comes to its end', async () => {
    for (const one of await played()) said.set(one.when, one);
    expect(said.size).toBeGreaterThan(0);
  });
  const at = (when: string): Said => said.get(when)!;
  const changed = (when: string, kind: string) =>
    at(when).audit.differences.filter((one) => one.kind === kind);

  test('the first sees all of the matrix, explains what is closed, and differs from nothing', () => {
    const { audit, result } = at('at first');
    expect(result.status).toBe('SUCCEEDED');
    expect(audit).toMatchObject({ verdict: 'first', accepted: null, differences: [], runs: [] });
    const cells = cellsIn(audit);
    expect(cells).toHaveLength(3 * 2 * 4 + 3 * 4);
    expect(cells.filter(({ answer }) => answer === 'unknown')).toEqual([]);
    expect(audit.surprises).toEqual([]);
    expect(audit.closed.filter(({ because }) => because === 'unexplained')).toEqual([]);
  });

  test('nodes are connected to each other, and their counters were read twice', () => {
    const { audit } = at('at first');
    const nodes = audit.hosts.filter(({ role }) => role === 'node').map(({ id }) => id);
    for (const host of nodes) {
      const peers = audit.connections.filter((row) => row.host === host);
      const linked = peers.filter(({ byPort }) => (byPort['heartbeat'] ?? 0) > 0);
      expect(new Set(linked.map(({ peerId }) => peerId))).toEqual(
        new Set(nodes.filter((id) => id !== host)),
      );
    }
    expect(audit.counters.map(({ node }) => node).toSorted()).toEqual(nodes.toSorted());
    for (const { seconds, figures } of audit.counters) {
      expect(seconds).toBeGreaterThan(2);
      expect(figures['client_connections_opened']).toMatchObject({ change: 0 });
      expect(figures['client_proxy_complete']).toEqual({ value: 0, change: 0 });
    }
  });

  test('what was accepted is the same afterwards', () => {
    const { audit, result } = at('accepted');
    expect(result.status).toBe('SUCCEEDED');
    expect(audit).toMatchObject({ verdict: 'same', differences: [] });
    expect(audit.accepted?.auditId).toBe(at('at first').audit.auditId);
  });

  test('a rule taken away is named with what it would take', () => {
    const { result } = at('a rule is gone');
    expect(result).toMatchObject({ status: 'FAILED', error: 'Differs' });
    const closed = changed('a rule is gone', 'closed');
    expect(closed).toHaveLength(3 * 2 * 2);
    for (const { says } of closed) {
      expect(says).toMatch(
        /, (fabric|heartbeat) \d+ was open, is timed-out: no rule of sg-\w+ \(aerospike-nodes\) lets tcp 300[12] in from sg-\w+ \(aerospike-nodes\); it would take ingress tcp 300[12] from sg-/,
      );
    }
    expect(result.cause).toContain('no rule of');
  });

  test("a host's own DROP is found there, and nothing listens where a service is down", () => {
    const { audit } = at('hosts are changed');
    const closed = changed('hosts are changed', 'closed');
    expect(audit.differences).toEqual(closed);
    const dropped = closed.filter(({ cell }) => cell?.answer === 'timed-out');
    expect(dropped.map(({ says }) => says)).toEqual([
      expect.stringMatching(
        /heartbeat 3002 was open, is timed-out: security groups admit it; the packet filter of \S+ stops it: -A INPUT -s \S+ -p tcp -m tcp --dport 3002 -j DROP$/,
      ),
    ]);
    const refused = closed.filter(({ cell }) => cell?.answer === 'refused');
    // Of two nodes on service, fabric and heartbeat at least, and of the client on service.
    expect(refused.length).toBeGreaterThanOrEqual(7);
    expect(new Set(refused.map(({ cell }) => cell?.to)).size).toBe(1);
    for (const { says } of refused) {
      expect(says).toMatch(/was open, is refused: nothing listens on \d+ at \S+$/);
    }
    expect(closed).toHaveLength(dropped.length + refused.length);
  });
});
