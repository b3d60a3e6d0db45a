// Bundles the classic tag, which is published as modules only; the others are published ready to load.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';

// It sends to https alone; the test's collector is at the page's own origin, whatever its scheme.
const toTheOwnOrigin = {
  name: 'own-origin',
  setup(bundle) {
    bundle.onLoad({ filter: /analytics\.js-integration-segmentio[\\/]lib[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("'https://' + this.options.apiHost", "location.protocol + '//' + this.options.apiHost"),
    }));
  },
};

await build({
  entryPoints: ['classic.js'],
  outfile: 'dist/classic.js',
  bundle: true,
  minify: true,
  platform: 'browser',
  define: { global: 'window' },
  plugins: [toTheOwnOrigin],
});
