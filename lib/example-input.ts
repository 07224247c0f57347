/** What an operator pastes into the console first; the cluster's name is theirs to change. */
export const exampleInput = {
  name: 'isolate-one-node',
  cluster: 'orders-staging',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
};
