/**
 * A person at a terminal: tmux runs a command in a pseudo-terminal of a given size, types keys into it, and
 * reads what it shows. Started by {@link openTerminal}; `close` ends its tmux and what runs in it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Terminal {
  /** Types keys, by tmux's names for those that are no text. */
  readonly keys: (...words: readonly string[]) => void;
  /** What it shows and has shown, a line each; with `escapes`, colours, too. */
  readonly shows: (escapes?: boolean) => string;
  /** The same as lines that were written, however many of the terminal's they took. */
  readonly lines: () => string[];
  /** Everything that was sent to it, escapes included. */
  readonly sent: () => string;
  /** Waits until it shows something like this. @throws when the command has ended or after `patienceMs`, with all that it shows. */
  readonly until: (pattern: RegExp, patienceMs?: number) => Promise<string>;
  readonly close: () => void;
}

export interface TerminalOptions {
  readonly folder: string;
  readonly name: string;
  readonly columns: number;
  readonly command: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Whether this machine has what opens one. */
export const hasTmux = (): boolean => spawnSync('tmux', ['-V']).status === 0;

/** Opens one; it shows `EXIT <code>` once the command has ended. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { folder, name, columns, command, environment = {} } = options;
  const socket = join(folder, `${name}.sock`);
  const tmux = (...words: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      'tmux',
      ['-S', socket, '-f', '/dev/null', ...words],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`tmux ${words[0]} ended with ${status}: ${stderr}`);
    return stdout;
  };
  const variables = Object.entries(environment).flatMap(([key, value]) => [
    '-e',
    `${key}=${value}`,
  ]);
  // Whoever sits at a terminal is no CI, though one may have started it.
  const script = `unset CI GITHUB_STEP_SUMMARY; ${command}; echo "EXIT $?"; exec sleep 100000`;
  const size = ['-x', String(columns), '-y', '40'];
  const record = join(folder, `${name}.sent`);
  const session = ['new-session', '-d', ...size, ...variables, 'bash', '--norc', '-c', script];
  // In one command, so that nothing is sent before it is recorded.
  tmux(...session, ';', 'pipe-pane', `cat >'${record}'`);
  const shows = (escapes = false): string =>
    tmux('capture-pane', '-p', '-S', '-500', ...(escapes ? ['-e'] : [])).trimEnd();
  return {
    keys: (...words) => void tmux('send-keys', ...words),
    shows,
    lines: () => tmux('capture-pane', '-p', '-J', '-S', '-500').trimEnd().split('\n'),
    sent: () => readFileSync(record, 'utf8'),
    async until(pattern, patienceMs = 60_000) {
      const giveUpAt = Date.now() + patienceMs;
      while (Date.now() < giveUpAt) {
        const shown = shows();
        if (pattern.test(shown)) return shown;
        if (/^EXIT \d+$/m.test(shown)) break;
        await sleep(200);
      }
      throw new Error(`It never showed ${pattern} but:\n${shows()}`);
    },
    close: () => void tmux('kill-server'),
  };
}
