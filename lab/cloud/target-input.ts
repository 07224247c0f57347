import type { RuleTarget } from '../assembly/assembly.ts';
import { fieldOf } from './event-pattern.ts';

/** Which rule an input is made for; templates may name it. */
export interface RuleName {
  readonly name: string;
  readonly arn: string;
}

/** The input that a target gets for an event, shaped as the rule says; throws where the shape does not fit. */
export function targetInput(target: RuleTarget, event: object, rule: RuleName): unknown {
  if (target.input !== undefined) return JSON.parse(target.input);
  if (target.inputPath !== undefined) return required(target.inputPath, event);
  if (target.inputTransformer === undefined) return event;
  const { paths, template } = target.inputTransformer;
  const values = new Map<string, unknown>([
    ['aws.events.rule-name', rule.name],
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.event', event],
    ['aws.events.event.json', event],
    ['aws.events.event.ingestion-time', new Date().toISOString()],
  ]);
  for (const [name, path] of Object.entries(paths)) values.set(name, valueAt(path, event));
  return JSON.parse(fill(template, values));
}

/** The value at a path of the form `$.a.b`; undefined where there is none. */
function valueAt(path: string, event: unknown): unknown {
  if (!/^\$(\.[\w-]+)*$/.test(path)) {
    throw new Error(`Cannot read path "${path}" as it must have the form $.a.b: found another`);
  }
  return path.split('.').slice(1).reduce(fieldOf, event);
}

function required(path: string, event: unknown): unknown {
  const value = valueAt(path, event);
  if (value !== undefined) return value;
  throw new Error(`Cannot shape the input as "${path}" must be in the event: found nothing`);
}

/**
 * Put values into the places `<name>` of a template: as JSON, or as bare text inside a JSON string.
 *
 * A template that is one JSON string or an object follows the same rule. Source: EventBridge user guide,
 * input transformation.
 */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false;
  return template.replaceAll(/\\.|"|<([\w.-]+)>/g, (match: string, name?: string) => {
    if (match === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return match;
    const value = values.get(name) ?? '';
    if (!quoted) return JSON.stringify(value);
    const bare = typeof value === 'string' ? value : JSON.stringify(value);
    return JSON.stringify(bare).slice(1, -1);
  });
}
