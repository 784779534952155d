# What scripts/run and scripts/test share; sourced, not run.
# Exit codes are those of shunt: 69 something is missing on this machine, 1 a step failed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

# A missing thing: what it is, then how to get it.
missing() {
  say "error: $1"
  say "   = help: $2"
  exit 69
}

# The help of a script is the comment at its top.
show_help() { sed -n '2,/^[^#]/{ /^#/ s/^# \{0,1\}//p; }' "$1"; }

need_swift() {
  local at_least="6.2" found
  command -v swift >/dev/null 2>&1 ||
    missing "Swift is not installed" "install Swift $at_least or newer from https://swift.org/install"
  found=$(swift --version 2>/dev/null </dev/null |
    sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [ -n "$found" ] ||
    missing "'swift --version' names no version" "install Swift again from https://swift.org/install"
  [ "$(printf '%s\n%s\n' "$at_least" "$found" | sort -V | head -n 1)" = "$at_least" ] ||
    missing "Swift $found is too old" "install Swift $at_least or newer from https://swift.org/install"
}

# Whether a C program that includes a header links with a library, wherever they are installed.
links_with() {
  local compiler
  for compiler in clang cc gcc; do
    command -v "$compiler" >/dev/null 2>&1 || continue
    printf '#include <%s>\nint main(void) { return 0; }\n' "$1" |
      "$compiler" -x c - "-l$2" -o /dev/null 2>/dev/null
    return
  done
  missing "no C compiler was found" "apt-get install build-essential"
}

# Installs the C libraries that are not there; asks for nothing.
need_libraries() {
  local packages=() privilege=()
  links_with glpk.h glpk || packages+=(libglpk-dev)
  links_with gsl/gsl_version.h gsl || packages+=(libgsl-dev)
  # OpenBLAS and Open MPI are opened by shunt execute when it runs; nothing links with them.
  links_with stdio.h openblas || packages+=(libopenblas-dev)
  { command -v mpirun >/dev/null 2>&1 && links_with stdio.h mpi; } ||
    packages+=(libopenmpi-dev openmpi-bin)
  [ ${#packages[@]} -gt 0 ] || return 0

  local by_hand="install ${packages[*]} (Debian's names; GLPK and GSL with their headers)"
  command -v apt-get >/dev/null 2>&1 ||
    missing "missing libraries: ${packages[*]}, and no apt-get to install them" "$by_hand"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
      missing "missing packages: ${packages[*]}; only root can install them, and there is no sudo" \
        "as root: apt-get install ${packages[*]}"
    privilege=(sudo)
    [ -t 0 ] && [ -z "${CI:-}" ] || privilege+=(-n)
  fi
  say "installing ${packages[*]}"
  privilege+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  "${privilege[@]}" update >&2 </dev/null || say "warning: apt-get update failed; trying without it"
  "${privilege[@]}" install --yes --no-install-recommends "${packages[@]}" >&2 </dev/null ||
    missing "apt-get could not install ${packages[*]}" "as root: apt-get install ${packages[*]}"
}

# Builds with the arguments; says nothing off a terminal unless it fails. Returns the build's status.
build() {
  local log status=0
  log=$(mktemp)
  if [ -t 2 ] || [ -n "${CI:-}" ]; then
    swift build --package-path "$root" "$@" >&2 </dev/null || status=$?
  else
    swift build --package-path "$root" "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || cat "$log" >&2
  fi
  rm -f "$log"
  [ "$status" -eq 0 ] || say "error: the build failed"
  return "$status"
}
