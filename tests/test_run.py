"""Is the processor's model named, whatever the system reports?"""

import pytest

from core.run import from_cpuinfo, processor

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Processor @ 2.60GHz
stepping\t: 8
cpu MHz\t\t: 2600.000

processor\t: 1
vendor_id\t: SomethingElse
"""
AMD = INTEL.replace("GenuineIntel", "AuthenticAMD").replace("143", "17").replace("6\n", "25\n", 1)
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (INTEL, "GenuineIntel 6 143 8, Intel(R) Xeon(R) Processor @ 2.60GHz"),
        (AMD, "AuthenticAMD 25 17 8, Intel(R) Xeon(R) Processor @ 2.60GHz"),
        (ARM, "0x41 0xd0c"),
    ],
    ids=["intel", "amd", "arm"],
)
def test_the_first_processor_is_named_with_its_numbers(text, expected):
    assert expected == from_cpuinfo(text)


def test_the_clock_is_no_part_of_the_model():
    assert from_cpuinfo(INTEL) == from_cpuinfo(INTEL.replace("2600.000", "1200.000"))


def test_a_file_that_says_nothing_leaves_the_type_of_the_machine(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert "riscv64" == from_cpuinfo("hart\t: 0\n")


def test_this_machine_has_a_name():
    assert processor().strip()
