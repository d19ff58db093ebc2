import { defineConfig } from 'vitest/config'

/**
 * Three suites. `fast`: pure rules, adapters against local servers, stories on stepped time. `architecture`: who may
 * import whom. `cluster`: the same contracts on a real Kubernetes control plane (`npm run test:cluster`).
 */
export default defineConfig({
  test: {
    // One of two cores would stand idle otherwise.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/architecture.test.ts', 'test/cluster/**', 'test/control-plane/**'],
          globalSetup: ['test/global-setup.ts'],
          // Stories with processes of their own: more of them at once would only wait for a processor.
          maxConcurrency: 3,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/control-plane/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
