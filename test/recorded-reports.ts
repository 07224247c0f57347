import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Report } from '../core/report.ts';

/** Reports that rehearsals left: confirmed, refuted, by API, with parts, and one that broke while injecting. */
export const recordedNames = [
  'isolate-one-node',
  'one-ended-recipe',
  'halves',
  'sequence',
  'broken',
] as const;

export function recorded(name: (typeof recordedNames)[number]): Report {
  const file = join(import.meta.dirname, 'recorded/reports', `${name}.json`);
  return Report.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Of an experiment that was refused: there is next to nothing to tell. */
function refused(): Report {
  const report = recorded('halves');
  const unseen = { answer: 'inconclusive', evidence: [] } as const;
  const never = { injectAt: null, injectedAt: null, inForceAt: null, restoreAt: null };
  return Report.parse({
    ...empty(report),
    outcome: 'refused',
    says: 'Cannot isolate 4 nodes as one must stay: found 3',
    failure: { error: 'Refusal', cause: 'Cannot isolate 4 nodes as one must stay: found 3' },
    verdicts: {
      steady: unseen,
      inForce: unseen,
      expected: unseen,
      clean: unseen,
      recovered: unseen,
    },
    timing: { ...report.timing, ...never, restoredAt: null, cleanAt: null, recoveredAt: null },
    closedBy: null,
  });
}

/** Of the same run with nothing in it that can be empty or null. */
function empty(report: Report): Report {
  const { digest: _, ...plan } = report.plan;
  return Report.parse({
    ...report,
    plan: {
      ...plan,
      digest: null,
      steps: [],
      hosts: [],
      targets: [],
      prediction: null,
      warnings: [],
    },
    timing: Object.fromEntries(Object.keys(report.timing).map((name) => [name, null])),
    parts: [],
    hypotheses: [],
    nodes: [],
    connections: [],
    counters: [],
    clients: [],
    states: [],
    cost: null,
    limits: [],
    clusters: [],
    restored: [],
    residue: [],
    others: [],
    bundles: {},
  });
}

/** With marker records: what a split of a real server did to them (docs/markers.md). */
function marked(): Report {
  const report = recorded('isolate-one-node');
  const written = { acknowledged: 100, inDoubt: 0, refused: 0, untried: 0, unknown: 0 };
  return Report.parse({
    ...report,
    markers: {
      namespace: 'test',
      set: 'aerofault',
      by: 'i-c1',
      client: 'aerospike 6.7.1',
      ttlSeconds: null,
      split: { predicted: true, seen: true },
      kept: { answer: 'refuted', evidence: ['100 of 400 acknowledged writes are gone'] },
      lost: 100,
      sides: [
        {
          nodes: ['n1'],
          codes: {},
          own: { ...written, seenDuring: [100, 0], seenAfter: 100, lost: 0 },
          shared: { ...written, seenDuring: [100, 0], seenAfter: 0, lost: 100 },
        },
        {
          nodes: ['n2', 'n3'],
          codes: { '9': 2 },
          own: { ...written, inDoubt: 2, seenDuring: [0, 98], seenAfter: null, lost: null },
          shared: { ...written, seenDuring: [0, 100], seenAfter: 100, lost: 0 },
        },
      ],
      removed: true,
    },
  });
}

/** Of a run that restore could not end. */
export function stuck(): Report {
  const report = recorded('isolate-one-node');
  const [step] = report.plan.steps;
  const since = (report.timing.restoreAt ?? 0) + 60_000;
  return Report.parse({
    ...report,
    outcome: 'not-clean',
    life: 'closed',
    says: `STUCK ${report.experiment.name} on orders-staging, run ${report.runId}: 1 step may be in force`,
    verdicts: {
      ...report.verdicts,
      clean: { answer: 'inconclusive', evidence: ['nobody could look at n1'] },
      recovered: { answer: 'refuted', evidence: ['n1 is still alone'] },
    },
    timing: { ...report.timing, restoredAt: null, cleanAt: null, recoveredAt: null },
    restored: [],
    residue: ['n1: chain AEROFAULT-x is still there'],
    stuck: {
      since,
      steps: [
        {
          stepId: step?.id ?? '',
          says: step?.says ?? '',
          reason: 'its agent has not answered for 60 s',
          byHand: ['# On n1:', 'iptables -w 5 -D INPUT -j AEROFAULT-x', "echo 'a<b' && true"],
        },
      ],
    },
  });
}

/** Of a run that an alarm ended early, seen through clients that fared differently. */
export function stopped(): Report {
  const report = recorded('isolate-one-node');
  const zero = report.timing.injectedAt ?? 0;
  const rates = [1204, 1198.5, 640.25, null, 655, 702.75, 1190];
  const clients = rates.map((ok, index) => ({
    from: zero + 4000 * (index - 2),
    until: zero + 4000 * (index - 1),
    ok,
    timeouts: ok === null ? null : Math.max(0, Math.round(1200 - ok) / 10),
    errors: ok === null ? null : 0,
  }));
  const stoppedBy = { at: zero + 9000, cause: 'alarm', says: 'alarm orders-latency-high' };
  const restoreAt = zero + 3_600_000;
  return Report.parse({ ...report, clients, stoppedBy, timing: { ...report.timing, restoreAt } });
}

/** Every kind of report that there is, by name. */
export const everyKind = (): readonly (readonly [string, Report])[] => [
  ...recordedNames.map((name) => [name, recorded(name)] as const),
  ['refused', refused()],
  ['empty', empty(recorded('isolate-one-node'))],
  ['stuck', stuck()],
  ['stopped', stopped()],
  ['marked', marked()],
];
