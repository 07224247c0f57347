import type { Command } from 'commander';
import * as z from 'zod';
import { auditExitCodeOf } from '../../core/audit/audit.ts';
import { auditText } from '../../core/audit/text.ts';
import { auditCluster } from './audit-cluster.ts';
import { optionWords } from './command-line.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions } from './deployment.ts';
import { next, print, printJson } from './screen.ts';

const AuditOptions = DeploymentOptions.extend({
  json: z.boolean(),
  accept: z.boolean(),
  servicePort: z.string(),
  access: z.string().optional(),
  tlsServicePort: z.string().optional(),
});

const usualPort = '3000';

const examples = `
Examples:
  aerofault audit orders-staging
  aerofault audit orders-staging --accept
  aerofault audit orders-staging --json --service-port 4333 --region eu-west-1
  aerofault audit orders-staging --access '{"login": {"secret": "orders/aerofault"}}'
  aerofault audit orders-staging --access '{"tls": {"name": "orders"}}' --tls-service-port 4334

Exit codes: 0 as it was accepted, nothing was accepted yet, or --accept; 1 it differs; 2 refused or bad
input; 4 no credentials or permission; 70 a bug in aerofault; 75 AWS does not answer now. It runs two
documents on the hosts, which change nothing.`;

/** Adds the command that audits a cluster, by the deployment's own machine. */
export function addAudit(root: Command): void {
  onStack(root.command('audit'))
    .description('Tells who reaches whom on every port and why not, against what was accepted')
    .argument('<cluster>', 'value of the tag aerofault:cluster')
    .option('--json', 'print the whole audit as JSON', false)
    .option('--accept', 'what is found is from now on how it should be', false)
    .option('--service-port <number>', 'where nodes listen for clients', usualPort)
    .option('--access <json>', 'how nodes are asked that want TLS or a login (docs/access.md)')
    .option('--tls-service-port <number>', 'where nodes are asked by TLS; 4333 when left out')
    .addHelpText('after', examples)
    .action(async (cluster: string, given: unknown) => {
      const { json, accept, servicePort, access, tlsServicePort, ...options } =
        AuditOptions.parse(given);
      const request = {
        cluster,
        accept,
        servicePort: Number(servicePort),
        ...(access === undefined ? {} : { access: accessIn(access) }),
        ...(tlsServicePort === undefined ? {} : { tlsServicePort: Number(tlsServicePort) }),
      };
      const audit = await auditCluster(await deploymentOf(options), request);
      const accepted = accept
        ? ['', 'Accepted: audits are held against this one from now on.']
        : [];
      if (json) printJson(audit);
      else print([...auditText(audit), ...accepted]);
      process.exitCode = accept ? 0 : auditExitCodeOf(audit);
      const same = sameAudit(cluster, { servicePort, access, tlsServicePort });
      if (accept) next(same);
      else next([...same, '--accept'], ', where all is as it should be');
    });
}

type How = Pick<z.infer<typeof AuditOptions>, 'servicePort' | 'access' | 'tlsServicePort'>;

/** The words that ask for the same audit again: asked in another way it would be another. */
export const sameAudit = (
  cluster: string,
  { servicePort, access, tlsServicePort }: How,
): string[] => [
  'audit',
  cluster,
  ...optionWords({
    'service-port': servicePort === usualPort ? undefined : servicePort,
    access,
    'tls-service-port': tlsServicePort,
  }),
];

/** What is no JSON is no access either, which whoever reads the request says. */
function accessIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
