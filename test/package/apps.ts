/** The apps of others: one of CommonJS, one of ESM; and what both do. */

const body = `
const app = new App({ outdir: process.env.CDK_OUTDIR ?? 'cdk.out' });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const stack = new Stack(app, 'Shop');
const faults = new Aerofault(stack, 'Faults', { clusters: ['orders-staging'] });
faults.schedule('Nightly', {
  experiment: Experiment.fromFile('isolate.yaml'),
  at: ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
});
const onCall = new Role(stack, 'OnCall', { assumedBy: new AccountRootPrincipal() });
faults.grantRestore(onCall);
faults.grantReadReports(onCall);
faults.metricNotClean().createAlarm(stack, 'Left', { threshold: 1, evaluationPeriods: 1 });
app.synth();
`;

const names = {
  'aws-cdk-lib': 'App, Stack, TimeZone, Validations',
  'aws-cdk-lib/aws-iam': 'AccountRootPrincipal, Role',
  'aws-cdk-lib/aws-scheduler': 'ScheduleExpression',
  'cdk-nag': 'AwsSolutionsChecks',
  aerofault: 'Aerofault, Experiment',
};

const required = Object.entries(names).map(
  ([from, what]) => `const { ${what} } = require('${from}');`,
);
const imported = Object.entries(names).map(([from, what]) => `import { ${what} } from '${from}';`);

/** Somebody's experiment, with a comment as YAML lets one write. */
const isolate = `# At night
name: isolate-one-node
cluster: orders-staging
fault: { kind: partition, topology: { kind: isolate, count: 1 } }
mechanism: iptables
holdSeconds: 60
`;

const manifest = (type: string): string => JSON.stringify({ name: 'app', private: true, type });

const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  strict: true,
  noEmit: true,
  types: ['node'],
};

const typed = {
  'app.ts': `${imported.join('\n')}\nimport type { AerofaultProps } from 'aerofault';\nimport { parseExperiment } from 'aerofault/experiment';\nexport const props: AerofaultProps = {};\nexport const hold: number = parseExperiment({}).holdSeconds;${body}`,
  'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }),
};

/** The files of an app. */
export const apps = {
  commonjs: {
    program: 'app.cjs',
    files: {
      'package.json': manifest('commonjs'),
      'isolate.yaml': isolate,
      'app.cjs': `${required.join('\n')}${body}`,
      ...typed,
    },
  },
  esm: {
    program: 'app.mjs',
    files: {
      'package.json': manifest('module'),
      'isolate.yaml': isolate,
      'app.mjs': `${imported.join('\n')}${body}`,
      ...typed,
    },
  },
};
