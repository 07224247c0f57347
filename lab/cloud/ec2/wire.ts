import type { DescribeInstances$ } from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';
import { Ec2Error, invalidValue } from './ec2-error.ts';

/**
 * The EC2 query protocol, both ways, read off the SDK's own operation schemas, so that no parameter
 * or tag name is guessed. Request keys are `ec2QueryName ?? Capitalised(xmlName ?? member)` with lists
 * flattened to `.1`, `.2`; answer tags are `xmlName ?? member` with lists of `<item>`. Maps and
 * blobs do not occur in the actions served here and are refused.
 */

/** What the SDK exports for each operation as `<Name>$`: `[4]` is its input, `[5]` its output. */
export type Operation = typeof DescribeInstances$;

const XML_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** Read the form of one request into the plain object that the caller's SDK was given. */
export function decodeRequest(operation: Operation, form: URLSearchParams): unknown {
  const unread = new Set(form.keys());
  unread.delete('Action');
  unread.delete('Version');
  const input = readValue(NormalizedSchema.of(operation[4]), '', { form, unread });
  for (const key of unread) {
    throw new Ec2Error('UnknownParameter', `The parameter ${key} is not recognized`);
  }
  return input ?? {};
}

interface FormReading {
  readonly form: URLSearchParams;
  readonly unread: Set<string>;
}

function readValue(schema: NormalizedSchema, key: string, reading: FormReading): unknown {
  if (schema.isUnitSchema()) return {};
  if (schema.isListSchema()) return readList(schema, key, reading);
  if (schema.isStructSchema()) return readStruct(schema, key, reading);
  const text = reading.form.get(key);
  reading.unread.delete(key);
  return text === null ? undefined : readScalar(schema, key, text);
}

function readList(schema: NormalizedSchema, key: string, reading: FormReading) {
  const items: unknown[] = [];
  while (has(reading.form, `${key}.${items.length + 1}`)) {
    items.push(readValue(schema.getValueSchema(), `${key}.${items.length + 1}`, reading));
  }
  return items.length === 0 ? undefined : items;
}

function readStruct(schema: NormalizedSchema, key: string, reading: FormReading) {
  const fields: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const memberKey = key === '' ? requestKey(name, member) : `${key}.${requestKey(name, member)}`;
    const value = readValue(member, memberKey, reading);
    if (value !== undefined) fields[name] = value;
  }
  return key !== '' && Object.keys(fields).length === 0 ? undefined : fields;
}

function has(form: URLSearchParams, key: string): boolean {
  return [...form.keys()].some((found) => found === key || found.startsWith(`${key}.`));
}

function requestKey(name: string, member: NormalizedSchema): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits();
  if (typeof ec2QueryName === 'string') return ec2QueryName;
  const key = xmlName ?? name;
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function readScalar(schema: NormalizedSchema, key: string, text: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') {
      throw invalidValue(`Invalid value '${text}' for ${key}. Value must be boolean`);
    }
    return text === 'true';
  }
  if (schema.isNumericSchema()) {
    if (!/^-?\d+$/.test(text)) {
      throw invalidValue(`Invalid value '${text}' for ${key}. Value must be an integer`);
    }
    return Number(text);
  }
  if (schema.isStringSchema()) return text;
  throw new TypeError(`Cannot read ${key} as its type must be text, number or boolean`);
}

/** Write the answer of one action; actions without a result answer `<return>true</return>` as EC2 does. */
export function encodeAnswer(operation: Operation, output: object, requestId: string): string {
  const schema = NormalizedSchema.of(operation[5]);
  const body = schema.isUnitSchema() ? '<return>true</return>' : writeMembers(schema, output);
  const root = `${operation[2]}Response`;
  return `${XML_HEADER}<${root} xmlns="${XML_NAMESPACE}"><requestId>${requestId}</requestId>${body}</${root}>`;
}

/** Write an error the way EC2 does; the SDK finds its code and message here. */
export function encodeError({ code, message }: Ec2Error, requestId: string): string {
  const error = `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return `${XML_HEADER}<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`;
}

const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';

function writeMembers(schema: NormalizedSchema, value: object): string {
  const members = new Map(schema.structIterator());
  let xml = '';
  for (const [name, field] of Object.entries(value)) {
    const member = members.get(name);
    if (member === undefined) {
      throw new TypeError(`Cannot write ${name} as ${schema.getName()} must know it: it does not`);
    }
    const tag = member.getMemberTraits().xmlName ?? name;
    if (field !== undefined) xml += `<${tag}>${writeValue(member, field)}</${tag}>`;
  }
  return xml;
}

function writeValue(schema: NormalizedSchema, value: unknown): string {
  if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    const tag = member.getMergedTraits().xmlName ?? 'item';
    return value.map((item) => `<${tag}>${writeValue(member, item)}</${tag}>`).join('');
  }
  if (schema.isStructSchema() && typeof value === 'object' && value !== null) {
    return writeMembers(schema, value);
  }
  return writeScalar(value);
}

function writeScalar(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`Cannot write a value as it must fit its schema: found ${typeof value}`);
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => XML_ESCAPES[character] ?? character);
}
