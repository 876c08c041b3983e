import { describe, expect, it } from 'vitest';
import { groupOf } from '../../src/topology/container/cgroup-usage.ts';
import { traitsOf } from '../../src/topology/container/engine.ts';
import { saysEnded } from '../../src/topology/container/replica-container.ts';

describe('what an engine says of itself', () => {
  // As Docker 20.10 and Podman 4.3 answer to `GET /info`.
  it.for([
    ['rootless Docker', { SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'] }],
    ['rootless Podman', { SecurityOptions: ['name=seccomp,profile=default'], Rootless: true }],
  ] as const)('%s: root in a container is the user who runs it', ([, info]) => {
    const { user } = traitsOf({ ...info, SecurityOptions: [...info.SecurityOptions], CgroupVersion: '2' });
    expect(user).toEqual({ uid: 0, gid: 0, isOurs: true });
  });

  it('an engine of root: containers are not root', () => {
    const traits = traitsOf({ SecurityOptions: ['name=seccomp'], Rootless: false, CgroupVersion: '1' });
    expect(traits).toMatchObject({ cgroupVersion: 1, usernsMode: undefined });
    expect(traits.user.uid).not.toBe(0);
  });

  it('limits are kept but for an engine without root on control groups of version 1', () => {
    const can = (info: Parameters<typeof traitsOf>[0]) => traitsOf(info).canLimit;
    expect(can({ CgroupVersion: '1' })).toBe(true);
    expect(can({ CgroupVersion: '2', Rootless: true })).toBe(true);
    // Podman says that it can, Docker that it cannot.
    expect(can({ CgroupVersion: '1', Rootless: true, MemoryLimit: true, CpuCfsQuota: true })).toBe(false);
    expect(can({ CgroupVersion: '2', SecurityOptions: ['name=rootless'], CpuCfsQuota: false })).toBe(false);
  });

  it('users that are mapped are not, for the files of a run', () => {
    expect(traitsOf({ SecurityOptions: ['name=userns'], CgroupVersion: '2' })).toMatchObject({
      cgroupVersion: 2,
      usernsMode: 'host',
    });
  });
});

describe('the control groups of a container', () => {
  const id = 'd2a1c0ffee';
  it.for([
    [
      'Docker, version 1',
      `4:memory:/docker/${id}\n2:cpuacct:/docker/${id}\n0::/docker/${id}`,
      'per-controller',
    ],
    ['Docker, version 2', `0::/system.slice/docker-${id}.scope`, 'unified'],
    ['Podman, version 2', `0::/machine.slice/libpod-${id}.scope/container`, 'unified'],
    ['without root on version 1', `4:memory:/user/1000\n2:cpuacct:/\n0::/docker/${id}`, 'none'],
    ['without root, in no group of its own', '0::/user.slice/user-1000.slice', 'none'],
  ] as const)('%s', ([, groups, kind]) => {
    expect(groupOf(groups, id)).toBe(kind);
  });
});

describe('a container that has ended before a signal reached it', () => {
  it.for([
    [{ statusCode: 404, message: 'no such container' }, true],
    [{ statusCode: 409, message: 'container is not running' }, true],
    // Podman 4.3.
    [{ statusCode: 500, message: 'c0ffee is in state exited: container state improper' }, true],
    [{ statusCode: 500, message: 'the engine is out of order' }, false],
  ] as const)('%j: %s', ([{ statusCode, message }, has]) => {
    expect(saysEnded(Object.assign(new Error(message), { statusCode }))).toBe(has);
  });
});
