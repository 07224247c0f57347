import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { xdrNode } from './xdr-node.ts';
import type { XdrNode } from './xdr-node.ts';

/**
 * A tiny Aerospike node, as far as the info protocol shows one: 8 bytes of header (version 2, type 1, length in
 * 6 bytes, big endian), then a line for each question, echoed with a tab and the answer. Texts are those that
 * Community Edition 8.1.2 sent (facts: healthy node).
 */
export function infoServer() {
  const answers: Record<string, string> = { ...healthy };
  let xdr: XdrNode | undefined;
  let isMuted = false;
  const waiting: (() => void)[] = [];

  function answer(socket: Socket, questions: string): void {
    const lines = questions.split('\n').slice(0, -1);
    const body = lines.map(
      (line) =>
        `${line}\t${xdr?.answer(line) ?? answers[line] ?? 'ERROR:4:unrecognized command'}\n`,
    );
    const send = () => sendInPieces(socket, framed(padded(body.join(''))));
    if (isMuted) waiting.push(send);
    else send();
  }

  return {
    listen(port: number): Promise<object> {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        readFrames(socket, (questions) => answer(socket, questions));
      });
      return new Promise((resolve) => server.listen(port, '::', () => resolve({})));
    },
    tell(values: Readonly<Record<string, string>>): object {
      Object.assign(answers, values);
      return {};
    },
    /** Ships to a destination from here on, as a server of this build does. */
    ship(build: string): object {
      xdr = xdrNode(build);
      return {};
    },
    /** The commands that changed what is shipped. */
    commanded(): object {
      return { answer: xdr?.commands.join('\n') ?? '' };
    },
    mute(muted: boolean): object {
      isMuted = muted;
      if (!muted) for (const send of waiting.splice(0)) send();
      return {};
    },
  };
}

/** A `statistics` answer; figures can be replaced. */
export function statistics(values: Readonly<Record<string, string>> = {}): string {
  const figures = {
    failed_best_practices: 'true',
    cluster_size: '3',
    cluster_key: '33B6753569CE',
    cluster_generation: '1',
    cluster_principal: 'A3',
    cluster_integrity: 'true',
    cluster_is_member: 'true',
    heartbeat_connections: '2',
    heartbeat_connections_opened: '4',
    fabric_connections: '48',
    fabric_connections_opened: '48',
    paxos_principal: 'A3',
    migrate_allowed: 'true',
    migrate_partitions_remaining: '0',
    ...values,
  };
  return Object.entries(figures)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/** A `namespace/NAME` answer; figures can be replaced. */
export function namespace(values: Readonly<Record<string, string>> = {}): string {
  const figures = {
    ns_cluster_size: '3',
    effective_replication_factor: '2',
    dead_partitions: '0',
    unavailable_partitions: '0',
    clock_skew_stop_writes: 'false',
    stop_writes: 'false',
    migrate_tx_partitions_remaining: '0',
    migrate_rx_partitions_remaining: '0',
    'replication-factor': '2',
    ...values,
  };
  return Object.entries(figures)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

const healthy = {
  statistics: statistics(),
  node: 'A1',
  build: '8.1.2.0',
  namespaces: 'test;bar',
  'namespace/test': namespace(),
  'namespace/bar': namespace(),
  'cluster-stable:size=3;ignore-migrations=true': '33B6753569CE',
  'cluster-stable:size=3': '33B6753569CE',
};

/** A body of exactly 0x0a0a bytes, so that the length holds two newlines; the answer to `pad` nobody asked for. */
function padded(body: string): string {
  const missing = 0x0a0a - body.length - 'pad\t\n'.length;
  return missing < 0 || !body.startsWith('statistics')
    ? body
    : `${body}pad\t${'x'.repeat(missing)}\n`;
}

function framed(body: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(2, 0);
  header.writeUInt8(1, 1);
  header.writeUIntBE(body.length, 2, 6);
  return Buffer.concat([header, Buffer.from(body)]);
}

/** In three segments, cut inside the header and inside the body; one timer after the other, to keep their order. */
function sendInPieces(socket: Socket, bytes: Buffer, cuts: readonly number[] = [5, 100]): void {
  socket.setNoDelay(true);
  const [cut = bytes.length, ...later] = cuts;
  socket.write(bytes.subarray(0, cut));
  if (cut >= bytes.length) return;
  setTimeout(
    () =>
      sendInPieces(
        socket,
        bytes.subarray(cut),
        later.map((end) => end - cut),
      ),
    3,
  );
}

function readFrames(socket: Socket, hear: (questions: string) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= 8 + pending.readUIntBE(2, 6)) {
      const end = 8 + pending.readUIntBE(2, 6);
      hear(pending.subarray(8, end).toString());
      pending = pending.subarray(end);
    }
  });
}
