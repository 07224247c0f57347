import { describe, expect, test } from 'vitest';
import { stoppingRule } from '../../../core/audit/host-rules.ts';

const dialled = { peer: '10.0.0.1', port: 3002, dials: false };
const dials = { ...dialled, dials: true };

describe('stoppingRule()', () => {
  test.each([
    ['-A INPUT -p tcp -m tcp --dport 3002 -j DROP', dialled],
    ['-A INPUT -s 10.0.0.0/24 -j DROP', dialled],
    ['-A INPUT ! -s 10.9.0.0/16 -j DROP', dialled],
    ['-A INPUT -p tcp -m multiport --dports 80,3000:3003 -j REJECT', dialled],
    ['-A AEROFAULT-run1-0 -s 10.0.0.1/32 -p tcp -m multiport --ports 3001,3002 -j DROP', dialled],
    ['-A OUTPUT -d 10.0.0.1/32 -p tcp -m tcp --dport 3002 -j DROP', dials],
    ['-A OUTPUT -p tcp -m tcp --sport 3002 -j DROP', dialled],
    ['-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 3002 -j DROP', dialled],
    ['nft in ip saddr 10.0.0.1 tcp dport { 3001, 3002 } drop', dialled],
    ['nft in ip saddr { 10.0.0.0/24, 10.1.0.0/16 } drop', dialled],
    ['nft in tcp dport 3000-3003 counter packets 4 bytes 240 reject with tcp reset', dialled],
  ])('%s stops it for sure', (rule, seen) => {
    expect(stoppingRule([rule], seen)).toMatchObject({ rule, may: false });
  });

  test.each([
    ['-P INPUT DROP', dialled],
    ['-P OUTPUT DROP', dials],
    ['nft input policy drop', dialled],
    ['-A INPUT -j DROP', dialled],
    ['-A INPUT -p tcp --dport 3002 -m limit --limit 5/sec -j DROP', dialled],
    ['nft in ip saddr @blocked drop', dialled],
  ])('%s may stop it: what comes before it counts, or is not understood', (rule, seen) => {
    expect(stoppingRule([rule], seen)).toMatchObject({ rule, may: true });
  });

  test.each([
    ['-A INPUT -p tcp -m tcp --dport 3001 -j DROP', dialled],
    ['-A INPUT -s 10.0.9.0/24 -j DROP', dialled],
    ['-A INPUT ! -s 10.0.0.0/16 -j DROP', dialled],
    ['-A INPUT -p tcp -m tcp --dport 3002 -j DROP', dials],
    ['-A OUTPUT -p tcp -m tcp --dport 3002 -j DROP', dialled],
    ['-A INPUT -m conntrack --ctstate INVALID -j DROP', dialled],
    ['-A INPUT -j DROP', dials],
    ['-P INPUT DROP', dials],
    ['nft in ct state invalid drop', dialled],
    ['nft in tcp dport 8080 drop', dialled],
  ])('%s has nothing to do with it', (rule, seen) => {
    expect(stoppingRule([rule], seen)).toBeUndefined();
  });

  test('one that is sure comes before one that is not', () => {
    const sure = '-A INPUT -p tcp -m tcp --dport 3002 -j DROP';
    expect(stoppingRule(['-P INPUT DROP', sure], dialled)?.rule).toBe(sure);
  });
});
