import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the dashboard into `dist/dashboard`, where the server and the package find it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: '../dist/dashboard', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
