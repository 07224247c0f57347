/** The scripts that hosts run, each an SSM document of its own: `ScriptName` of the gateways. */
export const hostScriptNames = [
  'cut',
  'reroute',
  'route',
  'service',
  'xdr',
  'restore',
  'sever',
  'probe',
  'survey',
] as const;
export type HostScriptName = (typeof hostScriptNames)[number];
