import { parseExperiment } from '../../core/experiment.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Journal } from '../../lambda/gateways.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import { exampleInventory, halves } from '../fakes/example-cluster.ts';

/** The execution and the run that {@link openRun} writes down, and its one step. */
export const execution = 'arn:aws:states:eu-west-1:123456789012:execution:workflow:game-day';
export const runId = runIdOf(execution);
export const stepId = 'host-cut/i-node-1';

/** A run that holds one cut, as far as the journal knows. */
export async function openRun(journal: Journal, of = execution): Promise<void> {
  const inventory = exampleInventory();
  const ofRun = runIdOf(of);
  const item: RunItem = {
    runId: ofRun,
    execution: of,
    cluster: inventory.cluster,
    life: 'opening',
    version: 1,
    openedAt: Date.now(),
    deadlineAt: Date.now() + 600_000,
    intents: {},
    pending: [],
  };
  await journal.write(ofRun, { kind: 'create', item });
  await journal.putRequest(ofRun, { experiment: parseExperiment(halves), startedBy: 'a test' });
  await journal.putPlan(ofRun, {
    inventory,
    digest: 'abc',
    plan: {
      runId: ofRun,
      steps: [
        {
          id: stepId,
          phase: 1,
          says: 'stop what node-1 hears',
          kind: 'host-cut',
          instanceId: 'i-node-1',
          peers: ['10.0.1.12'],
          ports: [3001],
          packets: 'drop',
          direction: 'both',
        },
      ],
      cuts: [],
      targets: ['i-node-1'],
      hosts: ['i-node-1'],
      prediction: { clusterSizes: [1, 2], connections: 'full', falls: [] },
      calls: { inject: 0, restore: 0 },
      warnings: [],
    },
  });
  await journal.write(ofRun, { kind: 'begin', at: Date.now() });
  await journal.write(ofRun, { kind: 'intend', stepId, attempt: 'a', at: Date.now() });
  await journal.write(ofRun, { kind: 'settle', attempt: 'a', at: Date.now() });
}
