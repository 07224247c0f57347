/**
 * What older servers do not know yet, or no longer did, and how they say that something is wrong.
 *
 * Releases are major times a hundred plus minor. 7.2 is as recorded; what is older is as the source and the
 * documentation of those releases have it, and only where a probe or a script of ours reads it.
 */
interface Span {
  readonly from?: number;
  readonly before?: number;
  readonly names: readonly (string | RegExp)[];
}

const spans: readonly Span[] = [
  {
    from: 801,
    names: [
      'admin-clear-std',
      /^host_free_mem_/,
      /^admin_connections/,
      'deprecated_requests',
      /mrt[_-]/,
      /^ttl_reductions_/,
      'apply-ttl-reductions',
      'tomb-raider-unmark-threads',
    ],
  },
  {
    from: 500,
    names: [
      /^(heartbeat|fabric|client)_connections_(opened|closed)$/,
      /^(dup_res|re_repl)_/,
      'unreplicated_records',
      'set-config',
      'xdr-dc-state',
      'best-practices',
      'latencies',
    ],
  },
  { before: 500, names: ['dc', 'get-dc-config', 'xdr-command'] },
];

/** Whether a release knows a command, or has a field. */
export function isKnownTo(release: number, name: string): boolean {
  return spans.every(({ from = 0, before = Infinity, names }) => {
    if (release >= from && release < before) return true;
    return !names.some((each) => (typeof each === 'string' ? each === name : each.test(name)));
  });
}

/** Texts of errors that old servers write in a way of their own. */
const oldTexts: Readonly<Record<string, string>> = {
  'unstable cluster': 'unstable-cluster',
  'cluster not specified size': 'cluster-not-specified-size',
};

/** An answer as a release words it: to 7.1, errors of clustering have no number. */
export function inWordsOf(release: number, said: string): string {
  const [, text = ''] = /^ERROR:\d+:(.*)$/.exec(said) ?? [];
  const old = release < 702 ? oldTexts[text] : undefined;
  return old === undefined ? said : `ERROR::${old}`;
}
