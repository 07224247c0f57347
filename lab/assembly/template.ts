import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** A CloudFormation template, as far as the lab reads it. */
const Template = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
    )
    .default({}),
  Outputs: z
    .record(
      z.string(),
      z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }),
    )
    .default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
});

const Manifest = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        properties: z
          .object({
            stackName: z.string().optional(),
            templateFile: z.string().optional(),
            directoryName: z.string().optional(),
          })
          .optional(),
      }),
    )
    .default({}),
});

const AssetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** One stack of an assembly, with the name CloudFormation would give it. */
export interface StackTemplate extends z.infer<typeof Template> {
  readonly stackName: string;
}

/** What a synthesised assembly holds: its stacks, and the file or folder behind each asset's object key. */
export interface RawAssembly {
  readonly stacks: readonly StackTemplate[];
  readonly assets: ReadonlyMap<string, string>;
}

/** Read every stack template and asset manifest below `directory`, nested stages included. */
export function readTemplates(directory: string): RawAssembly {
  const { artifacts } = Manifest.parse(readJson(join(directory, 'manifest.json')));
  const stacks: StackTemplate[] = [];
  const assets = readAssets(directory);
  for (const [id, { type, properties }] of Object.entries(artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties?.templateFile !== undefined) {
      const template = Template.parse(readJson(join(directory, properties.templateFile)));
      stacks.push({ ...template, stackName: properties.stackName ?? id });
    }
    if (type === 'cdk:cloud-assembly' && properties?.directoryName !== undefined) {
      const stage = readTemplates(join(directory, properties.directoryName));
      stacks.push(...stage.stacks);
      for (const [key, path] of stage.assets) assets.set(key, path);
    }
  }
  return { stacks, assets };
}

function readAssets(directory: string): Map<string, string> {
  const assets = new Map<string, string>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.assets.json'))) {
    const { files } = AssetManifest.parse(readJson(join(directory, file)));
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) {
        assets.set(objectKey, join(directory, source.path));
      }
    }
  }
  return assets;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `Cannot read the assembly as "${path}" must be a JSON file: found ${String(error)}`,
      { cause: error },
    );
  }
}
