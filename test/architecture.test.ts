import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';
import { bareCode, filesIn, folders, importsOf, withoutComments } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

const typescript = folders.flatMap((folder) => filesIn(folder, '.ts'));
const within = (...places: readonly string[]): SourceFile[] =>
  typescript.filter(({ path }) => places.some((place) => path.startsWith(place)));

/** Imports of `file` with relative ones as paths from the root. */
function reaches(file: SourceFile): string[] {
  return importsOf(file).map((from) =>
    from.startsWith('.') ? join(dirname(file.path), from) : from,
  );
}

/** A line for every import of these files that is not allowed. */
function strayImports(files: readonly SourceFile[], allowed: (from: string) => boolean): string[] {
  return files.flatMap((file) =>
    reaches(file)
      .filter((from) => !allowed(from))
      .map((from) => `${file.path} imports ${from}`),
  );
}

/** A line for every match in what `read` makes of these files. */
function found(
  files: readonly SourceFile[],
  pattern: RegExp,
  read: (text: string) => string = (text) => text,
): string[] {
  return files.flatMap(({ path, text }) =>
    read(text)
      .split('\n')
      .flatMap((line) => line.match(pattern)?.map((word) => `${path}: ${word.trim()}`) ?? []),
  );
}

test('there are files to judge', () => {
  expect(within('core/').length).toBeGreaterThan(20);
  expect(within('lambda/engine/').length).toBeGreaterThan(10);
  expect(within('lambda/aws/', 'lib/').length).toBeGreaterThan(10);
});

describe('core', () => {
  test('imports zod and itself', () => {
    const stray = strayImports(
      within('core/'),
      (from) => from === 'zod' || from.startsWith('core/'),
    );
    expect(stray).toEqual([]);
  });

  test('has no clock, environment, chance, console, timer or network', () => {
    const ambient =
      /(?<!\.)\bprocess\b(?!:)|\b(Date|performance|console|crypto|globalThis|fetch|setTimeout|setInterval|setImmediate|queueMicrotask|require|eval|Buffer)\b|Math\.random|import\.meta|\bimport\(/g;
    expect(found(within('core/'), ambient, bareCode)).toEqual([]);
  });

  test('waits for nothing: no promise, nothing asynchronous', () => {
    expect(found(within('core/'), /\b(async|await|Promise)\b/g, bareCode)).toEqual([]);
  });
});

describe('boundaries', () => {
  test('the engine imports core, the gateways, zod and itself', () => {
    expect(
      strayImports(
        within('lambda/engine/'),
        (from) =>
          from.startsWith('core/') ||
          from.startsWith('lambda/engine/') ||
          from === 'zod' ||
          /^lambda\/gateways(-[a-z-]+)?\.ts$/.test(from) ||
          from === 'lambda/delivery.ts',
      ),
    ).toEqual([]);
  });

  test('the gateways import core, and only its types', () => {
    const gateways = [...within('lambda/gateways'), ...within('lambda/delivery.ts')];
    expect(gateways.map(({ path }) => path)).toContain('lambda/gateways.ts');
    expect(
      strayImports(
        gateways,
        (from) => from.startsWith('core/') || from.startsWith('lambda/gateways'),
      ),
    ).toEqual([]);
    expect(found(gateways, /^import (?!type)/gm)).toEqual([]);
  });

  test('the AWS SDK is imported by lambda/aws alone', () => {
    const others = within('core/', 'lambda/', 'lib/', 'bin/', 'host/').filter(
      ({ path }) => !path.startsWith('lambda/aws/'),
    );
    expect(strayImports(others, (from) => !/^@(aws-sdk|smithy)\//.test(from))).toEqual([]);
  });

  test('lambda/aws knows nothing of engine and handlers', () => {
    expect(
      strayImports(within('lambda/aws/'), (from) => !/^lambda\/(engine|handlers)\//.test(from)),
    ).toEqual([]);
  });

  test('what runs in Lambda knows neither lab, nor stack, nor scripts', () => {
    expect(
      strayImports(
        within('core/', 'lambda/'),
        (from) => !/^(lab|lib|bin|host|scripts|test)\//.test(from),
      ),
    ).toEqual([]);
  });

  test('the stack knows the Lambdas by their paths; of their code it sees types alone', () => {
    const imports = within('lib/').flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(/^import (type )?[^;]*?from '\.\.\/lambda\/[^']*'/gm)]
        .filter(([, type]) => type === undefined)
        .map(([line]) => `${path}: ${line}`),
    );
    expect(imports).toEqual([]);
  });

  test('nothing that is deployed imports a test or the lab', () => {
    expect(
      strayImports(within('lib/', 'bin/app.ts', 'host/'), (from) => !/^(lab|test)\//.test(from)),
    ).toEqual([]);
  });
});

/** Names that others gave, and that we must use. */
const theirs = [
  '@aws-sdk/util-dynamodb',
  '@aws-sdk/client-secrets-manager',
  'Secrets Manager',
  'node:util',
  'util-linux',
];

const spoken = (text: string): string =>
  theirs.reduce((said, name) => said.replaceAll(name, ''), text);
const spokenCode = (text: string): string => spoken(withoutComments(text));
const spokenScript = (text: string): string => spoken(text.replaceAll(/^\s*#.*$/gm, ''));

describe('one word per idea', () => {
  /** DESIGN's table and the style's list: what we do not say, in any case and any compound. */
  const stems =
    /\w*(roll_?back|revert|clean_?up|chaos|attack|scenario|janitor|reaper|nemesis|grudge|victim|drift|compensat|heal(?!th))\w*/gi;
  /** Names that say nothing: of things that hold anything, and of functions that do something. */
  const hollow =
    /\b\w*(Manager|Helper|Utils?|Misc)s?\b|\b(utils?|helpers?|manager|misc)\b|\b(handle|process|do)[A-Z]\w*/g;

  test('no forbidden word in code or strings of what we deploy and run', () => {
    const files = within('core/', 'lambda/', 'lib/', 'host/', 'bin/');
    expect([...found(files, stems, spokenCode), ...found(files, hollow, spokenCode)]).toEqual([]);
  });

  test('nor in the host scripts', () => {
    const scripts = filesIn('host', '.sh', '.bash');
    expect(scripts.length).toBeGreaterThan(3);
    expect([
      ...found(scripts, stems, spokenScript),
      ...found(scripts, hollow, spokenScript),
    ]).toEqual([]);
  });

  test('nor in the name of any file', () => {
    const names = folders.flatMap((folder) => filesIn(folder, '')).map(({ path }) => path);
    const words =
      /(^|[/.-])(utils?|helpers?|manager|misc|common|rollback|cleanup|chaos|index)([.-]|$)/;
    expect(names.filter((name) => words.test(name) && name !== 'host/common.sh')).toEqual([]);
  });
});

describe('style', () => {
  /** Tests hold their data in view, so they may be longer. */
  test.each([
    {
      what: 'a file',
      files: typescript.filter(({ path }) => !path.startsWith('test/')),
      most: 250,
    },
    { what: 'a test', files: within('test/'), most: 400 },
  ])(
    '$what has at most $most lines, or says why it is longer than most files',
    ({ files, most }) => {
      const reason = /Longer[\s*]+than[\s*]+most[\s*]+files,/;
      const long = files.filter(
        ({ text }) => text.trimEnd().split('\n').length > most && !reason.test(text),
      );
      expect(long.map(({ path }) => path)).toEqual([]);
    },
  );

  test('files are named in kebab case', () => {
    const odd = typescript.filter(({ path }) => !/\/[a-z0-9-]+(\.test|\.d)?\.ts$/.test(path));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  test('no any, and no cast by way of unknown', () => {
    const loose =
      /(?<=[:<|&]\s*)any\b(?=\s*[[\]>,;)=|&{])|\bany\b(?=\s*>)|\bas any\b|\bas unknown as\b/g;
    expect(found(typescript, loose, bareCode)).toEqual([]);
  });

  test('outside tests nothing is declared present by a bang', () => {
    const outside = typescript.filter(({ path }) => !path.startsWith('test/'));
    expect(found(outside, /[\w)\]]!(?=[.;,)[\]])/g, bareCode)).toEqual([]);
  });

  test('no default export, no enum, no namespace', () => {
    const files = typescript;
    expect(
      found(
        files,
        /^export default\b|^(export )?(const )?enum\b|^(export )?namespace\b/gm,
        bareCode,
      ),
    ).toEqual([]);
  });

  test('imports name the file with its ending', () => {
    const stray = strayImports(
      typescript,
      (from) => !from.startsWith('.') || /\.(ts|json)$/.test(from),
    );
    const blunt = typescript.flatMap((file) =>
      importsOf(file).filter((from) => from.startsWith('.') && !/\.(ts|json|mjs)$/.test(from)),
    );
    expect([...stray, ...blunt]).toEqual([]);
  });

  test('no file tells of the machine it was written on', () => {
    const ours = folders.flatMap((folder) =>
      filesIn(folder, '.ts', '.sh', '.bash', '.json', '.md', '.txt'),
    );
    const machine = /(?<![\w.~$}])\/(work|home|root|Users|mnt|media)\/[\w.-]+|\b[A-Z]:\\\w+/g;
    expect(found(ours, machine)).toEqual([]);
  });
});

describe('the reader of sources itself', () => {
  const source = [
    "import { a } from './a.ts'; // Date",
    'const b = /["\']\\/\\//.test(c); /* any */',
    "const d = 'http://x/*'; const e = `Date ${f(process)} // no`;",
  ].join('\n');

  test('tells comments from strings and patterns', () => {
    expect(withoutComments(source)).toContain("'http://x/*'");
    expect(withoutComments(source)).not.toMatch(/any|\.ts'; \/\/ Date/);
  });

  test('keeps code within a template, and none of its text', () => {
    expect(bareCode(source)).toContain('f(process)');
    expect(bareCode(source)).not.toMatch(/Date|http|any|test\.ts/);
  });

  test('finds imports over several lines, types and lazy ones', () => {
    const text =
      "import type {\n  A,\n} from './a.ts';\nimport './b.ts';\nconst c = await import('./c.ts');\nexport { d } from './d.ts';";
    expect(importsOf({ path: 'x/y.ts', text }).toSorted()).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './d.ts',
    ]);
  });
});
