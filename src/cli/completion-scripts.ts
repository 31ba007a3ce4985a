// Completion scripts for the three shells. Each finds the words typed so far and offers what may
// follow them; every word comes from our own tables.
import { listValueOptions, type CompletionPlace } from './completion-words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const completionScripts = {
  bash: (places) => `# bash completion for felhom. Load it with: source <(felhom completion bash)
_felhom() {
  local cur=\${COMP_WORDS[COMP_CWORD]} typed='' words='' i
  COMPREPLY=()
  case \${COMP_WORDS[COMP_CWORD-1]} in
${valueCases(places, (choices) => `COMPREPLY=($(compgen -W '${choices}' -- "$cur"))`)}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in -*) continue ;; esac
    case \${COMP_WORDS[i-1]} in ${valueNames(places)}) continue ;; esac
    typed="\${typed:+$typed }\${COMP_WORDS[i]}"
  done
  case $typed in
${placeCases(places)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _felhom felhom
`,
  zsh: (places) => `#compdef felhom
# zsh completion for felhom. Put it into a folder of $fpath as _felhom, or: source <(felhom completion zsh)
_felhom() {
  local typed='' choices='' i
  case \${words[CURRENT-1]} in
${valueCases(places, (choices) => `compadd -- ${choices}`)}
  esac
  for ((i = 2; i < CURRENT; i++)); do
    case \${words[i]} in -*) continue ;; esac
    case \${words[i-1]} in ${valueNames(places)}) continue ;; esac
    typed="\${typed:+$typed }\${words[i]}"
  done
  case $typed in
${placeCases(places).replaceAll('words=', 'choices=')}
  esac
  compadd -- \${=choices}
}
if [ "$funcstack[1]" = _felhom ]; then _felhom "$@"; else compdef _felhom felhom; fi
`,
  fish: (places) => `# fish completion for felhom. Load it with: felhom completion fish | source
complete -c felhom -f
function __felhom_typed
    set -l words (commandline -opc)
    set -l typed
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${listValueOptions(places)
              .map(({ name }) => `--${name}`)
              .join(' ')}
                set skip 1
            case '-*'
            case '*'
                set -a typed $word
        end
    end
    echo "$typed"
end
${places.flatMap(fishPlace).join('\n')}
`,
} as const satisfies Record<Shell, (places: readonly CompletionPlace[]) => string>;

const valueNames = (places: readonly CompletionPlace[]): string =>
  listValueOptions(places)
    .map(({ name }) => `--${name}`)
    .join('|');

const valueCases = (places: readonly CompletionPlace[], offer: (choices: string) => string): string =>
  listValueOptions(places)
    .map(({ name, choices }) => `    --${name}) ${offer((choices ?? []).join(' '))}; return ;;`)
    .join('\n');

const placeCases = (places: readonly CompletionPlace[]): string =>
  places
    .map(({ after, words, options }) => {
      const all = [...words.map(({ word }) => word), ...options.map(({ name }) => `--${name}`)];
      return `    '${after}') words='${all.join(' ')}' ;;`;
    })
    .join('\n');

function fishPlace({ after, words, options }: CompletionPlace): readonly string[] {
  const when = `complete -c felhom -n 'test (__felhom_typed) = "${after}"'`;
  const about = (text: string) => (text === '' ? '' : ` -d '${text.replaceAll("'", String.raw`\'`)}'`);
  return [
    ...words.map((one) => `${when} -a '${one.word}'${about(one.about)}`),
    ...options.map(({ name, placeholder, choices, about: text }) => {
      const value = placeholder === undefined ? '' : ` -x -a '${(choices ?? []).join(' ')}'`;
      return `${when} -l ${name}${value}${about(text)}`;
    }),
  ];
}
