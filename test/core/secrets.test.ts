import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HarnessError, redactor, revealed, secretNames, secretsOf } from '../../src/core/index.ts';

const nasty = 'p"ss\\w/rd é😀 <&>+\n!';

describe('secretNames', () => {
  it('finds each name once, however deep, and none in keys', () => {
    const value = { a: '${env:TOKEN}', b: ['x ${env:TOKEN} ${env:USER_2}', { c: 3, '${env:KEY}': null }] };
    expect(secretNames(value)).toEqual(['TOKEN', 'USER_2']);
    expect(secretNames('${token} ${data.env}')).toEqual([]);
  });
});

describe('revealed', () => {
  it('puts values in, in a copy, and takes nothing in a value for a placeholder', () => {
    const value = { headers: { authorization: 'Bearer ${env:TOKEN}' }, list: ['${env:TOKEN}', 1, null] };
    const token = "$& $' ${env:OTHER}";
    expect(revealed(value, { TOKEN: token })).toEqual({
      headers: { authorization: `Bearer ${token}` },
      list: [token, 1, null],
    });
    expect(value.headers.authorization).toBe('Bearer ${env:TOKEN}');
  });

  const refused = (value: unknown, env: Record<string, string>) => {
    try {
      revealed(value, env, 'server');
    } catch (error) {
      return error as HarnessError;
    }
    return undefined;
  };

  it.each([
    ['is not set', {}],
    ['is empty', { TOKEN: '' }],
  ])('refuses a variable that %s, and says where it is used', (state, env) => {
    const error = refused({ headers: [{ value: 'Bearer ${env:TOKEN}' }] }, env);
    expect(error).toMatchObject({
      code: 'usage',
      message: `the environment variable TOKEN ${state} (used in server.headers[0].value)`,
      hint: expect.stringContaining('TOKEN=…'),
    });
  });

  it.each(['${env:}', '${env:A-B}', '${env:1A}', '${env:A?}'])('refuses %s', (text) => {
    expect(refused({ url: text }, {})).toMatchObject({
      code: 'usage',
      message: `${text} names no environment variable (used in server.url)`,
    });
  });
});

describe('secretsOf', () => {
  it('gives what the environment holds for the names in use', () => {
    expect(secretsOf(['${env:A}'], { A: '12345678', B: '87654321' })).toEqual({ A: '12345678' });
  });

  it('refuses what would be found everywhere', () => {
    expect(() => secretsOf(['${env:A}'], { A: 'test' })).toThrow(/variable A is shorter than 8 characters/);
  });
});

describe('redactor', () => {
  const redact = redactor({ TOKEN: nasty });
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  const ascii = (text: string) =>
    escaped(text).replace(
      /[^\x20-\x7e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );

  const writings: [string, string][] = [
    ['plain', nasty],
    ['in JSON', escaped(nasty)],
    ['in JSON in JSON', escaped(escaped(nasty))],
    ['in JSON in JSON in JSON', escaped(escaped(escaped(nasty)))],
    ["in Python's JSON", ascii(nasty)],
    ["in Python's JSON in JSON", escaped(ascii(nasty))],
    ["in Go's JSON", escaped(nasty).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
    ["in PHP's JSON", ascii(nasty).replaceAll('/', '\\/')],
    ['in a URL', encodeURIComponent(nasty)],
    ['in a query', new URLSearchParams({ x: nasty }).toString().slice(2)],
    ['in HTML', nasty.replace(/["'<>&]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)],
  ];
  it.each(writings)('finds a secret %s', (_, written) => {
    expect(redact(`a ${written} b ${written}`)).toBe('a ${env:TOKEN} b ${env:TOKEN}');
  });

  it.each(['', 'u:', 'us:', 'use:', 'user:'])('finds it in a basic authorization after "%s"', (user) => {
    const token = 'Zm9v+bar/tail?';
    const clean = redactor({ TOKEN: token });
    for (const tail of ['', '1', '12', '123']) {
      const encoded = Buffer.from(user + token + tail).toString('base64');
      const text = clean(`Basic ${encoded} end`);
      const rest = text.replace(/^Basic | end$/g, '').split('${env:TOKEN}');
      expect(rest).toHaveLength(2);
      expect(Buffer.from(rest.join(''), 'base64').length).toBeLessThan(user.length + tail.length + 2);
      expect(clean(Buffer.from(user + token + tail).toString('base64url'))).toContain('${env:TOKEN}');
    }
  });

  it('finds the longest, whatever the order in which they are given', () => {
    for (const values of [
      { A: 'abcdefgh', B: 'abcdefghijkl' },
      { B: 'abcdefghijkl', A: 'abcdefgh' },
    ]) {
      expect(redactor(values)('abcdefghijkl abcdefgh-')).toBe('${env:B} ${env:A}-');
    }
  });

  it.each([5, 8, 15])('finds one that is cut after %i characters at the end of the text', (chars) => {
    const before = 'm'.repeat(95);
    expect(redact(before + nasty.slice(0, chars))).toBe(`${before}\${env:TOKEN}`);
    expect(redact(`name-${nasty.slice(0, chars)}`)).toBe(`name-${nasty.slice(0, chars)}`);
    expect(redact(before + escaped(nasty).slice(0, chars))).toBe(`${before}\${env:TOKEN}`);
  });

  it('leaves other text alone', () => {
    const text = 'p"ss\\word and its neighbours, "p\\"s" \\\\\\\\ %22 &quot; ${env:TOKEN}';
    expect(redact(text)).toBe(text);
    expect(redactor({})(text)).toBe(text);
  });

  it('takes linear time over long runs of backslashes and of base64, and finds a whole key', () => {
    const lines = Array.from(
      { length: 150 },
      (_, i) => `${createHash('sha512').update(`${i}`).digest('base64')}\n`,
    );
    const key = `-----BEGIN KEY-----\n${lines.join('')}`;
    const clean = redactor({ KEY: key, TOKEN: nasty });
    const long = '\\'.repeat(100_000) + 'A'.repeat(100_000);
    // Not `toBe(long)`: a difference between such texts takes long to print.
    expect(clean(long) === long).toBe(true);
    expect(clean(long + JSON.stringify(key)).slice(long.length)).toBe('"${env:KEY}"');
  });

  it('refuses a secret that is too short, by its name and not its value', () => {
    const refused = () => redactor({ PIN: '47110' });
    expect(refused).toThrow(HarnessError);
    expect(refused).toThrow(
      'the value of the environment variable PIN is shorter than 8 characters and cannot be kept out of the files',
    );
  });
});
