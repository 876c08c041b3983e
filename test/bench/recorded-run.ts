import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededPrng } from '../../src/core/index.ts';
import { type Failure, ndjsonWriter, type OperationEvent } from '../../src/record/index.ts';
import type { RunSpec } from '../../src/scenario/index.ts';
import {
  beginUs,
  crashed,
  type Out,
  replicas,
  writeBegin,
  writeCrash,
  writeUsage,
} from './recorded-frame.ts';

/**
 * What a run of sessions in replica memory would have left on disk, written without running it: clients that
 * fill a basket, one replica that crashes midway and takes its sessions and baskets along, about 1 % of other
 * failures, resource use. Several writers hold back and mix their lines as they do in a run. The same spec gives
 * the same record.
 */
export function recordRun(folder: string, spec: RunSpec, operations: number): void {
  const path = join(folder, spec.folder);
  mkdirSync(path, { recursive: true });
  const open = <T>(name: string) => ndjsonWriter<T>(join(path, name), { flushMs: 60_000 });
  const out: Out = {
    clients: open('events.ndjson'),
    topology: open('events.ndjson'),
    ledger: open('ledger.ndjson'),
  };
  simulate(spec, operations, out);
  for (const sink of Object.values(out)) sink.close();
}

interface Client {
  name: string;
  home: number;
  /** The boot of its home that holds its session and basket. */
  boot: number;
  generation: number;
  requests: number;
  operations: number;
  basket: string[];
}

function simulate(spec: RunSpec, operations: number, out: Out): void {
  const { durationMs, workload } = spec.scenario;
  const stepUs = (durationMs * 1000) / operations;
  const prng = seededPrng(spec.seed);
  const each = Math.floor(operations / workload.sessions);
  const clients = Array.from({ length: workload.sessions }, (_, i): Client => {
    const home = i % replicas.length;
    return { name: `c${i + 1}`, home, boot: 1, generation: 0, requests: 0, operations: each, basket: [] };
  });
  for (let extra = 0; extra < operations - each * clients.length; extra++)
    (clients[extra] as Client).operations += 1;

  writeBegin(spec, out);
  for (const client of clients) openSession(client, beginUs, out);
  const crashAt = Math.floor(operations * 0.4);
  const usageEvery = Math.ceil(250_000 / stepUs);
  for (let i = 0; i < operations; i++) {
    const atUs = beginUs + i * stepUs;
    if (i === crashAt) writeCrash(atUs, out);
    if (i % usageEvery === 0) writeUsage(atUs, i >= crashAt ? 2 : 1, out);
    const client = clients[i % clients.length] as Client;
    const lost = client.home === crashed && client.boot === 1 && i > crashAt;
    operate(
      client,
      Math.floor(i / clients.length),
      { atUs, lost, chance: prng.next(), tookUs: 500 + prng.below(20_000) },
      out,
    );
  }
  const endUs = beginUs + durationMs * 1000;
  for (const { name: client, generation, operations: intended } of clients) {
    out.clients.write({
      type: 'session-closed',
      atUs: endUs,
      client,
      generation,
      how: 'deleted',
      status: 200,
    });
    out.clients.write({ type: 'client-ended', atUs: endUs, client, operations: intended });
  }
  out.clients.write({ type: 'workload-ended', atUs: endUs });
  out.clients.write({ type: 'run-ended', atUs: endUs + 100_000, how: 'completed' });
}

function openSession(client: Client, atUs: number, out: Out): void {
  const { name, generation } = client;
  const requestId = exchange(client, atUs, 200, out);
  const hex = (name.length * 0x1000_0000 + Number(name.slice(1)) * 7919 + generation)
    .toString(16)
    .padStart(12, '0');
  out.clients.write({
    type: 'session-opened',
    atUs: atUs + 9000,
    client: name,
    generation,
    sessionId: `6127f919-ff4b-42ce-828a-${hex}`,
    requestId,
    intendedUs: atUs + 0.123456,
    startUs: atUs,
    requests: 2,
    bytes: 2310,
  });
}

/** One exchange, as the balancer tells of it; returns its id. */
function exchange(client: Client, atUs: number, status: number, out: Out): string {
  client.requests += 1;
  const requestId = `${client.name}-${client.requests}`;
  const replica = replicas[client.home] as string;
  out.topology.write({
    type: 'routed',
    atUs,
    endUs: atUs + 2000,
    requestId,
    method: 'POST',
    replica,
    status,
  });
  return requestId;
}

interface Circumstances {
  atUs: number;
  lost: boolean;
  /** Uniform in [0, 1): decides whether it fails. */
  chance: number;
  tookUs: number;
}

function operate(client: Client, index: number, at: Circumstances, out: Out): void {
  const opId = `${client.name}.${index}`;
  if (at.lost) loseSession(client, opId, at.atUs, out);
  const failure = failureBy(at.chance);
  const requestId = exchange(client, at.atUs, failure?.status ?? 200, out);
  const isRead = index % 40 === 39 || index === client.operations - 1;
  const tool = isRead ? 'basket_read' : index % 2 === 0 ? 'work' : 'basket_add';
  const subject = `${client.name}-basket-${client.generation}`;
  if (failure?.status !== 503) {
    const entry = { replica: replicas[client.home] as string, boot: client.boot, opId, tool };
    out.ledger.write({ event: 'begin', atUs: at.atUs + 1000, ...entry });
    out.ledger.write({
      event: 'commit',
      atUs: at.atUs + 1500,
      ...entry,
      subject,
      ...(tool === 'basket_add' ? { value: opId } : {}),
    });
    if (tool === 'basket_add') client.basket.push(opId);
  }
  const outcome = failure === undefined ? 'ok' : failure.status === 503 ? 'fail' : 'info';
  const record: OperationEvent = {
    type: 'operation',
    opId,
    client: client.name,
    index,
    tool,
    intendedUs: at.atUs + 0.087654321,
    startUs: Math.round(at.atUs) + 300,
    endUs: Math.round(at.atUs) + 300 + at.tookUs,
    outcome,
    ...(failure ? { failure } : {}),
    firstOutcome: at.lost ? 'fail' : outcome,
    attempts: at.lost ? 2 : 1,
    serviceUs: at.tookUs,
    requestId,
    ...(tool === 'basket_add' ? { writes: opId } : {}),
    ...(tool === 'basket_read' && outcome === 'ok' ? { reads: client.basket } : {}),
    protocolBytes: 131,
  };
  out.clients.write(record);
}

function loseSession(client: Client, opId: string, atUs: number, out: Out): void {
  const requestId = exchange(client, atUs, 404, out);
  const failure: Failure = {
    kind: 'unknown-session',
    status: 404,
    code: -32001,
    message: 'Session not found',
  };
  const { name, generation } = client;
  const sessionId = `${name}-session`;
  out.clients.write({
    type: 'session-lost',
    atUs,
    client: name,
    generation,
    sessionId,
    requestId,
    opId,
    asked: 'tools/call work',
    failure,
  });
  Object.assign(client, { generation: generation + 1, boot: 2, basket: [] });
  openSession(client, atUs, out);
}

function failureBy(chance: number): Failure | undefined {
  if (chance < 0.004) return { kind: 'broken', status: 502, message: 'the upstream closed the connection' };
  if (chance < 0.007) return { kind: 'timeout', message: 'no answer within 2 s' };
  return chance < 0.01 ? { kind: 'rejected', status: 503, message: 'overloaded' } : undefined;
}
