import type { Hosts } from '../lambda/gateways.ts';
import { ownQuestions } from '../test/fakes/own-questions.ts';
import { probingSsm } from '../test/lambda/aws/probing-ssm.ts';
import { median } from './median.ts';
import { lookAt } from './one-look.ts';
import type { Look } from './one-look.ts';

const sizes = [3, 30, 100];
const runs = 5;

interface Measured extends Look {
  readonly commands: number;
  readonly longest: number;
}

/** `apart`: every host is sent its own questions alone, as a command each. */
async function measured(nodes: number, apart: boolean): Promise<Measured> {
  const looks: Measured[] = [];
  for (let round = 0; round < runs; round += 1) {
    const ssm = await probingSsm();
    try {
      const look = await lookAt(nodes, apart ? oneByOne(ssm.hosts) : ssm.hosts);
      const longest = Math.max(...ssm.sent.map(({ text }) => text.length));
      looks.push({ ...look, commands: ssm.sent.length, longest });
    } finally {
      await ssm.stop();
    }
  }
  const [first] = looks;
  if (first === undefined) throw new Error('Cannot bench without a look: found none');
  if (first.seen + first.views !== first.questions) {
    throw new Error(`Cannot bench as all must be answered: found ${JSON.stringify(first)}`);
  }
  return { ...first, ms: median(looks.map(({ ms }) => ms)) };
}

const oneByOne = (hosts: Hosts): Hosts => ({
  ...hosts,
  run(id, script, { parameters, ...options }) {
    const items = ownQuestions(parameters['Probes'] ?? '', id) ?? [];
    return hosts.run(id, script, {
      ...options,
      parameters: { ...parameters, Probes: items.join(',') },
    });
  },
});

/**
 * The probing part of `npm run bench`: one whole look before the fault, by the deployed engine and gateway against
 * an SSM over HTTP whose scripts take no time, shared texts beside a command for every host.
 */
export async function benchProbing(): Promise<void> {
  process.stdout.write(
    '\nprobing: nodes  hosts  questions  commands  longest text  look ms  |  apart: commands  look ms  ratio: commands  ms\n',
  );
  await measured(3, false); // The first run warms up the compiler.
  for (const nodes of sizes) {
    const shared = await measured(nodes, false);
    const apart = await measured(nodes, true);
    const columns = [
      String(nodes).padStart(14),
      String(shared.asked).padStart(5),
      String(shared.questions).padStart(9),
      String(shared.commands).padStart(8),
      String(shared.longest).padStart(12),
      shared.ms.toFixed(1).padStart(7),
      '|',
      String(apart.commands).padStart(14),
      apart.ms.toFixed(1).padStart(7),
      (apart.commands / shared.commands).toFixed(1).padStart(15),
      (apart.ms / shared.ms).toFixed(1).padStart(3),
    ];
    process.stdout.write(`${columns.join('  ')}\n`);
  }
}
