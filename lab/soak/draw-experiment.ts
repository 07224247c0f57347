import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { experimentIn } from '../../lib/experiment-file.ts';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import type { SeededChance } from './seeded-chance.ts';
import { soakStages } from './soak-stages.ts';
import type { SoakStageName } from './soak-stages.ts';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));

/** The examples that can be planned on a stage. */
export function examplesOn(stage: SoakStageName): Experiment[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const all = files.toSorted().map((file) => experimentIn(join(folder, file)));
  return all.filter(soakStages[stage].fits);
}

/** Hold of an experiment whose fault has no times of its own, in seconds. */
const hold = { least: 10, most: 20 };

/** Of a hundred draws, those of faults that the API makes; the others are made on hosts. */
const byApi = 40;

/** One of the examples, held for a time of its own and at a node of its own where it names one. */
export function drawExperiment(all: readonly Experiment[], chance: SeededChance): Experiment {
  const wanted = chance.between(1, 100) <= byApi;
  const likely = all.filter((one) => isMadeByApi(one) === wanted);
  const drawn = chance.oneOf(likely.length > 0 ? likely : all);
  const node = `n${chance.between(1, 3)}`;
  const seconds = chance.between(hold.least, hold.most);
  return parseExperiment({
    ...drawn,
    ...(hasTimes(drawn) ? {} : { holdSeconds: seconds }),
    fault: movedTo(node, drawn.fault),
  });
}

const isMadeByApi = ({ mechanism }: Experiment): boolean =>
  mechanism === 'security-group' || mechanism === 'network-acl';

/** Flapping, parts and shares need the hold they were written with. */
function hasTimes({ fault, flapping, intensity }: Experiment): boolean {
  return fault.kind === 'sequence' || flapping !== undefined || intensity !== undefined;
}

function movedTo(node: string, fault: Experiment['fault']): Experiment['fault'] {
  const movable = ['client-cut', 'service-freeze', 'link-down'].includes(fault.kind);
  return movable && 'nodes' in fault && fault.nodes !== undefined
    ? { ...fault, nodes: [node] }
    : fault;
}
