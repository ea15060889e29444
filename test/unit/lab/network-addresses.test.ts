import { expect, test } from 'vitest';
import { labRange, labZone, labZoneNames } from '../../../lab/layout.ts';

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function range(cidr: string): { first: number; last: number } {
  const [address, bits] = cidr.split('/') as [string, string];
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(toNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

const zones = labZoneNames.map(labZone);
const ranges = zones.flatMap((zone) => [`${zone.ip}/24`, zone.podCidr, zone.serviceCidr].map(range));

test('every address of every zone is below the unreachable route', () => {
  const net = range(labRange);
  for (const { first, last } of ranges) expect(first >= net.first && last <= net.last).toBe(true);
});

test('no two ranges overlap', () => {
  for (const [index, one] of ranges.entries())
    for (const other of ranges.slice(index + 1)) expect(one.last < other.first || other.last < one.first).toBe(true);
});

test('what belongs to a zone carries its addresses', () => {
  for (const zone of zones) {
    const [own, services] = [range(`${zone.ip}/24`), range(zone.serviceCidr)];
    for (const address of [zone.gateway, new URL(zone.s3.endpoint).hostname, new URL(zone.apiServer).hostname])
      expect(toNumber(address) >= own.first && toNumber(address) <= own.last).toBe(true);
    expect(toNumber(zone.kubernetesServiceIp)).toBe(services.first + 1);
    // An interface's name has at most 15 characters.
    expect(zone.veth.length).toBeLessThanOrEqual(15);
  }
});
