import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Order } from './actor.ts';
import type { Host } from './namespaces.ts';

/** A program that listens and connects on the host or on a peer, as told. */
export interface Actor {
  tell(order: Order): Promise<Answer>;
  /** Connects; gives how it ended and the link's number. */
  dial(address: string, port: number, ms?: number): Promise<Answer>;
  /** Connects and gives the link's number; throws where that does not work. */
  link(address: string, port: number): Promise<number>;
  /** Dials as fast as it can until an instant; gives when and how the answer changed. */
  watch(address: string, port: number, until: number): Promise<[number, string][]>;
  /** Asks for an echo on a link: answered, silent, reset or closed. */
  ask(link: number, ms?: number): Promise<string>;
}

const Answer = z.object({
  id: z.int().default(-1),
  answer: z.string().default(''),
  link: z.int().default(-1),
  ms: z.number().default(0),
  changes: z.array(z.tuple([z.number(), z.string()])).default([]),
});
type Answer = z.infer<typeof Answer>;

/** Starts an actor; it ends with the host. */
export async function startActor(host: Host, peer?: string): Promise<Actor> {
  const program = fileURLToPath(new URL('actor.ts', import.meta.url));
  const child = host.start([process.execPath, program, 'act'], peer === undefined ? {} : { peer });
  const pending = new Map<number, (answer: Answer) => void>();
  const started = new Promise((resolve) => pending.set(-1, resolve));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const answer = Answer.parse(JSON.parse(line));
    pending.get(answer.id)?.(answer);
  });
  child.stderr?.on('data', (chunk) => process.stderr.write(`actor: ${String(chunk)}`));
  await started;
  let count = 0;
  const tell = (order: Order): Promise<Answer> => {
    const id = (count += 1);
    child.stdin?.write(`${JSON.stringify({ id, ...order })}\n`);
    return new Promise((resolve) => pending.set(id, resolve));
  };
  const dial = (address: string, port: number, ms = 700) =>
    tell({ order: 'connect', address, port, ms });
  return {
    tell,
    dial,
    link: async (address, port) => {
      const { answer, link } = await dial(address, port);
      if (answer !== 'open')
        throw new Error(`Cannot link to ${address} as it must be open: found ${answer}`);
      return link;
    },
    watch: async (address, port, until) =>
      (await tell({ order: 'watch', address, port, until })).changes,
    ask: async (link, ms = 500) => (await tell({ order: 'ask', link, ms })).answer,
  };
}
