import { expect, test } from 'vitest';
import { endpointsOf } from './endpoints.ts';

test.each([
  'aws',
  'https://ec2.eu-west-1.amazonaws.com',
  'https://ec2.cn-north-1.amazonaws.com.cn',
  'https://ec2.us-east-1.api.aws',
])('endpointsOf() refuses %s unless it is said to be a sandbox', (given) => {
  const ask = (sandbox: object) => endpointsOf({ AEROFAULT_EC2_ENDPOINT: given, ...sandbox });
  expect(() => ask({})).toThrow(/AEROFAULT_EC2_SANDBOX must be yes/);
  expect(() => ask({ AEROFAULT_EC2_SANDBOX: 'no' })).toThrow(/AEROFAULT_EC2_SANDBOX must be yes/);
  expect(ask({ AEROFAULT_EC2_SANDBOX: 'yes' })).toHaveLength(1);
});

test('endpointsOf() asks a given endpoint alone, and else the lab and moto', () => {
  const given = endpointsOf({ AEROFAULT_EC2_ENDPOINT: 'http://127.0.0.1:5000' });
  expect(given.map(({ name }) => name)).toEqual(['given']);
  expect(endpointsOf({}).map(({ name }) => name)).toEqual(['lab', 'moto']);
});
