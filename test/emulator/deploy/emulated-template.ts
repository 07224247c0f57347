import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { labTiming, timingEnvironment } from '../../../lab/timing.ts';
import { LEFT_OUT, REWRITTEN } from './left-out.ts';

const Properties = z.record(z.string(), z.unknown());
const Resource = z.looseObject({ Type: z.string(), Properties: Properties.default({}) });
const Template = z.looseObject({ Resources: z.record(z.string(), Resource) });
type Template = z.infer<typeof Template>;

const Environment = z.looseObject({ Variables: Properties });

/**
 * The lab's spans, but for those that only bound how slow a machine may be: Lambdas start anew here, and
 * scripts on hosts must be armed in time all the same.
 */
const emulatedTiming = {
  ...labTiming,
  prepareSeconds: 180,
  leadSeconds: 12,
  sliceSeconds: 8,
  proveSeconds: 15,
  recoverySeconds: 120,
};

/**
 * Makes the synthesised stack one that ministack can deploy and a test can wait for: without what
 * {@link LEFT_OUT} lists, with what {@link REWRITTEN} lists, and with {@link emulatedTiming}. Tells the
 * logical ids of what it left out.
 *
 * @throws when what stays refers to what goes, or when what is to be rewritten is not there.
 */
export function emulateTemplate(assembly: string, stack: string): string[] {
  const path = join(assembly, `${stack}.template.json`);
  const template = Template.parse(JSON.parse(readFileSync(path, 'utf8')));
  const gone = Object.entries(template.Resources)
    .filter(([, resource]) => isLeftOut(resource))
    .map(([logicalId]) => logicalId);
  const Resources = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([logicalId]) => !gone.includes(logicalId))
      .map(([logicalId, resource]) => [logicalId, withoutWaitFor(gone, withTiming(resource))]),
  );
  const text = JSON.stringify({ ...template, Resources });
  for (const logicalId of gone) {
    if (!text.includes(`"${logicalId}"`)) continue;
    throw new Error(`Cannot leave out ${logicalId} as nothing must refer to it: found a reference`);
  }
  writeFileSync(path, rewritten(text));
  return gone;
}

const Order = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** What waits for something that is not made waits for the rest. */
function withoutWaitFor(
  gone: readonly string[],
  resource: z.infer<typeof Resource>,
): z.infer<typeof Resource> {
  const order = Order.safeParse(resource['DependsOn']);
  if (!order.success) return resource;
  return { ...resource, DependsOn: order.data.filter((one) => !gone.includes(one)) };
}

function isLeftOut({ Type, Properties: given }: z.infer<typeof Resource>): boolean {
  return LEFT_OUT.some(
    ({ type, property }) => type === Type && (property === undefined || property in given),
  );
}

function withTiming(resource: z.infer<typeof Resource>): z.infer<typeof Resource> {
  const environment = Environment.safeParse(resource.Properties['Environment']);
  if (resource.Type !== 'AWS::Lambda::Function' || !environment.success) return resource;
  const { Variables } = environment.data;
  const own = Object.entries(timingEnvironment(emulatedTiming)).filter(
    ([name]) => name in Variables,
  );
  const changed = { Variables: { ...Variables, ...Object.fromEntries(own) } };
  return { ...resource, Properties: { ...resource.Properties, Environment: changed } };
}

function rewritten(template: string): string {
  return REWRITTEN.reduce((text, { found, instead }) => {
    if (text.includes(found)) return text.replaceAll(found, () => instead);
    throw new Error(`Cannot rewrite ${found} as the template must have it: found nothing`);
  }, template);
}

/** A deployed definition with {@link REWRITTEN} taken back: as it was synthesised, and as AWS has it. */
export function asSynthesised(definition: string): string {
  return REWRITTEN.reduce(
    (text, { found, instead }) => text.replaceAll(unescaped(instead), () => unescaped(found)),
    definition,
  );
}

const unescaped = (text: string): string => text.replaceAll(String.raw`\"`, '"');
