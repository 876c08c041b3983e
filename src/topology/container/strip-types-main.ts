// Entry of the process that makes JavaScript of the TypeScript in the folders that it is given, for an image.
// It is a process of its own for the sake of its `--no-warnings`: Node calls what it uses here experimental.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const path = join(folder, name);
    writeFileSync(path.replace(/\.ts$/, '.js'), asJavaScript(readFileSync(path, 'utf8')));
    rmSync(path);
  }
}

/** Lines and columns stay where they are. Files of this package import each other by relative paths. */
function asJavaScript(text: string): string {
  return stripTypeScriptTypes(text).replace(/((?:\bfrom |\bimport\()'\.{1,2}\/[^']+)\.ts'/g, "$1.js'");
}
