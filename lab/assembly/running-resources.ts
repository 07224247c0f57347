import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type {
  AssemblyFunction,
  AssemblyStateMachine,
  AssemblyTable,
  Resource,
} from './assembly.ts';

const FunctionProperties = z.object({
  Code: z.object({ S3Key: z.string().optional() }),
  Handler: z.string().optional(),
  Runtime: z.string().optional(),
  // The defaults are Lambda's: 3 seconds, 128 MB.
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
});

/** Read a Lambda function; undefined for one that is no bundle for Node, which the lab cannot run. */
export function readFunction(
  { properties, ...resource }: Resource,
  assets: ReadonlyMap<string, string>,
): AssemblyFunction | undefined {
  const { Code, Handler, Runtime, Timeout, MemorySize, Environment } =
    FunctionProperties.parse(properties);
  if (Code.S3Key === undefined || Runtime?.startsWith('nodejs') !== true) return undefined;
  const directory = assets.get(Code.S3Key);
  if (directory === undefined) {
    throw new Error(`Cannot find the bundle as "${Code.S3Key}" must be an asset: found none`);
  }
  const handler = z.string().parse(Handler);
  return {
    ...resource,
    directory,
    handler,
    environment: Environment.Variables,
    timeoutSeconds: Timeout,
    memoryMegabytes: MemorySize,
    sha256: createHash('sha256')
      .update(readFileSync(entryFile(directory, handler)))
      .digest('hex'),
  };
}

/** The file that holds `handler`, in the order in which Lambda looks for it. */
export function entryFile(directory: string, handler: string): string {
  const module = join(directory, handler.slice(0, handler.lastIndexOf('.')));
  const found = ['.js', '.mjs', '.cjs'].map((end) => `${module}${end}`).find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    `Cannot load handler "${handler}" as "${module}" must be a module: found no file`,
  );
}

const Definition = z.record(z.string(), z.unknown());

const StateMachineProperties = z.object({
  DefinitionString: z.string().optional(),
  Definition: Definition.optional(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
});

/** Read a state machine, whichever way its definition is written. */
export function readStateMachine({ properties, ...resource }: Resource): AssemblyStateMachine {
  const {
    DefinitionString,
    Definition: written,
    DefinitionSubstitutions,
  } = StateMachineProperties.parse(properties);
  let source = DefinitionString ?? JSON.stringify(written);
  if (source === undefined) {
    throw new Error('Cannot read the definition as it must be in the template: found none');
  }
  for (const [key, value] of Object.entries(DefinitionSubstitutions)) {
    source = source.replaceAll(`\${${key}}`, value);
  }
  return { ...resource, definition: Definition.parse(JSON.parse(source)) };
}

const KeySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);

const Projection = z
  .object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  })
  .transform(({ NonKeyAttributes, ...rest }) =>
    NonKeyAttributes === undefined ? rest : { ...rest, NonKeyAttributes },
  );

const TableProperties = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema,
  GlobalSecondaryIndexes: z
    .array(z.object({ IndexName: z.string(), KeySchema, Projection }))
    .optional(),
});

/** Read a table, always on demand: the lab has no throughput to provision. */
export function readTable({ properties, logicalId, name }: Resource): AssemblyTable {
  const { GlobalSecondaryIndexes, ...rest } = TableProperties.parse(properties);
  const definition = { TableName: name, BillingMode: 'PAY_PER_REQUEST' as const, ...rest };
  if (GlobalSecondaryIndexes === undefined) return { logicalId, name, definition };
  return { logicalId, name, definition: { ...definition, GlobalSecondaryIndexes } };
}
