import { app, type HttpMethod } from '@azure/functions';
import { endpoints } from '../shared/api/endpoint.ts';
import { guard } from '../shared/api/guard.ts';
import { signsIn } from '../shared/api/identity-settings.ts';
import { nothingHere } from '../shared/api/unknown.ts';
import { answer } from '../shared/http.ts';

const route = '{*path}';
// What HEAD and OPTIONS come to is the platform's business.
const methods: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const stranger = guard({ method: 'GET', route, role: 'reader' });

/**
 * What no other function takes, answered as everything else is. Azure tries routes in the alphabetical order of the
 * names of their functions, and not by how exact they are: this name comes last.
 */
app.http('zz-unknown', {
  methods,
  route,
  authLevel: signsIn() ? 'anonymous' : 'function',
  handler: answer(async (request) => {
    stranger.enter(request, () => {});
    throw nothingHere(request.method, request.params['path'] ?? '', endpoints());
  }, `/api/${route}`),
});
