#!/bin/sh
# Sees to it that this guest's controller runs in its container: /usr/local/sbin/felhom-controller-bootstrap.
# Leaves alone what is as it should be, never pulls an image, and touches no container that it has not made.
set -eu
umask 022

name=felhom-controller
# Where the old one stays until the new one has shown that it runs.
former=$name.former
# Which image: its reference in one line, written by whoever loaded it.
image_file=/etc/felhom-controller-image
bootstrap=/etc/felhom-bootstrap
volume=felhom-controller-data
data=/opt/docker/felhom-controller
# At the same path inside and out: Docker looks for what it mounts where Docker runs.
stacks=/opt/docker/stacks
# A random id in it says that this is the right folder, and not the empty place of a disk that is missing.
sentinel=$stacks/.felhom-stacks
socket=/var/run/docker.sock
# On containers of this unit: what they were made from.
label=eu.felhom.unit
settle_s=8
# What was given up since this guest has booted: not tried again and again.
rejected=/run/felhom-controller.rejected

say() { printf 'felhom-controller-bootstrap: %s\n' "$*" >&2; }
give_up() {
  say "$*"
  exit 1
}

# "ID STATE HASH" of the container of that name, or nothing.
look_at() {
  docker ps --all --no-trunc --filter "name=^/$1\$" --format "{{.ID}} {{.State}} {{.Label \"$label\"}}"
}
read_sentinel() {
  [ -f "$sentinel" ] && [ ! -L "$sentinel" ] || return 1
  IFS= read -r found <"$sentinel" && [ -n "$found" ] && printf '%s\n' "$found"
}

command -v docker >/dev/null || give_up 'docker is not installed in this guest.'
[ -f "$bootstrap/bootstrap.json" ] ||
  give_up "$bootstrap/bootstrap.json is missing: nobody has said whose guest this is."
[ -f "$image_file" ] || give_up "$image_file is missing: it names the image of the controller."
image=
IFS= read -r image <"$image_file" || :
case $image in
  '' | -* | *[!A-Za-z0-9._:/@-]*) give_up "$image_file has to name an image in one line." ;;
  *:latest) give_up "$image_file names $image: a version is needed, not latest." ;;
  *[:@]*) ;;
  *) give_up "$image_file names $image without a version." ;;
esac
[ -S "$socket" ] || give_up "$socket is missing: the controller works through it."
docker version --format '{{.Server.Version}}' >/dev/null || give_up 'Docker does not answer.'
# Not pulled: whoever could answer for a registry would get Docker's socket.
image_id=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) ||
  give_up "The image $image is not here: load it with 'docker load --input FILE'. Nothing is pulled."

docker volume create --label "$label=data" "$volume" >/dev/null
# Its own program reads these files, and says of them what is needed here: "customer ID", "sentinel ID".
facts=$(docker run --rm --pull never --network none --read-only --cap-drop ALL \
  --security-opt no-new-privileges --memory 256m --pids-limit 64 \
  --mount "type=bind,source=$bootstrap,target=$bootstrap,readonly" \
  --mount "type=volume,source=$volume,target=$data,readonly" \
  --entrypoint /usr/local/bin/felhom "$image" \
  controller-facts "$bootstrap/bootstrap.json" "$data") ||
  give_up "$bootstrap/bootstrap.json cannot be used, as said above."
customer='' known=''
while read -r key value; do
  case $key in
    customer) customer=$value ;;
    sentinel) known=$value ;;
  esac
done <<END
$facts
END
case $customer in
  '' | *[!a-z0-9-]*) give_up "The image $image did not say whose guest this is." ;;
esac

[ -d "$stacks" ] || mkdir -p -m 0755 "$stacks"
here=$(read_sentinel) || here=none
case $known in
  none)
    if [ "$here" = none ]; then
      # Whole or not at all, and never over one that is there.
      read -r here </proc/sys/kernel/random/uuid
      made=$(mktemp "$stacks/.felhom-stacks.XXXXXX")
      printf '%s\n' "$here" >"$made"
      chmod 0444 "$made"
      sync "$made"
      mv -n -T "$made" "$sentinel"
      sync "$stacks"
      say "$stacks is marked as the folder of this guest's stacks."
    fi
    ;;
  unreadable) say "What the controller remembers cannot be read: $stacks is not marked anew." ;;
  "$here") ;;
  *) say "$stacks is not the folder that the controller knows. Is a disk missing? It will deploy nothing there." ;;
esac

# CHOWN, FOWNER: secrets belong to the user that a service runs as. DAC_OVERRIDE: folders of these users.
set -- --hostname "$customer" \
  --mount "type=bind,source=$bootstrap,target=$bootstrap,readonly" \
  --mount "type=volume,source=$volume,target=$data" \
  --mount "type=bind,source=$socket,target=/var/run/docker.sock" \
  --mount "type=bind,source=$stacks,target=$stacks" \
  --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \
  --security-opt no-new-privileges --memory 512m --pids-limit 256 --init \
  --restart always --stop-timeout 20 \
  --log-driver json-file --log-opt max-size=10m --log-opt max-file=3
hash=$(printf '%s\n' "$image_id" "$@" | sha256sum)
hash=${hash%% *}
start_new() {
  docker run --detach --pull never --name "$name" --label "$label=$hash" "$@" "$image" >/dev/null
}

# Runs, and has not been started anew, for as long as that.
settles() {
  seconds=0
  while [ "$seconds" -lt "$settle_s" ]; do
    sleep 1
    seconds=$((seconds + 1))
    [ "$(docker inspect --format '{{.State.Running}} {{.RestartCount}}' "$name")" = 'true 0' ] || return 1
  done
}

now=$(look_at "$name")
old=$(look_at "$former")
for one in "$now" "$old"; do
  case $one in
    *' ') give_up "A container named $name or $former is there that this unit has not made: rename or remove it." ;;
  esac
done
if [ -n "$old" ]; then
  # A replacement was interrupted: the old one is the one that has shown that it runs.
  say "Taking up a replacement that was interrupted."
  [ -z "$now" ] || docker rm --force "${now%% *}" >/dev/null
  docker rename "$former" "$name"
  now=$(look_at "$name")
fi

if [ -z "$now" ]; then
  start_new "$@" || {
    docker rm --force "$name" >/dev/null 2>&1 || :
    give_up 'The controller could not be started, as said above.'
  }
  say "Started $image for $customer."
  exit 0
fi

id=${now%% *}
state=${now#* }
if [ "${state#* }" = "$hash" ]; then
  case ${state%% *} in
    running | restarting)
      # A disk that was mounted since lies over the folder that it was given.
      inside=$(docker exec "$id" cat "$sentinel" 2>/dev/null) || inside=none
      if [ "${state%% *}" = running ] && [ "$inside" != "$here" ]; then
        docker restart "$id" >/dev/null
        say "Started again: $stacks is another folder since."
      fi
      ;;
    paused) docker unpause "$id" >/dev/null ;;
    *) docker start "$id" >/dev/null ;;
  esac
  say "$image runs for $customer."
  exit 0
fi

if [ -f "$rejected" ] && [ "$(cat "$rejected")" = "$hash" ]; then
  give_up "$image was tried and did not stay up; the former one runs. To try it again remove $rejected."
fi
say "Replacing the controller: its image or its options have changed."
docker stop "$id" >/dev/null
docker rename "$id" "$former"
if start_new "$@" && settles; then
  docker rm --force "$former" >/dev/null
  say "Started $image for $customer."
  exit 0
fi
printf '%s\n' "$hash" >"$rejected"
say 'The new controller does not stay up. Its last words:'
docker logs --tail 20 "$name" >&2 || :
docker rm --force "$name" >/dev/null 2>&1 || :
docker rename "$former" "$name"
docker start "$name" >/dev/null
give_up 'The former one runs again.'
