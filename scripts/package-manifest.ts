import * as z from 'zod';

/** What of the project's own package.json the published one is made of. */
const Own = z.object({
  name: z.string(),
  version: z.string().regex(/^0\.\d+\.\d+$/),
  description: z.string(),
  keywords: z.array(z.string()),
  license: z.string(),
  engines: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
});

/** The folder of compiled modules, and what is offered of it. */
const compiled = (module: string): { types: string; default: string } => ({
  types: `./js/${module}.d.ts`,
  default: `./js/${module}.js`,
});

/**
 * The published package.json: the project's own without what only the project needs. Of its dependencies it
 * has those that the compiled modules import; what is bundled into the Lambdas alone is no dependency.
 *
 * @throws when a module imports a package that is neither a dependency nor a peer.
 */
export function packageManifest(own: unknown, imported: ReadonlySet<string>): object {
  const { dependencies, peerDependencies, ...said } = Own.parse(own);
  const needed = [...imported].filter((name) => !Object.hasOwn(peerDependencies, name)).toSorted();
  const missing = needed.find((name) => !Object.hasOwn(dependencies, name));
  if (missing !== undefined) {
    throw new Error(
      `Cannot publish ${said.name} as what it imports must be a dependency: found ${missing} that is none`,
    );
  }
  return {
    ...said,
    type: 'module',
    sideEffects: false,
    files: [
      'js',
      'lambda',
      'lambda.json',
      'aerofault-target.template.json',
      'schema',
      'CHANGELOG.md',
      'NOTICE',
      'THIRD-PARTY-LICENSES.txt',
    ],
    bin: { aerofault: './js/bin/aerofault.js' },
    exports: {
      '.': compiled('lib/entry'),
      './experiment': compiled('core/experiment'),
      './schema.json': './schema/experiment.schema.json',
      './report.schema.json': './schema/report.schema.json',
      './run-finished.schema.json': './schema/run-finished.schema.json',
      './audit.schema.json': './schema/audit.schema.json',
      './target.template.json': './aerofault-target.template.json',
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(needed.map((name) => [name, dependencies[name]])),
    peerDependencies,
    publishConfig: { access: 'public', provenance: true },
  };
}

/** The packages that compiled modules import, without Node's own. */
export function importedPackages(modules: readonly string[]): Set<string> {
  const imports = modules.flatMap((text) => [
    ...text.matchAll(/^(?:import|export)\s(?:[^'"\n]*\sfrom\s+)?['"]([@\w][\w./@:-]*)['"]/gm),
    ...text.matchAll(/\bimport\(['"]([@\w][\w./@:-]*)['"]\)/g),
  ]);
  const names = imports.map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return new Set(names.filter((name) => !name.startsWith('node:')));
}
