import type { Poll } from './agent-messages.ts';

/** An instance whose agent has spoken at least once; times in milliseconds of the epoch. */
export interface ManagedInstance {
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly registeredAt: number;
  readonly lastPingAt: number;
}

/** Who polls, and wakes those who wait: the endpoint's memory of its agents. */
export class Fleet {
  readonly #instances = new Map<string, ManagedInstance>();
  readonly #waiting = new Map<string, Set<() => void>>();

  get instances(): readonly ManagedInstance[] {
    return [...this.#instances.values()];
  }

  find(instanceId: string): ManagedInstance | undefined {
    return this.#instances.get(instanceId);
  }

  ping({ instanceId, agentVersion }: Poll, now: number): void {
    const registeredAt = this.#instances.get(instanceId)?.registeredAt ?? now;
    this.#instances.set(instanceId, { instanceId, agentVersion, registeredAt, lastPingAt: now });
  }

  /** Ends at the next {@link wake} of the instance, after `milliseconds`, or when the poll is gone. */
  wait(instanceId: string, milliseconds: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(instanceId) ?? new Set();
      this.#waiting.set(instanceId, waiting);
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        gone.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      waiting.add(end);
      gone.addEventListener('abort', end);
      if (gone.aborted) end();
    });
  }

  wake(instanceId: string): void {
    for (const end of this.#waiting.get(instanceId) ?? []) end();
  }

  /** Lets everyone go, so that the endpoint can close. */
  wakeAll(): void {
    for (const instanceId of this.#waiting.keys()) this.wake(instanceId);
  }
}
