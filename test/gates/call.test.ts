import { describe, expect, it } from 'vitest';
import { callSystem } from '../../shared/gates/call.ts';
import { outward } from '../../shared/outbound.ts';
import { isInside, isPublic } from '../../shared/public-address.ts';

describe('the address of another system', () => {
  it.each([
    ['8.8.8.8', true],
    ['20.50.2.1', true],
    ['2603:1020:201::1', true],
    ['127.0.0.1', false],
    ['127.9.9.9', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['168.63.129.16', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['::ffff:10.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['::127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['fec0::1', false],
    ['::ffff:8.8.8.8', true],
    ['no address', false],
  ])('%s is out in the world: %s', (address, isOut) => {
    expect(isPublic(address)).toBe(isOut);
  });

  it.each([
    ['https://checks.contoso.com/run', false],
    ['https://8.8.8.8/run', false],
    ['https://localhost/run', true],
    ['https://localhost./run', true],
    ['https://api.localhost/run', true],
    ['https://intranet/run', true],
    ['https://127.0.0.1:8443/run', true],
    ['https://[::1]/run', true],
    ['https://[::ffff:127.0.0.1]/run', true],
    ['https://[::ffff:8.8.8.8]/run', false],
    ['https://0x7f.1/run', true],
    ['https://169.254.169.254/metadata', true],
    // As browsers and Node read it: 127.0.0.1.
    ['https://2130706433/run', true],
  ])('%s is known to lead inside without asking anybody: %s', (url, isIn) => {
    expect(isInside(url)).toBe(isIn);
  });

  it('is not called where it leads inside, nor without TLS', async () => {
    expect(await callSystem('https://127.0.0.1:9/run', 'key', {})).toEqual({
      status: 0,
      body: '',
      refused: 'its address leads to this machine or a private network',
    });
    expect(await callSystem('http://checks.contoso.com/run', 'key', {})).toMatchObject({
      refused: 'its address is not https',
    });
  });

  it('is judged where the connection looks it up, so that it cannot lead elsewhere a moment later', async () => {
    const found = await new Promise((resolve) => {
      outward('localhost', { all: true }, (error, addresses) => resolve(error?.message ?? addresses));
    });
    expect(found).toBe('its address leads to this machine or a private network');
  });

  it('that no name server knows is tried again later', async () => {
    expect(await callSystem('https://nobody.invalid/run', 'key', {})).toEqual({ status: 0, body: '' });
  });
});
