import { join } from 'node:path'

import react from '@vitejs/plugin-react'
import { build, defineConfig } from 'vite'
import type { Plugin } from 'vite'

const target = 'es2023'
const FIRST_PAINT = 'first-paint.js'

/** Builds the dashboard into `dist/dashboard`, where the server and the package find it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), firstPaint()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Code that every page needs is in one file rather than twenty.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'page', test: /src\/main\.tsx$/ }] } } },
  },
})

/** Builds `src/first-paint.ts` into a script of its own: modules run only after the page's text is read. */
function firstPaint(): Plugin {
  return {
    name: 'first-paint',
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `/${FIRST_PAINT}` }, injectTo: 'head-prepend' }],
    generateBundle: async function () {
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          write: false,
          target,
          lib: { entry: join(import.meta.dirname, 'src/first-paint.ts'), formats: ['iife'], name: 'firstPaint' },
        },
      })
      const [{ output }] = built as unknown as [{ output: [{ code: string }] }]
      this.emitFile({ type: 'asset', fileName: FIRST_PAINT, source: output[0].code })
    },
  }
}
