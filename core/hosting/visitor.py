"""Who asks something of a hosted dashboard?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. A browser tab is nobody: reloading a page makes no new visitor.

    Attributes:
        cookie: names a browser; signed by the server, and new for whoever sends none back.
        address: the network address; an IPv6 address counts with the other 2⁶⁴ of its network.
    """

    cookie: str
    address: str
