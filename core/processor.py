"""Which processor is this? The instruction set does not name the arithmetic: the model does."""

import platform
import subprocess
from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

_X86 = ("vendor_id", "cpu family", "model", "stepping", "model name")
_ARM = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision")


@cache
def processor() -> str:
    """The model of this machine's processor, as its system names it.

    Numbers are part of it, because a virtual machine may hide the name: "AuthenticAMD 25 17 1, AMD
    EPYC". Where the system does not say, the machine's type: "x86_64".
    """
    if CPUINFO.is_file():
        return from_cpuinfo(CPUINFO.read_text(encoding="utf-8", errors="replace"))
    if platform.system() == "Darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        return answer.stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def from_cpuinfo(text: str) -> str:
    """The model that the first processor of /proc/cpuinfo states."""
    lines = (line.partition(":") for line in text.split("\n\n", maxsplit=1)[0].splitlines())
    said = {name.strip(): value.strip() for name, _, value in lines}
    *numbers, name = (said.get(field, "") for field in _X86)
    if not said.get("vendor_id"):
        numbers, name = [said.get(field, "") for field in _ARM], said.get("Processor", "")
    parts = (" ".join(filter(None, numbers)), name)
    return ", ".join(filter(None, parts)) or platform.machine()
