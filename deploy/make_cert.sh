#!/bin/sh
# A self-signed certificate for a trial: deploy/make_cert.sh airduty.example.org [folder]
# Phones warn about it and refuse camera and location until it is trusted. For real use put a certificate of your authority into
# deploy/certs as airduty.crt (with its chain) and airduty.key, readable for user 10001.
set -eu
name="${1:?Usage: deploy/make_cert.sh HOST_NAME [FOLDER]}"
folder="${2:-$(dirname "$0")/certs}"
mkdir -p "$folder"
if [ -e "$folder/airduty.key" ]; then
    echo "There is a key in $folder already; nothing was changed." >&2
    exit 1
fi
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" \
    -keyout "$folder/airduty.key" -out "$folder/airduty.crt" 2>/dev/null
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 "$folder/airduty.key" && chmod 600 "$folder/airduty.key"
else
    chmod 644 "$folder/airduty.key"
fi
echo "Wrote $folder/airduty.crt and airduty.key for $name, valid for 90 days."
