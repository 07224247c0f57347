import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { makeAuthority } from './certificates.ts';
import { startSecure } from './secure-node.ts';
import type { LoginReply, SecureNode, SecureOptions } from './secure-node.ts';
import { folder, longestMs, resultOf, run } from './talk-runner.ts';

/**
 * The conversations of probe.sh with a node that wants TLS, a login or both, over real sockets and with the
 * openssl of this machine.
 */
const [ours, theirs] = [makeAuthority(), makeAuthority()];
const certificate = ours.certify('aero.example');
const user = 'probe user';
const credential = `$2a$10$7EqJtq98hPqEX7fNZaFWoO${'x'.repeat(31)}`;

const nodes: SecureNode[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.end();
});

async function aNode(options: SecureOptions): Promise<SecureNode> {
  const node = await startSecure(options);
  nodes.push(node);
  return node;
}

/** What access.sh would have kept. */
interface Kept {
  readonly until?: number;
  readonly name?: string;
  readonly ca?: string;
  readonly login?: readonly [user: string, credential: string];
}

let files = 0;

function kept({ until = Date.now() + 60_000, name = 'none', ca = 'system', login }: Kept) {
  const file = join(folder, `${(files += 1)}.access`);
  writeFileSync(file, [until, name, ca, ...(login ?? [''])].join('\n'));
  return { AEROFAULT_ACCESS: file };
}

const tls = { name: 'aero.example', ca: ours.file };
const login = [user, credential] as const;

const view = (node: SecureNode, env: Readonly<Record<string, string>>, errors = '/dev/null') =>
  run(['view', '127.0.0.1', String(node.port), '1', errors], '2', env);

/** A view that is whole and right, from a talk that left nothing behind. */
async function isTold(node: SecureNode, env: Readonly<Record<string, string>>): Promise<void> {
  const ended = await view(node, env);
  expect(resultOf(ended)).toMatchObject({ answer: 'ok', node: 'A1', size: 1 });
  expect(ended.left).toBe(false);
}

async function silenceOf(node: SecureNode, env: Readonly<Record<string, string>>) {
  const ended = await view(node, env, join(folder, 'errors'));
  expect(ended.ms).toBeLessThan(longestMs);
  expect(ended.left).toBe(false);
  expect(resultOf(ended)['answer']).toBe('silent');
  return resultOf(ended)['reason'];
}

describe('a node is asked', () => {
  test('by TLS, by a login, and by both', async () => {
    await isTold(await aNode({ certificate }), kept(tls));
    await isTold(await aNode({ user, credential }), kept({ login }));
    const both = await aNode({ certificate, user, credential });
    await isTold(both, kept({ ...tls, login }));
    expect(both.logins).toEqual([{ user, credential }]);
  });

  test('with users and names of every length that the fields may have, and strange characters', async () => {
    for (const name of ['a', 'ten-letter', 'x'.repeat(62), `it's a "user" \\ %s $(id) é`]) {
      const latin = Buffer.from(name).toString('latin1');
      await isTold(await aNode({ user: latin, credential }), kept({ login: [name, credential] }));
    }
  });

  test('without a login where the cluster has no security after all', async () => {
    const open = await aNode({ reply: 'not-enabled' });
    await isTold(open, kept({ login }));
    expect(open.logins).toHaveLength(1);
  });

  test('by every talk: counters, lag, what is shipped, tallies', async () => {
    const both = await aNode({ certificate, user, credential });
    const env = kept({ ...tls, login });
    const at = ['127.0.0.1', String(both.port)];
    for (const words of [
      ['counters', ...at, '/dev/null'],
      ['lag', ...at, '/dev/null'],
      ['tally', ...at, '/dev/null'],
    ]) {
      expect(resultOf(await run(words, '2', env)), words[0]).toMatchObject({ answer: 'ok' });
    }
    expect(resultOf(await run(['xdr', ...at, 'DC1', '/dev/null'], '2', env))).toMatchObject({
      reason: 'unknown-destination',
    });
    expect(both.logins).toHaveLength(4);
  });

  test('but a new connection stays a plain dial', async () => {
    const both = await aNode({ certificate, user, credential });
    const dial = await run(
      ['connect', '127.0.0.1', String(both.port), join(folder, 'errors')],
      '2',
      kept({ ...tls, login }),
    );
    expect(resultOf(dial)).toMatchObject({ answer: 'open' });
    expect(both.logins).toEqual([]);
  });
});

describe('a node is silent for a reason', () => {
  test('whose name is another', async () => {
    const node = await aNode({ certificate });
    expect(await silenceOf(node, kept({ ...tls, name: 'other.example' }))).toBe('tls-name');
  });

  test("whose certificate is another's, whoever else is trusted", async () => {
    const node = await aNode({ certificate });
    expect(await silenceOf(node, kept({ ...tls, ca: theirs.file }))).toBe('tls-untrusted');
    expect(await silenceOf(node, kept({ ...tls, ca: 'system' }))).toBe('tls-untrusted');
  });

  test('that has no TLS there, or does not listen', async () => {
    const plain = await aNode({});
    expect(['tls-refused', 'closed', 'timed-out']).toContain(await silenceOf(plain, kept(tls)));
    const gone = await aNode({ certificate });
    gone.end();
    expect(await silenceOf(gone, kept(tls))).toBe('refused');
  });

  test('that refuses the password, or the user', async () => {
    const node = await aNode({ certificate, user, credential });
    const wrong = credential.replace(/x+$/, 'y'.repeat(31));
    expect(await silenceOf(node, kept({ ...tls, login: [user, wrong] }))).toBe('login-refused');
    expect(await silenceOf(node, kept({ ...tls, login: ['nobody', credential] }))).toBe(
      'login-refused',
    );
  });

  test('that wants a login where none is given', async () => {
    const node = await aNode({ user, credential });
    expect(await silenceOf(node, {})).toBe('not-allowed');
  });

  const replies: readonly (readonly [LoginReply, RegExp])[] = [
    ['expired', /^login-expired$/],
    ['silent', /^timed-out$/],
    ['slow', /^timed-out$/],
    ['closed', /^closed$/],
    ['truncated', /^closed$/],
    ['endless', /^(login-)?unreadable$/],
    ['no-protocol', /^(login-)?unreadable$/],
  ];
  test.each(replies)('whose reply to a login is %s: within its time', async (reply, reason) => {
    for (const secure of [{}, { certificate }]) {
      const node = await aNode({ ...secure, user, credential, reply });
      const env = kept({ ...('certificate' in secure ? tls : {}), login });
      expect(await silenceOf(node, env)).toMatch(reason);
    }
  });

  test('for whom the time of the access is over, or that was never opened', async () => {
    const node = await aNode({ certificate, user, credential });
    expect(await silenceOf(node, kept({ ...tls, login, until: Date.now() - 1 }))).toBe(
      'access-over',
    );
    expect(await silenceOf(node, kept({ name: '!no-openssl' }))).toBe('no-openssl');
    expect(node.logins).toEqual([]);
  });
});

const seen = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const until = async (what: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 200 && !what(); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(what()).toBe(true);
};

describe('a recorder', () => {
  test('notes by TLS and a login, shows the secret to nobody, and leaves no openssl behind', async () => {
    const node = await aNode({ certificate, user, credential });
    const file = join(folder, 'recorded');
    const child = spawn(
      'bash',
      [join(folder, 'talk.bash'), 'record', '127.0.0.1', String(node.port), '9999999999999', file],
      { detached: true, stdio: 'ignore', env: { ...process.env, ...kept({ ...tls, login }) } },
    );
    try {
      await until(() => seen(file).includes('"33B6753569CE"'));
      const shown = shownBy(child.pid!);
      expect(shown.some(({ command }) => command.includes('s_client'))).toBe(true);
      for (const { command, environment } of shown) {
        expect(command + environment).not.toContain(credential);
        expect(command + environment).not.toContain(user);
      }
      // A follower that dies without a word, as one does whose connecting takes too long.
      const follower = shown.find(({ parent, command }) => {
        return parent === child.pid && command.includes('talk.bash');
      });
      process.kill(follower!.pid, 'SIGKILL');
      await until(() => node.logins.length > 1);
      const clients = () =>
        shownBy(child.pid!).filter(({ command }) => command.includes('s_client'));
      await until(() => clients().length === 1);
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
    await until(() => shownBy(child.pid!).length === 0);
    await until(() => node.connections() === 0);
  });

  test('ends the openssl that is still connecting when its time is over', async () => {
    const node = await aNode({ certificate, user, credential, reply: 'silent' });
    const file = join(folder, 'recorded-silent');
    const child = spawn(
      'bash',
      [join(folder, 'talk.bash'), 'record', '127.0.0.1', String(node.port), '9999999999999', file],
      { detached: true, stdio: 'ignore', env: { ...process.env, ...kept({ ...tls, login }) } },
    );
    try {
      await until(() => node.logins.length > 2);
      expect(seen(file)).toMatch(/^\[\d+,null\]\n$/);
      const clients = shownBy(child.pid!).filter(({ command }) => command.includes('s_client'));
      expect(clients.length).toBeLessThan(2);
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
    await until(() => shownBy(child.pid!).length === 0);
  });
});

interface Shown {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly environment: string;
}

/** What `ps` shows of a process group, but for its dead. */
function shownBy(group: number): Shown[] {
  return readdirSync('/proc').flatMap((name): Shown[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'latin1');
      const [state, parent, its] = read('stat')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(its) !== group || state === 'Z') return [];
      return [
        {
          pid: Number(name),
          parent: Number(parent),
          command: read('cmdline'),
          environment: read('environ'),
        },
      ];
    } catch {
      return [];
    }
  });
}
