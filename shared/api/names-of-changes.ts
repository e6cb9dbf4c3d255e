import { AppError } from '../errors.ts';
import { endpoints } from './endpoint.ts';

/** Refuses what no request to change something is called: mistyped, it would find nothing, as if nobody had done it. */
export function refuseUnknownChange(operation: string): void {
  const names = endpoints().flatMap(({ method, name }) => (method === 'GET' ? [] : [name]));
  if (names.includes(operation)) return;
  const words = operation.split('-');
  const shared = (name: string) => name.split('-').filter((word) => words.includes(word)).length;
  const near = names.filter((name) => shared(name) > 0).toSorted((a, b) => shared(b) - shared(a));
  const known = (near.length > 0 ? near : names).slice(0, 8).join(', ');
  const message = `No request to change something is called ${operation}; there are such as ${known}.`;
  throw new AppError('ValidationFailed', message, { target: 'operation' });
}
