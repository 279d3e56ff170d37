/**
 * All numeric limits of the product. The name ends with the unit and, for an upper limit, `Max`. Comments name the
 * thing that is limited.
 */
export const LIMITS = {
  /** Text of one source file of a document. */
  specCharsMax: 1_000_000,
  /** Longest time for the compilation of a document; after it the request is refused. */
  compileMs: 10_000,
  /** One parameter value, note, message or shown command. */
  textCharsMax: 20_000,
  /** One argument or environment variable of a process. Linux allows no longer ones. */
  commandWordBytesMax: 131_071,
  /** All arguments and environment variables of a process together. */
  commandBytesMax: 1_000_000,
  /** One name of a metric, a parameter or an artifact; one tag. */
  nameCharsMax: 250,
  /** Body of a request to the API, unless its route has a limit of its own. */
  bodyBytesMax: 4_000_000,
  /** Body of a request with one tracking batch, and tracking records in it. */
  batchBytesMax: 8_000_000,
  batchRecordsMax: 1_000,
  /**
   * Spool files of one writer with records that it has not sent. The server reads them after the end of an attempt;
   * longer ones stay on the disk until the person calls `hagane sync`.
   */
  unsentRecordsBytesMax: 16_000_000,
  /** Number of a tracking record within its writer. A sum of such numbers is exact in a float64. */
  writerRecordsMax: 1_000_000_000_000,
  /** Metric values in one tracking record. */
  recordPointsMax: 1_000,
  /**
   * Points in one stored chunk of a series. An append of at least `chunkAppendMin` points begins new chunks; a smaller
   * one fills up the last chunk.
   */
  chunkPointsMax: 256,
  chunkAppendMin: 32,
  /** Points of a series in one answer; a longer series is read page by page. */
  pointsPageMax: 10_000,
  runsPageMax: 1_000,
  /**
   * JSON texts of the plans and parameters on one page of runs. A page that reaches this length contains fewer runs.
   */
  pageCharsMax: 32_000_000,
  /** Body of a request that is accepted without a token or session. */
  publicBodyBytesMax: 10_000,
  /** Runs and metrics in one request for lines of charts. */
  chartRunsMax: 100,
  chartMetricsMax: 100,
  /** Fields by which one request groups runs, and also numeric columns in it. */
  groupFieldsMax: 60,
  /** Groups of runs in one answer. */
  groupsMax: 500,
  /** Runs that one request reads to group them. */
  groupRunsMax: 100_000,
  /** Names of parameters, and also names of metrics, in one answer with names to choose from. */
  namesMax: 2_000,
  /** Latest runs of a project in which names of parameters and metrics are counted, to list these names first. */
  recentRunsMax: 500,
  /** Parameters of one run that are indexed for filters; the further ones are stored but no filter finds them. */
  paramsPerRunMax: 1_000,
  /** Trials of a simulated sweep. Time grows with their square, because each suggestion reads all trials before it. */
  simulatedTrialsMax: 20_000,
  /** Simulations by one call of `hagane sweep simulate`. */
  simulationsMax: 1_000,
  /** Runs that one bulk action finds by its filter. */
  bulkRunsMax: 100_000,
  /** Suggestions in one answer of the filter completion. */
  suggestionsMax: 20,
  /** Text of one filter, and comparisons in it. */
  filterCharsMax: 10_000,
  filterConditionsMax: 100,
  /** Log text in one answer. */
  logPageBytesMax: 1_000_000,
  /** Lines in one answer of a search in a log. */
  logLinesFoundMax: 1_000,
  /** Least number of trials that a sweep creates ahead of those that run, unless its method learns from results. */
  trialsAheadMin: 10,
  /** Queued runs that the scheduler reads at once. */
  admitWindowMax: 500,
  /** Output files of a run that are listed and hashed; further ones are kept but not listed. */
  artifactsPerRunMax: 10_000,
  /** Number of files in one snapshot, and their total size. */
  snapshotFilesMax: 100_000,
  snapshotBytesMax: 2_000_000_000,
  /** Sizes of one file and of all files together above which an upload of code prints a warning. */
  snapshotFileWarnBytes: 50_000_000,
  snapshotWarnBytes: 200_000_000,
  /** Body of a request with the manifest of a snapshot. */
  manifestBytesMax: 40_000_000,
  /** Body of a request that uploads contents of files. */
  uploadBytesMax: 110_000_000,
  /** One file of code; the command line refuses to upload a larger one. */
  snapshotFileBytesMax: 100_000_000,
  /** Size of the collected contents at which the command line sends them as one upload. */
  uploadPackBytes: 16_000_000,
  /** Length of one path in a snapshot, and number of names between its slashes. */
  pathCharsMax: 1_000,
  pathPartsMax: 50,
  /** One name of a file or a folder. Linux file systems allow no longer ones. */
  fileNameBytesMax: 255,
  /** Path of a listed output file. PostgreSQL cannot index much longer texts. */
  outputPathCharsMax: 2_000,
  /** Difference between the code and its git commit, as a text. */
  diffCharsMax: 1_000_000,
  /** Time that an attempt's copy of the code is kept after the end of the attempt. */
  workCopyKeepMs: 86_400_000,
  /** Age up to which snapshots and blobs are kept although no run refers to them, for submissions in progress. */
  snapshotKeepMs: 86_400_000,
  /** Time that the unpacked folder of a snapshot is kept after its last use. */
  treeKeepMs: 7 * 86_400_000,
  /** Age at which an unfinished file in the code store is removed. No upload in progress is assumed to take longer. */
  brokenUploadKeepMs: 600_000,
  /** Time that an environment is kept after its last use. */
  environmentKeepMs: 30 * 86_400_000,
  /** Time that the id or idempotency key of a request is stored, to recognise repetitions of the request. */
  requestIdKeepMs: 7 * 86_400_000,
  /** Time between two rounds of the janitor, which removes old data. */
  janitorMs: 600_000,
  /** Event streams that are open at once; a further one is refused. */
  eventStreamsMax: 200,
  /** Events in one answer. */
  eventsPageMax: 1_000,
  /** Trials of one sweep. A document whose space has more points and that names no budget gets a warning. */
  trialsMax: 1_000_000,
  /** Trials that one transaction creates, promotes or restarts. */
  trialsAtOnceMax: 200,
  /** Trials of a sweep that run at once. */
  concurrencyMax: 10_000,
  /** Time without tracking batches after which a run outside any executor moves to phase `unknown`. */
  silentMs: 600_000,
  /** Time that the token of an attempt stays valid after the end of the attempt. */
  attemptTokenGraceMs: 300_000,
  /** Time between two passes of a reconciler over all unfinished runs or sweeps, in case nudges were lost. */
  resyncMs: 30_000,
  /** Time between SIGTERM and SIGKILL for a stopped run, unless its document sets one. */
  stopGraceMs: 10_000,
  /** Delay before the second attempt of a run after a failure; the delay doubles with each further failure. */
  retryBaseMs: 1_000,
  /** Longest delay between attempts of a run, before it is multiplied by a random factor from 0.5 to 1.5. */
  retryMaxMs: 300_000,
  /** Time between two checks of the free space on the disk. */
  diskCheckMs: 5_000,
  /** Time between two measurements of the processor, memory and device usage of runs. */
  usageSampleMs: 10_000,
  /** Query part of the URL in a saved view. */
  viewAddressCharsMax: 8_000,
  /** Name of an access token. */
  tokenNameCharsMax: 100,
  /** Shortest time between two updates of the stored time at which an access token was last used. */
  tokenTouchMs: 60_000,
  /** Shortest time between two `activity` events of a stream. */
  activityIntervalMs: 1_000,
} as const
