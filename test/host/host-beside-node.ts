import { afterAll, beforeAll } from 'vitest';
import { answerTo } from './ask.ts';
import { makeHost } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

/** A host, and beside it one that answers as a node does, at port 3000 of p1. */
export interface HostBesideNode {
  /** There from the first test on. */
  readonly host: () => Host;
  /** What the node tells from now on, by question. */
  readonly tell: (values: Readonly<Record<string, string>>) => Promise<unknown>;
  /** What a probe of the host says. */
  readonly answerTo: (item: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** Makes them for the tests of one block. */
export function hostBesideNode(): HostBesideNode {
  let made: { readonly host: Host; readonly node: Actor } | undefined;
  const there = () => {
    if (made === undefined) throw new Error('The host is made before the first test, not earlier');
    return made;
  };
  beforeAll(async () => {
    const host = await makeHost();
    made = { host, node: await startActor(host, 'p1') };
    await made.node.tell({ order: 'info', port: 3000 });
  });
  afterAll(() => made?.host.end());
  return {
    host: () => there().host,
    tell: (values) => there().node.tell({ order: 'tell', values }),
    answerTo: (item) => answerTo(there().host, item),
  };
}

/** A host that is a node itself, beside one that listens on 3001 as well. */
export async function nodeBesideNode(): Promise<{ host: Host; own: Actor; node: Actor }> {
  const host = await makeHost();
  const [own, node] = await Promise.all([startActor(host), startActor(host, 'p1')]);
  await node.tell({ order: 'info', port: 3000 });
  await node.tell({ order: 'listen', port: 3001 });
  await own.tell({ order: 'info', port: 3000 });
  return { host, own, node };
}
