import { expect, test } from 'vitest';
import type { Difference } from './differences.ts';
import { complaint } from './judge.ts';
import type { Row } from './row.ts';

const decided: Row = {
  name: 'a rule is a rule',
  decides: 'text',
  source: 'the API text',
  expected: { answer: 'done' },
  observe: async () => ({ answer: 'done' }),
};
const undecided: Row = { ...decided, decides: 'unknown' };

const differs: Difference = {
  endpoint: 'moto',
  row: decided.name,
  found: { answer: 'Refused' },
  text: 'the API text',
};

test('complaint() has nothing to say of an endpoint that does what the text says', () => {
  expect(
    complaint({ endpoint: 'moto', row: decided, found: { answer: 'done' } }, []),
  ).toBeUndefined();
});

test('complaint() names a difference that is not on the list, with the text that decides', () => {
  const wrong = complaint({ endpoint: 'lab', row: decided, found: { answer: 'Refused' } }, [
    differs,
  ]);
  expect(wrong).toContain('differences.ts does not say so');
  expect(wrong).toContain('the API text');
});

test('complaint() takes a difference that is on the list, as it is there', () => {
  const found = { answer: 'Refused' };
  expect(complaint({ endpoint: 'moto', row: decided, found }, [differs])).toBeUndefined();
  const other = complaint({ endpoint: 'moto', row: decided, found: { answer: 'Other' } }, [
    differs,
  ]);
  expect(other).toContain('differs otherwise');
});

test('complaint() wants a difference off the list once it is none', () => {
  const found = { answer: 'done' };
  const wrong = complaint({ endpoint: 'moto', row: decided, found }, [differs]);
  expect(wrong).toContain('take the entry off the list');
});

test('complaint() only asks where no text decides, but holds the lab to what is taken for granted', () => {
  const found = { answer: 'Refused' };
  expect(complaint({ endpoint: 'moto', row: undecided, found }, [])).toBeUndefined();
  expect(complaint({ endpoint: 'given', row: undecided, found }, [])).toBeUndefined();
  expect(complaint({ endpoint: 'lab', row: undecided, found }, [])).toContain('lab differs');
});
