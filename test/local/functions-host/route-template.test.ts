import { describe, expect, it } from 'vitest';
import { routeTemplate } from '../../../infra/local/functions-host/route-template.ts';

describe('a route template', () => {
  const table: [template: string, path: string, values: Record<string, string> | undefined][] = [
    ['', '/', {}],
    ['', '/a', undefined],
    ['a/b', '/A/B', {}],
    ['a/{id}', '/a/x%20y', { id: 'x y' }],
    ['a/{id}', '/a/', undefined],
    ['a/{id}', '/a//', undefined],
    ['a/{id?}', '/a', {}],
    ['a/{id?}/b', '/a/b', undefined],
    ['a/{id=7}', '/a', { id: '7' }],
    ['a/{id:int=7}', '/a/x', undefined],
    ['a/{*all}', '/a', {}],
    ['a/{**all}', '/a/b/c', { all: 'b/c' }],
    ['a/{*all:maxlength(3)}', '/a/b/cd', undefined],
    ['{v}.{ext}', '/1.2.zip', { v: '1.2', ext: 'zip' }],
    ['v{major}-{minor}', '/v1-2', { major: '1', minor: '2' }],
    ['a/{id:int:min(3)}', '/a/2', undefined],
    ['a/{id:int:min(3)}', '/a/3', { id: '3' }],
    ['{{x}}/{y}', '/%7Bx%7D/1', { y: '1' }],
    ['é', '/%C3%A9', {}],
  ];
  it.each(table)('%s, asked for %s', (template, path, values) => {
    expect(routeTemplate(template)(path)).toEqual(values);
  });

  const constraints: [constraint: string, good: string, bad: string][] = [
    ['int', '-12', '3000000000'],
    ['long', '3000000000', '1.5'],
    ['bool', 'TRUE', '1'],
    ['guid', '0f8fad5b-d9cb-469f-a165-70867728950e', '0f8fad5b'],
    ['datetime', '2026-01-02', 'soon'],
    ['decimal', '1.50', '1e5'],
    ['double', '1e5', 'x'],
    ['float', '-.5', '--1'],
    ['alpha', 'abC', 'a1'],
    ['length(3)', 'abc', 'ab'],
    ['length(2,3)', 'ab', 'abcd'],
    ['minlength(2)', 'ab', 'a'],
    ['maxlength(2)', 'ab', 'abc'],
    ['min(10)', '10', '9'],
    ['max(10)', '10', '11'],
    ['range(1,5)', '5', '6'],
    ['regex(^\\d{{1,2}}$)', '12', '123'],
    ['regex(^(a|b)$)', 'B', 'c'],
    ['required', 'x', ''],
  ];
  it.each(constraints)('with {v:%s} takes %s', (constraint, good, bad) => {
    const match = routeTemplate(`a/{v:${constraint}}`);
    expect(match(`/a/${good}`)).toEqual({ v: good });
    expect(match(`/a/${bad}`)).toBeUndefined();
  });

  const invalid = [
    '/a',
    'a/',
    '~/a',
    'a//b',
    '{a',
    'a}',
    '{}',
    '{a}{b}',
    '{*a}/b',
    '{a}/{A}',
    '{a:nope}',
    '{a:int(3)}',
    '{a:range(3)}',
    '{a:min(x)}',
    '{a:regex([)}',
    '{a=1?}',
    '{*a?}',
    'x-{a?}',
    '%route%',
  ];
  it.each(invalid)('%s is refused', (template) => {
    expect(() => routeTemplate(template)).toThrow(template);
  });
});
