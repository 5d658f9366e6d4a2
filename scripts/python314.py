"""Find or download a Python that can run Home Assistant, and print its path.

Requires only Python 3.10 or newer and the standard library.
"""

from collections.abc import Iterator
import configparser
import contextlib
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

OLDEST = (3, 14, 2)
REQUEST = ">=3.14.2,<3.15"
SUITE = "forky"
# libc6 and the following: Debian's python3.14 requires newer libraries than those of an older release.
PACKAGES = (
    "python3.14 python3.14-minimal python3.14-venv python3.14-dev libpython3.14 libpython3.14-stdlib "
    "libpython3.14-minimal libpython3.14-dev libc6 libssl3t64 libsqlite3-0 libffi8 libbz2-1.0 liblzma5 zlib1g "
    "libexpat1 libreadline8t64 libncursesw6 libtinfo6 libuuid1 libzstd1 libgcc-s1 libstdc++6 libcrypt1"
).split()
DOWNLOAD_SECONDS = 180

ADVICE = f"""No Python {REQUEST} could be found or downloaded. Do one of these, then try again:
  - install Python 3.14 so that `python3.14` is on PATH;
  - allow access to the downloads of uv (`uv python install 3.14`);
  - on Debian, allow apt to access its configured mirror with the suite {SUITE}."""


class UnavailableError(Exception):
    """One source of Python does not work; the message says why."""


def run(*command: str | Path, seconds: float = DOWNLOAD_SECONDS, cwd: Path | None = None) -> str:
    """Return the output of a command; raise UnavailableError with the last line of its error output."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=cwd, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(str(error)) from error
    if done.returncode:
        raise UnavailableError((done.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1].strip())
    return done.stdout.strip()


def require_suitable(python: str | Path | None) -> Path:
    """Return the interpreter if it starts, is new enough, and can create virtual environments."""
    if python is None:
        raise UnavailableError("not on PATH")
    version = run(python, "-c", "import sys, ssl, sqlite3, venv, ensurepip; print(*sys.version_info[:3])", seconds=30)
    if not OLDEST <= tuple(map(int, version.split())) < (3, 15):
        raise UnavailableError(f"{python} is {version.replace(' ', '.')}")
    return Path(python)


def from_path(_folder: Path, _tools: Path) -> Path:
    """Return the `python3.14` on PATH."""
    return require_suitable(shutil.which("python3.14"))


def from_uv(folder: Path, tools: Path) -> Path:
    """Return a Python downloaded by uv."""
    os.environ.setdefault("UV_PYTHON_INSTALL_DIR", str(folder / "uv"))
    # Fail quickly, because the next source may work.
    os.environ.setdefault("UV_HTTP_TIMEOUT", "15")
    os.environ.setdefault("UV_HTTP_RETRIES", "1")
    run(tools / "uv", "python", "install", "--no-bin", REQUEST)
    return require_suitable(run(tools / "uv", "python", "find", "--managed-python", REQUEST))


def from_debian(folder: Path, tools: Path) -> Path:
    """Unpack Python of Debian's testing suite without changing the system."""
    root, state = folder / "debian", folder / "apt"
    with contextlib.suppress(UnavailableError):
        return require_suitable(root / "usr/bin/python3.14")
    for unfinished in (root, state):
        shutil.rmtree(unfinished, ignore_errors=True)
    for package in download_packages(state):
        run("dpkg", "-x", package, root)
    python = root / "usr/bin/python3.14"
    use_own_libraries(python, root, tools / "patchelf")
    shutil.rmtree(state)
    return require_suitable(python)


def download_packages(state: Path) -> list[Path]:
    """Download the packages with apt, which keeps all its files in `state`."""
    for part in ("lists/partial", "cache/archives/partial", "packages"):
        (state / part).mkdir(parents=True)
    (state / "status").touch()
    (state / "debian.list").write_text(testing_source() + "\n")
    settings = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": state / "debian.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        # The user _apt has no access to the current user's folder.
        "APT::Sandbox::User": "",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items())]
    run(*apt, "update")
    run(*apt, "download", *PACKAGES, cwd=state / "packages")
    return sorted((state / "packages").glob("*.deb"))


def testing_source() -> str:
    """Return an apt line for the testing suite, with the mirror and key of the system's own sources."""
    if not (machine := debian_codename()):
        raise UnavailableError("this machine is not Debian")
    for uri, suites, signed_by in (*deb822_sources(), *one_line_sources()):
        if machine in suites:
            return f"deb {f'[signed-by={signed_by}] ' if signed_by else ''}{uri} {SUITE} main"
    raise UnavailableError(f"apt has no source for {machine}")


def debian_codename() -> str | None:
    """Return the code name of this machine's Debian release, None on other systems."""
    try:
        release = configparser.ConfigParser(strict=False, interpolation=None)
        release.read_string("[os]\n" + Path("/etc/os-release").read_text())
    except OSError:
        return None
    name = release.get("os", "VERSION_CODENAME", fallback="").strip('"')
    return name if release.get("os", "ID", fallback="").strip('"') == "debian" else None


def deb822_sources() -> Iterator[tuple[str, list[str], str]]:
    """Yield the URI, suites, and key of each stanza in apt's .sources files."""
    for file in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
        for stanza in re.split(r"\n\s*\n", text):
            fields = {key.lower(): value.strip() for key, value in re.findall(r"^([\w-]+):(.*)$", stanza, re.MULTILINE)}
            # A key embedded in the file has no path.
            key = fields.get("signed-by", "") if fields.get("signed-by", "").startswith("/") else ""
            if "deb" in fields.get("types", "").split():
                yield fields.get("uris", "").split()[0], fields.get("suites", "").split(), key


def one_line_sources() -> Iterator[tuple[str, list[str], str]]:
    """Yield the URI, suite, and key of each line in apt's .list files."""
    for file in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.list"))):
        text = file.read_text() if file.exists() else ""
        for options, uri, suite in re.findall(r"^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)", text, re.MULTILINE):
            key = re.search(r"signed-by=(\S+)", options)
            yield uri, [suite], key[1] if key else ""


def use_own_libraries(python: Path, root: Path, patchelf: Path) -> None:
    """Make the interpreter use the unpacked loader and libraries."""
    loader = next(iter(sorted(root.glob("usr/lib/*/ld-linux*.so.*"))), None)
    if loader is None:
        raise UnavailableError("the unpacked libc6 has no loader")
    # Unlike DT_RUNPATH, DT_RPATH also applies to the dependencies of extension modules.
    run(patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", loader.parent, python)


def main() -> int:
    """Try each source in order; `FOLDER` stores downloads, `TOOLS` contains uv and patchelf."""
    folder, tools = (Path(argument).absolute() for argument in sys.argv[1:3])
    for source in (from_path, from_uv, from_debian):
        try:
            print(source(folder, tools))
        except UnavailableError as error:
            print(f"python314: {source.__name__}: {error}", file=sys.stderr)
        else:
            return 0
    print(ADVICE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
