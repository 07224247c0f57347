/**
 * Worker processes that play runs, each one at a time.
 *
 * Started by {@link startPool}, ended by `close()`. A worker that dies fails what it was asked, and the pool.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** Asks the next free worker; the answer is parsed. */
export interface Pool {
  ask<Answer>(order: object, answer: z.ZodType<Answer>): Promise<Answer>;
  close(): void;
}

const program = fileURLToPath(new URL('worker.ts', import.meta.url));
const Failed = z.object({ failed: z.string() });

/** After so many runs a worker is replaced: what each leaves behind in its process slows those that follow. */
const runsMost = 200;

/** Starts `count` workers with these words. */
export function startPool(count: number, words: readonly string[]): Pool {
  const idle = Array.from({ length: count }, () => new Worker(words));
  const workers = new Set(idle);
  const renewed = (worker: Worker): Worker => {
    if (worker.runs < runsMost) return worker;
    workers.delete(worker);
    worker.close();
    const fresh = new Worker(words);
    workers.add(fresh);
    return fresh;
  };
  const waiting: ((worker: Worker) => void)[] = [];
  const taken = (): Promise<Worker> => {
    const worker = idle.pop();
    if (worker !== undefined) return Promise.resolve(worker);
    return new Promise((resolve) => {
      waiting.push(resolve);
    });
  };
  return {
    async ask(order, answer) {
      const worker = await taken();
      const heard = await worker.ask(order);
      const free = renewed(worker);
      const next = waiting.shift();
      if (next === undefined) idle.push(free);
      else next(free);
      const failed = Failed.safeParse(heard);
      if (failed.success) {
        throw new Error(`Cannot play ${JSON.stringify(order)}: ${failed.data.failed}`);
      }
      return answer.parse(heard);
    },
    close: () => workers.forEach((worker) => worker.close()),
  };
}

class Worker {
  /** How many it has played. */
  runs = 0;
  readonly #child: ChildProcess;

  constructor(words: readonly string[]) {
    this.#child = fork(program, [...words], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Most of what a run makes is dead before the next: a wide nursery lets it die there.
      execArgv: ['--max-semi-space-size=64'],
    });
  }

  ask(order: object): Promise<unknown> {
    this.runs += 1;
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => {
        reject(new Error(`Cannot play as the worker must live: found exit ${code}`));
      };
      this.#child.once('exit', onExit);
      this.#child.once('message', (message) => {
        this.#child.off('exit', onExit);
        resolve(message);
      });
      this.#child.send(order);
    });
  }

  close(): void {
    this.#child.removeAllListeners('exit');
    if (this.#child.connected) this.#child.disconnect();
  }
}
