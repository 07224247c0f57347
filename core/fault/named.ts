import * as z from 'zod';
import { PortName } from '../aerospike.ts';

/** Most nodes or clients an experiment may name. */
export const targetsMax = 64;

/** What an instance answers to: its Name tag, its id or its address. */
export const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
/** Several of those. */
export const Names = z.array(Name).min(1).max(targetsMax);
/** Listeners, by name. */
export const PortNames = z.array(PortName).min(1).max(4);
/** An availability zone. */
export const Zone = z.string().regex(/^[a-z0-9-]{1,32}$/);
/** An IPv4 or IPv6 address, roughly: what is meant by it is looked up in the inventory. */
export const Address = z.string().regex(/^[0-9a-f.:]{2,39}$/);
