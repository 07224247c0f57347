/**
 * `npm run bench`: what planning by security groups and probing cost as clusters grow, how sharp and how cheap
 * hosts are, what Lambdas weigh, and what whole runs take beside their holds. Hosts and runs need a kernel to
 * play with, as the tests of host/ do.
 */
import { cpus } from 'node:os';
import { benchHosts } from './hosts.ts';
import { benchLambdas } from './lambdas.ts';
import { benchPlanner } from './planner.ts';
import { benchProbing } from './probing.ts';
import { benchRehearsals } from './rehearsals.ts';

const [cpu] = cpus();
process.stdout.write(`${new Date().toISOString()}  Node ${process.version}  ${cpu?.model ?? ''}\n`);
const [only] = process.argv.slice(2);
if (only === undefined || only === 'planner') await benchPlanner();
if (only === undefined || only === 'probing') await benchProbing();
if (only === undefined || only === 'hosts') await benchHosts();
if (only === undefined || only === 'lambdas') await benchLambdas();
if (only === undefined || only === 'rehearsals') benchRehearsals();
