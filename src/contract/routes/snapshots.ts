import { z } from 'zod'

import { LIMITS } from '../limits.ts'
import { moment } from '../run.ts'
import { manifest } from '../snapshot.ts'
import { count } from './shared.ts'
import type { RouteTable } from './route.ts'

/** A snapshot, with the number of its files and their total size. */
const snapshotView = z.strictObject({ digest: z.string(), files: count, sizeBytes: count, createdAt: moment })

/** Routes for code: snapshots, and blobs, the contents of their files. */
export const snapshotRoutes = {
  findMissing: {
    needs: 'code.write',
    summary: 'Says which contents of a manifest the server does not have.',
    body: manifest,
    bodyBytesMax: LIMITS.manifestBytesMax,
    answer: z.strictObject({ digest: z.string(), isKnown: z.boolean(), missing: z.array(z.string()) }),
  },
  putBlobs: {
    needs: 'code.write',
    summary: 'Takes contents one after another, each behind a line `SHA256 SIZE`; keeps those whose hash is right.',
    hasByteBody: true,
    isRefusedWhenFull: true,
    bodyBytesMax: LIMITS.uploadBytesMax,
    answer: z.strictObject({ stored: count }),
  },
  createSnapshot: {
    needs: 'code.write',
    summary: 'Makes a snapshot of contents that the server has. Repeating it changes nothing.',
    body: manifest,
    bodyBytesMax: LIMITS.manifestBytesMax,
    answer: snapshotView,
  },
  getSnapshot: {
    needs: 'code.read',
    summary: 'The manifest of a snapshot.',
    answer: manifest,
  },
  getBlob: {
    needs: 'code.read',
    summary: 'Content by its SHA-256.',
    produces: 'application/octet-stream',
  },
} as const satisfies RouteTable
