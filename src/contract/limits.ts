/** All numeric limits of the product. The unit is last in the name. */
export const LIMITS = {
  /** One document. */
  specCharsMax: 1_000_000,
  /** Time that the compilation of a document may take. */
  compileMs: 10_000,
  /** One parameter value, note or message. */
  textCharsMax: 20_000,
  /** One argument or one variable of a command, as Linux limits them. */
  commandWordBytesMax: 131_071,
  /** All arguments and variables of a command together. */
  commandBytesMax: 1_000_000,
  /** One name of a metric, a parameter or an artifact; one tag. */
  nameCharsMax: 250,
  /** One request to the API, unless its route has a limit of its own. */
  bodyBytesMax: 4_000_000,
  /** One tracking batch. */
  batchBytesMax: 8_000_000,
  batchRecordsMax: 1_000,
  /**
   * Spool files of one writer that the server reads itself after the end of an attempt. Longer ones wait for `hagane
   * sync`.
   */
  unsentRecordsBytesMax: 16_000_000,
  /** Records of one writer. Sums of such numbers are exact in a float64. */
  writerRecordsMax: 1_000_000_000_000,
  /** Metric points of one record. */
  recordPointsMax: 1_000,
  /** Points in one chunk of a series. Appends of at least `chunkAppendMin` points get chunks of their own. */
  chunkPointsMax: 256,
  chunkAppendMin: 32,
  /** Points in one answer; a longer series is read in pages. */
  pointsPageMax: 10_000,
  runsPageMax: 1_000,
  /** Plans and parameters on one page of runs; a page that reaches this length ends early. */
  pageCharsMax: 32_000_000,
  /** One request without a sign-in. */
  publicBodyBytesMax: 10_000,
  /** Runs in one request for charts, and metrics of each run. */
  chartRunsMax: 100,
  chartMetricsMax: 100,
  /** Fields to group runs by, and columns of a grouping. */
  groupFieldsMax: 60,
  /** Groups in one answer. */
  groupsMax: 500,
  /** Runs that are read to group them. */
  groupRunsMax: 100_000,
  /** Names of parameters, and names of metrics, in one answer for pickers. */
  namesMax: 2_000,
  /** Latest runs of a project whose names come first. */
  recentRunsMax: 500,
  /** Parameters of one run that filters can use. */
  paramsPerRunMax: 1_000,
  /** Trials of a sweep that can be simulated. The limit exists because each suggestion reads all trials before it. */
  simulatedTrialsMax: 20_000,
  /** Simulations by one command. */
  simulationsMax: 1_000,
  /** Runs that one bulk action may change. */
  bulkRunsMax: 100_000,
  /** Suggestions of one filter completion. */
  suggestionsMax: 20,
  /** One filter. */
  filterCharsMax: 10_000,
  filterConditionsMax: 100,
  /** Log text in one answer. */
  logPageBytesMax: 1_000_000,
  /** Lines that one search in a log returns. */
  logLinesFoundMax: 1_000,
  /** Trials that a sweep keeps ready besides those that run, unless its method learns. */
  trialsAheadMin: 10,
  /** Queued runs on one page that admission reads. */
  admitWindowMax: 500,
  /** Output files of a run that are listed and hashed. */
  artifactsPerRunMax: 10_000,
  /** Files of one snapshot, and all of them together. */
  snapshotFilesMax: 100_000,
  snapshotBytesMax: 2_000_000_000,
  /** Sizes of one file, and of all code together, above which an upload prints a warning. */
  snapshotFileWarnBytes: 50_000_000,
  snapshotWarnBytes: 200_000_000,
  /** One request that contains a manifest. */
  manifestBytesMax: 40_000_000,
  /** One upload of file contents. */
  uploadBytesMax: 110_000_000,
  /** One file of code. */
  snapshotFileBytesMax: 100_000_000,
  /** Size from which on collected contents are sent as one upload. */
  uploadPackBytes: 16_000_000,
  /** One path in a snapshot: its length, and the names in it. */
  pathCharsMax: 1_000,
  pathPartsMax: 50,
  /** One name of a file or a folder, as file systems limit it. */
  fileNameBytesMax: 255,
  /** One path of a listed output file; the index of a database takes no much longer ones. */
  outputPathCharsMax: 2_000,
  /** The difference between the code and its git commit. */
  diffCharsMax: 1_000_000,
  /** Time that a working copy is kept after its attempt ended. */
  workCopyKeepMs: 86_400_000,
  /** Age up to which snapshots and contents are kept although nothing refers to them. */
  snapshotKeepMs: 86_400_000,
  /** Time since the last use that an unpacked folder of code is kept. */
  treeKeepMs: 7 * 86_400_000,
  /** Age at which the file of an interrupted upload is removed; no upload takes longer. */
  brokenUploadKeepMs: 600_000,
  /** Time since the last use that an environment is kept. */
  environmentKeepMs: 30 * 86_400_000,
  /** Time that the id or the idempotency key of a request is stored. */
  requestIdKeepMs: 7 * 86_400_000,
  /** Time between two rounds of clean-up. */
  janitorMs: 600_000,
  /** Event streams that are open at once. */
  eventStreamsMax: 200,
  /** Events in one answer. */
  eventsPageMax: 1_000,
  /** Trials of one sweep. */
  trialsMax: 1_000_000,
  /** Trials that one transaction creates, promotes or restarts. */
  trialsAtOnceMax: 200,
  /** Trials of a sweep that run at once. */
  concurrencyMax: 10_000,
  /** Silence after which a run outside any executor is `unknown`. */
  silentMs: 600_000,
  /** Time that the token of an attempt stays valid after the attempt's end. */
  attemptTokenGraceMs: 300_000,
  /** Time between two passes of a reconciler over everything unfinished. Makes up for lost nudges. */
  resyncMs: 30_000,
  /** Time between the signal to end and the kill, unless the document sets one. */
  stopGraceMs: 10_000,
  /** Wait before the first retry; doubles with each further one. */
  retryBaseMs: 1_000,
  /** Longest wait before a retry, before random spread. */
  retryMaxMs: 300_000,
  /** Time between two checks of the free space on the disk. */
  diskCheckMs: 5_000,
  /** Time between two measurements of what runs use of the machine. */
  usageSampleMs: 10_000,
  /** Address of a saved view. */
  viewAddressCharsMax: 8_000,
  /** Name of an access token. */
  tokenNameCharsMax: 100,
  /** Shortest time between two writes of a token's last use. */
  tokenTouchMs: 60_000,
  /** Time between two `activity` events. */
  activityIntervalMs: 1_000,
} as const
