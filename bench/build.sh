# SPDX-License-Identifier: Apache-2.0
# Sourced by the programs of this folder: finds a JDK, builds Headgate and the bench classes if something changed, and defines `bench`.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
. .mvn/jdk.sh

stamp=target/bench-lib/.built
if [ ! -f "$stamp" ] || [ -n "$(find pom.xml src/main src/bench -newer "$stamp" | head -n 1)" ]; then
  echo "Building..." >&2
  ./mvnw -q -Pbench -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2
  touch target/headgate.jar "$stamp"
fi

# bench CLASS ARGUMENT...: runs one of the bench programs.
bench() {
  exec "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED "-Dbench.home=$home" \
    -cp "target/bench-classes:target/headgate.jar:target/bench-lib/*" "$@"
}
