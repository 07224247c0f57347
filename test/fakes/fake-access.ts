import { generateKeyPairSync } from 'node:crypto';
import type { AccessReply } from '../../core/access/reply.ts';
import type { ScriptEnd } from './fake-host.ts';
import type { Parameters } from './fake-part.ts';

/** access.sh on one machine: what it keeps of which run, and what its node wants of those who ask. */
export class FakeAccess {
  /** Its node answers nobody who has not logged in. */
  wantsLogin = false;
  /** The node does not take what was sealed. */
  refusesLogin = false;
  hasOpenssl = true;
  /** Run → until when it may ask, in epoch milliseconds. */
  readonly kept = new Map<string, number>();
  readonly #keys = new Set<string>();

  run(parameters: Parameters): ScriptEnd {
    const json = this.#reply(parameters);
    return { exitCode: json.outcome === 'refused' ? 3 : 0, json };
  }

  /** Why a question of a run gets no answer, if it gets none. */
  silence(runId: string, now: number): string | undefined {
    if (!this.wantsLogin) return undefined;
    if ((this.kept.get(runId) ?? 0) <= now) return 'not-allowed';
    return this.refusesLogin ? 'login-refused' : undefined;
  }

  #reply({ Action, RunId = '', Until = '', Login = '' }: Parameters): AccessReply {
    const script = 'access';
    if (Action === 'close') {
      this.kept.delete(RunId);
      return { script, outcome: 'closed' };
    }
    if (!this.hasOpenssl) {
      const reason = 'Cannot ask as openssl must be installed here: found it missing';
      return { script, outcome: 'refused', word: 'no-openssl', reason };
    }
    if (Action === 'key') {
      this.#keys.add(RunId);
      return { script, outcome: 'made', key: publicKey() };
    }
    // What is sealed is opened by the key that was made last, and by no other.
    if (Login !== 'none' && !this.#keys.delete(RunId)) return { script, outcome: 'failed' };
    this.kept.set(RunId, Number(Until));
    return { script, outcome: 'opened' };
  }
}

let made: string | undefined;

/** One for all machines and runs, for what is sealed to it nobody here opens. */
function publicKey(): string {
  made ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');
  return made;
}
