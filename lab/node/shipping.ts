import type { Destination } from './config.ts';
import { ShipLink } from './ship-link.ts';

/** What is shipped to one destination, and how that goes. */
export interface Shipment {
  readonly dc: string;
  /** Namespaces that go there now, with the settings that were made. */
  readonly namespaces: Map<string, Map<string, string>>;
  readonly links: readonly ShipLink[];
  /** Whether the link to the destination is held down, as servers before 5.0 can. */
  isHeldDown: boolean;
  /** Since when records wait, in ms of the node's clock; undefined: none do. */
  waitingSince: number | undefined;
  /** How often records were looked for anew since they were not kept in memory. */
  recoveries: number;
}

/** Nothing waits for less than this: a link answers several times meanwhile. */
const usualLagMs = 1_000;

/**
 * The XDR of one node: to every node of every destination a connection to its service port, over which
 * questions go in place of records.
 *
 * Runs on the node's tick by `tend`; `close` ends it. Lag grows while a namespace should be shipped and a
 * link gets no answers, and is made good as soon as it does. Not covered: records, queues that run over,
 * the 30 s for which servers before 5.0 go on after force-linkdown, and a configuration that outlives
 * the process.
 */
export class Shipping {
  readonly #shipments: readonly Shipment[];
  readonly #now: () => number;

  constructor(destinations: readonly Destination[], now: () => number) {
    this.#now = now;
    this.#shipments = destinations.map(({ dc, namespaces, nodes }) => ({
      dc,
      namespaces: new Map(namespaces.map((name) => [name, new Map<string, string>()])),
      links: nodes.map((node) => new ShipLink(node, now)),
      isHeldDown: false,
      waitingSince: undefined,
      recoveries: 0,
    }));
  }

  /** The destinations' names, in order. */
  get dcs(): string[] {
    return this.#shipments.map(({ dc }) => dc);
  }

  /** What is shipped to a destination; undefined where there is no such one. */
  to(dc: string | undefined): Shipment | undefined {
    return this.#shipments.find((each) => each.dc === dc);
  }

  /** Ships what should be; to be called on every tick. */
  tend(): void {
    for (const shipment of this.#shipments) {
      const ships = shipment.namespaces.size > 0 && !shipment.isHeldDown;
      for (const link of shipment.links) link.tend(ships);
      shipment.waitingSince = this.#waiting(shipment);
    }
  }

  /** Ends every link. */
  close(): void {
    for (const { links } of this.#shipments) for (const link of links) link.close();
  }

  /** Whole seconds for which the oldest record has waited. */
  lag({ waitingSince }: Shipment): number {
    return waitingSince === undefined ? 0 : Math.floor((this.#now() - waitingSince) / 1000);
  }

  /** Namespaces that are added go back by `seconds`: what was written since is shipped again. */
  rewind(shipment: Shipment, seconds: number): void {
    shipment.recoveries += 1;
    shipment.waitingSince = this.#now() - seconds * 1000;
  }

  #waiting({ namespaces, links, isHeldDown, waitingSince }: Shipment): number | undefined {
    if (namespaces.size === 0) return undefined;
    const now = this.#now();
    const answeredAt = Math.min(...links.map((link) => link.answeredAt));
    if (!isHeldDown && now - answeredAt < usualLagMs) return undefined;
    return Math.min(waitingSince ?? now, Math.max(answeredAt, 0));
  }
}
