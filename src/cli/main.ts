// Where the bundle starts.
process.exitCode = 0;
