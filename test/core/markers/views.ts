import type { NodeView } from '../../../core/observation.ts';

/** What a node says that is well in a cluster of this key and size. */
export const nodeView = (node: string, key: string, size: number): NodeView => ({
  answer: 'ok',
  node,
  build: '8.1.2.0',
  size,
  key,
  principal: node,
  integrity: size > 0,
  member: size > 0,
  heartbeats: 0,
  fabric: 0,
  migrations: 0,
  stable: true,
  settled: true,
  unavailable: 0,
  dead: 0,
  stopWrites: false,
});
