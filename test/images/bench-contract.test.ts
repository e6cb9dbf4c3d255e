import { describe } from 'vitest';
import { minutesAfter } from '../../shared/instant.ts';
import { benchContract } from './bench-contract.ts';
import { smallBench } from './small-bench.ts';
import { noon } from './versions.ts';

describe('the small bench does what Azure does', () => {
  benchContract(async () => {
    let now = noon;
    return {
      ports: smallBench(() => now).ports,
      subnetId: '/subnets/build',
      image: { publisher: 'p', offer: 'o', sku: 's', version: '1.0.0' },
      pass: (minutes) => {
        now = minutesAfter(now, minutes);
      },
      close: async () => {},
    };
  });
});
