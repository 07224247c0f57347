/** The scripts that hosts run, each an SSM document of its own. */
export const scriptNames = [
  'cut',
  'reroute',
  'route',
  'service',
  'xdr',
  'restore',
  'sever',
  'probe',
  'survey',
  'markers',
  'access',
] as const;
export type ScriptName = (typeof scriptNames)[number];
