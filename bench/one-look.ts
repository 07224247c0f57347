import { parseExperiment } from '../core/experiment.ts';
import type { RunItem } from '../core/journal.ts';
import { plan } from '../core/plan/plan.ts';
import {
  canaryQuestions,
  controlQuestions,
  cutQuestions,
  lagQuestions,
  partQuestions,
  viewQuestions,
} from '../core/probe.ts';
import { usualTiming } from '../core/timing.ts';
import { digestOf } from '../lambda/aws/digest.ts';
import { sample } from '../lambda/engine/probing.ts';
import type { Gateways, Hosts } from '../lambda/gateways.ts';
import { FakeAlarms } from '../test/fakes/fake-alarms.ts';
import { FakeFreeze } from '../test/fakes/fake-freeze.ts';
import { FakeJournal } from '../test/fakes/fake-journal.ts';
import { FakeNetwork } from '../test/fakes/fake-network.ts';
import { FakeSecrets } from '../test/fakes/fake-secrets.ts';
import { FakeSchedule } from '../test/fakes/fake-schedule.ts';
import { VirtualClock } from '../test/fakes/virtual-clock.ts';
import { largeInventory } from './large-inventory.ts';

/** What one look was: hosts and questions asked, answers and views heard, and its milliseconds. */
export interface Look {
  readonly asked: number;
  readonly questions: number;
  readonly seen: number;
  readonly views: number;
  readonly ms: number;
}

/** The look before the fault at a cluster of so many nodes cut in halves, with 50 clients, through these hosts. */
export async function lookAt(nodes: number, hosts: Hosts): Promise<Look> {
  const inventory = largeInventory(nodes);
  const experiment = parseExperiment({
    name: 'bench',
    cluster: inventory.cluster,
    mechanism: 'security-group',
    holdSeconds: 60,
    fault: { kind: 'partition', topology: { kind: 'halves' } },
  });
  const subject = { experiment, inventory, plan: plan(experiment, inventory, 'bench') };
  const questions = [
    ...viewQuestions(experiment, inventory),
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...canaryQuestions(subject, 'keep'),
    ...partQuestions(subject, 'before'),
    ...lagQuestions(subject),
  ];
  const startedAt = performance.now();
  const heard = await sample({ ...subject, run }, 'baseline', {
    questions,
    gateways: gatewaysOf(hosts),
  });
  const ms = performance.now() - startedAt;
  return {
    asked: new Set(questions.map(({ from }) => from)).size,
    questions: questions.length,
    seen: heard.seen.length,
    views: heard.views.filter(({ view }) => view !== null).length,
    ms,
  };
}

const run: RunItem = {
  runId: 'bench',
  execution: 'bench',
  cluster: 'orders',
  life: 'open',
  version: 1,
  openedAt: 1_700_000_000_000,
  deadlineAt: 1_700_000_600_000,
  intents: {},
  pending: [],
};

/** Everything but hosts in memory, for a look asks nothing else. */
function gatewaysOf(hosts: Hosts): Gateways {
  const clock = new VirtualClock();
  return {
    hosts,
    journal: new FakeJournal(),
    network: new FakeNetwork(largeInventory(3), { clock, applied() {}, undone() {}, changed() {} }),
    schedule: new FakeSchedule(clock, () => {}),
    alarms: new FakeAlarms(),
    freeze: new FakeFreeze(),
    secrets: new FakeSecrets(),
    windows: [],
    clusters: undefined,
    clock,
    chance: { attempt: () => 'attempt' },
    timing: usualTiming,
    digest: digestOf,
  };
}
