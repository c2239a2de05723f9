#!/usr/bin/env bash
# Runs a command in a private desktop session whose keyring is in a chosen state:
#
#   tests/keyring-session.sh STATE -- COMMAND [ARGUMENT…]
#
#   unlocked     GNOME Keyring, default collection "login" open
#   locked       the same, locked a moment ago
#   locked-cold  the keyring is on disk only; the bus starts the daemon at the first call, without a password
#   fresh        a user who never had a keyring: no default collection
#   none         a bus on which nothing provides the Secret Service
#   nobus        no session bus
#   hung         the daemon is stopped, and goes on after $KEYRING_HANGS seconds (20)
#
# KEYRING_PASSWORD   the keyring's password; set for the command too (correct-horse)
# KEYRING_DISPLAY    "keep": the display of the caller. "virtual": one of the session's own (Xvfb), for prompts that
#                    nobody sees. Unset: none, and the keyring dismisses every prompt at once.
#
# The exit status is the command's; 64 for wrong usage, 69 when the session could not be brought into the state.
# Needs the packages gnome-keyring, dbus and libsecret-tools, for a virtual display xvfb (Debian's names).
set -euo pipefail

secrets=org.freedesktop.secrets
root=/org/freedesktop/secrets

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 64
}

give_up() {
  echo "keyring-session: $1" >&2
  exit 69
}

ask() { # DESTINATION PATH METHOD ARGUMENT…
  dbus-send --session --print-reply=literal --dest="$1" "$2" "$3" "${@:4}"
}

daemon_pid() {
  ask org.freedesktop.DBus / org.freedesktop.DBus.GetConnectionUnixProcessID "string:$secrets" | awk '{ print $2 }'
}

open_keyring() {
  # No newline: it would belong to the password. The daemon reports success even for a wrong one, and may take its
  # name on the bus only with the first call: hence an entry to wake it, which also proves that the keyring is open.
  printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >"$SESSION/daemon.log" 2>&1
  printf x | secret-tool store --label='session check' keyring-session check 2>>"$SESSION/daemon.log" ||
    give_up "the keyring did not open: $(tail -n 3 "$SESSION/daemon.log")"
}

lock_keyring() {
  ask $secrets $root org.freedesktop.Secret.Service.Lock "array:objpath:$root/collection/login" >"$SESSION/lock.log"
}

hang_daemon() {
  local pid
  pid=$(daemon_pid)
  [ -n "$pid" ] || give_up 'there is no daemon to stop'
  kill -STOP "$pid"
  # Not on the command's output: who reads that to its end must not wait for this.
  (sleep "${KEYRING_HANGS:-20}" && kill -CONT "$pid") >/dev/null 2>&1 &
}

# The server chooses its number itself: two that start at once cannot take the same. It would start over whenever its
# last client leaves, and refuse the next one meanwhile: -noreset.
start_display() {
  mkfifo "$SESSION/display"
  Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3>"$SESSION/display" 2>"$SESSION/display.log" &
  local number
  read -r -t 20 number <"$SESSION/display" || give_up "no display: $(tail -n 3 "$SESSION/display.log")"
  unset WAYLAND_DISPLAY
  export DISPLAY=:$number
}

# The daemon detaches from everything; what tells it apart from the user's own is the session's directory.
end_daemons() {
  local environment
  for environment in /proc/[0-9]*/environ; do
    if tr '\0' '\n' 2>/dev/null <"$environment" | grep -qxF "XDG_RUNTIME_DIR=$SESSION/run"; then
      local pid=${environment//[!0-9]/}
      [ "$pid" = $$ ] || [ "$pid" = "$BASHPID" ] || kill -KILL "$pid" 2>/dev/null || true
    fi
  done
}

# Second half: inside the bus.
if [ "${1:-}" = --inside ]; then
  case $2 in
    unlocked) open_keyring ;;
    locked) open_keyring && lock_keyring ;;
    hung) open_keyring && hang_daemon ;;
    on-disk) open_keyring && exit ;;
  esac
  exec "${@:4}"
fi

[ $# -ge 3 ] && [ "$2" = -- ] || usage
state=$1
self=$(realpath "$0")
SESSION=$(mktemp -d "${TMPDIR:-/tmp}/keyring-session.XXXXXX")
export SESSION KEYRING_PASSWORD=${KEYRING_PASSWORD:-correct-horse}
trap 'end_daemons; rm -rf "$SESSION"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export HOME=$SESSION/home XDG_RUNTIME_DIR=$SESSION/run XDG_DATA_HOME=$SESSION/data
export XDG_CONFIG_HOME=$SESSION/config XDG_CACHE_HOME=$SESSION/cache
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME"
unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
case ${KEYRING_DISPLAY:-} in
  keep) ;;
  virtual) start_display ;;
  *) unset DISPLAY WAYLAND_DISPLAY ;;
esac

inside() { # [BUS OPTION…] STATE COMMAND…
  dbus-run-session "${bus[@]}" -- "$self" --inside "$1" -- "${@:2}"
}

bus=()
shift 2
case $state in
  unlocked | locked | fresh | hung) inside "$state" "$@" ;;
  locked-cold)
    inside on-disk true
    end_daemons
    rm -rf "$XDG_RUNTIME_DIR" && mkdir -m 700 "$XDG_RUNTIME_DIR"
    inside cold "$@"
    ;;
  none)
    # Like the system's own configuration, but without the directories of services that the bus may start.
    cat >"$SESSION/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=$SESSION/run</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow eavesdrop="true"/>
    <allow send_destination="*" eavesdrop="true"/>
  </policy>
</busconfig>
CONF
    bus=(--config-file="$SESSION/bus.conf")
    inside none "$@"
    ;;
  nobus) "$@" ;;
  *) usage ;;
esac
