/** Every numeric limit of the product, its unit last in the name. */
export const LIMITS = {
  /** One document; characters. */
  specCharsMax: 1_000_000,
  /** Time that a document may take to be read. */
  compileMs: 10_000,
  /** One parameter value or tag; characters. */
  textCharsMax: 20_000,
  /** One argument or variable of a command, as Linux takes them, and all of one command. */
  commandWordBytesMax: 131_071,
  commandBytesMax: 1_000_000,
  /** One metric, parameter or artifact name; characters. */
  nameCharsMax: 250,
  /** One request to the API that is not a tracking batch. */
  bodyBytesMax: 4_000_000,
  /** One tracking batch. */
  batchBytesMax: 8_000_000,
  batchRecordsMax: 1_000,
  /** Files of one writer that the server takes when its attempt has ended; longer ones wait for `hagane sync`. */
  leftRecordsBytesMax: 16_000_000,
  /** Records of one writer: sums of them stay exact in a float64. */
  writerRecordsMax: 1_000_000_000_000,
  /** Metric points of one record. */
  recordPointsMax: 1_000,
  /** Points in one chunk of a series; appends of at least `chunkAppendMin` get a chunk of their own. */
  chunkPointsMax: 256,
  chunkAppendMin: 32,
  /** Points of one answer; a longer series comes in pages. */
  pointsPageMax: 10_000,
  runsPageMax: 1_000,
  /** A page of runs ends after so many characters of plans and parameters. */
  pageCharsMax: 32_000_000,
  /** The body of a request of somebody who has not signed in. */
  publicBodyBytesMax: 10_000,
  /** Lines of one request for charts: so many runs, so many metrics each. */
  chartRunsMax: 100,
  chartMetricsMax: 100,
  /** Fields that runs are grouped by, and columns of a grouping; groups that are answered, runs that are looked at. */
  groupFieldsMax: 60,
  groupsMax: 500,
  groupRunsMax: 100_000,
  /** Names of one kind that pickers are given. */
  namesMax: 2_000,
  /** Latest runs of a project whose names come first. */
  namesRecentRuns: 500,
  /** Parameters of one run that filters see. */
  paramsPerRunMax: 1_000,
  /** Trials of a sweep that can be played before it starts, and plays of it: each suggestion looks at all before it. */
  playedTrialsMax: 20_000,
  playsMax: 1_000,
  /** Runs one bulk action may change. */
  bulkRunsMax: 100_000,
  /** Suggestions of one completion. */
  suggestionsMax: 20,
  /** One filter. */
  filterCharsMax: 10_000,
  filterConditionsMax: 100,
  /** Bytes of one answer with log text. */
  logPageBytesMax: 1_000_000,
  /** Lines that one search of a log gives. */
  logLinesFoundMax: 1_000,
  /** Trials a sweep keeps ready beyond those it runs. */
  trialsAheadMin: 10,
  /** Runs one admission looks at. */
  admitWindowMax: 500,
  /** Files listed in a manifest. */
  artifactsPerRunMax: 10_000,
  /** One snapshot of code; its files together, in bytes. */
  snapshotFilesMax: 100_000,
  snapshotBytesMax: 2_000_000_000,
  /** A file or a folder of code above this is worth a warning. */
  snapshotFileWarnBytes: 50_000_000,
  snapshotWarnBytes: 200_000_000,
  manifestBytesMax: 40_000_000,
  /** One upload of file contents. */
  uploadBytesMax: 110_000_000,
  /** One file of code. */
  snapshotFileBytesMax: 100_000_000,
  /** Contents that are sent in one upload, where they are smaller than that. */
  uploadPackBytes: 16_000_000,
  pathCharsMax: 1_000,
  pathPartsMax: 50,
  /** One name of a file or a folder, as file systems take it. */
  fileNameBytesMax: 255,
  /** One path in the list of a run's files: the index of a database takes no much longer one. */
  outputPathCharsMax: 2_000,
  /** The difference of the code to its git commit. */
  diffCharsMax: 1_000_000,
  /** A working copy is kept this long after its attempt ended. */
  workCopyKeepMs: 86_400_000,
  /** Code and environments that nothing names or uses are kept this long. */
  snapshotKeepMs: 86_400_000,
  treeKeepMs: 7 * 86_400_000,
  /** Age in milliseconds after which a half upload is removed: no upload takes longer. */
  brokenUploadKeepMs: 600_000,
  environmentKeepMs: 30 * 86_400_000,
  /** What is in the trash is removed after this. */
  trashKeepMs: 30 * 86_400_000,
  /** An id or an idempotency key is remembered this long. */
  creationKeepMs: 7 * 86_400_000,
  /** Time between two rounds of clean-up. */
  janitorMs: 600_000,
  /** Streams of events open at once; lines of one read. */
  eventStreamsMax: 200,
  eventsPageMax: 1_000,
  trialsMax: 1_000_000,
  /** Trials that one transaction makes or promotes. */
  trialsAtOnceMax: 200,
  concurrencyMax: 10_000,
  /** A run outside any executor that says nothing for this long is unknown. */
  silentMs: 600_000,
  /** A token of an attempt lives this long after the attempt's end. */
  attemptTokenGraceMs: 300_000,
  resyncMs: 30_000,
  /** Time between the polite and the forced stop when the document names none. */
  stopGraceMs: 10_000,
  /** First wait before a new attempt; doubles with each one. */
  retryBaseMs: 1_000,
  retryMaxMs: 300_000,
  /** Time between two looks at the free space of the disk. */
  diskCheckMs: 5_000,
  /** Time between two samples of a run's use of the machine. */
  usageSampleMs: 10_000,
  viewAddressCharsMax: 8_000,
  tokenNameCharsMax: 100,
  /** The last use of a token is noted this often at most. */
  tokenTouchMs: 60_000,
  /** Time between two words to open pages of which runs have written. */
  activityMs: 1_000,
} as const
