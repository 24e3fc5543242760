"""What every operator promises, and what its entry in the catalog says: one function each.

A property takes an operator's name and fails with an AssertionError.
"""

from contextlib import contextmanager

import torch
import torch.nn.functional as F

from core.catalog import POOLINGS, Combining
from core.network import Window, reading_window
from core.network.pooling import make_pooling

WINDOWS = [(2, 2), (3, 2), (2, 1), (4, 3)]


def _random(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def _pool(name, channels=3, size=2, stride=2, mode="zeros"):
    """An operator whose parameters are no special case, such as the zeros they may start from."""
    pool = make_pooling(name, channels, size, stride, padding_mode=mode)
    with torch.no_grad():
        for index, parameter in enumerate(pool.parameters()):
            parameter.copy_(0.5 * _random(*parameter.shape, seed=index))
    return pool


def _trained(pool, x, seed=0):
    """The output in training mode, from a seed."""
    torch.manual_seed(seed)
    return pool.train()(x)


def _that_matter(pool, x):
    """The parameters that the output depends on in evaluation; lps learns in training alone."""
    parameters = list(pool.parameters())
    if not parameters:
        return []
    gradients = torch.autograd.grad(pool(x).sum(), [x, *parameters], allow_unused=True)[1:]
    return [p for p, gradient in zip(parameters, gradients, strict=True) if gradient is not None]


@contextmanager
def _deterministic():
    torch.use_deterministic_algorithms(mode=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(mode=False)


def gives_floor_of_n_minus_k_over_s_plus_one_rows(name):
    for size in (1, 2, 3, 4):
        for stride in (1, 2, 3, 4):
            pool = make_pooling(name, 3, size, stride)
            # odd and even maps, and a map that is one window
            for height, width in [(4, 4), (7, 9), (12, 5), (size, size)]:
                expected = (2, 3, (height - size) // stride + 1, (width - size) // stride + 1)
                x = torch.zeros(2, 3, height, width)
                assert expected == pool.train()(x).shape
                assert expected == pool.eval()(x).shape


def takes_one_channel_and_one_image(name):
    x = _random(4, 2, 7, 7)
    for channels in (1, 2):
        pool = _pool(name, channels).eval()
        together = pool(x[:, :channels])
        alone = torch.cat([pool(image) for image in x[:, :channels].split(1)])
        assert torch.allclose(together, alone, atol=1e-6)


def is_the_same_every_time_in_evaluation(name):
    pool, x = _pool(name).eval(), _random(2, 3, 7, 8)
    before = torch.get_rng_state()
    assert torch.equal(pool(x), pool(x))
    assert torch.equal(before, torch.get_rng_state())


def draws_in_training_only_if_it_says_so_and_then_from_the_seed(name):
    pool, x = _pool(name), _random(2, 3, 9, 9)
    assert torch.equal(_trained(pool, x), _trained(pool, x))
    torch.manual_seed(0)
    before = torch.get_rng_state()
    again = pool(x), pool(x)
    assert POOLINGS[name].random != torch.equal(*again)
    assert POOLINGS[name].random != torch.equal(before, torch.get_rng_state())


def mixes_channels_only_if_it_says_so(name):
    pool = _pool(name).eval()
    x = _random(4, 3, 8, 8)
    other = torch.cat([x[:, :1], 5 * _random(4, 2, 8, 8, seed=1)], dim=1)
    unchanged = torch.equal(pool(x)[:, 0], pool(other)[:, 0])
    assert POOLINGS[name].channel_independent == unchanged


def has_a_state_that_goes_round(name):
    first, second, x = _pool(name), make_pooling(name, 3), _random(1, 3, 6, 6)
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.eval()(x), second.eval()(x))


def gives_the_same_in_any_memory_layout(name):
    pool, x = _pool(name), _random(2, 3, 7, 7)
    last = x.to(memory_format=torch.channels_last)
    assert torch.allclose(_trained(pool, x), _trained(pool, last), atol=1e-6)


def keeps_double_precision(name):
    pool, x = _pool(name).eval(), _random(2, 3, 7, 7)
    single = pool(x)
    double = pool.double()(x.double())
    assert (torch.float32, torch.float64) == (single.dtype, double.dtype)
    assert torch.allclose(single, double.float(), atol=1e-5)


def has_the_gradient_of_finite_differences(name):
    if not POOLINGS[name].differentiable:
        return
    for size, stride in WINDOWS:
        pool = _pool(name, 2, size, stride).double().eval()
        for mode in (1, -1):
            x = (mode * _random(1, 2, 6, 7, dtype=torch.float64)).requires_grad_()
            assert torch.autograd.gradcheck(
                lambda x, *_, pool=pool: pool(x), (x, *_that_matter(pool, x))
            )


def has_gradients_that_repeat_bit_by_bit(name):
    gradients = []
    with _deterministic():
        for _ in range(2):
            pool, x = _pool(name, 3, 3, 2), _random(4, 3, 9, 9).requires_grad_()
            _trained(pool, x).square().sum().backward()
            gradients.append([x.grad, *(p.grad for p in pool.parameters())])
    assert all(map(torch.equal, *gradients))
    assert all(gradient.isfinite().all() for gradient in gradients[0])


def stays_finite(name):
    # the last one is a map of ReLU without anything in it but one value
    lonely = torch.zeros(1, 3, 8, 8)
    lonely[0, 0, 3, 3] = 1.0
    for x in (torch.zeros(1, 3, 8, 8), -torch.ones(1, 3, 8, 8), 1e4 * _random(2, 3, 8, 8), lonely):
        for pool in (_pool(name).train(), _pool(name).eval()):
            leaf = x.clone().requires_grad_()
            y = pool(leaf)
            y.sum().backward()
            assert y.isfinite().all()
            assert leaf.grad.isfinite().all()


def keeps_a_constant_away_from_the_border_unless_it_has_its_own_scale(name):
    for size, stride in WINDOWS:
        for value in (0.7, 3.0):
            pool = _pool(name, 3, size, stride)
            x = torch.full((2, 3, 16, 16), value)
            for y in (_trained(pool, x), pool.eval()(x)):
                inside = y[:, :, 1:-1, 1:-1]
                kept = torch.allclose(torch.full_like(inside, value), inside, rtol=1e-5)
                assert kept != (POOLINGS[name].combining is Combining.TRANSFORMS)


def selects_a_value_of_its_map_if_it_says_so(name):
    x = _random(4, 3, 9, 9)
    selected = torch.isin(_pool(name).eval()(x), x).all()
    assert selected == (POOLINGS[name].combining is Combining.SELECTS)


def has_the_parameters_that_its_entry_says(name):
    for channels in (1, 3, 8):
        for size in (2, 3, 4):
            built = dict(make_pooling(name, channels, size).named_parameters())
            shapes = {key: tuple(each.shape) for key, each in built.items()}
            assert POOLINGS[name].tensors(channels, size) == shapes
            numbers = sum(each.numel() for each in built.values())
            assert POOLINGS[name].parameters(channels, size) == numbers


def reads_the_rows_that_its_entry_says(name):
    entry = POOLINGS[name]
    for size, stride in [(2, 2), (3, 2), (4, 3)]:
        at, rows = 2, 24
        read = torch.zeros(rows, dtype=torch.bool)
        for seed in range(30):
            x = _random(16, 2, rows, rows, seed=seed).requires_grad_()
            y = _trained(_pool(name, 2, size, stride), x, seed)
            # an operator's own ReLU may be shut; random values leave some open
            y[:, :, at, at].sum().backward()
            read |= (x.grad != 0).any(dim=3).flatten(0, 1).any(dim=0)
        found = read.nonzero().flatten()
        window = reading_window(entry, Window(size, stride))
        first = at * stride - window.before
        if entry.whole_map:
            # a filter that is as long as the map may be zero at single rows
            assert len(found) > rows / 2
        elif entry.regular_grid:
            assert list(range(first, first + window.size)) == found.tolist()
        else:
            assert int(found[-1] - found[0]) + 1 <= window.size


def gives_the_bits_of_relu_first_if_it_commutes(name):
    # mostly negative: some windows without any positive value
    x = _random(40, 3, 7, 7) - 1
    pool = _pool(name)
    same = [
        torch.equal(_trained(pool, F.relu(x)), F.relu(_trained(pool, x))),
        torch.equal(pool.eval()(F.relu(x)), F.relu(pool.eval()(x))),
    ]
    assert [POOLINGS[name].commutes_with_relu] * 2 == same


def gives_the_gradient_of_relu_first_if_it_commutes(name):
    if not POOLINGS[name].commutes_with_relu:
        return
    pool, gradients = _pool(name), []
    for order in (lambda x: _trained(pool, F.relu(x)), lambda x: F.relu(_trained(pool, x))):
        x = _random(4, 3, 7, 7).requires_grad_()
        order(x).square().sum().backward()
        gradients.append(x.grad)
    assert torch.equal(*gradients)


def moves_with_its_input_by_whole_strides_if_its_grid_is_regular(name):
    if not POOLINGS[name].regular_grid:
        return
    for stride in (2, 3):
        pool = _pool(name, 3, stride, stride, mode="circular").eval()
        x = _random(2, 3, 12, 12)
        moved = pool(x.roll((stride, 2 * stride), dims=(2, 3)))
        assert torch.allclose(pool(x).roll((1, 2), dims=(2, 3)), moved, atol=1e-5)


PROPERTIES = [
    gives_floor_of_n_minus_k_over_s_plus_one_rows,
    takes_one_channel_and_one_image,
    is_the_same_every_time_in_evaluation,
    draws_in_training_only_if_it_says_so_and_then_from_the_seed,
    mixes_channels_only_if_it_says_so,
    has_a_state_that_goes_round,
    gives_the_same_in_any_memory_layout,
    keeps_double_precision,
    has_the_gradient_of_finite_differences,
    has_gradients_that_repeat_bit_by_bit,
    stays_finite,
    keeps_a_constant_away_from_the_border_unless_it_has_its_own_scale,
    selects_a_value_of_its_map_if_it_says_so,
    has_the_parameters_that_its_entry_says,
    reads_the_rows_that_its_entry_says,
    gives_the_bits_of_relu_first_if_it_commutes,
    gives_the_gradient_of_relu_first_if_it_commutes,
    moves_with_its_input_by_whole_strides_if_its_grid_is_regular,
]
