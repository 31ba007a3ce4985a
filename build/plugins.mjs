// What the bundle does otherwise than its packages, each because it was measured (docs/decisions/0003-start-up.md).
// A package that no longer looks as expected here fails the build, and does not quietly start slowly.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLAIN_TEXT = fileURLToPath(new URL('plain-text.cjs', import.meta.url));

/**
 * dockerode brings what this project never uses: Docker over SSH, and BuildKit's sessions over grpc.
 * Bundled, ssh2 looks for a folder of its own as soon as it is loaded, and fails.
 */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    const unused = /^(?:ssh2|protobufjs|@grpc\/(?:grpc-js|proto-loader))$/;
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'left-out' }));
    build.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Ink would connect to React's developer tools, and waits for that at its top level even when it does not. */
export const inkWithoutDevtools = {
  name: 'ink-without-devtools',
  setup(build) {
    build.onLoad({ filter: /\/ink\/build\/reconciler\.js$/ }, async ({ path }) => ({
      contents: replaceOrFail(
        path,
        await readFile(path, 'utf8'),
        "process.env['DEV'] === 'true'",
        'false',
        2,
      ),
    }));
  },
};

/**
 * Ink takes every line apart into its characters again for each frame, which is most of a frame's work
 * and of its garbage. Here what the last frame took apart serves the next one.
 */
export const inkRemembersLines = {
  name: 'ink-remembers-lines',
  setup(build) {
    build.onLoad({ filter: /\/ink\/build\/output\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      for (const said of ['styledChars = new Map();', 'class OutputCaches {', 'getStyledChars(line) {']) {
        replaceOrFail(path, text, said, '', 1);
      }
      const contents = replaceOrFail(path, text, 'caches = new OutputCaches();', 'caches = nextCaches();', 1);
      return {
        contents: `${contents}
          class RememberingCaches extends OutputCaches {
            constructor(last) {
              super();
              this.last = last;
            }
            getStyledChars(line) {
              const known = this.last?.styledChars.get(line);
              if (known !== undefined) this.styledChars.set(line, known);
              return known ?? super.getStyledChars(line);
            }
          }
          let last;
          function nextCaches() {
            if (last !== undefined) last.last = undefined;
            last = new RememberingCaches(last);
            return last;
          }`,
      };
    });
  },
};

/** zod brings its messages in fifty languages; the bundle needs its English ones, which end in our own words. */
export const zodInEnglish = {
  name: 'zod-in-english',
  setup(build) {
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: dirname(path),
    }));
  },
};

/**
 * Yoga carries its WebAssembly as text and loads it by `fetch`, with which Node loads its whole HTTP
 * client (25 ms). Here it is a file beside the bundle, compiled at once through Emscripten's own door.
 */
export const yogaAtOnce = (folder) => ({
  name: 'yoga-at-once',
  setup(build) {
    const glue = '../binaries/yoga-wasm-base64-esm.js';
    const embedded = /H="data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)"/;
    build.onLoad({ filter: /\/yoga-layout\/dist\/src\/index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      for (const said of [glue, 'wrapAssembly(await loadYoga())', './generated/YGEnums.js']) {
        replaceOrFail(path, text, said, '', 1);
      }
      const binary = embedded.exec(await readFile(join(dirname(path), glue), 'utf8'))?.[1];
      if (binary === undefined) throw new Error(`${path}: its WebAssembly is not where it was`);
      await writeFile(join(folder, 'yoga.wasm'), Buffer.from(binary, 'base64'));
      const contents = `
        import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        import loadYoga from '${glue}';
        import wrapAssembly from './wrapAssembly.js';
        const yoga = {
          instantiateWasm(imports, receive) {
            const binary = readFileSync(join(__dirname, 'yoga.wasm'));
            const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), imports);
            receive(instance);
            return instance.exports;
          },
        };
        void loadYoga(yoga);
        export default wrapAssembly(yoga);
        export * from './generated/YGEnums.js';`;
      return { contents, resolveDir: dirname(path) };
    });
    build.onLoad({ filter: /\/yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      replaceOrFail(path, text, 'if(h.instantiateWasm)try{return h.instantiateWasm(d,', '', 1);
      const contents = replaceOrFail(path, text, 'import.meta.url', '""', 1).replace(embedded, 'H=""');
      return { contents };
    });
  },
});

/** ink-table names its rows by a SHA-1, for which Node loads its whole cryptography (25 ms); the row itself does. */
export const plainRowNames = {
  name: 'plain-row-names',
  setup(build) {
    build.onResolve({ filter: /^object-hash$/ }, ({ path }) => ({ path, namespace: 'plain-row-names' }));
    build.onLoad({ filter: /./, namespace: 'plain-row-names' }, () => ({
      contents: 'export const sha1 = (row) => JSON.stringify(row);',
    }));
  },
};

/** A dozen modules import `process` by name, and each would get a copy of the whole object, made of getters. */
export const processItself = {
  name: 'process-itself',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?process$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'process-itself' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'process-itself' }, () => ({
      contents: 'export default globalThis.process; export const { cwd, env } = globalThis.process;',
    }));
  },
};

/** string-width's tables are loaded when a text needs them. */
export const plainWidthsFirst = {
  name: 'plain-widths-first',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer === PLAIN_TEXT ? undefined : { path: 'string-width', namespace: 'plain-widths' },
    );
    build.onLoad({ filter: /./, namespace: 'plain-widths' }, () => ({
      contents: `export { stringWidth as default } from './plain-text.cjs';`,
      resolveDir: dirname(PLAIN_TEXT),
    }));
  },
};

function replaceOrFail(path, text, said, instead, times) {
  const parts = text.split(said);
  if (parts.length !== times + 1) {
    throw new Error(`${path}: ${JSON.stringify(said)} is there ${parts.length - 1} times, not ${times}`);
  }
  return parts.join(instead);
}
