import { describe, expect, test, vi } from 'vitest';
import { labOptions, Usage } from '../../lab/options.ts';

describe('labOptions()', () => {
  test('without words rehearses isolate-one-node on three nodes and one client', () => {
    expect(labOptions([])).toEqual({
      experiment: 'examples/isolate-one-node.json',
      nodes: 3,
      clients: 1,
      destinations: 0,
      layout: 'default',
      cluster: 'orders-staging',
      without: [],
      gameDays: false,
      json: false,
      verbose: false,
    });
  });

  test('takes a file, a size, a report and what happens during the hold', () => {
    const words = ['x.json', '--nodes', '5', '--clients', '0', '--json', '--report', 'out.json'];

    expect(labOptions([...words, '--during-hold', 'kill-workflow'])).toMatchObject({
      experiment: 'x.json',
      nodes: 5,
      clients: 0,
      json: true,
      report: 'out.json',
      duringHold: 'kill-workflow',
    });
  });

  test('takes a layout, destinations and a person who edits', () => {
    const words = ['x.json', '--layout', 'shared', '--destinations', '2'];

    expect(labOptions([...words, '--during-hold', 'edit-group'])).toMatchObject({
      layout: 'shared',
      destinations: 2,
      duringHold: 'edit-group',
    });
  });

  test('takes the ways out that are switched off, and the period of the sweeper', () => {
    const words = ['--without', 'schedule,host-timer', '--sweep-seconds', '5'];

    expect(labOptions([...words, '--during-hold', 'restore-by-hand'])).toMatchObject({
      without: ['schedule', 'host-timer'],
      sweepSeconds: 5,
      duringHold: 'restore-by-hand',
    });
  });

  test.each([
    ['a way out that is none', ['--without', 'schedule,luck']],
    ['a node too few', ['--nodes', '1']],
    ['no number', ['--nodes', 'many']],
    ['an unknown word', ['--jsn']],
    ['an unknown event', ['--during-hold', 'panic']],
    ['an unknown layout', ['--layout', 'toString']],
    ['a destination too many', ['--destinations', '5']],
    ['two files', ['a.json', 'b.json']],
  ])('%s is a usage error with exit code 2', (_, words) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      labOptions(words);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Usage);
      expect(error).toMatchObject({ exitCode: 2 });
    } finally {
      stderr.mockRestore();
    }
  });
});
