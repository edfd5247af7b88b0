# Sourced by ./mvnw and ./headgate: keeps JAVA_HOME if it is a JDK 21 or newer, else takes the newest one of the usual folders.
# Reads each JDK's `release` file, so that no JVM has to be started to learn its version.

jdk_major() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

jdk_find() {
  jdk_best=20
  jdk_home=
  set +f
  for jdk_dir in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    jdk_version=$(jdk_major "$jdk_dir") || continue
    [ -n "$jdk_version" ] || continue
    if [ "$jdk_version" -gt "$jdk_best" ]; then
      jdk_best=$jdk_version
      jdk_home=$jdk_dir
      [ "$jdk_dir" = "${JAVA_HOME:-}" ] && break
    fi
  done
  if [ -z "$jdk_home" ]; then
    echo "Headgate needs a JDK 21 or newer and found none: install one (for example your system's openjdk-21-jdk or newer) or set JAVA_HOME." >&2
    return 1
  fi
  JAVA_HOME=$jdk_home
  export JAVA_HOME
}

jdk_find || exit 1
