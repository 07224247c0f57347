/**
 * One process that plays runs in virtual time, as it is told over IPC; it ends with its parent.
 *
 * It has no time of its own (virtual-time.ts), which is why it is none of the test's process.
 */
import * as z from 'zod';
import { readAssembly } from '../../lab/assembly/assembly.ts';
import { kinds } from './faults.ts';
import { play, playIll, playWell } from './play.ts';
import { scenes } from './scenes.ts';
import type { Scene } from './scenes.ts';
import { illnesses } from './virtual-lambda.ts';
import { playAcross } from './across.ts';
import { escape, waysOut } from './ways-out.ts';
import { VirtualProcess } from './virtual-cloud.ts';

/** What the process is asked. */
const Order = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('well'), scene: z.string() }),
  z.object({
    kind: z.literal('fault'),
    scene: z.string(),
    call: z.string(),
    fault: z.enum(kinds),
  }),
  z.object({
    kind: z.literal('ill'),
    scene: z.string(),
    state: z.string(),
    illness: z.enum(illnesses),
  }),
  z.object({
    kind: z.literal('across'),
    scene: z.string(),
    takes: z.string().optional(),
    from: z.enum(['start', 'Hold']).default('Hold'),
  }),
  z.object({ kind: z.literal('escape'), scene: z.string(), way: z.enum(waysOut) }),
]);
type Order = z.infer<typeof Order>;

/** The folder of the assembly; then, perhaps, that of another bundle for Inject. */
const [, , folder = '', inject] = process.argv;
const assembly = readAssembly(folder);
const functions = assembly.functions.map((one) =>
  inject !== undefined && one.logicalId.startsWith('FunctionsInject')
    ? { ...one, directory: inject }
    : one,
);
const virtual = new VirtualProcess({ ...assembly, functions });

// An orderly exit waits for ever now and then: threads of Node's wait for a time that passes no more.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (message) => void answer(Order.parse(message)));

async function answer(order: Order): Promise<void> {
  process.send?.(await answerTo(order));
}

async function answerTo(order: Order): Promise<object> {
  const scene = sceneOf(order.scene);
  try {
    if (order.kind === 'escape') return await escape(virtual, scene, order.way);
    if (order.kind === 'across') return await playAcross(virtual, scene, order);
    if (order.kind === 'ill') return await playIll(virtual, scene, order);
    if (order.kind === 'fault') {
      return await play(virtual, scene, { call: order.call, kind: order.fault });
    }
    const { calls, execution, residues } = await playWell(virtual, scene);
    return { calls, residues, result: await execution.result };
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function sceneOf(name: string): Scene {
  const found = scenes.find((scene) => scene.name === name);
  if (found !== undefined) return found;
  throw new Error(`Cannot play ${name} as it must be an example: found none`);
}
