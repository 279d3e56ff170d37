#!/bin/sh
# build.sh DIR PYTHON STEP...: creates a virtual environment in DIR and runs the steps inside it, in the current folder.
#
# DIR/ready is written last. Without it DIR contains an incomplete environment and is built again.
dir=$1
python=$2
shift 2

say() { printf 'hagane: %s\n' "$*"; }

if [ -e "$dir/ready" ]; then
  say "this environment is there already"
  cp "$dir/packages.txt" "$HAGANE_OUTPUTS/packages.txt"
  exit 0
fi
rm -rf "$dir"
mkdir -p "$dir/bin" || exit 1

make_with_uv() { uv venv --quiet --seed --python "$python" "$dir/venv"; }
make_with_venv() {
  if ! "$python" -c 'import venv, ensurepip' 2> /dev/null; then
    say "the Python $python cannot make environments: install its venv module (on Debian and Ubuntu: apt install python3-venv), or uv"
    exit 97
  fi
  "$python" -m venv "$dir/venv"
}
if command -v uv > /dev/null 2>&1 && make_with_uv; then
  say "environment made with uv"
  # Steps that call `pip install` run uv instead, which is many times faster. Where uv refuses the arguments, pip runs.
  for name in pip pip3; do
    cat > "$dir/bin/$name" << 'EOF'
#!/bin/sh
case "$1" in
  install | uninstall)
    uv pip "$@"
    code=$?
    [ "$code" -le 1 ] && exit "$code"
    ;;
esac
exec python -m pip "$@"
EOF
    chmod +x "$dir/bin/$name"
  done
else
  make_with_venv || exit 1
  say "environment made with venv"
fi

VIRTUAL_ENV=$dir/venv
PATH=$dir/bin:$dir/venv/bin:$PATH
PIP_DISABLE_PIP_VERSION_CHECK=1
export VIRTUAL_ENV PATH PIP_DISABLE_PIP_VERSION_CHECK
unset PYTHONHOME

shell=$(command -v bash || echo /bin/sh)
for step in "$@"; do
  printf '+ %s\n' "$step"
  "$shell" -c "$step"
  code=$?
  if [ "$code" != 0 ]; then
    say "the step ended with status $code: $step"
    exit "$code"
  fi
done

"$dir/venv/bin/python" -m pip list --format=freeze > "$dir/packages.half" 2> /dev/null ||
  uv pip freeze --python "$dir/venv/bin/python" > "$dir/packages.half" 2> /dev/null ||
  : > "$dir/packages.half"
mv "$dir/packages.half" "$dir/packages.txt"
cp "$dir/packages.txt" "$HAGANE_OUTPUTS/packages.txt"
sync "$dir" 2> /dev/null
: > "$dir/ready"
say "ready"
