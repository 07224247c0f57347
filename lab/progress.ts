import { styleText } from 'node:util';

/** The states of a run as they come and go, on standard error. */
export interface Progress {
  entered(state: string): void;
  exited(state: string, says: string): void;
  failed(state: string, says: string): void;
  note(line: string): void;
  close(): void;
}

const tickMs = 1_000;

/**
 * A live line with the state under way on a terminal; plain lines, one per state, everywhere else.
 *
 * Started with the run, ended by `close`; it holds a timer meanwhile.
 */
export function showProgress(stream: NodeJS.WriteStream, startedAt = Date.now()): Progress {
  const live = stream.isTTY;
  let current: string | undefined;
  const elapsed = (): string => `+${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const erase = (): void => void (live && stream.write('\r\u001B[K'));
  const draw = (): void => {
    if (!live || current === undefined) return;
    stream.write(`\r\u001B[K  ..  ${current.padEnd(14)} ${elapsed()}`);
  };
  const line = (mark: string, state: string, says: string): void => {
    erase();
    const text = printable(`${state.padEnd(14)} ${elapsed().padStart(8)}  ${says}`);
    stream.write(`  ${mark}  ${shortened(text, widthOf(stream) - 6)}\n`);
    draw();
  };
  const timer = setInterval(draw, tickMs);
  timer.unref();
  const mark = (word: 'ok' | '!!'): string =>
    styleText(word === 'ok' ? 'green' : 'red', word, { stream });
  return {
    entered: (state) => {
      current = state;
      draw();
    },
    exited: (state, says) => {
      current = undefined;
      line(mark('ok'), state, says);
    },
    failed: (state, says) => {
      current = undefined;
      line(mark('!!'), state, says);
    },
    note: (text) => {
      erase();
      stream.write(`  --  ${printable(text)}\n`);
      draw();
    },
    close: () => {
      clearInterval(timer);
      erase();
    },
  };
}

/** A terminal of no known width says 0; a narrow one gets lines that wrap rather than lines that say nothing. */
const widthOf = ({ columns }: NodeJS.WriteStream): number => Math.max(60, columns || 100);

/** A line that fits; the report has the whole of it. */
function shortened(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}

/** Text of machines and AWS, with nothing a terminal would act on. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u001F\u007F-\u009F]/g, ' ');
}
