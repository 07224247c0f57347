import { expect, test } from 'vitest';
import { frame, unframe } from '../../../lab/node/info-frame.ts';

const statusRequest = Buffer.from([2, 1, 0, 0, 0, 0, 0, 7, ...Buffer.from('status\n')]);

test('frame() puts version 2, type 1 and a 48-bit length before the body', () => {
  expect(frame('status\n')).toEqual(statusRequest);
});

test('unframe() takes several requests that came together, and keeps the beginning of the next', () => {
  const buffer = Buffer.concat([statusRequest, frame('node\n'), statusRequest.subarray(0, 9)]);
  expect(unframe(buffer)).toEqual({
    bodies: ['status\n', 'node\n'],
    rest: statusRequest.subarray(0, 9),
  });
});

test.each([
  ['another version', [3, 1, 0, 0, 0, 0, 0, 0]],
  ['a message of another type, as a login', [2, 2, 0, 0, 0, 0, 0, 0]],
  ['a body of more than 1 MiB', [2, 1, 0, 0, 0, 16, 0, 1]],
  ['text', [...Buffer.from('GET / HTTP/1.1')]],
])('unframe() does not read %s', (_, bytes) => {
  expect(unframe(Buffer.from(bytes))).toBeUndefined();
});
