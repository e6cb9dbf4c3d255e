import { describe, expect, it } from 'vitest';
import { setCookie } from '../../../infra/local/functions-host/http-message.ts';
import { keyOf, openKeys } from '../../../infra/local/functions-host/keys.ts';
import { outputMessages } from '../../../infra/local/functions-host/queue-clients.ts';
import { messageData, triggerMetadata } from '../../../infra/local/functions-host/queue-message.ts';
import { temporaryFolder } from './host-process.ts';

describe('a queue message', () => {
  it('is handed over as text, or as bytes, or not at all', () => {
    expect(messageData({ body: Buffer.from('{"a":1}') }, false)).toEqual({ string: '{"a":1}' });
    expect(messageData({ body: 'an AMQP string' }, false)).toEqual({ string: 'an AMQP string' });
    expect(messageData({ body: Buffer.from('x') }, true)).toEqual({ bytes: Buffer.from('x') });
    expect(() => messageData({ body: ['a', 'sequence'] }, false)).toThrow('AMQP value or sequence');
  });

  it('is counted from 1, and dated without a zone', () => {
    const at = new Date('2026-01-02T03:04:05.600Z');
    expect(triggerMetadata({ body: '', deliveryCount: 2, enqueuedTimeUtc: at }, false)).toMatchObject({
      DeliveryCount: { json: '3' },
      EnqueuedTimeUtc: { json: '"2026-01-02T03:04:05.6"' },
      EnqueuedTime: { json: '"2026-01-02T03:04:05.6+00:00"' },
      ExpiresAtUtc: { json: '"9999-12-31T23:59:59.9999999"' },
    });
    const whole = triggerMetadata({ body: '', enqueuedTimeUtc: new Date('2026-01-02T03:04:00Z') }, false);
    expect(whole['EnqueuedTimeUtc']).toEqual({ json: '"2026-01-02T03:04:00"' });
  });

  it('lets a JSON body override what is known of it, whatever the case of the names', () => {
    const message = {
      messageId: 'real',
      body: Buffer.from('{"messageid":"x","correlationId":5,"on":false}'),
    };
    const metadata = triggerMetadata(message, false);
    expect(metadata).toMatchObject({
      MessageId: { string: 'x' },
      correlationId: { string: '5' },
      on: { string: 'False' },
    });
    expect(metadata).not.toHaveProperty('messageid');
    expect(triggerMetadata(message, true)).toMatchObject({ MessageId: { string: 'real' } });
  });
});

describe('an output', () => {
  const bodies = (data: Parameters<typeof outputMessages>[0]) =>
    outputMessages(data).map(({ body }) => String(body));
  it('is one message, or one for each element of a list', () => {
    expect(bodies({ json: '{"a":1}' })).toEqual(['{"a":1}']);
    expect(bodies({ json: '[{"a":1},"two",3]' })).toEqual(['{"a":1}', 'two', '3']);
    expect(bodies({ string: '["a","b"]' })).toEqual(['a', 'b']);
    expect(bodies({ string: 'words' })).toEqual(['words']);
    expect(bodies({ bytes: Buffer.from('raw') })).toEqual(['raw']);
    expect(bodies({ int: 5 })).toEqual(['5']);
    expect(bodies(undefined)).toEqual([]);
  });
});

describe('a cookie', () => {
  it('says only what it was given, and the root as its path', () => {
    expect(setCookie({ name: 'a b', value: 'c;d' })).toBe('a%20b=c%3Bd; path=/');
    expect(setCookie({ name: 'n', value: '', secure: { value: false }, sameSite: 'strict' })).toBe(
      'n=; path=/; samesite=strict',
    );
    expect(
      setCookie({ name: 'n', value: 'v', expires: { value: { seconds: 60 } }, maxAge: { value: 1.5 } }),
    ).toBe('n=v; expires=Thu, 01 Jan 1970 00:01:00 GMT; max-age=1; path=/');
  });
});

describe('the keys of an app', () => {
  const open = (state: string) => openKeys({ master: 'm', host: 'h', state });

  it('let in by level', () => {
    using folder = temporaryFolder();
    const keys = open(folder.path);
    const own = keys.ofFunction('f');
    const allowed = (level: 'anonymous' | 'function' | 'admin') =>
      [undefined, '', own, keys.ofFunction('g'), 'h', 'm'].map((key) => keys.allows(level, 'F', key));
    expect(allowed('anonymous')).toEqual([true, true, true, true, true, true]);
    expect(allowed('function')).toEqual([false, false, true, false, true, true]);
    expect(allowed('admin')).toEqual([false, false, false, false, false, true]);
  });

  it('of functions outlive the host', () => {
    using folder = temporaryFolder();
    const own = open(folder.path).ofFunction('f');
    expect(open(folder.path).ofFunction('f')).toBe(own);
    expect(open(folder.path).ofFunction('g')).not.toBe(own);
  });

  it('come in the header, or else in the query', () => {
    const query = new URLSearchParams('code=q');
    expect(keyOf({ 'x-functions-key': 'h' }, query)).toBe('h');
    expect(keyOf({ 'x-functions-key': '' }, query)).toBe('');
    expect(keyOf({}, query)).toBe('q');
    expect(keyOf({}, new URLSearchParams())).toBeUndefined();
  });
});
