import { expect, test } from 'vitest';
import { sidesSeen, sidesText } from '../../../core/markers/sides.ts';
import { exampleInventory } from '../../fakes/example-cluster.ts';
import { nodeView } from './views.ts';

const views = (...told: readonly ([key: string, size: number] | null)[]) =>
  told.map((one, at) => ({
    from: `i-node-${at + 1}`,
    at: 0,
    view: one === null ? null : nodeView(`A${at + 1}`, one[0], one[1]),
  }));
const names = (sides: readonly (readonly { name: string }[])[]): string[] =>
  sides.map((side) => side.map(({ name }) => name).join('+'));

test('nodes with one key are a side; smaller ones first', () => {
  const { sides, others } = sidesSeen(exampleInventory(3), views(['B', 2], ['A', 1], ['B', 2]));
  expect(names(sides)).toEqual(['node-2', 'node-1+node-3']);
  expect(others).toBe(0);
  expect(sidesText(sides)).toMatch(/^10\.[0-9.]+\/A2;10\.[0-9.]+\/A1,10\.[0-9.]+\/A3$/);
});

test('a node in no cluster is alone, and one that told nothing is on no side', () => {
  const told = views(['0', 0], ['0', 0], null, ['C', 1]);
  expect(names(sidesSeen(exampleInventory(4), told).sides)).toEqual(['node-1', 'node-2', 'node-4']);
});

test('of too many the largest four', () => {
  const told = views(['A', 1], ['B', 1], ['C', 1], ['D', 1], ['E', 2], ['E', 2]);
  const { sides, others } = sidesSeen(exampleInventory(6), told);
  expect([names(sides).at(-1), sides.length, others]).toEqual(['node-5+node-6', 4, 1]);
});
