/** Values that SSM's pattern takes and the script refuses, and why the pattern must be wider. */
export interface Wider {
  readonly names: readonly string[];
  readonly why: string;
  readonly covers: (value: string) => boolean;
}

/** A pattern counts neither numbers nor list entries in the agent's RE2, and knows no clock. */
export const whyWider: readonly Wider[] = [
  {
    names: ['Ports', 'Port', 'Info'],
    why: 'ports that a host needs, and numbers above 65535, are told by comparing',
    covers: (value) => value.split(/[,/]/).some((port) => isForbiddenPort(Number(port))),
  },
  {
    names: ['RestoreAt'],
    why: 'how far away an instant is, a clock tells',
    covers: (value) => Number(value) > Date.now() + 86_400_000,
  },
  {
    names: ['Peers', 'To', 'Source', 'Address'],
    why: "loopback, link-local and multicast are told by a script's glob in one line",
    covers: (value) =>
      value
        .split(',')
        .some((one) =>
          /^(0|127|169\.254|22[4-9]|23\d|24\d|25\d)\.|^::|^fe[89ab].:|^ff..:/.test(one),
        ),
  },
  {
    names: ['Peers', 'To', 'Source', 'Address', 'Local'],
    why: 'the groups of an IPv6 address are counted by the script',
    covers: (value) => value.split(',').some((one) => one.includes(':')),
  },
  {
    names: ['Peers'],
    why: 'a repeat of 1,000 addresses, each of four numbers, is more than the agent compiles',
    covers: (value) => value.split(',').length > 1_000,
  },
  {
    names: ['Info'],
    why: 'whose a section is, and what it may hold, the host tells',
    covers: (value) => /^[a-z0-9-]+@[0-9.]+=[0-9]+(;[a-z0-9-]+@[0-9.]+=[0-9]+)*$/.test(value),
  },
  {
    names: ['Login'],
    why: 'whose a section is, and whether it is an address, the host tells',
    covers: (value) => /^[a-z0-9-]+@[0-9.]+=[A-Za-z0-9+/=]+$/.test(value),
  },
  {
    names: ['CaFile'],
    why: 'a repeat of segments cannot count the characters of all',
    covers: (value) => value.length > 253,
  },
  {
    names: ['Probes'],
    why: 'questions have many forms, which the script takes apart',
    covers: (value) => /^[a-z0-9./:,-]+(;[a-z0-9-]+@[0-9.]+=[0-9,]+)*$/.test(value),
  },
];

function isForbiddenPort(port: number): boolean {
  return port === 22 || port === 443 || port > 65_535;
}
