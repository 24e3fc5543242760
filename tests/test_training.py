"""Does training do what the recipe says, give the same bits each time, and stop when asked?"""

import dataclasses
import hashlib
import subprocess
import sys
from itertools import count

import pytest
import safetensors.torch
import torch

import core.training
from core.catalog import POOLINGS, DropoutPosition
from core.config import FEW_STEPS, Experiment
from core.data import load
from core.data.tensors import as_tensors, to_input
from core.errors import EngineError
from core.network.build import build_model
from core.network.work import BACKWARD_FACTOR
from core.run import Status
from core.settings import PROJECT, Device
from core.training import (
    Cancelled,
    checkpoint_steps,
    evaluate,
    predict,
    scheduled_rate,
    torch_device,
    train,
)

QUICK = {"epochs": 2, "train_size": 100, "widths": "4,4"}


def _quick(**flat):
    return Experiment.from_flat({**QUICK, **flat})


def _figures(run):
    """Everything about a run that must not depend on time."""
    epochs = [dataclasses.replace(epoch, seconds=0) for epoch in run.epochs]
    return epochs, run.test_accuracy, run.predictions, run.weights


@pytest.mark.parametrize("dropout", [DropoutPosition.NONE, DropoutPosition.AFTER_POOL])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_same_experiment_gives_the_same_bits(pooling, dropout):
    experiment = _quick(pooling=pooling, dropout=dropout, augment_shift=1)
    torch.manual_seed(1)
    first = train(experiment)
    torch.manual_seed(2)
    torch.rand(7)
    assert _figures(first) == _figures(train(experiment))


def test_another_process_gives_the_same_bits():
    experiment = _quick(norm="batch", dropout="head")
    program = (
        "import sys, hashlib\n"
        "from core.config import FEW_STEPS, Experiment\n"
        "from core.training import train\n"
        "run = train(Experiment.model_validate_json(sys.argv[1]))\n"
        "print(hashlib.sha256(run.weights).hexdigest())\n"
    )
    arguments = [sys.executable, "-c", program, experiment.model_dump_json()]
    pair = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    digests = {process.communicate(timeout=60)[0].strip() for process in pair}
    assert digests == {hashlib.sha256(train(experiment).weights).hexdigest()}


def test_training_leaves_global_state_as_it_was():
    torch.manual_seed(3)
    before = torch.get_rng_state(), torch.get_num_threads()
    train(_quick())
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == torch.get_num_threads()
    assert not torch.are_deterministic_algorithms_enabled()


def test_batches_come_in_the_same_order_whatever_the_arm(monkeypatch):
    orders = {}
    real = torch.randperm
    for arm in ({"pooling": "max"}, {"pooling": "conv", "dropout": "head", "head": "flatten"}):
        seen = orders.setdefault(str(arm), [])

        def spy(*args, seen=seen, **kwargs):
            seen.append(real(*args, **kwargs))
            return seen[-1]

        monkeypatch.setattr(torch, "randperm", spy)
        train(_quick(**arm))
    first, second = orders.values()
    assert 2 == len(first)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_stored_weights_reproduce_the_figures_of_the_last_epoch():
    experiment = _quick(norm="batch")
    run = train(experiment)
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    model.load_state_dict(safetensors.torch.load(run.weights))
    splits = load(experiment.data)
    validation = evaluate(model, as_tensors(splits.validation))
    assert run.epochs[-1].validation_loss == pytest.approx(validation.loss, abs=1e-6)
    assert run.validation_accuracy == validation.accuracy
    assert run.train_accuracy == evaluate(model, as_tensors(splits.train)).accuracy
    test = as_tensors(splits.test)
    predicted = model.eval()(to_input(test.images, test.normalisation)).argmax(1)
    assert run.predictions == bytes(predicted.tolist())
    right = int((predicted == test.labels).sum())
    assert run.test_accuracy == right / 300


def test_a_run_records_parameters_macs_and_machine():
    run = train(_quick())
    assert 4 * 9 + 4 + 4 * 4 * 9 + 4 + 50 == run.parameters
    assert 64 * 36 + 16 * 4 * 36 + 40 == run.macs
    assert "cpu" == run.machine.device
    assert {"poolscope", "torch", "numpy", "onednn", "mkl", "processor"} == set(
        run.machine.versions
    )


def test_each_epoch_is_reported_as_it_ends():
    seen = []
    run = train(_quick(epochs=3), on_epoch=seen.append)
    assert seen == list(run.epochs)
    assert [1, 2, 3] == [epoch.number for epoch in seen]
    assert sorted(epoch.seconds for epoch in seen) == [epoch.seconds for epoch in seen]


def test_figures_of_training_are_taken_without_dropout_and_augmentation():
    run = train(_quick(train_size=20, epochs=60, dropout="head", dropout_rate=0.5, head="flatten"))
    assert 1.0 == run.train_accuracy


def test_a_loss_that_is_not_finite_ends_the_run_as_diverged():
    run = train(_quick(lr=10, pooling="average", head="flatten", epochs=30, weight_decay=1))
    assert Status.DIVERGED is run.status
    assert run.test_accuracy is None
    assert run.validation_accuracy is None
    assert b"" == run.predictions
    assert len(run.epochs) < 30


def test_a_request_to_stop_ends_the_training_before_the_next_batch():
    asked = count()
    with pytest.raises(Cancelled):
        train(_quick(), should_stop=lambda: next(asked) == 3)
    assert 4 == next(asked)


def test_no_batch_is_too_small_for_batch_norm():
    run = train(_quick(norm="batch", train_size=33, batch_size=32, widths="4,4,4"))
    assert Status.DONE is run.status


def test_random_translation_changes_the_training():
    assert train(_quick()).weights != train(_quick(augment_shift=2)).weights


def test_a_device_that_is_not_there_is_named_with_what_is(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(EngineError, match="device: this machine has cpu, mps; received cuda"):
        train(_quick(), device=Device.CUDA)


@pytest.mark.parametrize(
    ("cuda", "mps", "found"),
    [(False, False, "cpu"), (False, True, "mps"), (True, True, "cuda")],
)
def test_auto_takes_a_gpu_where_there_is_one(monkeypatch, cuda, mps, found):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert found == torch_device(Device.AUTO).type


def test_the_settings_of_torch_are_as_before_after_a_training():
    def settings():
        return (
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            torch.utils.deterministic.fill_uninitialized_memory,
        )

    before = settings()
    train(_quick())
    assert before == settings()


def test_the_default_digits_network_learns():
    run = train(Experiment.from_flat({}))
    assert run.test_accuracy > 0.95


# the schedule, and what evaluation costs


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 10, 33, 99, 150])
def test_some_step_has_the_learning_rate_that_was_asked_for(steps, monkeypatch):
    rates = []
    take = core.training.sgd

    def noted(*arguments, lr, **named):
        rates.append(lr)
        return take(*arguments, lr=lr, **named)

    monkeypatch.setattr(core.training, "sgd", noted)
    small = {"dataset": "digits", "train_size": 10, "batch_size": 10, "widths": "2"}
    train(Experiment.from_flat({**small, "epochs": steps, "lr": 0.05}))
    assert steps == len(rates)
    assert pytest.approx(0.05, rel=1e-6) == max(rates)


@pytest.mark.parametrize("lr", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("steps", [3, 5, 9, 10, 11, 100, 760])
def test_the_schedule_is_torchs_to_the_last_bit(steps, lr):
    asked = Experiment.from_flat({"train_size": 10, "batch_size": 10, "epochs": steps, "lr": lr})
    rise = max(2, round(0.3 * steps)) / steps if steps < FEW_STEPS else 0.3
    reference = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        reference, max_lr=lr, total_steps=steps, pct_start=rise, cycle_momentum=False
    )
    for step in range(steps):
        assert reference.param_groups[0]["lr"] == scheduled_rate(asked, step)
        reference.step()
        schedule.step()


@pytest.mark.parametrize("pooling", ["max", "lip", "tree"])
def test_a_training_takes_the_steps_of_torchs_sgd_to_the_last_bit(pooling, monkeypatch):
    asked = _quick(pooling=pooling, norm="batch", epochs=2, batch_size=64, train_size=300)
    ours = train(asked).weights

    class Torchs:
        def __init__(self, model, experiment):
            self.steps, self._experiment = 0, experiment
            self._sgd = torch.optim.SGD(
                model.parameters(),
                lr=1.0,
                momentum=0.9,
                nesterov=True,
                weight_decay=experiment.hyperparameters.weight_decay,
            )

        def step(self):
            self._sgd.param_groups[0]["lr"] = scheduled_rate(self._experiment, self.steps)
            self._sgd.step()
            self.steps += 1

    monkeypatch.setattr(core.training, "_Descent", Torchs)
    assert train(asked).weights == ours


def test_a_training_does_not_import_the_compiler():
    program = """
import sys
from core.config import FEW_STEPS, Experiment
from core.training import train
train(Experiment.from_flat({"dataset": "digits", "epochs": 1, "train_size": 100}))
print("torch._dynamo" in sys.modules)
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    assert "False" == answer.stdout.strip()


def test_evaluation_of_a_default_run_of_fashion_takes_at_most_15_percent_of_its_passes():
    experiment = Experiment.from_flat({"dataset": "fashion"})
    entry, epochs = experiment.data.entry, experiment.hyperparameters.epochs
    evaluated = epochs * (entry.evaluated + entry.splits.validation) + entry.splits.test
    trained = BACKWARD_FACTOR * epochs * entry.splits.train
    assert evaluated <= 0.15 * (trained + evaluated)


@pytest.mark.parametrize("pooling", ["max", "stochastic"])
def test_checkpoints_change_no_bit_of_a_run(pooling):
    experiment = _quick(pooling=pooling, norm="batch", dropout="head", augment_shift=1)
    plain, kept = train(experiment), train(experiment, checkpoints=True)
    assert plain.weights == kept.weights
    assert _figures(plain) == _figures(kept)
    assert plain.predictions == kept.predictions
    assert () == plain.checkpoints
    assert kept.checkpoints


def test_a_network_is_offered_at_each_step_and_changes_no_bit():
    experiment = _quick(epochs=2, batch_size=64, train_size=300)
    offered = {}
    run = train(experiment, on_state=lambda step, save: offered.update({step: save()}))
    assert list(range(11)) == list(offered)
    assert run.weights == offered[10] == train(experiment).weights
    assert 11 == len(set(offered.values()))


def test_checkpoints_are_the_network_at_their_steps():
    experiment = _quick(epochs=3, batch_size=64, train_size=300)
    run = train(experiment, checkpoints=True)
    assert [0, 1, 2, 4, 5, 10] == [each.step for each in run.checkpoints]
    model = build_model(
        experiment.model, experiment.input_shape, experiment.classes, experiment.seed
    )
    first = _loaded(run.checkpoints[0].weights)
    for name, tensor in model.state_dict().items():
        assert torch.allclose(tensor, first[name].float(), rtol=1e-3, atol=1e-4)
    validation = [epoch.validation_accuracy for epoch in run.epochs]
    assert validation[:2] == [each.validation_accuracy for each in run.checkpoints[-2:]]


def test_half_precision_is_kept_only_where_it_changes_no_answer(monkeypatch):
    experiment = _quick(epochs=2, batch_size=64, train_size=300)
    halved = train(experiment, checkpoints=True).checkpoints
    # half precision that is too coarse to keep the answers
    monkeypatch.setattr(
        torch.Tensor, "half", lambda tensor: torch.zeros_like(tensor).to(torch.float16)
    )
    whole = train(experiment, checkpoints=True).checkpoints
    kinds = [{each.dtype for each in _loaded(state.weights).values()} for state in whole]
    # before training every image gets one answer, with zeros too
    assert {torch.float32} == set.union(*kinds[3:])
    test = as_tensors(load(experiment.data).test)
    model = build_model(
        experiment.model, experiment.input_shape, experiment.classes, experiment.seed
    )
    assert any(
        torch.float16 in {each.dtype for each in _loaded(one.weights).values()} for one in halved
    )
    for one, other in zip(halved, whole, strict=True):
        model.load_state_dict(_loaded(one.weights))
        answers = predict(model, test).argmax(1)
        model.load_state_dict(_loaded(other.weights))
        assert torch.equal(answers, predict(model, test).argmax(1))


def _loaded(weights):
    return safetensors.torch.load(weights)


@pytest.mark.parametrize(
    ("batches", "epochs", "most", "steps"),
    [
        (19, 3, 64, (0, 1, 2, 4, 8, 16, 19, 38)),
        (16, 2, 64, (0, 1, 2, 4, 8, 16)),
        (1, 3, 64, (0, 1, 2)),
        (1, 1, 64, (0,)),
        (4, 11, 8, (0, 1, 2, 8, 16, 24, 32, 40)),
        (100, 5, 4, (0, 1, 2, 4)),
        (100, 5, 0, ()),
    ],
)
def test_steps_that_are_kept(batches, epochs, most, steps):
    assert steps == checkpoint_steps(batches, epochs, most)


def test_a_diverged_run_has_no_checkpoints():
    diverging = _quick(lr=10, pooling="average", head="flatten", epochs=30, weight_decay=1)
    run = train(diverging, checkpoints=True)
    assert (Status.DIVERGED, ()) == (run.status, run.checkpoints)
