import { expect, test } from 'vitest';
import { keptLink } from '../../../lab/node/kept-link.ts';

const patienceMs = 300;
const dialled = { isDialled: true, heardAt: 1000 };
const accepted = { isDialled: false, heardAt: 1000 };
const keep = (held: typeof dialled, rival: typeof dialled, self: string, peer: string) =>
  keptLink({ held, rival }, { self, peer }, patienceMs);

test('of two links the one accepted by the higher id is kept, and both ends agree on it', () => {
  expect(keep(dialled, accepted, 'A1', 'A2')).toBe(dialled);
  expect(keep(accepted, dialled, 'A1', 'A2')).toBe(dialled);
  expect(keep(accepted, dialled, 'A2', 'A1')).toBe(accepted);
  expect(keep(dialled, accepted, 'A2', 'A1')).toBe(accepted);
});

test('ids are compared as numbers, not as text', () => {
  expect(keep(dialled, accepted, 'A2', 'A10')).toBe(dialled);
});

test('a silent link never ousts the one that replaces it', () => {
  const silent = { isDialled: true, heardAt: 600 };
  expect(keep(silent, accepted, 'A1', 'A3')).toBe(accepted);
});

test('of two links with the same acceptor the older is kept', () => {
  const second = { ...dialled };
  expect(keep(dialled, second, 'A1', 'A2')).toBe(dialled);
});
