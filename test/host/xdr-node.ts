/** What a server says and does about shipping, as far as the info protocol shows it. */
export interface XdrNode {
  /** Undefined for questions that are about something else. */
  answer(question: string): string | undefined;
  readonly commands: string[];
}

/** Settings as servers from 5.0 on tell them for a namespace of a destination. */
const defaults = {
  enabled: 'true',
  'bin-policy': 'all',
  'compression-level': '1',
  'delay-ms': '0',
  'enable-compression': 'false',
  forward: 'false',
  'hot-key-ms': '100',
  'ignore-expunges': 'false',
  'ignored-bins': '',
  'ignored-sets': '',
  'max-throughput': '100000',
  'remote-namespace': 'null',
  'ship-only-specified-sets': 'false',
  'ship-versions-policy': 'latest',
  'shipped-sets': '',
  'write-policy': 'auto',
};

/**
 * A node that ships namespaces test, bar, sets and locked to DC2: before 5.0 it knows force-linkdown, from
 * then on set-config. A namespace that is added has default settings, whatever it had before; locked cannot
 * be removed.
 */
export function xdrNode(build: string): XdrNode {
  const commands: string[] = [];
  const release = Number(build.split('.')[0]);
  const shipped = new Map<string, Record<string, string>>([
    ['test', { ...defaults }],
    ['bar', { ...defaults, 'max-throughput': '5000', 'enable-compression': 'true' }],
    ['locked', { ...defaults }],
    ['sets', { ...defaults, 'ship-only-specified-sets': 'true', 'shipped-sets': 'a,b' }],
  ]);
  let isDown = false;

  function old(question: string): string | undefined {
    if (question === 'dc/DC2') return `dc_state=CLUSTER_${isDown ? 'DOWN' : 'UP'};dc_timelag=0`;
    const [, down] = /^xdr-command:force-linkdown=(true|false);dc=DC2$/.exec(question) ?? [];
    if (down === undefined) return undefined;
    commands.push(question);
    isDown = down === 'true';
    return 'ok';
  }

  function get(namespace: string | undefined): string {
    if (namespace === undefined) {
      return `auth-mode=none;namespaces=${[...shipped.keys()].join(',')};node-address-port=10.0.0.1:3000`;
    }
    return Object.entries(shipped.get(namespace) ?? { ...defaults, enabled: 'false' })
      .map(([name, value]) => `${name}=${value}`)
      .join(';');
  }

  function set(question: string, namespace: string, name: string, value: string): string {
    commands.push(question);
    const settings = shipped.get(namespace);
    if (name !== 'action') {
      if (settings === undefined) return 'ERROR:4:bad namespace';
      settings[name] = value;
    } else if (value === 'remove' && namespace === 'locked') {
      return 'ERROR:81:role violation';
    } else if (value === 'remove') {
      shipped.delete(namespace);
    } else {
      if (settings !== undefined) return 'ERROR:4:exists';
      shipped.set(namespace, { ...defaults });
    }
    return 'ok';
  }

  function answer(question: string): string | undefined {
    if (question === 'build') return build;
    if (release < 5) return old(question);
    const [, asked] = /^get-config:context=xdr;dc=DC2(?:;namespace=(\w+))?$/.exec(question) ?? [];
    if (question.startsWith('get-config:context=xdr;dc=DC2')) return get(asked);
    if (question.startsWith('get-stats:context=xdr;dc=DC2')) return 'lag=3;in_queue=10';
    const [, namespace, name, value] =
      /^set-config:context=xdr;dc=DC2;namespace=(\w+);([a-z-]+)=([\w,]+)(?:;rewind=\w+)?$/.exec(
        question,
      ) ?? [];
    return namespace === undefined ? undefined : set(question, namespace, name!, value!);
  }

  return { answer, commands };
}
