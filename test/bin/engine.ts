import { runWorkflow } from '../fakes/workflow.ts';
import { World } from '../fakes/world.ts';
import type { Workflow } from './deployed.ts';

/** The engine on a fresh world; what it journals is copied to where the command line looks. */
export const engine =
  (delayMs = 0): Workflow =>
  async ({ runId, execution, input }, journal) => {
    const world = new World({});
    await runWorkflow(world.gateways(), { runId, input });
    const request = await world.journal.request(runId);
    const plan = await world.journal.plan(runId);
    const item = await world.journal.read(runId);
    const report = await world.journal.report(runId);
    if (request === undefined || plan === undefined || item === undefined || report === undefined) {
      throw new Error('Expected a whole run');
    }
    await journal.write(runId, { kind: 'create', item: { ...item, execution } });
    await journal.putRequest(runId, request);
    for (const note of await world.journal.notes(runId)) await journal.note(runId, note);
    await journal.putReport(runId, report);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return { status: 'SUCCEEDED' };
  };
