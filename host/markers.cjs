'use strict';
// Runs by the host's own Node, with its package aerospike. Prints the members of one JSON object, or "! why".
//
// A client seeds with the nodes of one side and learns of others from them alone: while the split holds, a
// side tells of its own nodes only. Whether that was so is told by the ids of the nodes that it knew.
const aerospike = require('aerospike');
const { version } = require('aerospike/package.json');

const { SSM_RunId: run, SSM_Action: action, SSM_Namespace: namespace, SSM_Set: set } = process.env;
const port = Number(process.env.SSM_Port);
const until = Number(process.env.SSM_Until);
const perKind = Number(process.env.records_per_kind);
const hour = 3600;
const together = 25; // Records under way at once.
const patience = { totalTimeout: 1000, socketTimeout: 1000, maxRetries: 0 };
const notFound = 2;
const forbidden = 22;
const kinds = ['own', 'shared'];

const sides = process.env.SSM_Sides.split(';').map((side) =>
  side.split(',').map((node) => {
    const [address, id] = node.split('/');
    return { address, id };
  }),
);
const numbers = Array.from({ length: perKind }, (_, number) => number);

// Written by one side alone, or by every side.
const keyOf = (kind, side, number) =>
  new aerospike.Key(
    namespace,
    set,
    `aerofault/${run}/${kind === 'own' ? side : 'shared'}/${number}`,
  );

function connect(nodes) {
  const hosts = nodes.map(({ address: addr }) => ({ addr, port }));
  const log = { level: aerospike.log.OFF };
  return aerospike.connect({
    hosts,
    log,
    connTimeoutMs: 1000,
    tenderInterval: 250,
    maxConnsPerNode: 100,
  });
}

async function open(nodes) {
  const ids = new Set(nodes.map(({ id }) => id));
  const through = { client: undefined, ids, error: undefined };
  try {
    through.client = await connect(nodes);
  } catch (error) {
    through.error = wordsOf(error);
  }
  return through;
}

const wordsOf = (error) =>
  String(error.message)
    .replace(/[^A-Za-z0-9 .,:;/()=_-]/g, ' ')
    .slice(0, 100);

function knownTo({ client, ids, error }) {
  if (client === undefined) return { knew: [], kept: false, error };
  const knew = client.getNodes().map(({ name }) => name);
  return { knew: knew.slice(0, 16), kept: knew.every((id) => ids.has(id)) };
}

// Does a thing for every record, some at once; what there is no time for is left out.
async function forEach(does) {
  for (let from = 0; from < perKind && Date.now() < until; from += together) {
    await Promise.all(numbers.slice(from, from + together).map(does));
  }
}

function bitsOf(found) {
  let text = '';
  for (let from = 0; from < perKind; from += 4) {
    const digit = [0, 1, 2, 3].reduce(
      (sum, bit) => sum + (found.has(from + bit) ? 1 << bit : 0),
      0,
    );
    text += digit.toString(16);
  }
  return text;
}

// Where nothing takes expired records away, the server refuses those that would expire.
async function ttlOf(client) {
  const told = await client.infoAny(`namespace/${namespace}`);
  if (/type=unknown|ERROR/.test(told)) fail(`there is no namespace ${namespace}`);
  const isOff = /(^|[;\t])nsup-period=0(;|$)/.test(told.trim());
  return isOff && !/allow-ttl-without-nsup=true/.test(told) ? 0 : hour;
}

async function writeKind(kind, side, { client, ttl, codes }) {
  const [acked, doubt] = [new Set(), new Set()];
  let refused = 0;
  if (client !== undefined) {
    const policy = new aerospike.WritePolicy(patience);
    await forEach(async (number) => {
      try {
        await client.put(keyOf(kind, side, number), { run, side }, { ttl }, policy);
        acked.add(number);
      } catch (error) {
        codes[error.code] = (codes[error.code] || 0) + 1;
        if (error.inDoubt) doubt.add(number);
        else refused += 1;
      }
    });
  }
  const untried = perKind - acked.size - doubt.size - refused;
  return { acked: bitsOf(acked), doubt: bitsOf(doubt), refused, untried };
}

async function writeSide(through, side, ttl) {
  const codes = {};
  const how = { client: through.client, ttl, codes };
  const own = await writeKind('own', side, how);
  const shared = await writeKind('shared', side, how);
  return { ...knownTo(through), own, shared, codes };
}

async function readKind(client, kind, side) {
  const [seen, unread] = [new Set(), new Set(numbers)];
  if (client === undefined) return { seen, unread };
  const policy = new aerospike.ReadPolicy({ ...patience, maxRetries: 1 });
  await forEach(async (number) => {
    try {
      const { bins } = await client.get(keyOf(kind, side, number), policy);
      unread.delete(number);
      if (bins.run === run && bins.side === side) seen.add(number);
    } catch (error) {
      if (error.code === notFound) unread.delete(number);
    }
  });
  return { seen, unread };
}

const countsOf = ({ seen, unread }) => [seen.size, unread.size];

async function readAll(throughs) {
  const found = { own: [], shared: [] };
  const from = [];
  for (const through of throughs) {
    const counts = { own: [], shared: [] };
    for (const kind of kinds) {
      for (const side of sides.keys()) {
        const one = await readKind(through.client, kind, side);
        counts[kind].push(countsOf(one));
        (found[kind][side] ??= []).push(one);
      }
    }
    from.push({ ...knownTo(through), ...counts });
  }
  return { from, own: found.own.map(inAll), shared: found.shared.map(inAll) };
}

function inAll(reads) {
  const seen = new Set(reads.flatMap((one) => [...one.seen]));
  const unread = new Set(reads.flatMap((one) => [...one.unread]).filter((one) => !seen.has(one)));
  return { seen: bitsOf(seen), unread: bitsOf(unread) };
}

async function write() {
  const throughs = await Promise.all(sides.map(open));
  const { client } = throughs.find((one) => one.client !== undefined) || {};
  if (client === undefined) fail(`no node let it connect: ${throughs[0].error}`);
  const ttl = await ttlOf(client);
  const written = [];
  // One after the other: where each wrote once, the last one's stays.
  for (const [side, through] of throughs.entries())
    written.push(await writeSide(through, side, ttl));
  const reads = await readAll(throughs);
  return { outcome: 'wrote', client: `aerospike ${version}`, ttl, sides: written, reads };
}

async function read() {
  return { outcome: 'read', reads: await readAll(await Promise.all(sides.map(open))) };
}

async function remove() {
  const client = await connect(sides.flat());
  const left = new Set();
  for (const kind of kinds) {
    for (const side of kind === 'own' ? sides.keys() : [0]) {
      const tried = new Set();
      await forEach(async (number) => {
        if (await isGone(client, keyOf(kind, side, number))) tried.add(number);
      });
      for (const number of numbers) if (!tried.has(number)) left.add(`${kind}/${side}/${number}`);
    }
  }
  return { outcome: 'removed', left: left.size };
}

// Strong consistency may refuse a removal that leaves no tombstone.
async function isGone(client, key, durableDelete = false) {
  try {
    await client.remove(
      key,
      new aerospike.RemovePolicy({ ...patience, maxRetries: 2, durableDelete }),
    );
    return true;
  } catch (error) {
    if (error.code === notFound) return true;
    return error.code === forbidden && !durableDelete ? isGone(client, key, true) : false;
  }
}

function end(text) {
  process.stdout.write(text, () => process.exit(0));
}

class Failed extends Error {}

function fail(why) {
  throw new Failed(why);
}

({ write, read, remove })[action]().then(
  (told) => end(JSON.stringify(told).slice(1, -1)),
  (error) => end(`! ${error instanceof Failed ? error.message : wordsOf(error)}`),
);
