/**
 * `aerofault`: the command line. `plan`, `validate` and `doctor` change nothing, `run` starts a run and
 * watches it, `abort` and `restore` end one; each command is a file of bin/cli.
 *
 * Standard output has the one result, standard error everything else. Exit codes: bin/cli/exit-codes.ts.
 */
import { enableCompileCache } from 'node:module';

// Half the time of a short command is Node's, compiling what it compiled for the last one: keep it, in the
// system's temporary folder or where NODE_COMPILE_CACHE says. What is imported before this is not kept.
enableCompileCache();
const { exitCodeFor } = await import('./cli/failure.ts');
const { program } = await import('./cli/program.ts');

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
