// Builds the one bundle that bin/felhom starts. Run once by the set-up (npm's "prepare").
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { felhom: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  jsx: 'automatic',
  minify: true,
  keepNames: false,
  sourcemap: false,
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  banner: {
    js: "import { createRequire as __felhomRequire } from 'node:module';const require = __felhomRequire(import.meta.url);",
  },
  external: ['react-devtools-core', 'cpu-features'],
  logLevel: 'warning',
});
