import { Step, temporaryName } from '../../core/step.ts';
import type { Gateways } from '../gateways.ts';
import { seenWithin } from './seen-within.ts';

/**
 * The groups that a run has made, by name: steps were planned before these had ids.
 *
 * Asked for once and kept, since a name never changes its id; asked again only while a name is missing.
 */
export class TemporaryGroups {
  readonly #runId: string;
  readonly #gateways: Gateways;
  #asked: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(runId: string, gateways: Gateways) {
    this.#runId = runId;
    this.#gateways = gateways;
  }

  /** Name → id of every group made. @throws where EC2 cannot be asked. */
  async all(): Promise<ReadonlyMap<string, string>> {
    this.#asked ??= this.#ask();
    return this.#asked;
  }

  /** The step with ids in place of names; a name that has no id yet stays. */
  async known(step: Step): Promise<Step> {
    return namesIn(step).length === 0 ? step : withIds(step, await this.all());
  }

  /** The step with ids in place of all names; undefined when one is not seen in time. */
  async awaited(step: Step): Promise<Step | undefined> {
    return seenWithin(async () => {
      const known = await this.known(step);
      if (namesIn(known).length === 0) return known;
      this.#asked = undefined;
      return undefined;
    }, this.#gateways);
  }

  async #ask(): Promise<ReadonlyMap<string, string>> {
    const made = await this.#gateways.network.groupsMadeBy(this.#runId);
    return new Map(made.map(({ id, name }) => [name, id]));
  }
}

/** The names in a step that stand for ids, wherever they are in it. */
function namesIn(step: Step): string[] {
  const names: string[] = [];
  JSON.stringify(step, (_, value: unknown) => {
    const name = typeof value === 'string' ? temporaryName(value) : undefined;
    if (name !== undefined) names.push(name);
    return value;
  });
  return names;
}

function withIds(step: Step, made: ReadonlyMap<string, string>): Step {
  const idFor = (_: string, value: unknown): unknown => {
    const name = typeof value === 'string' ? temporaryName(value) : undefined;
    return name === undefined ? value : (made.get(name) ?? value);
  };
  return Step.parse(JSON.parse(JSON.stringify(step), idFor));
}
