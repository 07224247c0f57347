import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Note } from '../../core/note.ts';
import { takeCallCount } from '../../lambda/aws/call-count.ts';
import { patient } from '../../lambda/aws/connection.ts';
import { runHandler } from '../../lambda/run-handler.ts';
import type { Noting } from '../../lambda/run-handler.ts';
import { World } from '../fakes/world.ts';
import { startEndpoint } from '../../lab/cloud/endpoint.ts';
import type { Endpoint } from '../../lab/cloud/endpoint.ts';

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

const event = { runId: 'abcdefghjkmn', execution: 'arn:aws:states:eu-west-1:1:execution:m:e' };

function noting(): { noting: Noting; notes: () => Promise<Note[]> } {
  const { journal, clock } = new World({}).gateways();
  return { noting: { journal, clock }, notes: () => journal.notes('abcdefghjkmn') };
}

describe('the note of a state', () => {
  test('says what it said, from when to when', async () => {
    const { noting: given, notes } = noting();
    const handler = runHandler(
      'Prove',
      async () => {
        await given.clock.sleep(1_500);
        return { says: 'in force: confirmed' };
      },
      given,
    );
    await handler(event);
    const [note] = await notes();

    expect(note).toMatchObject({ kind: 'state', state: 'Prove', says: 'in force: confirmed' });
    expect(note?.kind === 'state' && note.at - note.startedAt).toBe(1_500);
  });

  test('a state that fails is noted, and fails as it did', async () => {
    const { noting: given, notes } = noting();
    const handler = runHandler('Inject', () => Promise.reject(new Error('no such rule')), given);

    await expect(handler(event)).rejects.toThrow('no such rule');
    expect(await notes()).toMatchObject([{ state: 'Inject', says: 'failed: no such rule' }]);
  });

  test('a note that cannot be made changes nothing', async () => {
    const { noting: given } = noting();
    const journal = { ...given.journal, note: () => Promise.reject(new Error('throttled')) };
    const handler = runHandler('Arm', async () => ({ says: 'armed' }), { ...given, journal });

    expect(await handler(event)).toEqual({ says: 'armed' });
  });
});

describe('the count of requests', () => {
  let endpoint: Endpoint;
  beforeEach(async () => {
    endpoint = await startEndpoint({ host: '127.0.0.1', port: 0 }, () => ({
      action: 'GetItem',
      params: {},
      perform: () => ({}),
    }));
    takeCallCount();
  });
  afterEach(() => endpoint.close());

  test('is by service and action with repeats, failed ones too, and forgets what was taken', async () => {
    const client = new DynamoDBClient(
      patient({
        endpoint: endpoint.url,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
      }),
    );
    const ask = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } });
    const throttled = { kind: 'fail', code: 'ThrottlingException', message: 'slower' } as const;
    endpoint.misbehave('GetItem', throttled);
    await client.send(ask);
    expect(takeCallCount()).toEqual({ 'DynamoDB:GetItem': 2 });

    endpoint.misbehave('GetItem', { ...throttled, code: 'AccessDeniedException' });
    await expect(client.send(ask)).rejects.toThrow('slower');
    client.destroy();

    expect(takeCallCount()).toEqual({ 'DynamoDB:GetItem': 1 });
    expect(takeCallCount()).toEqual({});
  });
});
