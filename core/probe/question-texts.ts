/**
 * What the hosts of one look are asked, as few parameters of probe.sh (docs/decisions/012).
 *
 * What goes out in the same moment with the same parameters is one SSM command for fifty instances, so hosts
 * with questions of their own share a text: every distinct question once, then for each host its instance id,
 * its address and the numbers of its questions, counted from one:
 *
 *   new/10.0.1.2/3001,view/10.0.1.1/3000/3;i-0a1b@10.0.1.1=1,2;i-0c2d@10.0.1.3=1
 *
 * A host takes its own section alone. Where all are asked the same, or one is asked alone, the text is the
 * questions and nothing else, and no host has to know who it is.
 */

/** One host, and its questions in order. */
export interface HostAsked {
  /** Instance id, by which a host knows itself wherever the SSM agent tells it. */
  readonly id: string;
  /** Primary private IPv4 address, by which it knows itself elsewhere. */
  readonly address: string;
  readonly items: readonly string[];
}

/** The value of probe.sh's parameter Probes for these instances. */
export interface QuestionText {
  readonly text: string;
  readonly ids: readonly string[];
}

/** Most characters of a text: SSM publishes no limit on a parameter, and 64 KB for a whole document. */
export const questionTextMax = 16_000;

/** Most hosts of a text: as many as one SendCommand takes. */
export const hostsOfTextMax = 50;

const sectionId = /^[a-z0-9-]+$/;
const sectionAddress = /^\d+(\.\d+){3}$/;

/** Puts hosts into texts, each host into exactly one; a host that has no questions into none. */
export function questionTexts(hosts: readonly HostAsked[]): QuestionText[] {
  const drafts: Draft[] = [];
  for (const host of hosts.filter(({ items }) => items.length > 0)) {
    if (drafts.some((draft) => draft.took(host))) continue;
    drafts.push(new Draft(host));
  }
  return drafts.map((draft) => draft.text());
}

/** A text that grows by hosts, as long as it stays within both limits. */
class Draft {
  readonly #hosts: HostAsked[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sections: string[] = [];
  #length = 0;

  constructor(first: HostAsked) {
    this.#add(first);
  }

  /** Takes one more host if there is room, and if it can be told from the others by address, too. */
  took(host: HostAsked): boolean {
    const strangers = this.#hosts.every(({ address }) => address !== host.address);
    const tellable = [...this.#hosts, host].every(isTellable);
    if (!strangers || !tellable || this.#hosts.length === hostsOfTextMax) return false;
    if (this.#length + this.#growth(host) > questionTextMax) return false;
    this.#add(host);
    return true;
  }

  text(): QuestionText {
    const [first = '', ...others] = this.#hosts.map(({ items }) => items.join(','));
    const same = others.every((one) => one === first);
    const shared = [[...this.#numbers.keys()].join(','), ...this.#sections].join(';');
    return { text: same ? first : shared, ids: this.#hosts.map(({ id }) => id) };
  }

  #add(host: HostAsked): void {
    this.#length += this.#growth(host);
    for (const item of host.items) {
      this.#numbers.set(item, this.#numbers.get(item) ?? this.#numbers.size + 1);
    }
    this.#sections.push(sectionOf(host, (item) => this.#numbers.get(item) ?? 0));
    this.#hosts.push(host);
  }

  /** How much longer the text gets by a host, in characters; a comma or semicolon counts with each part. */
  #growth(host: HostAsked): number {
    const unknown = [...new Set(host.items)].filter((item) => !this.#numbers.has(item));
    const fresh = new Map(unknown.map((item, index) => [item, this.#numbers.size + index + 1]));
    const numberOf = (item: string) => this.#numbers.get(item) ?? fresh.get(item) ?? 0;
    const questions = unknown.reduce((sum, item) => sum + item.length + 1, 0);
    return questions + sectionOf(host, numberOf).length + 1;
  }
}

/** Whether a host can be named in a text: by what its parameter's pattern takes. */
export const isTellable = ({ id, address }: Pick<HostAsked, 'id' | 'address'>): boolean =>
  sectionId.test(id) && sectionAddress.test(address);

function sectionOf({ id, address, items }: HostAsked, numberOf: (item: string) => number): string {
  return `${id}@${address}=${items.map(numberOf).join(',')}`;
}
