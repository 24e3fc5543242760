"""Where in the image does an answer come from? Four methods, three of them by captum."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor, nn

from core.analyses.inspection.network import Network
from core.analyses.inspection.results import Floats, Method, methods


def attribution(
    network: Network, x: Tensor, target: int, method: Method, layer: str | None = None
) -> Floats:
    """How much each place of the image contributes to the score of a class.

    Hooks and gradients act on a copy, because others may be reading the network at the same time.

    Args:
        network: the network.
        x: (1, C, H, W).
        target: the class.
        method: the definition. Saliency: |gradient of the logit| (Simonyan et al. 2014);
            occlusion: the drop of the logit when a window is greyed out (Zeiler & Fergus 2014);
            Grad-CAM: the last map weighted by the mean gradients, negative parts cut (Selvaraju et
            al. 2017); CAM: the last map weighted by the class's weights (Zhou et al. 2016).
        layer: for Grad-CAM, the layer of the blocks whose map is used; None for the last.

    Returns:
        (H, W) of the image for saliency and occlusion, of the map otherwise.

    Raises:
        ValueError: CAM was asked for, and the network has no GAP head right before the logits.
    """
    with network.lock, torch.enable_grad():
        copied = replace(network, model=deepcopy(network.model).requires_grad_())
        if method is Method.GRAD_CAM:
            return _grad_cam(copied, x.clone(), target, layer)
        return _METHODS[method](copied, x.clone(), target)


def _cam(network: Network, x: Tensor, target: int) -> Floats:
    if Method.CAM not in methods(network.experiment):
        raise ValueError("CAM needs a GAP head right before the logits")
    with torch.no_grad():
        last = _blocks(network)(x)[0]
        weights = network.model.get_submodule("head.logits").weight[target]  # type: ignore[index]
        return torch.einsum("c,chw->hw", weights, last).numpy()


def _grad_cam(network: Network, x: Tensor, target: int, layer: str | None) -> Floats:
    from captum.attr import LayerGradCam

    module = network.model.get_submodule(layer) if layer else _last_layer(network)
    attributed = LayerGradCam(network.model, module).attribute(
        x, target=target, relu_attributions=True
    )
    return _as_map(attributed)


def _saliency(network: Network, x: Tensor, target: int) -> Floats:
    from captum.attr import Saliency

    return _as_map(Saliency(network.model).attribute(x.requires_grad_(), target=target))


def _occlusion(network: Network, x: Tensor, target: int) -> Floats:
    from captum.attr import Occlusion

    channels, height, width = x.shape[1:]
    side = max(2, min(height, width) // 7)
    attributed = Occlusion(network.model).attribute(
        x,
        sliding_window_shapes=(channels, side, side),
        strides=(channels, max(1, side // 2), max(1, side // 2)),
        target=target,
        perturbations_per_eval=32,
    )
    return _as_map(attributed)


_METHODS: dict[Method, Callable[[Network, Tensor, int], Floats]] = {
    Method.CAM: _cam,
    Method.SALIENCY: _saliency,
    Method.OCCLUSION: _occlusion,
}


def _as_map(attributed: Tensor) -> Floats:
    """(1, C, H, W) -> (H, W): the mean over channels."""
    values: Floats = attributed.detach()[0].mean(dim=0).float().numpy()
    return values


def _blocks(network: Network) -> nn.Sequential:
    """Everything before the head."""
    return network.model[:-1]


def _last_layer(network: Network) -> nn.Module:
    """The layer whose output is the last map."""
    last = list(network.model.children())[-2]
    return list(last.children())[-1]
