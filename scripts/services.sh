#!/usr/bin/env bash
# PostgreSQL, Redis and Elasticsearch for tests and benchmarks: services.sh start | stop | run COMMAND...
#
# An address given in DATABASE_URL, REDIS_URL or ELASTICSEARCH_URL is used as it is. For the others a server of this
# checkout is started on a free port of 127.0.0.1; what is missing is installed (Debian and Ubuntu, root or sudo).
# For tests they are fast: in memory where it has room, PostgreSQL does not wait for the disk, Elasticsearch begins at
# once. DURABLE=1 has them on the disk and as they are in earnest, which benchmarks must.
# Addresses are written to .services/env, process numbers to .services/*.pid.
set -euo pipefail
cd "$(dirname "$0")/.."

here=$PWD/.services
cache=${XDG_CACHE_HOME:-$HOME/.cache}/paddock
elastic_version=9.5.0
oldest_java=21
python=${PYTHON:-python3}

say() { printf 'services: %s\n' "$*"; }
fail() { printf 'services: %s\n' "$*" >&2; exit 1; }

# The servers refuse to be root: as root everything runs as nobody, otherwise as whoever called.
if [ "$(id -u)" = 0 ]; then
  owner=nobody
  as_owner() { (cd / && exec setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$data" "$@"); }
else
  owner=$(id -un)
  as_owner() { "$@"; }
fi

install() { # install PACKAGE...: with apt, as root or through sudo
  command -v apt-get >/dev/null || fail "please install $* (there is no apt-get here)"
  local root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "please install $* as root: apt-get install $*"
    root=(sudo)
  fi
  say "installing $* ..."
  # RUNLEVEL=1 keeps the packages from starting servers of their own.
  "${root[@]}" apt-get update -qq
  "${root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

free_port() {
  "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

runs() { # runs NAME: is the recorded process of that name alive, and still the one we started?
  [ -s "$here/$1.pid" ] || return 1
  local pid; pid=$(cat "$here/$1.pid")
  kill -0 "$pid" 2>/dev/null || [ -d "/proc/$pid" ] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "$1"
}

roomy() { # roomy FOLDER: may one write and start programs there, with 4 GB free and as much again beside it?
  [ -w "$1" ] && [ "$(df --output=avail --block-size=1M "$1" | tail -1)" -ge 4096 ] &&
    [ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 8192 ] || return 1
  local program; program=$(mktemp "$1/paddock-services.XXXXXX")
  printf '#!/bin/sh\n' >"$program"
  chmod +x "$program"
  "$program" 2>/dev/null; local status=$?
  rm "$program"
  return $status
}

prepare_folder() { # a folder the owner can reach: in memory, else below the checkout, else below /tmp
  mkdir -p "$here"
  data=$(cat "$here/folder" 2>/dev/null || true)
  if [ -n "$data" ] && [ -d "$data" ]; then return; fi
  data=$here/data
  if [ -z "${DURABLE:-}" ] && roomy /dev/shm; then data=$(mktemp -d /dev/shm/paddock-services.XXXXXX); fi
  mkdir -p "$data"
  if [ "$owner" = nobody ]; then
    chown nobody "$data"
    if ! as_owner test -w "$data" 2>/dev/null; then
      rmdir "$data"
      data=$(mktemp -d /tmp/paddock-services.XXXXXX)
      chown nobody "$data"
    fi
  fi
  echo "$data" >"$here/folder"
}

postgres_tools() { find /usr/lib/postgresql /usr/pgsql-* -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1 || true; }

start_postgres() {
  [ -n "$(postgres_tools)" ] || install postgresql
  local tools port secret folder=$data/postgres
  tools=$(postgres_tools)
  port=$(free_port)
  secret=$("$python" -c 'import secrets; print(secrets.token_hex(16))')
  rm -rf "$folder"
  as_owner sh -c "umask 077 && echo $secret >'$data/postgres.secret'"
  as_owner "$tools/initdb" --pgdata="$folder" --username=paddock --pwfile="$data/postgres.secret" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$here/postgres.log"
  as_owner rm "$data/postgres.secret"
  local durable=off
  [ -z "${DURABLE:-}" ] || durable=on
  as_owner "$tools/pg_ctl" --pgdata="$folder" --wait --timeout=60 --log="$data/postgres.log" --silent start -o \
    "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=100 -c shared_buffers=256MB \
     -c autovacuum_naptime=10s -c fsync=$durable -c full_page_writes=$durable"
  as_owner head -1 "$folder/postmaster.pid" >"$here/postgres.pid"
  PGPASSWORD=$secret "$tools/createdb" --host=127.0.0.1 --port="$port" --username=paddock paddock
  url=postgres://paddock:$secret@127.0.0.1:$port/paddock
}

start_redis() {
  command -v redis-server >/dev/null || install redis-server
  local port; port=$(free_port)
  as_owner mkdir -p "$data/redis"
  as_owner redis-server --bind 127.0.0.1 --port "$port" --dir "$data/redis" --save '' --daemonize yes \
    --pidfile "$data/redis/pid" --logfile "$data/redis/log" >/dev/null
  for _ in $(seq 50); do [ -s "$data/redis/pid" ] && break; sleep 0.1; done
  cat "$data/redis/pid" >"$here/redis.pid"
  url=redis://127.0.0.1:$port/0
}

java_home() { # the newest Java that Elasticsearch can run on
  local home version best='' best_version=$((oldest_java - 1))
  for home in "${ES_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "${version:-0}" -gt "$best_version" ]; then best=$home best_version=$version; fi
  done
  echo "$best"
}

install_java() {
  local package
  for package in openjdk-25-jre-headless openjdk-21-jre-headless; do
    if apt-cache show "$package" >/dev/null 2>&1; then install "$package"; return; fi
  done
  fail "Elasticsearch needs Java $oldest_java or later: install a JDK (Debian 13 and Ubuntu have openjdk-21-jre-headless)
  and set JAVA_HOME, or set ELASTICSEARCH_URL to a server that runs."
}

fetch_elasticsearch() { # the server's own archive, once a machine
  elastic_archive=$cache/elasticsearch-$elastic_version.zip
  [ -s "$elastic_archive" ] && return
  command -v mvn >/dev/null || install maven
  say "fetching Elasticsearch $elastic_version (99 MB, once) ..."
  local folder; folder=$(mktemp -d)
  mkdir -p "$cache"
  mvn -q -B dependency:copy -DoutputDirectory="$folder" \
    -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$elastic_version:zip >"$here/maven.log" 2>&1 ||
    { tail -5 "$here/maven.log" >&2; fail "Maven could not fetch Elasticsearch; or set ELASTICSEARCH_URL."; }
  mv "$folder/elasticsearch-$elastic_version.zip" "$elastic_archive.part"
  mv "$elastic_archive.part" "$elastic_archive"
  rmdir "$folder"
}

start_elasticsearch() {
  [ -n "$(java_home)" ] || install_java
  fetch_elasticsearch
  local folder=$data/elasticsearch port transport
  port=$(free_port)
  transport=$(free_port)
  rm -rf "$folder" "$data/elasticsearch-$elastic_version"*
  (umask 022 && "$python" -m zipfile -e "$elastic_archive" "$data")
  mv "$data/elasticsearch-$elastic_version"* "$folder"
  chmod +x "$folder"/bin/*
  cat >"$folder/config/elasticsearch.yml" <<END
cluster.name: paddock-tests
node.name: paddock-tests
http.port: $port
transport.port: $transport
network.host: 127.0.0.1
discovery.type: single-node
xpack.security.enabled: false
path.data: $folder/data
END
  mkdir -p "$folder/config/jvm.options.d" "$folder/tmp"
  local options='-Xms1g\n-Xmx1g\n'
  # Tests are over before its optimising compiler pays.
  [ -n "${DURABLE:-}" ] || options+='-XX:TieredStopAtLevel=1\n-XX:-UseG1GC\n-XX:+UseSerialGC\n'
  printf '%b' "$options" >"$folder/config/jvm.options.d/paddock.options"
  [ "$owner" = nobody ] && chown -R nobody "$folder"
  as_owner env ES_JAVA_HOME="$(java_home)" ES_PATH_CONF="$folder/config" \
    ES_TMPDIR="$folder/tmp" CLI_JAVA_OPTS="-Djava.io.tmpdir=$folder/tmp" \
    "$folder/bin/elasticsearch" -d -p "$folder/pid" >"$here/elasticsearch.log" 2>&1 ||
    { tail -20 "$here/elasticsearch.log" >&2; fail "Elasticsearch did not start; its log is in $folder/logs"; }
  cat "$folder/pid" >"$here/elasticsearch.pid"
  url=http://127.0.0.1:$port
  for _ in $(seq 240); do
    "$python" - "$url" 2>/dev/null <<'END' && return
import sys
import urllib.request

urllib.request.urlopen(f"{sys.argv[1]}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=3)
END
    runs elasticsearch || break
    sleep 0.25
  done
  tail -20 "$folder"/logs/*.log >&2
  fail "Elasticsearch does not answer at $url; its log is in $folder/logs"
}

one() { # one NAME VARIABLE: the given address, the running server's, or a new server's
  local name=$1 variable=$2
  if [ -n "${!variable:-}" ]; then
    url=${!variable}
    say "$name: as given"
  elif runs "$name" && [ -s "$here/$name.url" ]; then
    url=$(cat "$here/$name.url")
    say "$name: runs"
  else
    "start_$name"
    (umask 077 && echo "$url" >"$here/$name.url")
    say "$name: started"
  fi
  echo "$variable=$url" >>"$here/env.new"
}

start() {
  prepare_folder
  (umask 077 && : >"$here/env.new")
  one postgres DATABASE_URL
  one redis REDIS_URL
  one elasticsearch ELASTICSEARCH_URL
  mv "$here/env.new" "$here/env"
  say "addresses are in .services/env"
}

stop() {
  local name pid signal
  for name in elasticsearch redis postgres; do
    if runs "$name"; then
      pid=$(cat "$here/$name.pid")
      signal=TERM
      [ "$name" = postgres ] && signal=INT # ends sessions instead of waiting for them
      kill -"$signal" "$pid"
      for _ in $(seq 100); do runs "$name" || break; sleep 0.2; done
      if runs "$name"; then kill -KILL "$pid"; fi
      say "$name: stopped"
    fi
  done
  if [ -s "$here/folder" ]; then
    data=$(cat "$here/folder")
    case $data in "$here"/data | /tmp/paddock-services.* | /dev/shm/paddock-services.*) rm -rf "$data" ;; esac
  fi
  rm -rf "$here"
}

run() {
  [ -s "$here/env" ] || fail "not started: make services"
  set -a
  # shellcheck disable=SC1091
  . "$here/env"
  set +a
  exec "$@"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  run) shift && run "$@" ;;
  *) fail "start, stop or run COMMAND..." ;;
esac
