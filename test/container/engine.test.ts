import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../src/topology/container/engine.ts';

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

  it('users that are mapped are not, for the files of a run', () => {
    expect(traitsOf({ SecurityOptions: ['name=userns'], CgroupVersion: '2' })).toMatchObject({
      cgroupVersion: 2,
      usernsMode: 'host',
    });
  });
});
