import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import type {
  DeleteItemCommandInput,
  QueryCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { isCode } from './failure.ts';
import type { Item, Key } from './journal-items.ts';

/** One item's answer takes milliseconds; five seconds leave a handler time for every attempt. */
const requestMs = 5_000;

type Words<Input> = Omit<Input, 'TableName' | 'Key' | 'ReturnValues'>;

/** One table. A condition that does not hold is an answer here (undefined or false), not an error. */
export class ItemTable {
  readonly #client: DynamoDBClient;
  readonly #table: { readonly TableName: string };

  constructor(connection: Connection, table: string) {
    this.#client = new DynamoDBClient(patient({ requestMs, ...connection }));
    this.#table = { TableName: table };
  }

  /** Consistent. */
  async read<Content>(key: Key, parse: (item: Item) => Content): Promise<Content | undefined> {
    const command = new GetItemCommand({
      ...this.#table,
      Key: marshall(key),
      ConsistentRead: true,
    });
    const { Item: item } = await this.#client.send(command);
    return item === undefined ? undefined : parse(item);
  }

  async put(item: Item): Promise<void> {
    await this.#client.send(new PutItemCommand({ ...this.#table, Item: item }));
  }

  /** Whether there was none before. */
  async putIfAbsent(item: Item): Promise<boolean> {
    const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
    const command = new PutItemCommand({ ...this.#table, Item: item, ...absent });
    return (await conditional(this.#client.send(command))) !== undefined;
  }

  /** The whole item as it is after; undefined when the condition does not hold. */
  async update(key: Key, words: Words<UpdateItemCommandInput>): Promise<Item | undefined> {
    const command = new UpdateItemCommand({
      ...this.#table,
      Key: marshall(key),
      ...words,
      ReturnValues: 'ALL_NEW',
    });
    return (await conditional(this.#client.send(command)))?.Attributes;
  }

  async delete(key: Key, words: Words<DeleteItemCommandInput>): Promise<void> {
    const command = new DeleteItemCommand({ ...this.#table, Key: marshall(key), ...words });
    await conditional(this.#client.send(command));
  }

  /** Every page. */
  async query(question: Omit<QueryCommandInput, 'TableName'>): Promise<Item[]> {
    const items: Item[] = [];
    const pages = paginateQuery({ client: this.#client }, { ...this.#table, ...question });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }
}

async function conditional<Result>(sent: Promise<Result>): Promise<Result | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (isCode(error, 'ConditionalCheckFailedException')) return undefined;
    throw error;
  }
}
