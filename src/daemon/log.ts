// A daemon's log: JSON lines on stdout, which systemd's journal keeps. Secrets are taken out twice: by
// the names of their fields, and from the finished line by their form.
import { pino, type DestinationStream, type Logger } from 'pino';
import { createLineWriter } from './line-writer.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'flush'>;

const SECRET_FIELDS = ['authorization', 'token', 'api_key', 'secret', 'password', 'key', 'cookie'];
const STDOUT = 1;
const FLUSH_MS = 500;
const HIDDEN = '[redacted]';

export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: HIDDEN,
    },
    hooks: { streamWrite: withoutSecrets },
  };
  return pino(options, destination ?? createLineWriter(STDOUT));
}

/** Waits until what was logged is written, or nobody takes it. */
export async function flushLog(log: Log): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, FLUSH_MS);
    log.flush(() => resolve());
  });
}

/** `Bearer …`, and what is written like a token or a long random secret after its name. */
export const withoutSecrets = (line: string): string =>
  line
    .replace(/\b(bearer)(\s+|%20)[^\s"\\,]+/gi, `$1 ${HIDDEN}`)
    .replace(/\bfelhom_[A-Za-z0-9_-]{16,}/g, HIDDEN)
    .replace(
      /\b(token|api_key|secret|password)((?:\\?")?\s*[=:]\s*(?:\\?")?)[A-Za-z0-9_.~+/-]{8,}/gi,
      `$1$2${HIDDEN}`,
    );
