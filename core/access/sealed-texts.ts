import { hostsOfTextMax, questionTextMax } from '../probe/question-texts.ts';

/** What is sealed to one host, and how that host knows itself. */
export interface SealedFor {
  readonly id: string;
  readonly address: string;
  /** Base64; nobody but that host can open it. */
  readonly sealed: string;
}

/** The value of access.sh's parameter Login for these instances. */
export interface SealedText {
  readonly text: string;
  readonly ids: readonly string[];
}

/**
 * Puts what is sealed for many hosts into few texts, each host into exactly one, so that one SSM command brings
 * it to up to fifty. Hosts that share an address are never in one text, for by it they tell themselves apart
 * where the agent does not say which instance it is on.
 */
export function sealedTexts(hosts: readonly SealedFor[]): SealedText[] {
  const drafts: { sections: string[]; ids: string[]; addresses: Set<string> }[] = [];
  for (const { id, address, sealed } of hosts) {
    const section = `${id}@${address}=${sealed}`;
    const fitting = drafts.find(
      ({ sections, addresses }) =>
        sections.length < hostsOfTextMax &&
        !addresses.has(address) &&
        [...sections, section].join(';').length <= questionTextMax,
    );
    if (fitting === undefined) {
      drafts.push({ sections: [section], ids: [id], addresses: new Set([address]) });
      continue;
    }
    fitting.sections.push(section);
    fitting.ids.push(id);
    fitting.addresses.add(address);
  }
  return drafts.map(({ sections, ids }) => ({ text: sections.join(';'), ids }));
}
