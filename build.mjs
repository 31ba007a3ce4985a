// Builds the one bundle that bin/felhom starts. Run once by the set-up (npm's "prepare").
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';

// dockerode brings what this project never uses: Docker over SSH, and BuildKit's sessions over grpc.
// Bundled, ssh2 looks for a folder of its own as soon as it is loaded, and fails
// (docs/decisions/0002-dockerode-without-ssh.md). In their place stands what says so when used.
const unused = /^(?:ssh2|protobufjs|@grpc\/(?:grpc-js|proto-loader))$/;
const leaveOut = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'left-out' }));
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: `
        function leftOut() { throw new Error(${JSON.stringify(`${path} is left out of this bundle`)}); }
        module.exports = new Proxy({}, { get: () => leftOut });
      `,
    }));
  },
};

/** Another folder for whoever measures or tests a build while others use this one. */
const outdir = process.argv[2] ?? 'dist';

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { felhom: 'src/cli/main.ts' },
  outdir,
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
  plugins: [leaveOut],
  logLevel: 'warning',
});
