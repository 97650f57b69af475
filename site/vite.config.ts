import { defineConfig, type Plugin } from "vite";

/** Browsers that know the rest of this site know WOFF2: KaTeX's older copies are left out. */
const onlyWoff2: Plugin = {
  name: "only-woff2",
  enforce: "post",
  generateBundle(_options, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (/\.(woff|ttf)$/.test(name)) Reflect.deleteProperty(bundle, name);
      if (file.type === "asset" && name.endsWith(".css")) {
        file.source = String(file.source).replace(
          /,\s*url\([^)]*\.(woff|ttf)\)\s*format\([^)]*\)/g,
          "",
        );
      }
    }
  },
};

/** The sources themselves, so that a change in the library shows at once. */
const SOURCE = "unrolled-source";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  appType: "custom",
  logLevel: "warn",
  plugins: [onlyWoff2],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { conditions: [SOURCE, "browser", "module", "import", "default"] },
  ssr: {
    noExternal: [/^unrolled/],
    resolve: { conditions: [SOURCE, "node", "module", "import", "default"] },
  },
  optimizeDeps: {
    noDiscovery: true,
    include: ["preact", "preact/hooks", "preact/jsx-runtime", "preact/jsx-dev-runtime"],
  },
  worker: { format: "es" },
  build: {
    outDir: "dist/pages",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      checks: { pluginTimings: false },
      input: { main: "src/client/main.ts", math: "src/client/math.ts" },
    },
  },
});
