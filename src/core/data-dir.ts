/**
 * Returns the paths of a data directory. No other file of the server and the commands contains their names, and
 * `docs/en/configuration.md` describes the same paths. `supervise.sh`, `build.sh` and the Python client repeat some of
 * them.
 */
export function dataDirPaths(dataDir: string) {
  return {
    /** The SQLite database, unless the server uses PostgreSQL. */
    sqlite: `${dataDir}/hagane.db`,
    /** Contains the URL of the database, where that is PostgreSQL. */
    databaseUrl: `${dataDir}/database`,
    /** A small SQLite file. The process of the server holds a lock on it. */
    lock: `${dataDir}/lock.db`,
    /** Process and address of the last server, as JSON. */
    serverState: `${dataDir}/server.json`,
    /** Lines of JSON that the server logs. */
    serverLog: `${dataDir}/server.log`,
    /** Output of a server that runs in the background. */
    serverOutput: `${dataDir}/server.out`,
    /** The token of the person that the data directory belongs to. */
    token: `${dataDir}/token`,
    /** The key of the tokens of runs. */
    secret: `${dataDir}/secret`,
    /** Exists while a restore into the directory is incomplete, and contains the folder of the backup. */
    restoring: `${dataDir}/restoring`,
    /** Zeros, deleted when the disk is full. */
    reserve: `${dataDir}/reserve`,
    /** A folder for each run, described by `runPaths`. */
    runs: `${dataDir}/runs`,
    /** A folder for each attempt, described by `attemptPaths`. */
    attempts: `${dataDir}/attempts`,
    /** A folder for each attempt with its own copy of the code. */
    workCopies: `${dataDir}/work`,
    /** A folder for each secret, with a file for each key. */
    secrets: `${dataDir}/secrets`,
    /** A folder for each config map, with a file for each key. */
    configMaps: `${dataDir}/configmaps`,
    /** Files of code, named by their SHA-256: the first two digits are a folder. */
    blobs: `${dataDir}/blobs`,
    /** Unpacked code: a folder for each snapshot. */
    trees: `${dataDir}/trees`,
    /** Hashes of the files that the command line uploaded: a file for each folder. */
    hashes: `${dataDir}/hashes`,
    /** Wrappers called `python` for interpreters with another name: a folder for each. */
    interpreters: `${dataDir}/interpreters`,
    /** Data sets, written and read by runs. */
    data: `${dataDir}/data`,
    /** Records that scripts started by hand have not sent yet. */
    spool: `${dataDir}/spool`,

    /** Returns the folder of the run with this number, if that run owns the plain name. */
    run: (number: number): string => `${dataDir}/runs/${number}`,
    /** Returns the folder of the attempt with this name, if that attempt owns the plain name. */
    attempt: (name: string): string => `${dataDir}/attempts/${name}`,
    /** Returns an attempt's own copy of the code. `name` is the name of the attempt's folder. */
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
    /** An empty file for each run that resumes this one, named by its id: a link to the folder names no run. */
    linked: `${folder}/linked`,
    /** Files that the run keeps. */
    outputs: `${folder}/outputs`,
    /** Files that later attempts continue from. */
    checkpoints: `${folder}/checkpoints`,
    /** Records that the run's scripts have not sent yet. */
    spool: `${folder}/spool`,
  }
}

/** The paths in the folder of an attempt. */
export type AttemptPaths = ReturnType<typeof attemptPaths>

/** Returns the paths in the folder of an attempt. */
export function attemptPaths(folder: string) {
  return {
    /** Contains the tag of the attempt that the folder belongs to. */
    tag: `${folder}/mark`,
    /** Contains the identity of the supervisor. */
    claim: `${folder}/claim`,
    /** The record that the supervisor writes when its command has ended. */
    exit: `${folder}/exit`,
    /** Output of the supervised command. */
    log: `${folder}/log`,
    /** Sparse index of the log: lines `time offset`, added from time to time. */
    logIndex: `${folder}/log.index`,
    /** Contains `from to`: the range of bytes that was cut out of the log. */
    logCut: `${folder}/log.cut`,
    /** The number of processes that the kernel had killed for memory before the command started. */
    oomKills: `${folder}/oom-kills`,
    /** Secret values that the processes of the attempt received, as JSON. Removed once they are masked in the log. */
    secrets: `${folder}/secrets.json`,
    /** The parameters of the run, as JSON. */
    params: `${folder}/params.json`,
    /** The command, where it is too long for an argument. */
    command: `${folder}/command.sh`,
    /** The working copy of the code in a folder of version 0.1.0. */
    formerCode: `${folder}/code`,
  }
}

/** The paths in the folder of an environment. */
export type EnvironmentPaths = ReturnType<typeof environmentPaths>

/** Returns the paths in the folder of an environment. */
export function environmentPaths(folder: string) {
  return {
    /** Exists if the environment is complete. */
    ready: `${folder}/ready`,
    /** The virtual environment. */
    venv: `${folder}/venv`,
    /** The installed packages, as `pip freeze` lists them. */
    packages: `${folder}/packages.txt`,
  }
}
