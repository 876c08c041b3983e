#!/usr/bin/env node
// What the published command starts. It imports nothing before it knows that this Node can run the rest.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(`windtunnel: this is Node ${process.version}, and it needs 22.22 or newer\n`);
  process.exitCode = 64;
} else {
  await import('./main.ts');
}
