/** Where the lab's AWS endpoints are, seen from an instance: outside every VPC, behind the router. */
export const CLOUD_ADDRESS = '10.255.0.1';

/** The same over IPv6. */
export const CLOUD_ADDRESS6 = '2001:db8:ffff::1';
