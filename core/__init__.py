"""Poolscope's library: train small CNNs that differ in their pooling, and compare them fairly.

Nothing is imported here, so that `import core.config` costs neither torch nor scikit-learn.
"""

__version__ = "0.1.0"
