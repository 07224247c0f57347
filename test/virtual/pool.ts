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

/** Starts `count` workers with these words. */
export function startPool(count: number, words: readonly string[]): Pool {
  const workers = Array.from({ length: count }, () => new Worker(words));
  const idle = [...workers];
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
      const next = waiting.shift();
      if (next === undefined) idle.push(worker);
      else next(worker);
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
  readonly #child: ChildProcess;

  constructor(words: readonly string[]) {
    this.#child = fork(program, [...words], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Most of what a run makes is dead before the next: a wide nursery lets it die there.
      execArgv: ['--max-semi-space-size=64'],
    });
  }

  ask(order: object): Promise<unknown> {
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
