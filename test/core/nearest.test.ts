import { describe, expect, test } from 'vitest';
import { nearest } from '../../core/nearest.ts';

const ports = ['service', 'fabric', 'heartbeat', 'admin'];

describe('nearest()', () => {
  test.each([
    { word: 'hartbeat', meant: 'heartbeat' },
    { word: 'heratbeat', meant: 'heartbeat' },
    { word: 'Fabric', meant: 'fabric' },
    { word: 'fabrik', meant: 'fabric' },
    { word: 'amdin', meant: 'admin' },
    { word: 'heart-beat', meant: 'heartbeat' },
  ])('$word: $meant', ({ word, meant }) => {
    expect(nearest(word, ports)).toBe(meant);
  });

  test.each(['', 'xdr', 'fabric', 'something-else', 'heartworm'])('%s: nobody knows', (word) => {
    expect(nearest(word, ports)).toBeUndefined();
  });

  test('of several the nearest', () => {
    expect(nearest('holdSecond', ['startSeconds', 'holdSeconds', 'onSeconds'])).toBe('holdSeconds');
  });
});
