import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { AerofaultTarget } from '../lib/aerofault-target.ts';
import { usualDocumentPrefix } from '../lib/document-name.ts';
import { HostDocuments } from '../lib/host-documents.ts';
import { accountPattern, externalIdPattern, rolePrefixPattern } from '../lib/target-account.ts';
import { usualRolePrefix } from '../lib/target-roles.ts';

/** Where it is made here; in the published package it has the same name. */
const ownPlace = resolve(import.meta.dirname, '../dist/aerofault-target.template.json');

/**
 * `AerofaultTarget` as a plain CloudFormation template with parameters, for accounts in which nobody uses
 * CDK: no bootstrap, no assets. The same sources give the same bytes.
 */
export function targetTemplate(): string {
  const outdir = mkdtempSync(join(tmpdir(), 'aerofault-target-'));
  try {
    const app = new App({
      outdir,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      context: {
        'aws:cdk:enable-path-metadata': false,
        '@aws-cdk/aws-iam:minimizePolicies': true,
      },
    });
    const stack = new Stack(app, 'AerofaultTarget', {
      description: 'Lets aerofault of another account fault Aerospike clusters of this one',
    });
    addTarget(stack);
    app.synth();
    return plain(readFileSync(join(outdir, 'AerofaultTarget.template.json'), 'utf8'));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const Template = z.looseObject({ Parameters: z.record(z.string(), z.unknown()) });

/** Without what `cdk deploy` asks of its own bootstrap, which a plain deployment has not. */
function plain(text: string): string {
  const { Description, Rules: _, Parameters, ...rest } = Template.parse(JSON.parse(text));
  const { BootstrapVersion: __, ...own } = Parameters;
  return `${JSON.stringify({ Description, Parameters: own, ...rest }, undefined, 1)}\n`;
}

function addTarget(stack: Stack): AerofaultTarget {
  const homeAccount = parameter(stack, 'HomeAccountId', {
    description: 'The account that aerofault is deployed in',
    allowedPattern: accountPattern.source,
  });
  const externalId = parameter(stack, 'ExternalId', {
    description: 'A word that only the two accounts have in common; the same as there',
    allowedPattern: externalIdPattern.source,
  });
  const clusters = new CfnParameter(stack, 'Clusters', {
    type: 'CommaDelimitedList',
    description: 'Values of the tag aerofault:cluster that may be touched; ?* for any',
    default: '?*',
  });
  const rolePrefix = parameter(stack, 'RolePrefix', {
    description: 'What the names of the roles begin with; the same as there',
    default: usualRolePrefix,
    allowedPattern: rolePrefixPattern.source,
  });
  const documentPrefix = parameter(stack, 'DocumentPrefix', {
    description: 'What the names of the host documents begin with; the same as there',
    default: usualDocumentPrefix,
    allowedPattern: '^[A-Za-z0-9_.-]{1,60}$',
  });
  return new AerofaultTarget(stack, 'Default', {
    homeAccount,
    externalId,
    rolePrefix,
    clusters: clusters.valueAsList,
    hostDocuments: new HostDocuments(stack, 'HostDocuments', { documentPrefix }),
  });
}

interface Asked {
  readonly description: string;
  readonly allowedPattern: string;
  readonly default?: string;
}

const parameter = (stack: Stack, name: string, asked: Asked): string =>
  new CfnParameter(stack, name, { type: 'String', ...asked }).valueAsString;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(ownPlace), { recursive: true });
  writeFileSync(ownPlace, targetTemplate());
  process.stderr.write(`${ownPlace}\n`);
}
