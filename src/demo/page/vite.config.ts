import { defineConfig } from 'vite'

/** The page is built ahead and shipped as files, so that React and Vite stay out of the installed package. */
export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  logLevel: 'warn',
  build: {
    outDir: new URL('../../../dist/demo/page', import.meta.url).pathname,
    emptyOutDir: true,
    chunkSizeWarningLimit: 2_000,
  },
})
