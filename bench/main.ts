/**
 * `npm run bench`: what planning by security groups costs as clusters grow, then how sharp and how cheap hosts
 * are. The hosts' part needs a kernel to play with, as the tests of host/ do.
 */
import { cpus } from 'node:os';
import { benchHosts } from './hosts.ts';
import { benchPlanner } from './planner.ts';

const [cpu] = cpus();
process.stdout.write(`${new Date().toISOString()}  Node ${process.version}  ${cpu?.model ?? ''}\n`);
const [only] = process.argv.slice(2);
if (only !== 'hosts') await benchPlanner();
if (only !== 'planner') await benchHosts();
