/**
 * The restore protocol's counterexamples as patches. Longer than most files, because it is a table: a row a mutant.
 */

/** One textual patch; `find` must occur exactly once in the file. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A rule taken out of the code: the row of the protocol's table whose test must then fail. */
export interface Mutant {
  /** How the name of the row's test begins. */
  readonly row: string;
  /** What the test must have seen: the broken property of the row, in the world's words. */
  readonly shows: string;
  readonly patches: readonly Patch[];
}

const restore = 'lambda/engine/restore.ts';
const looking = 'lambda/engine/look-at-steps.ts';
const rules = 'lambda/engine/rule-steps.ts';
const groups = 'lambda/engine/group-steps.ts';
const inject = 'lambda/engine/inject.ts';
const sweep = 'lambda/engine/sweep.ts';
const journal = 'core/journal.ts';
const host = 'test/fakes/fake-host.ts';

/** Undoes whether or not its intent was granted. */
const noUndoFence: Patch = {
  file: looking,
  find: "if (!granted.written) return { kind: 'done' };",
  put: '',
};

/** Any run's mark on an edited rule counts as one's own. */
const anyMark: Patch = {
  file: 'core/merge.ts',
  find: 'return mark === runId ||',
  put: 'return mark !== undefined ||',
};

/** A recheck that finds the lock held strikes the run off. */
const givesUp: Patch = {
  file: sweep,
  find: 'if (holder !== run.runId) return undefined;',
  put: 'if (holder !== run.runId) return void (await journal.unwatch(run.runId));',
};

/**
 * The smallest patches that take each rule out, in the order of the table. Rule 14's checks and rule 13's
 * loop are not the engine's own: there the fake that stands for them is patched, beside the engine's part.
 */
export const mutants: readonly Mutant[] = [
  {
    row: 'rule 3, plan before lock',
    shows: 'the network is not as before',
    patches: [
      { file: 'lambda/engine/open.ts', find: 'await lockCluster(run, gateways);', put: '' },
      {
        file: inject,
        find: 'const context = await contextOf(runId, gateways);',
        put: 'const context = await contextOf(runId, gateways);\n  await gateways.journal.takeLock(context.run.cluster, runId, 0);',
      },
      { file: 'core/plan/plan.ts', find: '  refuseForeignMarks(inventory);', put: '' },
      {
        file: rules,
        find: 'if (strange === undefined) return network.editRules(groupId, edits);',
        put: 'if (strange !== null) return network.editRules(groupId, edits);',
      },
    ],
  },
  {
    row: 'rules 1/2, lock first, item after',
    shows: 'without lock',
    patches: [
      {
        file: 'lambda/engine/open.ts',
        find: 'const run = await createRun(item, gateways);',
        put: 'await gateways.journal.takeLock(request.experiment.cluster, asked.runId, 0);\n  const run = await createRun(item, gateways);',
      },
      { file: 'lambda/engine/open.ts', find: 'await lockCluster(run, gateways);', put: '' },
      {
        file: sweep,
        find: 'if (run !== undefined && mayRelease(run)) {',
        put: 'if (run === undefined) await journal.releaseLock(cluster, runId, 0);\n    else if (mayRelease(run)) {',
      },
    ],
  },
  {
    row: 'rule 1, Open overwrites',
    shows: 'without lock',
    patches: [
      {
        file: journal,
        find: 'return undefined; // A run item is never overwritten [1].',
        put: 'return write.item;',
      },
    ],
  },
  {
    row: 'rule 5, no state check',
    shows: 'without lock',
    patches: [{ file: journal, find: "if (item.life !== 'open' || write.at", put: 'if (write.at' }],
  },
  {
    row: 'rule 5, check and then intent',
    shows: 'without lock',
    patches: [
      { file: journal, find: "if (item.life !== 'open' || write.at", put: 'if (write.at' },
      {
        file: inject,
        find: 'const granted = await',
        put: "if ((await journal.read(runId))?.life !== 'open') throw new RunClosed('must be open');\n  const granted = await",
      },
    ],
  },
  {
    row: 'rule 6, a known failure clears the intent',
    shows: 'final while',
    patches: [
      {
        file: inject,
        find: "{ kind: 'settle', attempt, at: clock.now() }",
        put: "{ kind: 'settle', attempt: answer.kind === 'refused' ? step.id : attempt, at: clock.now() }",
      },
      {
        file: journal,
        find: 'return bump({ ...item, pending, lastMutationAt: latest(item, at) });\n}\n\n/** Never back',
        put: 'const intents = { ...item.intents };\n  delete intents[attempt];\n  return bump({ ...item, intents, pending, lastMutationAt: at });\n}\n\n/** Never back',
      },
    ],
  },
  {
    row: 'rule 8, only `applied` steps',
    shows: 'final while',
    patches: [
      {
        file: restore,
        find: 'const steps = intendedSteps(run, record);',
        put: "const noted = (await gateways.journal.notes(runId)).filter((note) => note.kind === 'applied');\n  const steps = intendedSteps(run, record).filter(({ id }) => noted.some(({ stepId }) => stepId === id));",
      },
    ],
  },
  {
    row: 'rule 8, `restored` final per step',
    shows: 'final while',
    patches: [
      {
        file: restore,
        find: 'const steps = intendedSteps(run, record);',
        put: "const noted = (await gateways.journal.notes(runId)).filter((note) => note.kind === 'restored');\n  const steps = intendedSteps(run, record).filter(({ id }) => !noted.some(({ stepId }) => stepId === id));",
      },
      {
        file: looking,
        find: "if (seen.kind === 'absent' && seen.restoredAt !== undefined) {\n    const { restoredAt,",
        put: "if (seen.kind === 'absent') {\n    const { restoredAt = gateways.clock.now(),",
      },
    ],
  },
  {
    row: 'rule 9, undo without undo intent',
    shows: 'was undone while that run was open',
    patches: [noUndoFence],
  },
  {
    row: 'rule 11, no condition on lastMutation',
    shows: 'was undone while that run was open',
    patches: [{ file: journal, find: ' || item.version !== write.version', put: '' }],
  },
  {
    row: 'rule 10, look once',
    shows: 'without lock',
    patches: [
      { file: journal, find: '(from === undefined || beganAt > from)', put: 'beganAt > 0' },
    ],
  },
  {
    row: 'rule 10, Q = L: ',
    shows: 'without lock',
    patches: [
      {
        file: 'core/timing.ts',
        find: '(lambdaSeconds + sentSeconds + staleSeconds)',
        put: '(lambdaSeconds + 0 * sentSeconds)',
      },
    ],
  },
  {
    row: 'rule 10, Q = L + B: ',
    shows: 'final while',
    patches: [
      {
        file: 'core/timing.ts',
        find: '(lambdaSeconds + sentSeconds + staleSeconds)',
        put: '(lambdaSeconds + sentSeconds)',
      },
    ],
  },
  {
    row: 'rule 10, settling does not set lastMutation',
    shows: 'final while',
    patches: [
      {
        file: journal,
        find: 'return bump({ ...item, pending, lastMutationAt: latest(item, at) });\n}\n\n/** Never back',
        put: 'return bump({ ...item, pending });\n}\n\n/** Never back',
      },
    ],
  },
  {
    row: 'rule 10, a lost answer settles',
    shows: 'without lock',
    patches: [
      { file: inject, find: "if (answer.kind !== 'unknown' && maySettle(attempt)) {", put: '{' },
    ],
  },
  {
    row: 'rule 10, a lost undo settles',
    shows: 'was undone while that run was open',
    patches: [
      {
        file: looking,
        find: "if (answer.kind !== 'unknown' && maySettle(attempt)) {",
        put: '{',
      },
    ],
  },
  {
    row: 'rules 12/15, the sweeper ignores `final`',
    shows: 'still holds a lock',
    patches: [
      {
        file: sweep,
        find: 'const orphans = releaseOrphans(gateways, noting);',
        put: 'const orphans = Promise.resolve();',
      },
    ],
  },
  {
    row: 'rule 13, the schedule looks once',
    shows: 'still holds a lock',
    patches: [
      {
        file: restore,
        find: 'return { final: false, touched: true, lookAt, says };',
        put: 'return { final: true, touched: true, lookAt, says };',
      },
    ],
  },
  {
    row: 'rule 13, the schedule looks once',
    shows: 'still holds a lock',
    patches: [
      { file: 'test/fakes/workflow.ts', find: 'const looksMax = 60;', put: 'const looksMax = 1;' },
    ],
  },
  {
    row: 'rule 14, no deadline check',
    shows: 'is in force',
    patches: [
      {
        file: 'lambda/engine/host-script.ts',
        find: 'RestoreAt: String(endAt),',
        put: 'RestoreAt: String(endAt + 1e9),',
      },
    ],
  },
  {
    row: 'rule 14, no deadline check',
    shows: 'is in force',
    patches: [
      {
        file: host,
        find: "if (this.#clock.now() >= Number(RestoreAt)) return 'deadline passed';",
        put: '',
      },
    ],
  },
  {
    row: 'rule 14, deadline checked without the lock',
    shows: 'is in force',
    patches: [
      {
        file: host,
        find: 'const turn = (this.#locks.get(runId) ?? Promise.resolve()).then(section);',
        put: 'const turn = section();',
      },
    ],
  },
  {
    row: 'rule 14, no tombstone',
    shows: 'is in force',
    patches: [{ file: host, find: 'this.#tombstones.add(RunId);', put: '' }],
  },
  {
    row: 'rule 15, no recheck',
    shows: 'is in force',
    patches: [
      { file: sweep, find: "if (task === 'recheck') return recheck(run, gateways);", put: '' },
    ],
  },
  {
    row: 'rule 15, recheck once',
    shows: 'is in force',
    patches: [
      {
        file: sweep,
        find: 'const holder = await journal.takeLock(run.cluster, run.runId, run.version);',
        put: 'await journal.unwatch(run.runId);\n  const holder = await journal.takeLock(run.cluster, run.runId, run.version);',
      },
    ],
  },
  { row: 'rule 15, recheck gives up', shows: 'is in force', patches: [givesUp] },
  {
    row: 'rule 15, two sweeps overlap',
    shows: 'without lock',
    patches: [
      {
        file: sweep,
        find: 'const holder = await gateways.journal.takeLock(cluster, runId, version);',
        put: 'const holder = await gateways.journal.takeLock(cluster, runId, 0);',
      },
    ],
  },
  {
    row: 'rule 15, another run’s mark taken for its own',
    shows: 'is in force',
    patches: [
      anyMark,
      givesUp,
      {
        file: sweep,
        find: 'const looked = lookedAt(run, record, gateways);',
        put: 'const looked = { ...lookedAt(run, record, gateways), steps: record.plan.steps, run: { ...run, life: "closed" } as RunItem };',
      },
    ],
  },
  {
    row: 'rule 16, mark without run id',
    shows: 'was undone while that run was open',
    patches: [anyMark, noUndoFence],
  },
  {
    row: 'rule 16, absence as the mark: a rule that others revoke',
    shows: 'run run1 is closed',
    patches: [
      {
        file: 'core/merge.ts',
        find: 'return rule !== undefined && isOurs(edit, rule)\n      ? [{ rule, back: mergeSpec(edit, rule.spec), before: edit.before }]',
        put: "const gone: Rule = { id: edit.ruleId, groupId: '', direction: 'ingress', spec: edit.during, tags: {} };\n    return rule === undefined || isOurs(edit, rule)\n      ? [{ rule: rule ?? gone, back: mergeSpec(edit, (rule ?? gone).spec), before: edit.before }]",
      },
    ],
  },
  {
    row: 'rule 16, the witness goes first',
    shows: 'the network is not as before',
    patches: [
      {
        file: looking,
        find: 'if (revokes.length === 0) return false;',
        put: 'if (revokes.length >= 0) return false;',
      },
    ],
  },
  {
    row: 'rule 16, the witness goes with what it stands for',
    shows: 'the network is not as before',
    patches: [
      {
        file: looking,
        find: "return !isLate || revokes.some((revoke) => results.get(revoke)?.kind !== 'absent');",
        put: "return revokes.some((revoke) => results.get(revoke)?.kind !== 'absent');",
      },
    ],
  },
  {
    row: 'rule 16, absence without a witness',
    shows: 'the application',
    patches: [
      {
        file: 'core/merge.ts',
        find: 'if (witnesses.length === 0) return { removals: [], again: [] };',
        put: '',
      },
    ],
  },
  {
    row: 'rule 16, revoked without a witness',
    shows: 'the network is not as before',
    patches: [
      {
        file: rules,
        find: 'return seen.some(({ tags }) => tags[runTag] === runId) ? seen : undefined;',
        put: 'return seen;',
      },
    ],
  },
  {
    row: 'rule 16, groups from the journal',
    shows: 'sg-theirs',
    patches: [
      {
        file: groups,
        find: 'const groups = mergeGroups(now, { off: groupId, on, before });',
        put: 'const groups = [...(on && before)];',
      },
    ],
  },
  {
    row: 'rule 16, the group that bears witness goes first',
    shows: 'sg-nodes',
    patches: [
      {
        file: groups,
        find: 'const groups = mergeGroups(now, { off: groupId, on, before });',
        put: 'const groups = mergeGroups(now, { off: groupId, on: [], before: [] });',
      },
    ],
  },
];
