/** What one connection said, read by the protocol: the bodies of its replies, undefined from the first bad one on. */
export function bodiesIn(bytes: Buffer): string[] {
  const bodies: string[] = [];
  let left = bytes;
  while (left.length >= 8 && left[0] === 2 && left[1] === 1) {
    const length = left.readUIntBE(2, 6);
    if (length > 1_048_576 || left.length < 8 + length) break;
    bodies.push(left.subarray(8, 8 + length).toString('latin1'));
    left = left.subarray(8 + length);
  }
  return bodies;
}

/** The values that a body has for each question, several where it says one twice. */
function valuesIn(body: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const line of body.split('\n')) {
    const [question = '', ...rest] = line.split('\t');
    if (rest.length > 0) values.set(question, [...(values.get(question) ?? []), rest.join('\t')]);
  }
  return values;
}

/** Whether any value of a question has NAME=VALUE as a field. */
const says = (values: readonly string[], name: string, value: unknown): boolean =>
  values.some((text) =>
    text.split(/[;\p{Cc}]/u).some((field) => {
      const [key, told = ''] = field.split(/=(.*)/s);
      return (
        key === name && (told === String(value) || (/^\d+$/.test(told) && Number(told) === value))
      );
    }),
  );

/**
 * What in an "ok" no reply of that connection bears out. Read another way than the script reads: each figure must
 * be a field of what was sent, each namespace that was named must have been told of, with a sum that adds up.
 */
export function unfounded(view: Readonly<Record<string, unknown>>, bytes: Buffer): string[] {
  const [first = '', second = '', third = ''] = bodiesIn(bytes);
  const [node, cluster] = [valuesIn(first), valuesIn(second)];
  const statistics = node.get('statistics') ?? [];
  const fields = [
    ['cluster_size', view['size']],
    ['cluster_key', view['key']],
    ['cluster_principal', view['principal']],
    ['cluster_integrity', view['integrity']],
    ['cluster_is_member', view['member']],
    ['heartbeat_connections', view['heartbeats']],
    ['fabric_connections', view['fabric']],
  ] as const;
  const names = (node.get('namespaces') ?? []).flatMap((value) => value.split(';')).filter(Boolean);
  const namespaces = names.map((name) => [name, cluster.get(`namespace/${name}`) ?? []] as const);
  const told = [...cluster].filter(([question]) => question.startsWith('namespace/'));
  const most = (name: string): number =>
    told
      .flatMap(([, values]) => values.flatMap((value) => value.split(';')))
      .filter((field) => field.startsWith(`${name}=`))
      .reduce((sum, field) => sum + Number(/^\d+/.exec(field.slice(name.length + 1))?.[0] ?? 0), 0);
  return [
    ...fields.filter(([name, value]) => !says(statistics, name, value)).map(([name]) => name),
    ...['node', 'build'].filter((name) => !(node.get(name) ?? []).includes(String(view[name]))),
    ...(names.length === 0 ? ['namespaces'] : []),
    ...namespaces.filter(([, values]) => values.length === 0).map(([name]) => name),
    ...(Number(view['unavailable']) > most('unavailable_partitions') ? ['unavailable'] : []),
    ...(Number(view['dead']) > most('dead_partitions') ? ['dead'] : []),
    ...(view['stopWrites'] === false &&
    told.every(([, values]) => says(values, 'stop_writes', 'true'))
      ? ['stopWrites']
      : []),
    ...(isWhole(view['rosters']) && !/^roster:.*\troster=.*:observed_nodes=./m.test(third)
      ? ['rosters']
      : []),
    ...([...cluster.keys()].some((question) => question.startsWith('cluster-stable:'))
      ? []
      : ['stable']),
  ];
}

const isWhole = (rosters: unknown): boolean =>
  rosters !== undefined && JSON.stringify(rosters).includes('"amiss":[]');
