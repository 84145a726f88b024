#!/bin/sh
# Makes the files that docker-compose.yml takes its secrets from; what is there already stays as it is.
#
#     ops/compose-secrets.sh [FOLDER]        # default: secrets
#
# Passwords of our own services are random. Those of providers are made up: the stand-ins of the `demo` profile read the
# same files; write the real ones over them before you configure a real channel.
set -eu
folder=${1:-secrets}
# The folder is closed to others; the files are not, because containers read them under other user numbers.
mkdir -p "$folder"
chmod 700 "$folder"
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
keep() {
  if [ ! -s "$folder/$1" ]; then
    printf '%s\n' "$2" >"$folder/$1"
    echo "made $folder/$1"
  fi
  chmod 644 "$folder/$1"
}
keep store_password "$(random 24)"
keep grafana_password "$(random 16)"
keep twilio_account_sid "AC$(random 16)"
keep twilio_auth_token "$(random 16)"
keep webhook_secret "$(random 24)"
keep wecom_robots "room-01=$(random 16),room-02=$(random 16)"
keep link_key "$(random 32)"
