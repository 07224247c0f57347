/** What every node was part of, over the whole run: the bands of the report's timeline. */
import * as z from 'zod';
import { nodesOf } from '../inventory.ts';
import type { Instance } from '../inventory.ts';
import type { Change, NodeView } from '../observation.ts';
import { notesOf } from '../story.ts';
import type { Story } from '../story.ts';

/** Epoch milliseconds. */
const Instant = z.int();

/** From `at` until the next span of the node. */
const NodeSpan = z.strictObject({
  at: Instant,
  size: z.int().nullable().meta({ description: 'cluster_size; null: the node did not answer' }),
  key: z.string().nullable(),
  principal: z.string().nullable(),
  member: z.boolean().nullable(),
  migrating: z.boolean().nullable(),
});
export type NodeSpan = z.infer<typeof NodeSpan>;

export const NodeReport = z.strictObject({
  id: z.string().meta({ description: 'Instance id' }),
  name: z.string(),
  address: z.string(),
  zone: z.string(),
  nodeId: z.string().nullable().meta({ description: 'As Aerospike names it' }),
  build: z.string().nullable().meta({ description: 'Version of the server' }),
  isTarget: z.boolean(),
  spans: z.array(NodeSpan).meta({ description: 'By its own recorder, six times a second' }),
});
export type NodeReport = z.infer<typeof NodeReport>;

/** Every node with what it recorded; before the first record it is as it was at the baseline. */
export function nodeReportsOf(story: Story): NodeReport[] {
  const { record } = story;
  if (record === undefined) return [];
  const targets = new Set(record.plan.targets);
  return nodesOf(record.inventory).map((node) => {
    const view = firstViewOf(node, story);
    return {
      id: node.id,
      name: node.name,
      address: node.address,
      zone: node.zone,
      nodeId: view?.node ?? null,
      build: view?.build ?? null,
      isTarget: targets.has(node.id),
      spans: spansOf(node, story),
    };
  });
}

function firstViewOf({ id }: Instance, { notes }: Story): NodeView | undefined {
  const views = notesOf(notes, 'views').flatMap((note) => note.views);
  return views.find(({ from, view }) => from === id && view !== null)?.view ?? undefined;
}

function spansOf({ id }: Instance, { notes }: Story): NodeSpan[] {
  return notesOf(notes, 'changes')
    .filter(({ from }) => from === id)
    .flatMap(({ changes }) => changes)
    .toSorted(([one], [other]) => one - other)
    .map(spanOf);
}

function spanOf([at, size, key, principal, member, migrating]: Change): NodeSpan {
  return {
    at,
    size,
    key: key ?? null,
    principal: principal ?? null,
    member: member === undefined ? null : member === 1,
    migrating: migrating === undefined ? null : migrating === 1,
  };
}
