// Hides what looks like a secret in a command line: `cloudflared tunnel run --token …` is how
// that program is commonly started, and no secret may reach a screen or a bundle.

const HIDDEN = '***';

const SECRET_WORD =
  /(?:token|secret|password|passwd|passphrase|credential|api-?key|access-?key|private-?key)s?$/i;
/** `https://user:password@host` */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:)[^/\s@]+@/gi;
/** JSON web tokens and Cloudflare's, wherever they stand. */
const ENCODED_JSON = /\beyJ[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)*={0,2}/g;
/** `NAME=value` and `--name=value`, also within a shell's one argument. */
const ASSIGNED = /([A-Za-z0-9_.-]+)=("[^"]*"|'[^']*'|\S+)/g;
/** `--name value` within a shell's one argument. */
const FOLLOWED = /(--?[A-Za-z0-9_.-]+)(\s+)("[^"]*"|'[^']*'|[^\s-]\S*)/g;

export function hideSecrets(command: readonly string[]): string[] {
  return command.map((argument, index) => {
    const before = command[index - 1] ?? '';
    // The value of the flag before it; a flag without a value is followed by another flag.
    if (before.startsWith('-') && isSecretWord(before) && !argument.startsWith('-')) return HIDDEN;
    return argument
      .replace(ASSIGNED, (whole, name: string) => (isSecretWord(name) ? `${name}=${HIDDEN}` : whole))
      .replace(FOLLOWED, (whole, name: string, gap: string) =>
        isSecretWord(name) ? `${name}${gap}${HIDDEN}` : whole,
      )
      .replace(URL_PASSWORD, `$1${HIDDEN}@`)
      .replace(ENCODED_JSON, HIDDEN);
  });
}

const isSecretWord = (name: string): boolean => SECRET_WORD.test(name);
