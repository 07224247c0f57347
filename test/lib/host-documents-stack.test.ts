import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { hostScript } from '../../host/compose.ts';
import { hostParameters } from '../../host/parameters.ts';
import { scriptNames } from '../../core/script-names.ts';
import { HostDocumentsStack } from '../../lib/host-documents-stack.ts';
import { aStack, anApp, only, resourcesOf } from './synthesised.ts';

const resources = resourcesOf(new HostDocumentsStack(anApp(), 'Documents'));

const Content = z.strictObject({
  schemaVersion: z.literal('2.2'),
  description: z.string(),
  parameters: z.record(
    z.string(),
    z.strictObject({
      type: z.literal('String'),
      interpolationType: z.literal('ENV_VAR'),
      allowedPattern: z.string(),
      description: z.string(),
      default: z.string().optional(),
    }),
  ),
  mainSteps: z.tuple([
    z.strictObject({
      action: z.literal('aws:runShellScript'),
      name: z.string(),
      precondition: z.unknown(),
      inputs: z.strictObject({ timeoutSeconds: z.string(), runCommand: z.array(z.string()) }),
    }),
  ]),
});

const scripts = scriptNames;

/** Words that some pattern takes, with what a shell would act on before or behind: an alternative that
 * lies outside the anchors would let these through. */
const hostile = ['', ';id', '$(id)', '`id`', '"', '\nid', ' '].flatMap((junk) =>
  [
    '',
    'r1',
    'drop',
    'tcp-reset',
    'both',
    'inbound',
    'look',
    'undo',
    'check',
    '3001',
    '10.0.0.1',
    'stop',
  ].flatMap((word) => (junk === '' ? [''] : [`${junk}${word}`, `${word}${junk}`])),
);

const documentOf = (script: string) => {
  const id = script.charAt(0).toUpperCase() + script.slice(1);
  const { Properties } = resources[id]!;
  return { properties: Properties, content: Content.parse(Properties['Content']) };
};

test('the stack holds the eleven documents and nothing else', () => {
  expect(Object.keys(resources).toSorted()).toEqual([
    'Access',
    'Cut',
    'Markers',
    'Probe',
    'Reroute',
    'Restore',
    'Route',
    'Service',
    'Sever',
    'Survey',
    'Xdr',
  ]);
});

describe.each(scripts)('the document of %s', (script) => {
  const { properties, content } = documentOf(script);
  const [step] = content.mainSteps;

  test('is a command document for Linux instances whose updates are new versions', () => {
    expect(properties).toMatchObject({
      Name: `Aerofault-${script.charAt(0).toUpperCase()}${script.slice(1)}`,
      DocumentType: 'Command',
      DocumentFormat: 'JSON',
      TargetType: '/AWS::EC2::Instance',
      UpdateMethod: 'NewVersion',
    });
    expect(step.precondition).toEqual({ StringEquals: ['platformType', 'Linux'] });
  });

  test('runs the composed script, line for line', () => {
    expect(step.inputs.runCommand.join('\n')).toBe(hostScript(script));
  });

  test('takes exactly the parameters of the script, each checked by an anchored pattern', () => {
    const { parameters } = content;
    expect(Object.keys(parameters)).toEqual(Object.keys(hostParameters[script]));
    for (const { allowedPattern, default: usual } of Object.values(parameters)) {
      expect(allowedPattern).toMatch(/^\^.*\$$/s);
      expect(usual ?? '').toMatch(new RegExp(usual === undefined ? '' : allowedPattern));
      const pattern = new RegExp(allowedPattern);
      expect(hostile.filter((value) => pattern.test(value))).toEqual([]);
    }
  });

  test('hands every parameter over in the environment, so that no text is replaced', () => {
    expect(JSON.stringify(content)).not.toContain('{{');
    for (const name of Object.keys(content.parameters)) {
      expect(hostScript(script)).toMatch(new RegExp(`\\b(SSM_)?${name}\\b`));
    }
  });

  test('ends within what the agent honours', () => {
    const seconds = Number(step.inputs.timeoutSeconds);
    expect(Number.isInteger(seconds)).toBe(true);
    expect(seconds).toBeGreaterThanOrEqual(5);
    expect(seconds).toBeLessThanOrEqual(172_800);
  });

  test('is within what SSM takes', () => {
    expect(Buffer.byteLength(JSON.stringify(properties['Content']))).toBeLessThan(64 * 1024);
  });
});

test('the names follow the prefix, in both stacks alike', () => {
  const prefixed = resourcesOf(
    new HostDocumentsStack(anApp(), 'Documents', { documentPrefix: 'Staging' }),
  );
  const [, inject] = only(
    resourcesOf(aStack({ documentPrefix: 'Staging' })),
    'AWS::Lambda::Function',
    'FunctionsInject',
  );
  expect(prefixed['Cut']?.Properties['Name']).toBe('Staging-Cut');
  expect(inject.Properties['Environment']).toMatchObject({
    Variables: { DOCUMENT_CUT: 'Staging-Cut' },
  });
});
