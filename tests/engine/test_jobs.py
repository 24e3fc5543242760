"""Do jobs carry the figures of each epoch, from the first one on?"""

from core.config import Experiment
from core.engine.jobs import Job, Jobs, JobState, Newest
from tests.store.store_samples import some_epochs


def begun():
    jobs = Jobs()
    job = Job(experiment=Experiment())
    jobs.add([job])
    jobs.progress(job.key, None)
    return jobs, job.key


def test_a_training_that_begins_has_no_epoch():
    jobs, key = begun()
    job = jobs.get(key)
    assert (JobState.RUNNING, 0, ()) == (job.state, job.epoch, job.curve)


def test_every_epoch_is_kept_with_its_losses_and_accuracies():
    jobs, key = begun()
    for count, epoch in enumerate(some_epochs(4), start=1):
        jobs.progress(key, epoch)
        assert some_epochs(count) == jobs.get(key).curve
        assert count == jobs.get(key).epoch
    assert tuple(epoch.validation_accuracy for epoch in some_epochs(4)) == (
        jobs.get(key).validation_accuracy
    )


def test_a_training_that_begins_again_starts_a_new_curve():
    jobs, key = begun()
    for epoch in some_epochs(3):
        jobs.progress(key, epoch)
    jobs.progress(key, None)
    assert (0, ()) == (jobs.get(key).epoch, jobs.get(key).curve)


def test_a_training_that_is_met_in_its_midst_tells_how_far_it_is():
    jobs, key = begun()
    jobs.progress(key, some_epochs(7)[-1])
    assert (7, 1) == (jobs.get(key).epoch, len(jobs.get(key).curve))


def test_the_newest_network_is_known_while_it_is_trained_and_no_longer():
    jobs, key = begun()
    assert jobs.get(key).newest is None
    jobs.reach(key, Newest(3, b"weights"))
    jobs.progress(key, some_epochs(1)[0])
    assert Newest(3, b"weights") == jobs.get(key).newest
    jobs.progress(key, None)
    assert jobs.get(key).newest is None
    jobs.reach(key, Newest(1, b"weights"))
    jobs.end(key, Job(experiment=Experiment(), state=JobState.DONE, newest=jobs.get(key).newest))
    assert jobs.get(key).newest is None
