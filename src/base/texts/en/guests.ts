// Words about a host's guests: commands that move them, and what the doctor says of them. English.

export const guests = {
  'command.guests-list': 'guests of this host, and what they last reported',
  'command.guests-start': 'start a guest',
  'command.guests-stop': 'shut a guest down in order',
  'command.guests-reboot': 'shut a guest down in order, and start it again',
  'command.guests-enter': "a shell in a guest, by root's own pct enter",
  'guest-enter.by-hand': 'A shell in guest {vmid} needs root and a terminal: {reason}.',
  'guest-enter.by-hand.hint': 'As root, in a terminal of this host: {command}',
  'guest-enter.no-root': 'you are not root',
  'guest-enter.no-terminal': 'this is no terminal',
  'guest-enter.no-program': 'there is no {name} on this machine',
  'guest-enter.ended': '{command} ended with {code}.',
  'guest-enter.killed': '{command} was ended by {signal}.',
  'guest-enter.not-started': '{command} did not start: {reason}.',
  'guest-enter.ended.hint': 'A virtual machine is not entered: use its console in Proxmox, or SSH.',
  'option.confirm-vmid': "the guest's VMID once more",
  'guest-act.stop.affects':
    'Guest {vmid} will be shut down: all that runs in it stops, until it is started again.',
  'guest-act.reboot.affects':
    'Guest {vmid} will be shut down and started again: all that runs in it is interrupted.',
  'guest-act.ask': 'Type {word} and Enter to go on; anything else stops.',
  'guest-act.done': 'Guest {vmid}: {status}',
  'guest-act.status.unknown': 'done, but Proxmox does not say what it is now',

  'rule.guest-failing.title': 'A guest reports trouble',
  'rule.guest-failing.what.fail': 'Guest {vmid} reports a failure',
  'rule.guest-failing.what.warn': 'Guest {vmid} reports a warning',
  'rule.guest-failing.what.unknown': 'Guest {vmid} does not know how it is',
  'rule.guest-failing.evidence': 'it reported: {issue}',
  'rule.guest-failing.service': '{name}: {state} {cause}',
  'rule.guest-failing.no-issue': 'it names no reason',
  'rule.guest-failing.cause': 'Its controller found this in the guest and could not mend it, or not yet.',
  'rule.guest-failing.cure':
    'Open the console in the guest (felhom guests enter {vmid}, then felhom), or: pct exec {vmid} -- felhom base status',
  'rule.guest-failing.cure.vm': 'Open the console in the guest, or run there: felhom base status',

  'rule.guest-silent.title': 'A guest does not report',
  'rule.guest-silent.what': 'Guest {vmid} runs and has not reported for {age_ms}',
  'rule.guest-silent.what.never': 'Guest {vmid} runs since {uptime_ms} and has never reported',
  'rule.guest-silent.what.since-start': 'Guest {vmid} runs since {uptime_ms} and has not reported since',
  'rule.guest-silent.evidence': 'valid tokens: {tokens}; running since {uptime_ms}',
  'rule.guest-silent.last': 'its last report said: {status}, {age_ms} ago',
  'rule.guest-silent.cause':
    'Its controller does not run, has no bootstrap.json or one with another token, or does not reach the agent over the network.',
  'rule.guest-silent.cure':
    'In the guest (felhom guests enter {vmid}): docker ps, docker logs felhom-controller. A 401 there: mint a token anew (felhom tokens mint --vmid {vmid} --out FILE) and put it into its bootstrap.json.',
  'rule.guest-silent.cure.vm':
    'In the guest: docker ps, docker logs felhom-controller. A 401 there: mint a token anew (felhom tokens mint --vmid {vmid} --out FILE) and put it into its bootstrap.json.',

  'rule.guest-names.title': 'A guest goes by several names',
  'rule.guest-names.what': 'Guest {vmid} is called differently by Proxmox, by itself and in its reports',
  'rule.guest-names.what.container': 'Guest {vmid} reports the id of a container as its name: {name}',
  'rule.guest-names.proxmox': 'Proxmox calls it: {name}',
  'rule.guest-names.guest': 'it calls itself: {name}',
  'rule.guest-names.reported': 'it reports as: {name}',
  'rule.guest-names.cause':
    'It was restored from a template and kept the name of that, or was renamed in one place only.',
  'rule.guest-names.cause.container':
    'Its controller was started without a name of its own (docker run without --hostname), so it took that of its container.',
  'rule.guest-names.cure.lxc':
    'pct set {vmid} --hostname {name}, then felhom guests reboot {vmid} --confirm {vmid}',
  'rule.guest-names.cure.qemu': 'qm set {vmid} --name {name}; in the guest: hostnamectl set-hostname {name}',
  'rule.guest-names.cure.container':
    "Start it by the bootstrap unit of this version, which gives it the customer's id as its name.",
} as const;
