/**
 * How a run looks to who watches it: a line for each event, and between them a live line on a terminal, or a
 * sign of life each half minute elsewhere.
 *
 * Started by who watches; `close` ends it. It keeps a timer on a terminal meanwhile, for the time left.
 */
import { printable } from '../../core/printable.ts';
import type { RunEvent, Situation } from './run-events.ts';
import { coloured, isDumb } from './screen.ts';

/** Hears what happens, and how things stand now. */
export interface RunDisplay {
  event(event: RunEvent): void;
  /** How the run stands; told anew on a terminal each second, by what `now` it is then. */
  stands(situation: (now: number) => Situation): void;
  note(line: string): void;
  /** Takes the live line away, for a question; the next situation brings it back. */
  hide(): void;
  close(): void;
}

/** What a display is for. */
export interface Displayed {
  readonly runId: string;
  readonly startedAt: number;
}

type Stream = NodeJS.WriteStream;

/** The display that fits a stream. */
export const displayFor = (stream: Stream, displayed: Displayed): RunDisplay =>
  stream.isTTY && !isDumb() ? onTerminal(stream, displayed) : inPipe(stream, displayed);

const signOfLifeMs = 30_000;

function inPipe(stream: Stream, { runId }: Displayed): RunDisplay {
  let saidAt = Date.now();
  const say = (at: number, words: string): void => {
    saidAt = Date.now();
    stream.write(printable(`${new Date(at).toISOString()} ${runId} ${words}`) + '\n');
  };
  return {
    event: ({ at, what, says }) => say(at, `${what} ${keyed(says)}`.trimEnd()),
    stands: (situation) => {
      if (Date.now() - saidAt < signOfLifeMs) return;
      const { state, left, sizes, looks } = situation(Date.now());
      const words = [
        state,
        ...(left === undefined ? [] : [`left=${left}s`]),
        ...(sizes.length === 0 ? [] : [`sizes=${sizes.join('|')}`]),
        `looks=${looks}`,
      ];
      say(Date.now(), words.join(' '));
    },
    note: (line) => say(Date.now(), line),
    hide: () => undefined,
    close: () => undefined,
  };
}

/** A verdict at the beginning of what a state says, as a word that is easily searched for. */
export const keyed = (says: string): string =>
  says.replace(
    /^([a-z ]+): (confirmed|refuted|inconclusive)\b(?:: )?/,
    (_, span: string, answer: string) => `${span.replaceAll(' ', '-')}=${answer} `,
  );

const hidden = '\r\u001B[K';

function onTerminal(stream: Stream, { startedAt }: Displayed): RunDisplay {
  let live: ((now: number) => Situation) | undefined;
  const draw = (): void => {
    if (live === undefined) return;
    // What a terminal shows of a Ctrl-C has room behind it.
    const text = liveLine(live(Date.now()), (stream.columns || 80) >= wide);
    stream.write(`${hidden}${fitted(text, stream, 2)}`);
  };
  const line = (text: string): void => {
    stream.write(`${hidden}${text}\n`);
    draw();
  };
  const timer = setInterval(draw, 1000);
  timer.unref();
  return {
    event: ({ at, what, says, bad }) => {
      const text = `${what.padEnd(14)} ${sinceStart(at - startedAt)}  ${says}`;
      const mark = bad ? coloured('!!', 'bad', stream) : coloured('ok', 'good', stream);
      line(`  ${mark}  ${fitted(text, stream, 6)}`);
    },
    stands: (situation) => {
      live = situation;
      draw();
    },
    note: (text) => line(fitted(`  --  ${text}`, stream)),
    hide: () => {
      live = undefined;
      stream.write(hidden);
    },
    close: () => {
      live = undefined;
      clearInterval(timer);
      stream.write(hidden);
    },
  };
}

/** From so many columns on, what is live stands under what was. */
const wide = 60;

function liveLine({ state, left, sizes, looks }: Situation, isWide: boolean): string {
  const parts = [
    `  ..  ${isWide ? state.padEnd(14) : state}`,
    ...(left === undefined ? [] : [`${minutes(left)} left`]),
    ...(sizes.length === 0 ? [] : [`sizes ${sizes.join(' | ')}`]),
    ...(looks === 0 ? [] : [`${looks} ${looks === 1 ? 'look' : 'looks'}`]),
  ];
  return parts.join(isWide ? '   ' : '  ');
}

/** On one line of the terminal, one column free; the report has the whole of it. */
function fitted(text: string, { columns }: Stream, taken = 0): string {
  const room = Math.max(8, (columns || 80) - 1 - taken);
  const plain = printable(text);
  return plain.length > room ? `${plain.slice(0, room - 1)}…` : plain;
}

const minutes = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

const sinceStart = (milliseconds: number): string =>
  `+${minutes(Math.max(0, Math.round(milliseconds / 1000)))}`.padStart(6);
