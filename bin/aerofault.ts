/**
 * `aerofault`: the command line. `plan`, `validate` and `doctor` change nothing, `run` starts a run and
 * watches it, `abort` and `restore` end one; each command is a file of bin/cli.
 *
 * Standard output has the one result, standard error everything else. Exit codes: bin/cli/exit-codes.ts.
 */
import { exitCodeFor } from './cli/failure.ts';
import { program } from './cli/program.ts';

const root = program();
if (process.argv.length === 2) {
  root.outputHelp();
} else {
  try {
    await root.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitCodeFor(error);
  }
}
