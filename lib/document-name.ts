import type { ScriptName } from '../core/script-names.ts';

/** What the names of the host documents begin with, unless a deployment says otherwise. */
export const usualDocumentPrefix = 'Aerofault';

/** The name of a script's SSM document, by which the two stacks are tied. */
export function documentName(prefix: string, script: ScriptName): string {
  return `${prefix}-${script.charAt(0).toUpperCase()}${script.slice(1)}`;
}
