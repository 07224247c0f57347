import { readFileSync } from 'node:fs';

/** The scripts that hosts run, each an SSM document of its own. */
export type HostScriptName = 'cut' | 'restore' | 'sever' | 'probe';

/** One parameter of a script, as SSM and the script itself check it. */
export interface HostParameter {
  /** Anchored, and within what the agent's RE2 takes: nested repeats multiply to 1,000 at most. */
  readonly allowedPattern: string;
  readonly description: string;
  /** What SSM hands over when the parameter is left out; without one it must be given. */
  readonly default?: string;
}

/** Parts that go between common.sh and the script. */
const parts: Readonly<Record<HostScriptName, readonly string[]>> = {
  cut: ['filter.sh', 'timer.sh', 'arm.sh'],
  restore: ['filter.sh', 'timer.sh'],
  sever: ['sockets.sh'],
  probe: ['sockets.sh'],
};

/** For shellcheck, which cannot know the functions that a script leaves unused or calls by name. */
const directive = '# shellcheck shell=sh disable=SC2034,SC2154,SC2317,SC2329';

/** What a line `#include NAME` in a script stands for. */
const inclusions: Readonly<Record<string, () => string>> = {
  restore: () => hostScript('restore'),
  talk: () =>
    ['talk.bash', 'view.bash', 'record.bash', 'keep.bash', 'dispatch.bash'].map(part).join('\n'),
};

/**
 * The full text of one script: self-contained, run by sh, parameters in the environment as
 * `SSM_<Name>`.
 *
 * @throws when an `#include` names nothing known.
 */
export function hostScript(name: HostScriptName): string {
  const files = ['common.sh', ...parts[name], `${name}.sh`];
  return ['#!/bin/sh', directive, ...files.map(part)].join('\n');
}

function part(file: string): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return withoutDirective(text).replace(/^#include (\w+)\n/gm, (_, included: string) => {
    const inclusion = inclusions[included];
    if (inclusion === undefined) {
      throw new Error(
        `Cannot compose ${file} as an #include must name a known text: found '${included}'`,
      );
    }
    return inclusion();
  });
}

function withoutDirective(text: string): string {
  return text.replace(/^# shellcheck shell=.*\n/, '');
}

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const address = `((${octet}\\.){3}${octet}|[0-9a-f]*:[0-9a-f:]+)`;

const RunId = {
  allowedPattern: '^[a-z0-9]{1,12}$',
  description: 'Run id',
};
const RestoreAt = {
  allowedPattern: '^[1-9][0-9]{12}$',
  description: 'Epoch milliseconds from which on nothing of the run may be in force',
};
const Ports = {
  allowedPattern: '^[1-9][0-9]{0,4}(,[1-9][0-9]{0,4}){0,14}$',
  description: 'Up to 15 TCP ports, comma separated; never 22 or 443',
};
const Peers = {
  allowedPattern: `^${address}(,${address}){0,63}$`,
  description: 'Up to 64 addresses of other hosts, IPv4 or IPv6, comma separated',
};

/** The parameters of every script. The scripts check again, and more strictly. */
export const hostParameters: Readonly<
  Record<HostScriptName, Readonly<Record<string, HostParameter>>>
> = {
  cut: {
    RunId,
    InjectAt: {
      allowedPattern: '^[1-9][0-9]{12}$',
      description: 'Epoch milliseconds at which to apply; at once when past',
    },
    RestoreAt,
    Ports,
    Peers,
    Packets: {
      allowedPattern: '^(drop|reject|tcp-reset)$',
      description: 'What becomes of a packet',
    },
    Direction: {
      allowedPattern: '^(both|inbound)$',
      description: 'Both ways, or only what comes in to the ports',
    },
  },
  restore: {
    RunId,
    Action: { allowedPattern: '^(look|undo)$', description: 'Look for the run, or remove it' },
  },
  sever: {
    RunId,
    Action: {
      allowedPattern: '^(check|sever)$',
      description: 'Prove that this kernel closes sockets, or close those of the peers',
      default: 'sever',
    },
    RestoreAt,
    Ports,
    Peers,
  },
  probe: {
    RunId,
    Until: {
      allowedPattern: '^[1-9][0-9]{12}$',
      description: 'Epoch milliseconds at which recorders and canaries end by themselves',
    },
    Probes: {
      allowedPattern: '^[a-z0-9./:,-]+$',
      description: 'Questions, comma separated, at most 3,000 characters (see the header of probe)',
    },
  },
};
