import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';

/** What `npm run bundle` makes; or, in the published package, what came with it. */
export const usualBundles = resolve(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../dist/lambda' : '../../lambda',
);

/** What one handler needs to become a Lambda. */
export interface BundledFunctionProps {
  /** Name of the file in lambda/handlers, without its extension. */
  readonly handler: string;
  /** Folder of the one program of all handlers. */
  readonly bundles: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly iam.PolicyStatement[];
  readonly logRetention: logs.RetentionDays;
}

/**
 * A Lambda that has one handler of the bundled program, with a role and a log group of its own and in no VPC: an idle VPC
 * function fails its first call while its interface is rebuilt, and a tool for rare days is always idle.
 *
 * It reserves no concurrency: a reservation that would leave too little to the rest of the account fails
 * the deployment, which is any reservation in a small account, and one of 0 stops the function for good.
 * An account that runs close to its quota should reserve some for Restore, ProveClean and Sweep.
 */
export class BundledFunction extends Construct {
  readonly function: lambda.Function;
  readonly #role: iam.Role;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#role = this.#makeRole(logGroup);
    this.function = new lambda.Function(this, 'Resource', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(programOf(props.handler, props.bundles)),
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.environment, AEROFAULT_HANDLER: props.handler },
      role: this.#role,
      tracing: lambda.Tracing.ACTIVE,
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup,
    });
    this.allow(...props.statements);
  }

  /** Gives the Lambda more rights than it was made with. */
  allow(...statements: readonly iam.PolicyStatement[]): void {
    for (const statement of statements) this.#role.addToPrincipalPolicy(statement);
  }

  /** Gives the Lambda's role a tag, by which others may tell it. */
  mark(key: string, value: string): void {
    Tags.of(this.#role).add(key, value);
  }

  /** Says why a resource with a wildcard is the least that can be granted. */
  acknowledge(resource: string, reason: string): void {
    acknowledgeWildcard(this.#role, resource, reason);
  }

  #makeRole(logGroup: logs.LogGroup): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    return role;
  }
}

function programOf(handler: string, bundles: string): string {
  const program = join(bundles, 'index.mjs');
  if (existsSync(program)) return bundles;
  const path = relative(process.cwd(), program);
  throw new Error(`Cannot deploy ${handler} as ${path} must exist: found none, run npm run bundle`);
}
