import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isUnknownSession, unknownSessionAnswers } from '../../src/client/unknown-session.ts';
import { root } from '../support/plan.ts';

/** What real servers say, one for each row of the table, in its order. */
const seen: [status: number, code: number | undefined, text: string][] = [
  [404, -32001, 'Session not found'],
  [404, -32600, 'Session not found or has expired.'],
  [404, -32603, 'Session not found: 6e8bc430-9c3a-11d9-9669-0800200c9a66'],
  [404, -32000, 'Session not found'],
  [404, undefined, 'session not found\n'],
  [404, -32099, 'gone'],
  [400, -32000, 'Bad Request: No valid session ID provided'],
  [400, -32000, 'Bad Request: Server not initialized'],
  [400, -32600, 'Bad Request: Session not initialized'],
  [400, undefined, 'Bad Request: No valid session ID provided'],
  [401, undefined, 'Unauthorized: Session not found'],
  [403, -32001, 'Mcp-Session-Id principal mismatch'],
  [410, undefined, 'session has ended'],
  [503, -32001, 'Service Unavailable: MCP session is unknown on this API instance.'],
  [200, -32600, 'missing or invalid Mcp-Session-Id'],
];

describe('the table of unknown-session answers', () => {
  it('has a real answer for every row', () => {
    expect(seen.map(([status]) => status)).toEqual(unknownSessionAnswers.map((row) => row.status));
  });

  it.each(seen)('knows %i %s %s', (status, code, text) => {
    expect(isUnknownSession(status, code, text)).toBe(true);
  });

  it.each(seen.map((answer, i) => [unknownSessionAnswers[i], ...answer] as const))(
    'has it in the row that says so: %o',
    (row, status, code, text) => {
      expect(row?.status).toBe(status);
      if (row?.code !== undefined) expect(row.code).toBe(code ?? null);
      if (row?.message !== undefined) expect(text).toMatch(row.message);
    },
  );

  it.each([
    [404, -32601, 'Method not found', 'the method is unknown, by a server that knows the session'],
    [400, -32602, 'Invalid params: session', 'the parameters are wrong'],
    [400, -32600, 'Invalid Request', 'the request is wrong'],
    [400, undefined, 'Content-Type must be application/json', 'it is not about the session'],
    [401, undefined, 'invalid_token', 'the credentials are wrong'],
    [403, undefined, 'session user mismatch', 'the session is known, to somebody else'],
    [503, -32603, 'every upstream refused the connection', 'a gateway has nobody to ask'],
    [200, -32600, 'Invalid Request', 'it is not about the session'],
    [200, undefined, '', 'it is an answer'],
  ])('does not take %i %s %s for one: %s', (status, code, text, _because) => {
    expect(isUnknownSession(status, code, text)).toBe(false);
  });

  it('is documented row by row', () => {
    const rows = [
      ...readFileSync(join(root, 'docs/unknown-session.md'), 'utf8').matchAll(/^\| (\d{3}) +\| (\S+)/gm),
    ].map(([, status, code]) => [Number(status), code]);
    const told = unknownSessionAnswers.map((row) => [
      row.status,
      row.code === undefined ? 'any' : row.code === null ? 'none' : String(row.code),
    ]);
    expect(rows.map(([status, code]) => [status, String(code).replace(',', '')])).toEqual(told);
  });
});
