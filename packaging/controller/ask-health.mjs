// The image's health check: does the controller in this container answer?
const answer = await fetch('http://127.0.0.1:8080/api/health', { signal: AbortSignal.timeout(4000) });
process.exitCode = answer.ok ? 0 : 1;
