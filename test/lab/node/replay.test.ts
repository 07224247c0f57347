import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { outcomeSchema } from './replay-outcome.ts';
import type { Outcome, Sample, Sighting } from './replay-outcome.ts';
import { oneLinkDown, rows } from './replay-rows.ts';
import type { RecordedChange, RecordedRow } from './replay-rows.ts';

/**
 * The recorded rows, replayed on stand-in nodes against the kernel's own packet filter.
 *
 * Every row runs in namespaces of its own (user, network, mount, pid), and ends with them. Needs unprivileged
 * user namespaces, `ip` and `iptables`; where one of them is missing the rows are skipped with the reason,
 * and fail where CI=true.
 */
const namespaces = ['-Urnm', '-p', '--fork', '--kill-child'];
const runsAtOnce = 7;

type Task = TestContext['task'];

const membershipToleranceSeconds = 1;
const migrationToleranceSeconds = 1.5;
const closedLinks = 'heartbeat_connections_closed';
const obstacle = findObstacle();
const isCi = process.env['CI'] === 'true';

if (obstacle !== undefined && !isCi) {
  process.stderr.write(`\nSKIPPED: the recorded rows are not replayed here: ${obstacle}\n\n`);
}

test.skipIf(obstacle !== undefined && !isCi)('the kernel lets rows be replayed', () => {
  expect(obstacle).toBeUndefined();
});

const title = obstacle === undefined ? 'replayed rows' : `replayed rows: ${obstacle}`;

describe.skipIf(obstacle !== undefined)(title, () => {
  const outcomes = new Map<string, Promise<Outcome>>();

  beforeAll(() => {
    const slots: Promise<unknown>[] = [];
    for (const [index, row] of [oneLinkDown, ...rows].entries()) {
      const outcome = (slots[index - runsAtOnce] ?? Promise.resolve()).then(() => replay(row));
      outcomes.set(row.row, outcome);
      slots.push(outcome.catch(() => {}));
    }
  });

  /** What came of a row; on a second try, of a replay anew, with the machine to itself. */
  const outcomeOf = async (row: RecordedRow, { result }: Task): Promise<Outcome> => {
    const tries = result?.retryCount ?? 0;
    if (tries > 0) outcomes.set(row.row, replay(row));
    return (await outcomes.get(row.row))!;
  };

  describe.each(rows)('$row', (row) => {
    test('each node ends the hold as recorded', async ({ task }) => {
      const { held } = await outcomeOf(row, task);
      expect(shown(held, row)).toEqual(row.held);
    });

    test('what changed while the rule stood, changed when the recording says', async ({ task }) => {
      expectChanges(row.whileHeld, await outcomeOf(row, task), 'held');
    });

    test('what changed after its removal, changed when the recording says', async ({ task }) => {
      expectChanges(row.afterwards, await outcomeOf(row, task), 'healed');
    });

    test('afterwards all are one cluster under one key', async ({ task }) => {
      const { healed } = await outcomeOf(row, task);
      expect(numbers(healed, 'cluster_size')).toEqual(healed.map(() => row.nodes));
      expect(new Set(healed.map((sample) => sample['cluster_key'])).size).toBe(1);
      expect(healed.every((sample) => sample['stable_im'] === 'key')).toBe(true);
    });

    test('nobody changed size that did not in the recording', async ({ task }) => {
      const { sightings } = await outcomeOf(row, task);
      for (const phase of ['held', 'healed'] as const) {
        const recorded = phase === 'held' ? row.whileHeld : row.afterwards;
        const seen = sightings.filter((sighting) => sighting.phase === phase);
        expect(sizesOf(seen)).toEqual(sizesOf(recorded));
      }
    });
  });

  const outcomeOfRow = (letter: string, task: Task) =>
    outcomeOf(
      rows.find(({ row }) => row.startsWith(`${letter}:`))!,
      task,
    );

  test('B: n3 lost both links and has two again; n1 and n2 lost one each', async ({ task }) => {
    const { before, held } = await outcomeOfRow('B', task);
    const [then, now] = [before, held].map((samples) => numbers(samples, closedLinks));
    const lost = now!.map((closed, index) => closed - then![index]!);
    expect(lost[0]).toBeGreaterThanOrEqual(1);
    expect(lost[1]).toBeGreaterThanOrEqual(1);
    expect(lost[2]).toBeGreaterThanOrEqual(2);
  });

  test('G: cut fabric links die from 10.7 s on, and nothing else shows', async ({ task }) => {
    const { sightings } = await outcomeOfRow('G', task);
    const first = sightings.find(({ field }) => field === 'fabric_connections');
    expect(Math.abs(first!.at - 10.71)).toBeLessThanOrEqual(membershipToleranceSeconds);
    expect(new Set(sightings.map(({ field }) => field))).toEqual(new Set(['fabric_connections']));
  });

  test.for(['M', 'SG1'])('%s: nothing at all was seen', async (letter, { task }) => {
    const { sightings } = await outcomeOfRow(letter, task);
    expect(sightings).toEqual([]);
  });

  test('SG2, SG3: it stays as long as the groups do, and then every link is back', async ({
    task,
  }) => {
    for (const letter of ['SG2', 'SG2b', 'SG3']) {
      const { sightings, healed } = await outcomeOfRow(letter, task);
      const links = sightings.filter(
        ({ phase, node, field, at }) =>
          phase === 'held' && node === 'n1' && field === 'heartbeat_connections' && at > 3,
      );
      expect(links, letter).toEqual([]);
      expect(numbers(healed, 'heartbeat_connections'), letter).toEqual([2, 2, 2]);
      expect(numbers(healed, 'fabric_connections'), letter).toEqual([48, 48, 48]);
    }
  });

  test('W: half of the links of n1 die from 10.7 to 20 s, stay dead, and size is whole throughout', async ({
    task,
  }) => {
    const { sightings, held, healed } = await outcomeOf(oneLinkDown, task);
    const deaths = sightings.filter(
      ({ node, field }) => node === 'n1' && field.startsWith('fabric'),
    );

    expect(new Set(sightings.map(({ field }) => field))).toEqual(new Set(['fabric_connections']));
    expect(deaths.length).toBeGreaterThan(0);
    for (const { phase, at } of deaths) {
      expect(phase).toBe('held');
      expect(at).toBeGreaterThanOrEqual(10.7 - membershipToleranceSeconds);
      expect(at).toBeLessThanOrEqual(20 + membershipToleranceSeconds);
    }
    expect(numbers(held, 'cluster_size')).toEqual([3, 3, 3]);
    expect(Math.abs(numbers(held, 'fabric_connections')[0]! - 24)).toBeLessThanOrEqual(14);
    expect(numbers(healed, 'fabric_connections')).toEqual(numbers(held, 'fabric_connections'));
  });

  test('SG4: n1 lost both heartbeat links and has two again', async ({ task }) => {
    const { before, held } = await outcomeOfRow('SG4', task);
    const [then, now] = [before, held].map((samples) => numbers(samples, closedLinks)[0]!);
    expect(now! - then!).toBeGreaterThanOrEqual(2);
  });
});

/** Why rows cannot be replayed here, if they cannot; tries what they need in throw-away namespaces. */
function findObstacle(): string | undefined {
  const script = [
    'mount -t tmpfs none /run',
    'ip netns add try',
    'ip link add br0 type bridge',
    'ip link add v0 type veth peer name eth0 netns try',
    'ip netns exec try iptables -w -I INPUT -p tcp -m multiport --ports 1,2 -j REJECT',
    'ip netns exec try iptables -w -I INPUT -p tcp -m conntrack --ctstate NEW -j DROP',
  ].join(' && ');
  try {
    execFileSync('unshare', [...namespaces, 'sh', '-c', script], {
      stdio: 'pipe',
      timeout: 20_000,
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

async function replay({ nodes, links, before, rules, during, ...spans }: RecordedRow) {
  const { holdSeconds, healSeconds } = spans;
  const row = JSON.stringify({ nodes, links, before, rules, during, holdSeconds, healSeconds });
  const runner = ['node_modules/.bin/node', 'test/lab/node/replay-row.ts', row];
  const { stdout } = await promisify(execFile)('unshare', [...namespaces, ...runner], {
    maxBuffer: 16 * 1024 * 1024,
    timeout: 60_000,
  });
  return outcomeSchema.parse(JSON.parse(stdout));
}

/** What a row is compared by, in the shape of its expectation: nothing that it leaves open. */
function shown(samples: readonly Sample[], { held }: RecordedRow): RecordedRow['held'] {
  const heartbeats = numbers(samples, 'heartbeat_connections').slice(0, held.heartbeats.length);
  return {
    sizes: numbers(samples, 'cluster_size'),
    heartbeats,
    fabrics: numbers(samples, 'fabric_connections'),
    keys: new Set(samples.map((sample) => sample['cluster_key'])).size,
    ...(held.members && {
      members: samples.map((sample) => sample['cluster_is_member'] === 'true'),
    }),
    ...(held.unavailable && { unavailable: numbers(samples, 'unavailable_partitions') }),
  };
}

function sizesOf(changes: readonly { node: string; field: string; to: string }[]): string[] {
  return changes
    .filter(({ field }) => field === 'cluster_size')
    .map(({ node, to }) => `${node} ${to}`)
    .toSorted();
}

function numbers(samples: readonly Sample[], field: string): number[] {
  return samples.map((sample) => Number(sample[field]));
}

function expectChanges(
  recorded: readonly RecordedChange[],
  { sightings }: Outcome,
  phase: Sighting['phase'],
): void {
  for (const { node, field, to, at } of recorded) {
    const seen = sightings
      .filter((sighting) => sighting.phase === phase && sighting.node === node)
      .filter((sighting) => sighting.field === field && sighting.to === to)
      .map((sighting) => sighting.at);
    const tolerance =
      field === 'migrating' ? migrationToleranceSeconds : membershipToleranceSeconds;
    const isInTime = seen.some((time) => Math.abs(time - at) <= tolerance);
    expect(isInTime, `${node} ${field} ${to} at ${at}, seen at ${seen.join(', ')}`).toBe(true);
  }
}
