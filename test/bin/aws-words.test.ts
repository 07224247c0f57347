import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { awsFailure } from '../../bin/cli/aws-failure.ts';
import { runAerofault } from './run-aerofault.ts';
import type { Shown } from './run-aerofault.ts';

/** How people say where AWS is and who they are, and what every command says where that does not do. */

const home = mkdtempSync(join(tmpdir(), 'aerofault-home-'));
afterAll(() => rmSync(home, { recursive: true }));
mkdirSync(join(home, '.aws'));
writeFileSync(
  join(home, '.aws/config'),
  '[profile one]\nregion = eu-central-1\n[profile two]\nregion = us-west-2\n',
);
writeFileSync(
  join(home, '.aws/credentials'),
  '[one]\naws_access_key_id = ONE\naws_secret_access_key = x\n[two]\naws_access_key_id = TWO\naws_secret_access_key = x\n',
);

/** Nobody has said anything yet. */
const bare: NodeJS.ProcessEnv = {
  HOME: home,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
};
const keys = { AWS_ACCESS_KEY_ID: 'KEYS', AWS_SECRET_ACCESS_KEY: 'x' };

const onStack = [
  ['audit', 'orders-staging'],
  ['run', 'examples/halves.json', '--confirm', 'orders-staging'],
  ['status'],
  ['abort', 'run1'],
  ['restore', 'run1'],
  ['freeze', 'show'],
  ['report', 'run1'],
  ['schedule', 'list'],
];
const onAws = [['plan', 'examples/halves.json'], ['doctor', 'orders-staging'], ...onStack];

/** Enough where all go the same way: one that asks AWS, and two that ask a deployment. */
const some = [
  ['plan', 'examples/halves.json'],
  ['freeze', 'on'],
  ['abort', '--all'],
];

/** Every command with the same around it, two at a time: it is programs that are started. */
async function all(commands: readonly string[][], environment: NodeJS.ProcessEnv) {
  const shown: [string, Shown][] = [];
  for (let at = 0; at < commands.length; at += 2) {
    const pair = commands.slice(at, at + 2);
    shown.push(
      ...(await Promise.all(
        pair.map(async (words): Promise<[string, Shown]> => [
          words.join(' '),
          await runAerofault(words, environment),
        ]),
      )),
    );
  }
  return shown;
}

/** An AWS that answers everything alike, and keeps who asked it and for which Region. */
async function answering(status: number, bodyFor: (service: string) => string) {
  const asked: { key: string; region: string }[] = [];
  const server = createServer((request, response) => {
    const [, key = '', region = '', service = ''] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    asked.push({ key, region });
    response.writeHead(status, { 'content-type': 'text/xml', connection: 'close' });
    response.end(bodyFor(service));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { asked, environment: { ...bare, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } };
}

/** One that answers with an error, in the form of each service. */
const refusing = (code: string, message: string, status = 400) =>
  answering(status, (service) => {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    return service === 'ec2'
      ? `<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`
      : `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`;
  });

/** A stack without outputs, as CloudFormation tells it. */
const someStack =
  '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Other</StackName><CreationTime>2026-11-21T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>';

describe('a command that asks AWS', () => {
  test('says how to give a Region where there is none, exit 4', async () => {
    for (const [words, { code, stdout, stderr }] of await all(some, { ...bare, ...keys })) {
      expect(stderr, words).toBe(
        'Cannot use AWS as a Region must be given: found Region is missing; add --region NAME, or set AWS_REGION\n',
      );
      expect({ code, stdout }, words).toEqual({ code: 4, stdout: '' });
    }
  });

  test('says to sign in again where the credentials have expired, exit 4, whichever it is', async () => {
    const message = 'The security token included in the request is expired';
    const { environment } = await refusing('ExpiredToken', message);
    const around = { ...environment, ...keys, AWS_REGION: 'eu-west-1' };
    for (const [words, { code, stdout, stderr }] of await all(onAws, around)) {
      expect(stderr, words).toBe(
        `Cannot use AWS as its credentials must be valid still: found ExpiredToken: ${message}; sign in again, as with aws sso login, and repeat the command\n`,
      );
      expect({ code, stdout }, words).toEqual({ code: 4, stdout: '' });
    }
  });

  test('of a deployment: a stack that is not there is named, exit 2', async () => {
    const { environment } = await refusing(
      'ValidationError',
      'Stack with id Nosuch does not exist',
    );
    const around = { ...environment, ...keys, AWS_REGION: 'eu-west-1' };
    const commands = some.slice(1).map((words) => [...words, '--stack', 'Nosuch']);
    for (const [words, { code, stdout, stderr }] of await all(commands, around)) {
      expect(stderr, words).toBe(
        'Cannot find stack "Nosuch" as it must be deployed in this account and Region: found none (choose with --stack and --region)\nNothing was touched.\n',
      );
      expect({ code, stdout }, words).toEqual({ code: 2, stdout: '' });
    }
  });
});

test('a stack that is none of ours, or is older than what is asked of it, is named, exit 2', async () => {
  const { environment } = await answering(200, () => someStack);
  const around = { ...environment, ...keys, AWS_REGION: 'eu-west-1' };
  const { code, stderr } = await runAerofault(['freeze', 'show', '--stack', 'Other'], around);

  expect(stderr).toBe(
    'Cannot use stack "Other" as its outputs must name RestoreMachineArn, JournalTableName, DocumentPrefix of a deployment: found none (choose with --stack, or deploy it anew)\nNothing was touched.\n',
  );
  expect(code).toBe(2);
});

describe('who asks, and for which Region', () => {
  test.each([
    { says: '--profile', words: ['--profile', 'one'], key: 'ONE', region: 'eu-central-1' },
    { says: 'AWS_PROFILE', more: { AWS_PROFILE: 'two' }, key: 'TWO', region: 'us-west-2' },
    {
      says: '--profile before AWS_PROFILE and keys',
      words: ['--profile', 'one'],
      more: { AWS_PROFILE: 'two', ...keys },
      key: 'ONE',
      region: 'eu-central-1',
    },
    {
      says: 'AWS_REGION before that of the profile',
      more: { AWS_PROFILE: 'two', AWS_REGION: 'eu-west-1' },
      key: 'TWO',
      region: 'eu-west-1',
    },
    {
      says: '--region before AWS_REGION',
      words: ['--region', 'eu-west-3'],
      more: { ...keys, AWS_REGION: 'eu-west-1' },
      key: 'KEYS',
      region: 'eu-west-3',
    },
    {
      says: 'AWS_DEFAULT_REGION, as AWS’s own command line',
      more: { ...keys, AWS_DEFAULT_REGION: 'eu-north-1' },
      key: 'KEYS',
      region: 'eu-north-1',
    },
    {
      says: 'AWS_REGION before AWS_DEFAULT_REGION',
      more: { ...keys, AWS_DEFAULT_REGION: 'eu-north-1', AWS_REGION: 'eu-west-1' },
      key: 'KEYS',
      region: 'eu-west-1',
    },
  ])('$says', async ({ words = [], more = {}, key, region }) => {
    const { asked, environment } = await refusing('ValidationError', 'no such stack');
    const { code } = await runAerofault(['status', ...words], { ...environment, ...more });

    expect({ code, asked }).toEqual({ code: 2, asked: [{ key, region }] });
  });

  test('a profile that is not there is named, exit 4', async () => {
    const words = ['status', '--profile', 'nosuch', '--region', 'eu-west-1'];
    const { code, stderr } = await runAerofault(words, bare);

    expect(stderr).toMatch(
      /^Cannot use AWS as its credentials must be there: found .* \(profile "nosuch"\); sign in, .*--profile or AWS_PROFILE\n$/,
    );
    expect(code).toBe(4);
  });

  test('a Region that can be none is bad input, exit 2', async () => {
    const { code, stderr } = await runAerofault(['status', '--region', 'eu west'], {
      ...bare,
      ...keys,
    });

    expect(stderr).toMatch(/^Cannot use AWS as its Region must be a name such as .*"eu west".*\n$/);
    expect(code).toBe(2);
  });

  test('what is not allowed is told as AWS tells it, exit 4', async () => {
    const message =
      'User: arn:aws:iam::123456789012:user/ops is not authorized to perform: cloudformation:DescribeStacks';
    const { environment } = await refusing('AccessDenied', message);
    const around = { ...environment, ...keys, AWS_REGION: 'eu-west-1' };
    const { code, stderr } = await runAerofault(['status'], around);

    expect(stderr).toBe(
      `Cannot use AWS as it must allow what was asked: found AccessDenied: ${message}; have it allowed, or choose another --profile\n`,
    );
    expect(code).toBe(4);
  });

  test('an endpoint that nobody answers at is told in a sentence, exit 75', async () => {
    const around = { ...bare, ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const { code, stderr } = await runAerofault(['status', '--region', 'eu-west-1'], around);

    expect(stderr).toMatch(
      /^Cannot reach AWS as its endpoint must answer: found connect ECONNREFUSED .*; check --region and the network, .*\n$/,
    );
    expect(code).toBe(75);
  });
});

describe('an AWS that does not serve a request now is no bug of ours, exit 75', () => {
  const around = { ...keys, AWS_REGION: 'eu-west-1' };

  test.each([
    { code: 'Throttling', status: 400, words: ['status'] },
    { code: 'RequestLimitExceeded', status: 503, words: ['plan', 'examples/halves.json'] },
  ])('$code is told as what it is', async ({ code: word, status, words }) => {
    const { environment } = await refusing(word, 'Rate exceeded', status);
    const { code, stdout, stderr } = await runAerofault(words, { ...environment, ...around });

    expect(stderr).toBe(
      `Cannot use AWS as its limits of requests must leave room for this one: found ${word}: Rate exceeded; wait a minute, and repeat the command\n`,
    );
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
  });

  test.each([
    { code: 'InternalFailure', status: 500, words: ['status'] },
    { code: 'Unavailable', status: 503, words: ['plan', 'examples/halves.json'] },
  ])('$code is told with what may have come of it', async ({ code: word, status, words }) => {
    const { environment } = await refusing(word, 'Try again.', status);
    const { code, stdout, stderr } = await runAerofault(words, { ...environment, ...around });

    expect(stderr).toBe(
      `Cannot use AWS as it must be able to serve the request: found ${word}: Try again; repeat the command; what it was to change may have been changed already\n`,
    );
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
  });

  test('so is a page of HTML from whatever stands before it', async () => {
    const { environment } = await answering(502, () => '<html><body>Bad Gateway</body></html>');
    const { code, stderr } = await runAerofault(['status'], { ...environment, ...around });

    expect(stderr).toMatch(/^Cannot use AWS as it must be able to serve the request: found .*\n$/);
    expect(code).toBe(75);
  });

  test.each([
    'ThrottlingException',
    'TooManyRequestsException',
    'ProvisionedThroughputExceededException',
  ])('%s is throttling, too', (name) => {
    const error = Object.assign(new Error('Rate exceeded'), { name });
    expect(awsFailure(error)).toMatchObject({ exitCode: 75 });
  });
});

test('a Region that is none is a name that nobody knows', () => {
  const message = 'getaddrinfo ENOTFOUND cloudformation.eu-wset-1.amazonaws.com';
  const error = Object.assign(new Error(message), { code: 'ENOTFOUND' });
  expect(awsFailure(error)).toEqual({
    says: `Cannot reach AWS as its endpoint must answer: found ${message}; check --region and the network, and repeat the command`,
    exitCode: 75,
  });
  expect(awsFailure(new Error('any other'))).toBeUndefined();
});
