"""What strangers may have a hosted dashboard do, and what it costs at most.

Everything that is computed there passes `Gate`. It knows who asks (`visitor`), what it takes
(`prediction`), what was used in the last 24 hours (`ledger`), and how much room is left.
"""

from core.hosting.visitor import Visitor

__all__ = ["Visitor"]
