import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * What listens, from /proc/PID/net/tcp (proc(5)): to tell a server that was started from one that was there before, and
 * where one in a container listens. Elsewhere than on Linux nothing is known, and nothing said.
 */

/** A socket that listens. */
export interface Listener {
  port: number;
  /** As the kernel writes it: hexadecimal, each word in the order of this machine. */
  address: string;
  inode: string;
}

const isListening = '0A';
const any6 = '0'.repeat(32);
/** Who listens at one of these is reached at 127.0.0.1, and at ::1. */
const reached = {
  '127.0.0.1': ['0100007F', '00000000', any6, '0000000000000000FFFF00000100007F'],
  '[::1]': ['00000000000000000000000001000000', any6],
} as const;

/** @param of a process whose network is looked at; of one that is gone, or another user's, nothing is known. */
export function listeners(of: number | 'self' = 'self'): Listener[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    const rows = readOrNothing(`/proc/${of}/net/${table}`).split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === isListening ? [{ port: Number.parseInt(port, 16), address, inode }] : [];
    });
  });
}

/** Of those that were there before, one that still listens where this URL leads. */
export function earlierListener(url: string, before: readonly Listener[]): Listener | undefined {
  const { hostname, port } = new URL(url);
  const addresses: readonly string[] = reached[hostname === '[::1]' ? hostname : '127.0.0.1'];
  const earlier = new Set(before.map(({ inode }) => inode));
  return listeners().find(
    (one) => one.port === Number(port) && addresses.includes(one.address) && earlier.has(one.inode),
  );
}

/** `node, process 4711`; undefined for another user's, or one that has ended. */
export function ownerOf({ inode }: Listener): string | undefined {
  const pid = entries('/proc').find(
    (name) =>
      /^\d+$/.test(name) &&
      entries(`/proc/${name}/fd`).some((fd) => linkOf(`/proc/${name}/fd/${fd}`) === `socket:[${inode}]`),
  );
  if (pid === undefined) return undefined;
  return `${basename(linkOf(`/proc/${pid}/exe`))}, process ${pid}`;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed or ended meanwhile.
    return '';
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
