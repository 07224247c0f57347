/**
 * The text of a module like npm's `aerospike`, as far as the host script `markers` uses it, whose servers are
 * a file: `split`: every seed list is a cluster by itself; `deaf`: nodes that nobody can connect to;
 * `refuse`: node id → result code and whether the client is in doubt; `namespace`: what a node says of it.
 */
export const fakeAerospike = (world: string): string => `
const { readFileSync, writeFileSync } = require('node:fs');
const file = ${JSON.stringify(world)};
const world = JSON.parse(readFileSync(file, 'utf8'));
const read = () => world;
process.on('exit', () => writeFileSync(file, JSON.stringify(world)));
const idOf = ({ addr }) => 'A' + addr.split('.')[3];
class Failure extends Error {
  constructor(message, code, inDoubt) { super(message); this.code = code; this.inDoubt = inDoubt; }
}
class Client {
  constructor(hosts) {
    this.seeds = hosts.map(idOf);
    this.mine = read().split ? this.seeds : ['A1', 'A2', 'A3'];
  }
  getNodes() { return this.mine.map((name) => ({ name, address: name })); }
  infoAny(request) { return Promise.resolve(request + '\\t' + (read().namespace || 'nsup-period=120;x=1') + '\\n'); }
  // One copy of every record for every side; the latest counts once there is no split.
  place(key) { return (read().split ? this.mine[0] : '') + '/' + key; }
  find(all, key) {
    const names = Object.keys(all).filter((name) => name.endsWith(key));
    return read().split ? names.filter((name) => name.startsWith(this.mine[0])) : names;
  }
  async put(key, bins, meta) {
    const [code, inDoubt] = (world.refuse || {})[this.mine[0]] || [];
    if (code !== undefined) throw new Failure('refused', code, inDoubt);
    world.records[this.mine[0] + '/' + key.name] = { ...bins, ttl: meta.ttl };
  }
  async get(key) {
    const { records } = read();
    const found = this.find(records, key.name).at(-1);
    if (found === undefined) throw new Failure('not found', 2, false);
    return { bins: records[found] };
  }
  async remove(key) {
    if (world.stuck) throw new Failure('forbidden', 22, false);
    const found = this.find(world.records, key.name);
    if (found.length === 0) throw new Failure('not found', 2, false);
    for (const name of found) delete world.records[name];
  }
}
class Policy { constructor(values) { Object.assign(this, values); } }
module.exports = {
  log: { OFF: -1 },
  Key: class { constructor(ns, set, key) { this.name = ns + '/' + set + '/' + key; } },
  WritePolicy: Policy, ReadPolicy: Policy, RemovePolicy: Policy,
  async connect({ hosts }) {
    if (hosts.every((host) => (read().deaf || []).includes(idOf(host)))) throw new Failure('no connection', -10, false);
    return new Client(hosts);
  },
};
`;
