import { readFileSync } from 'node:fs';
import type { ScriptName } from '../core/script-names.ts';

/** What every script that changes something shares. */
const life = ['arm.sh', 'lifecycle.sh'];
/** What changes the packet filter. */
const filter = ['filter.sh', 'filter-iptables.sh', 'filter-nft.sh'];

/** Parts that go between common.sh, the timer and the methods, and the script. */
const parts: Readonly<Record<ScriptName, readonly string[]>> = {
  cut: [...life, ...filter, 'containers.sh', 'cut-iptables.sh', 'cut-nft.sh'],
  reroute: [...life, ...filter],
  route: life,
  service: life,
  xdr: life,
  restore: [],
  sever: ['sockets.sh', 'closing.sh'],
  probe: [
    'own.sh',
    'granted.sh',
    'sockets.sh',
    'hits.sh',
    'canaries.sh',
    'listens.sh',
    'port-match.sh',
    'audit.sh',
  ],
  survey: [
    'own.sh',
    'granted.sh',
    'timer.sh',
    'closing.sh',
    'abilities.sh',
    'listens.sh',
    'port-match.sh',
    'rules.sh',
  ],
  markers: [],
  access: ['own.sh', 'granted.sh'],
};

/** What audits ask of probe over connections. */
const ofAudits = ['dial', 'tally'];

/** How a script's changes are counted and undone: `method-NAME.sh`, which restore has for all of them. */
const methods: Readonly<Partial<Record<ScriptName, readonly string[]>>> = {
  cut: ['iptables', 'nft'],
  reroute: ['iptables', 'nft'],
  route: ['route'],
  service: ['service'],
  xdr: ['xdr'],
  restore: ['iptables', 'nft', 'route', 'service', 'xdr'],
};

/** For shellcheck, which cannot know the functions that a script leaves unused or calls by name. */
const directive = '# shellcheck shell=sh disable=SC2034,SC2154,SC2317,SC2329';

/** What a line `#include NAME` in a script stands for. */
const inclusions: Readonly<Record<string, (name: ScriptName) => string>> = {
  cut: () => hostScript('cut'),
  restore: (name) => compose('restore', methods[name] ?? []),
  talk: (name) =>
    bash(
      name,
      'talk',
      'admit',
      'view',
      'shipped',
      'lag',
      'counters',
      'record',
      'keep',
      ...ofAudits,
      'dispatch',
    ),
  xdr_talk: (name) => bash(name, 'talk', 'xdr'),
  survey_talk: (name) => bash(name, 'talk', 'admit', 'survey'),
  markers_client: () => javascript('markers.cjs'),
};

/**
 * The full text of one script: self-contained, run by sh, parameters in the environment as
 * `SSM_<Name>`. Comments stay behind, but for the script's own header: SSM takes 64 KB.
 *
 * @throws when an `#include` names nothing known.
 */
export function hostScript(name: ScriptName): string {
  return compose(name, methods[name] ?? [], header(`${name}.sh`));
}

/** Cut for a caller that knows no instants (fis-cut.sh), as one script like the others. */
export function fisCutScript(): string {
  return ['#!/bin/sh', directive, header('fis-cut.sh') + part('fis-cut.sh', 'cut')].join('\n');
}

/** The restore that the timer of a script runs has that script's methods alone, and no header. */
function compose(name: ScriptName, ofMethods: readonly string[], head = ''): string {
  const files = [
    ...(ofMethods.length > 0 ? ['timer.sh'] : []),
    ...ofMethods.map((method) => `method-${method}.sh`),
    ...parts[name],
  ];
  return [
    '#!/bin/sh',
    directive,
    part('common.sh', name),
    `methods='${ofMethods.join(' ')}'`,
    ...files.map((file) => part(file, name)),
    head + part(`${name}.sh`, name),
  ].join('\n');
}

function bash(name: ScriptName, ...files: readonly string[]): string {
  return files.map((file) => part(`${file}.bash`, name)).join('\n');
}

function part(file: string, name: ScriptName): string {
  return withoutComments(read(file)).replace(/^#include (\w+)\n/gm, (_, included: string) => {
    const inclusion = inclusions[included];
    if (inclusion === undefined) {
      throw new Error(
        `Cannot compose ${file} as an #include must name a known text: found '${included}'`,
      );
    }
    return inclusion(name);
  });
}

function read(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.replace(/^# shellcheck shell=.*\n/, '');
}

/** A program for Node, without the lines that are comments. */
const javascript = (file: string): string => read(file).replace(/^ *\/\/.*\n/gm, '');

/** The comment that a file begins with. */
function header(file: string): string {
  return /^(#.*\n)*/.exec(read(file))?.[0] ?? '';
}

/** Shellcheck's orders are no comments. */
function withoutComments(text: string): string {
  return text.replace(/^ *#( (?!shellcheck ).*)?\n/gm, '');
}
