/**
 * Returns the paths in a data directory. All TypeScript code takes the names of files from here. `supervise.sh`,
 * `build.sh` and the Python client repeat some of them, and `docs/en/configuration.md` describes them.
 */
export function dataDirPaths(dataDir: string) {
  return {
    /** The SQLite database. Not used with PostgreSQL. */
    sqlite: `${dataDir}/hagane.db`,
    /** Contains the URL of the PostgreSQL database; missing with SQLite. */
    databaseUrl: `${dataDir}/database`,
    /** A small SQLite file that the running server keeps locked, so that no second server starts. */
    lock: `${dataDir}/lock.db`,
    /** Process and address of the server that started last, as JSON. */
    serverState: `${dataDir}/server.json`,
    /** Log of the server in lines of JSON. */
    serverLog: `${dataDir}/server.log`,
    /** Standard output and errors of a server in the background (`hagane up --detach`). */
    serverOutput: `${dataDir}/server.out`,
    /** The token of the person that the data directory belongs to. */
    token: `${dataDir}/token`,
    /** The secret key from which the tokens of attempts are derived. */
    secret: `${dataDir}/secret`,
    /** Exists while a restore into the directory is incomplete. Contains the path of the backup. */
    restoring: `${dataDir}/restoring`,
    /** File of zeros that keeps space free. It is deleted on a full disk, to record how runs end. */
    reserve: `${dataDir}/reserve`,
    /** Contains a folder for each run, described by `runPaths`. */
    runs: `${dataDir}/runs`,
    /** Contains a folder for each attempt, described by `attemptPaths`. */
    attempts: `${dataDir}/attempts`,
    /** Contains a folder for each attempt that runs in a copy of the code. */
    workCopies: `${dataDir}/work`,
    /** Contains a folder for each secret, with a file for each key. */
    secrets: `${dataDir}/secrets`,
    /** Contains a folder for each config map, with a file for each key. */
    configMaps: `${dataDir}/configmaps`,
    /** Contents of code files, named by their SHA-256: `ab/cdef…` for the hash `abcdef…`. */
    blobs: `${dataDir}/blobs`,
    /** Contains a folder with the unpacked code of each snapshot. */
    trees: `${dataDir}/trees`,
    /** Cached hashes of the files that the command line uploaded: a file for each folder of code. */
    hashes: `${dataDir}/hashes`,
    /** Contains a folder for each interpreter that is not called `python`, with a wrapper of that name. */
    interpreters: `${dataDir}/interpreters`,
    /** Folder for data sets. Runs receive its path. */
    data: `${dataDir}/data`,
    /** Tracking records that scripts outside any executor have not sent yet. */
    spool: `${dataDir}/spool`,

    /**
     * Returns the path with the plain name of a run. `folderOf` returns the run's folder, which may have another name.
     */
    run: (number: number): string => `${dataDir}/runs/${number}`,
    /**
     * Returns the path with the plain name of an attempt. `folderOf` returns its folder, which may have another name.
     */
    attempt: (name: string): string => `${dataDir}/attempts/${name}`,
    /** Returns the folder of an attempt's copy of the code. `name` is the name of the attempt's folder. */
    workCopy: (name: string): string => `${dataDir}/work/${name}/code`,
    /** Returns the folder of an environment, described by `environmentPaths`. */
    environment: (hash: string): string => `${dataDir}/environments/${hash}`,
  }
}

/** The paths in the folder of a run. All attempts of the run share them. */
export type RunPaths = ReturnType<typeof runPaths>

/** Returns the paths in the folder of a run. */
export function runPaths(folder: string) {
  return {
    /** Contains the id of the run that the folder belongs to. */
    owner: `${folder}/run`,
    /** Contains an empty file for each run that resumes this one, named by its id. Such a run links to this folder. */
    linked: `${folder}/linked`,
    /** Output files of the run. */
    outputs: `${folder}/outputs`,
    /** Checkpoints from which later attempts continue. */
    checkpoints: `${folder}/checkpoints`,
    /** Tracking records that the run's scripts have not sent yet. */
    spool: `${folder}/spool`,
  }
}

/** The paths in the folder of an attempt. */
export type AttemptPaths = ReturnType<typeof attemptPaths>

/** Returns the paths in the folder of an attempt. */
export function attemptPaths(folder: string) {
  return {
    /** Contains the process tag (`processTagOf`), which identifies the attempt that the folder belongs to. */
    tag: `${folder}/mark`,
    /** Contains process id, start time and boot id of the supervisor (`supervise.sh`). */
    claim: `${folder}/claim`,
    /** Written by the supervisor when the command has ended: how it ended. */
    exit: `${folder}/exit`,
    /** Standard output and errors of the command. */
    log: `${folder}/log`,
    /** Sparse index of the log by time: lines `time offset`. */
    logIndex: `${folder}/log.index`,
    /** Contains `from to`: the range of bytes that was cut out of the log. */
    logCut: `${folder}/log.cut`,
    /** Number of processes that the kernel had killed for lack of memory when the command started. */
    oomKills: `${folder}/oom-kills`,
    /** Values of the secrets that the processes of the attempt received, as JSON. Removed once the log is masked. */
    secrets: `${folder}/secrets.json`,
    /** The parameters of the run, as JSON. */
    params: `${folder}/params.json`,
    /** Script of the command, if it is too long for an argument of the shell. */
    command: `${folder}/command.sh`,
    /** Copy of the code in a folder that version 0.1.0 created. */
    formerCode: `${folder}/code`,
  }
}

/** The paths in the folder of an environment. */
export type EnvironmentPaths = ReturnType<typeof environmentPaths>

/** Returns the paths in the folder of an environment. */
export function environmentPaths(folder: string) {
  return {
    /** Exists once the environment is complete. */
    ready: `${folder}/ready`,
    /** The virtual environment. */
    venv: `${folder}/venv`,
    /** The installed packages, as `pip freeze` lists them. */
    packages: `${folder}/packages.txt`,
  }
}
