import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownerToken } from '../../src/topology/ownership.ts';
import { makeRunFolder, removeLeftFolders } from '../../src/topology/run-folders.ts';
import { temporaryFolder } from '../support/cli.ts';

const mine = ownerToken(process.pid);
/** The same number, of a process that was started at another time. */
const gone = mine.replace(/\/\d+$/, '/1');

test.runIf(process.platform === 'linux')('only folders of harnesses that are gone are removed', () => {
  using parent = temporaryFolder();
  const make = (name: string, owner?: string) => {
    const path = join(parent.path, name);
    mkdirSync(join(path, 'store'), { recursive: true });
    writeFileSync(join(path, 'store', 'store.sqlite'), 'x');
    if (owner !== undefined) writeFileSync(join(path, '.owner'), owner);
    return path;
  };
  const left = make('windtunnel-left', gone);
  const kept = [
    make('windtunnel-new'),
    make('windtunnel-odd', 'nobody'),
    make('windtunnel-elsewhere', `elsewhere${gone}`),
    make('anything', gone),
  ];
  const living = join(parent.path, 'windtunnel-living');
  makeRunFolder(living);
  const link = join(parent.path, 'windtunnel-link');
  symlinkSync(make('target', gone), link);
  expect(removeLeftFolders(parent.path)).toEqual([left]);
  expect(existsSync(left)).toBe(false);
  expect([...kept, living, link].filter((path) => !existsSync(path))).toEqual([]);
  expect(removeLeftFolders(parent.path)).toEqual([]);
});
