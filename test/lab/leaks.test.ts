import { describe, expect, test } from 'vitest';
import { leaksIn } from '../../lab/leaks.ts';

const hidden = ['b1946ac92492d2347c6235b4', '$2a$10$7EqJtq98hPqEX7fNZaFWoOabc'];
const clean = ['the journal', '{"secret":"orders/aerofault"}'] as const;

describe('a lab whose cluster has a password looks for it', () => {
  test('and finds none where there is none', () => {
    expect(leaksIn(new Map([clean]), hidden)).toEqual([]);
  });

  test.each([
    ['as it is', (word: string) => `{"Login":["i-1@10.0.0.1=${word}"]}`],
    [
      'in Base64, with something after it',
      (word: string) => Buffer.from(`${word}\nx`).toString('base64'),
    ],
    ['in Base64, by itself', (word: string) => Buffer.from(word).toString('base64')],
  ])('%s, wherever it is', (_, wrapped) => {
    for (const word of hidden) {
      const texts = new Map([clean, ['what SSM keeps of commands', wrapped(word)]]);
      expect(leaksIn(texts, hidden)).toEqual([
        'a password or its hash is in what SSM keeps of commands',
      ]);
    }
  });
});
