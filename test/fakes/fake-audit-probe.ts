import { letterWords } from '../../core/audit/answers.ts';
import type { HostsParts } from './fake-hosts.ts';

const verbs = new Set(['all', 'peers', 'tally', 'routes', 'here']);
const ports = new Set([3000, 3001, 3002, 3003]);

/** Whether an item is one that only audits ask. */
export const isOfAudit = (item: string): boolean => verbs.has(item.split('/')[0] ?? '');

/** host/audit.sh: answers by what the network lets through at that moment; nobody is connected by name. */
export class FakeAuditProbe {
  readonly #parts: HostsParts;

  constructor(parts: HostsParts) {
    this.#parts = parts;
  }

  answer(from: string, item: string): object {
    const [probe = '', first = '', second = ''] = item.split('/');
    const addresses = first.split('_');
    switch (probe) {
      case 'all':
        return { probe, letters: this.#letters(from, addresses, second.split('_').map(Number)) };
      case 'peers':
        return { probe, links: addresses.map(() => '').join(';'), others: [], more: 0 };
      case 'tally':
        return this.#counters(from, addresses);
      case 'routes':
        return { probe, letters: addresses.map(() => 'O').join('') };
      default:
        return { probe, listens: this.#listens(from, addresses.map(Number)), stops: [], more: 0 };
    }
  }

  #letters(from: string, addresses: readonly string[], asked: readonly number[]): string {
    const { cluster } = this.#parts;
    const own = cluster.addressOf(from);
    return addresses
      .flatMap((address) =>
        asked.map((port) => {
          if (address === own) return '-';
          const answer = cluster.connect(from, address, port);
          return Object.entries(letterWords).find(([, word]) => word === answer)?.[0] ?? '?';
        }),
      )
      .join('');
  }

  #listens(from: string, asked: readonly number[]): number[] {
    const services = this.#parts.hosts.get(from)?.inForce.map(({ script }) => script) ?? [];
    return services.includes('service') || from.includes('client')
      ? []
      : asked.filter((port) => ports.has(port));
  }

  #counters(from: string, addresses: readonly string[]): object {
    const { cluster, clock } = this.#parts;
    if (!addresses.includes(cluster.addressOf(from))) {
      return { probe: 'tally', answer: 'silent', reason: 'elsewhere' };
    }
    const figures = { client_connections_opened: Math.floor(clock.now() / 1000) };
    return { probe: 'tally', answer: 'ok', at: clock.now(), figures };
  }
}
